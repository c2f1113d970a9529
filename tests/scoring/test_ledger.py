import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import agreements, events, handling, judicial
from cases.models import CaseEvent
from scoring import ledger
from scoring.models import PointBook, PointEntry, PointRule
from tests import factories
from tests.factories import TERMS, reach, ruling_number

pytestmark = pytest.mark.usefixtures("no_documents")
AT = "2026-11-20 10:00+08:00"


def relay():
    while events.relay():
        pass


def points(user):
    """The codes and points that a mediator has, oldest first."""
    entries = PointEntry.objects.filter(mediator__user=user).order_by("id")
    return [(e.rule.code, e.points) for e in entries.select_related("rule")]


def codes(user):
    return [code for code, _ in points(user)]


@pytest.fixture
def clock():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


# --- What earns what ---


def test_an_acceptance_in_time_earns_a_point(house, clock):
    case = reach("inviting", house)
    relay()
    entry = PointEntry.objects.get()
    assert (entry.rule.code, entry.points) == ("A1", Decimal(1))
    assert (entry.mediator.user, entry.body) == (house.mediator, house.body)
    assert (entry.event, entry.month) == (case.events.get(kind="case.accept"), dt.date(2026, 11, 1))


def test_a_late_acceptance_earns_none(house, clock):
    case = reach("dispatched", house)
    clock.shift(dt.timedelta(days=10))
    handling.accept(case, actor=house.mediator)
    relay()
    assert points(house.mediator) == []


def test_silence_costs_points(house, clock):
    case = reach("dispatched", house)
    handling.lapse(case)
    relay()
    assert points(house.mediator) == [("A2", Decimal(-2))]


def test_a_late_refusal_costs_a_point(house, clock):
    case = reach("dispatched", house)
    clock.shift(dt.timedelta(days=10))
    handling.refuse(case, actor=house.mediator, reason="scope")
    relay()
    assert points(house.mediator) == [("A4", Decimal(-1))]


def test_being_busy_is_free_twice_a_quarter(house, clock):
    for _ in range(4):
        handling.refuse(reach("dispatched", house), actor=house.mediator, reason="busy")
    relay()
    assert codes(house.mediator) == ["A3", "A3"]
    clock.move_to("2027-01-04 10:00+08:00")
    handling.refuse(reach("dispatched", house), actor=house.mediator, reason="busy")
    relay()
    assert codes(house.mediator) == ["A3", "A3"]


@pytest.mark.parametrize(
    ("difficulty", "earned"),
    [
        ("simple", ("B2", 2)),
        ("general", ("B3", 3)),
        ("difficult", ("B4", 8)),
        ("major", ("B5", 15)),
    ],
)
def test_a_written_settlement_earns_by_its_difficulty(house, clock, difficulty, earned):
    case = reach("agreed", house)
    handling.set_difficulty(case, difficulty=difficulty, actor=house.mediator)
    factories.sign_all(case, house)
    relay()
    assert points(house.mediator)[1:] == [(earned[0], Decimal(earned[1]))]


def test_an_oral_settlement_earns_a_point(house, clock):
    agreements.settle_orally(reach("mediating", house), text=TERMS, actor=house.mediator)
    relay()
    assert points(house.mediator) == [("A1", Decimal(1)), ("B1", Decimal(1))]


def test_an_honest_failure_earns_half_a_point_and_a_careless_one_none(house, clock):
    honest, careless = reach("mediating", house), reach("mediating", house)
    party = factories.respondent_of(honest)
    handling.log_contact(party, actor=house.mediator, means="phone", outcome="reached")
    for case in (honest, careless):
        handling.fail(case, actor=house.mediator, reasons=["far_apart"])
    relay()
    assert points(house.mediator)[2:] == [("B7", Decimal("0.5"))]


def test_a_confirmation_earns_and_a_faulty_text_costs(house, clock):
    granted, faulty, other = (reach("confirming", house) for _ in range(3))
    judicial.grant(granted.confirmations.get(), ruling_number=ruling_number(), actor=house.clerk)
    judicial.refuse(faulty.confirmations.get(), refusal="unclear", actor=house.clerk)
    judicial.refuse(other.confirmations.get(), refusal="jurisdiction", actor=house.clerk)
    relay()
    court = [(code, p) for code, p in points(house.mediator) if code.startswith("C")]
    assert court == [("C2", Decimal(2)), ("C3a", Decimal(-5))]


def test_points_stay_with_who_did_the_work(house, clock):
    case = reach("inviting", house)
    handling.assign_mediator(case, mediator=house.colleague.mediator, actor=house.lead)
    relay()
    assert codes(house.mediator) == ["A1"]
    assert codes(house.colleague) == []


# --- Once, whatever happens ---


def test_a_second_run_writes_nothing(house, clock):
    reach("confirmed", house)
    relay()
    before = list(PointEntry.objects.values())
    for event in CaseEvent.objects.filter(kind__in=ledger.SCORED):
        assert ledger.award(event) == []
    assert list(PointEntry.objects.values()) == before


def test_the_database_itself_refuses_a_second_entry_for_an_event_and_rule(house, clock):
    reach("inviting", house)
    relay()
    entry = PointEntry.objects.get()
    entry.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save(force_insert=True)


def test_an_event_without_a_mediator_earns_nothing(case):
    event = events.record(case, "case.accept", actor=None, mediator=None, in_time=True)
    assert ledger.award(event) == []
    event = events.record(case, "case.accept", actor=None, mediator=10**9, in_time=True)
    assert ledger.award(event) == []


# --- Caps ---


def accept(house, times):
    for _ in range(times):
        reach("inviting", house)
    relay()


def test_a_monthly_cap_holds(house, clock, monkeypatch):
    monkeypatch.setattr(ledger, "book_on", lambda day: _book(cap="2.5"))
    accept(house, 5)
    assert points(house.mediator) == [("A1", 1), ("A1", 1), ("A1", Decimal("0.50"))]
    clock.move_to("2026-11-26 10:00+08:00")  # the next month of points
    accept(house, 1)
    assert len(points(house.mediator)) == 4


def _book(cap):
    book, fresh = PointBook.objects.get_or_create(version=98, effective_from=dt.date(2020, 1, 1))
    if fresh:
        PointRule.objects.create(
            book=book, code="A1", name="t", name_en="t", event="case.accept", points=1,
            monthly_cap=Decimal(cap),
        )  # fmt: skip
    return book


def test_a_cap_that_was_lowered_takes_nothing_away(house, clock):
    accept(house, 4)
    book = PointBook.objects.create(version=99, effective_from=dt.date(2026, 11, 21))
    PointRule.objects.create(
        book=book, code="A1", name="t", name_en="t", event="case.accept", points=1, monthly_cap=2
    )
    clock.shift(dt.timedelta(days=1))
    accept(house, 1)
    assert [p for _, p in points(house.mediator)] == [1, 1, 1, 1]


# --- Rules do not work backwards ---


def test_the_rules_of_the_day_count_even_when_the_event_is_heard_later(house, clock):
    reach("inviting", house)
    book = PointBook.objects.create(version=99, effective_from=dt.date(2026, 11, 21))
    PointRule.objects.create(
        book=book, code="A1", name="t", name_en="t", event="case.accept", points=100
    )
    clock.shift(dt.timedelta(days=2))
    reach("inviting", house)
    relay()
    assert [p for _, p in points(house.mediator)] == [1, 100]


def test_before_the_first_book_nothing_counts(house):
    with time_machine.travel("2025-06-02 10:00+08:00", tick=False):
        reach("inviting", house)
        relay()
    assert points(house.mediator) == []


def test_a_condition_holds_when_every_fact_is_as_it_says():
    rule = PointRule(condition={"form": "written", "in_time": True})
    assert ledger.fits(rule, {"form": "written", "in_time": True, "more": 1})
    assert not ledger.fits(rule, {"form": "written"})
    assert not ledger.fits(rule, {"form": "oral", "in_time": True})
    assert ledger.fits(PointRule(condition={}), {})


# --- Totals ---


@pytest.mark.django_db
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_the_total_is_the_same_in_whatever_order_events_are_heard(house, data):
    """The sum in plain Python of what the rules say is what the ledger holds."""
    plan = data.draw(st.lists(st.sampled_from(["inviting", "lapse", "oral", "fail"]), max_size=6))
    with transaction.atomic(), time_machine.travel(AT, tick=False):
        for step in plan:
            _do(step, house)
        heard = list(CaseEvent.objects.filter(kind__in=ledger.SCORED))
        for event in data.draw(st.permutations(heard)):
            ledger.award(event)
        expected = sum({"inviting": 1, "lapse": -2, "oral": 2, "fail": 1}[step] for step in plan)
        total = PointEntry.objects.aggregate(total=Sum("points"))["total"] or 0
        assert total == expected
        transaction.set_rollback(True)


def _do(step, house):
    if step == "inviting":
        reach("inviting", house)
    elif step == "lapse":
        handling.lapse(reach("dispatched", house))
    elif step == "oral":
        agreements.settle_orally(reach("mediating", house), text=TERMS, actor=house.mediator)
    else:
        reach("failed", house)


def test_every_scored_event_has_the_facts_that_the_shipped_rules_ask_for(house, clock):
    seen = {}
    for status in ("confirmed", "failed"):
        for event in reach(status, house).events.all():
            seen.setdefault(event.kind, set()).update(event.facts)
    agreements.settle_orally(reach("mediating", house), text=TERMS, actor=house.mediator)
    handling.refuse(reach("dispatched", house), actor=house.mediator, reason="busy")
    handling.lapse(reach("dispatched", house))
    judicial.refuse(
        reach("confirming", house).confirmations.get(), refusal="unclear", actor=house.clerk
    )
    for event in CaseEvent.objects.all():
        seen.setdefault(event.kind, set()).update(event.facts)
    for rule in PointRule.objects.filter(book=ledger.book_on(dt.date(2026, 11, 20))):
        assert rule.event in ledger.SCORED
        assert {"mediator", "body", *rule.condition} <= seen[rule.event], rule.code
