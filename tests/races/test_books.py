import threading
import time
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from cases import events
from cases.models import CaseEvent, EventDelivery
from mediators import audit
from mediators.models import AuditEntry
from scoring import ledger, periods
from scoring.models import Month, MonthResult, PointEntry, PointRule
from tests.factories import file, reach
from tests.races import refused, together

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_documents"),
]
THREADS = 8


# --- The audit trail ---


def append_many(chain, times=25):
    def append():
        for turn in range(times):
            audit.note("case.read", actor=None, chain=chain, turn=turn)

    return append


def entries(chain):
    return list(AuditEntry.objects.filter(chain=chain).order_by("seq"))


def test_eight_writers_of_one_chain_never_fork_it_and_none_is_turned_away():
    before = len(entries("house"))
    outcomes = together([append_many("house")] * THREADS)
    assert refused(outcomes) == []
    assert len(entries("house")) == before + THREADS * 25
    assert audit.first_broken(entries("house")) is None


def test_writers_that_keep_their_transaction_open_do_not_fork_it_either():
    def deed():
        for _ in range(5):
            with transaction.atomic():
                audit.note("case.read", actor=None, chain="house")
                time.sleep(0.002)

    before = len(entries("house"))
    assert refused(together([deed] * THREADS)) == []
    assert len(entries("house")) == before + THREADS * 5
    assert audit.first_broken(entries("house")) is None


def test_chains_do_not_wait_for_each_other():
    outcomes = together([append_many(f"case:{n}") for n in range(THREADS)])
    assert refused(outcomes) == []
    for n in range(THREADS):
        assert audit.first_broken(entries(f"case:{n}")) is None


def test_without_the_lock_writers_would_meet_at_the_same_place(monkeypatch):
    monkeypatch.setattr(audit, "_wait_for_turn", lambda chain: time.sleep(0.01))

    def once():
        with transaction.atomic():
            audit.note("case.read", actor=None, chain="house")

    outcomes = together([once] * THREADS)
    assert any(isinstance(error, IntegrityError) for error in refused(outcomes))
    assert audit.first_broken(entries("house")) is None  # the database still refuses a fork


# --- The relay ---


def test_four_relays_bring_each_event_to_each_subscriber_once(house, monkeypatch):
    heard, lock = [], threading.Lock()

    def hear(name):
        def call(event):
            time.sleep(0.002)
            with lock:
                heard.append((name, event.pk))

        return call

    monkeypatch.setitem(
        events._subscribers, "test.happened", {"one": hear("one"), "two": hear("two")}
    )
    case = file().case
    CaseEvent.objects.update(relayed_at=case.filed_at)
    made = [events.record(case, "test.happened", actor=None).pk for _ in range(60)]

    def relay_to_the_end():
        return sum(events.relay() for _ in range(4))

    outcomes = together([relay_to_the_end] * 4)
    assert refused(outcomes) == []
    assert sum(outcomes) == len(made) == 60
    assert sorted(heard) == sorted((name, pk) for name in ("one", "two") for pk in made)
    assert EventDelivery.objects.filter(event__kind="test.happened").count() == 120
    assert not CaseEvent.objects.filter(relayed_at=None).exists()


def test_points_are_right_whoever_relays(house):
    for _ in range(5):
        reach("settled", house)
    together([lambda: [events.relay() for _ in range(4)]] * 4)
    events.relay()
    rules = dict(PointEntry.objects.values_list("rule__code").annotate(Sum("points")))
    assert rules == {"A1": Decimal(5), "B3": Decimal(15)}


# --- The ledger ---


def test_one_event_awarded_by_eight_at_once_is_one_entry(house):
    event = reach("inviting", house).events.get(kind="case.accept")
    outcomes = together([lambda: ledger.award(event)] * THREADS)
    assert refused(outcomes) == []
    assert sorted(map(len, outcomes)) == [0] * (THREADS - 1) + [1]
    assert PointEntry.objects.count() == 1


def test_a_cap_holds_when_eight_events_are_awarded_at_once(house, monkeypatch):
    capped = PointRule.objects.get(code="A1")
    capped.monthly_cap = Decimal(3)
    monkeypatch.setattr(ledger, "fits", lambda rule, facts: _cap(rule, capped))
    made = [reach("inviting", house).events.get(kind="case.accept") for _ in range(THREADS)]
    assert refused(together([lambda e=event: ledger.award(e) for event in made])) == []
    assert PointEntry.objects.aggregate(total=Sum("points"))["total"] == 3


def _cap(rule, capped):
    """Give the shipped rule a small cap for this test; no rule in the database is changed."""
    rule.monthly_cap = capped.monthly_cap
    return rule.code == capped.code


def test_a_cap_without_the_lock_would_be_overrun(house, monkeypatch):
    capped = PointRule.objects.get(code="A1")
    capped.monthly_cap = Decimal(3)
    monkeypatch.setattr(ledger, "fits", lambda rule, facts: _cap(rule, capped))
    within = ledger._within_cap

    def slowly(rule, mediator, month):
        points = within(rule, mediator, month)
        time.sleep(0.05)
        return points

    monkeypatch.setattr(ledger, "_within_cap", slowly)
    mediators = ledger.Mediator.objects
    monkeypatch.setattr(mediators, "select_for_update", mediators.all)
    made = [reach("inviting", house).events.get(kind="case.accept") for _ in range(THREADS)]
    together([lambda e=event: ledger.award(e) for event in made])
    assert PointEntry.objects.aggregate(total=Sum("points"))["total"] > 3


def test_closing_a_month_four_times_at_once_closes_it_once(house):
    reach("settled", house)
    while events.relay():
        pass
    month = PointEntry.objects.first().month
    outcomes = together([lambda: periods.close(month)] * 4)
    assert refused(outcomes) == []
    assert Month.objects.count() == MonthResult.objects.count() == 1


def test_an_award_on_its_way_while_the_month_closes_is_ranked_or_counts_for_the_next(
    house, monkeypatch
):
    for turn in range(6):
        made = [reach("inviting", house).events.get(kind="case.accept") for _ in range(4)]
        month = periods.open_month(timezone.localdate())
        outcomes = together(
            [*[lambda e=event: ledger.award(e) for event in made], lambda m=month: periods.close(m)]
        )
        assert refused(outcomes) == [], turn
        earned = PointEntry.objects.filter(month=month).aggregate(total=Sum("points"))["total"]
        ranked = MonthResult.objects.filter(month__month=month).aggregate(total=Sum("points"))
        assert ranked["total"] == earned
    assert PointEntry.objects.count() == 24


def test_without_waiting_for_awards_a_point_would_be_lost_from_the_ranking(house, monkeypatch):
    monkeypatch.setattr(periods, "_wait_for_awards", lambda: None)
    open_month = ledger.periods.open_month

    month_is_known = threading.Event()

    def slowly(day):
        month = open_month(day)
        month_is_known.set()
        time.sleep(0.5)
        return month

    def close_meanwhile():
        month_is_known.wait(timeout=10)
        return periods.close(month)

    event = reach("inviting", house).events.get(kind="case.accept")
    month = periods.open_month(timezone.localdate())
    monkeypatch.setattr(periods, "open_month", slowly)
    together([lambda: ledger.award(event), close_meanwhile])
    assert PointEntry.objects.filter(month=month).count() == 1
    assert not MonthResult.objects.exists()
