import datetime as dt
import io
from collections import Counter
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from cases import clocks, events, messages
from cases.deadlines import WorkCalendar
from cases.errors import CaseError
from cases.models import Agreement, Case, CaseEvent, Notice
from cases.simulation import history, plans, stories
from cases.simulation.clock import Diary, moved
from scoring.models import PointEntry

TODAY = dt.date(2026, 11, 22)
SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = dt.datetime(2026, 11, 16, 10, tzinfo=SHANGHAI)


@pytest.fixture
def demo(db):
    call_command("load_demo", verbosity=0, stdout=io.StringIO())


def lived(cases: int, seed: int, months: int = 2) -> Counter:
    """Make a history, say what it is, and take it back."""
    with transaction.atomic():
        history.simulate(cases=cases, seed=seed, months=months, today=TODAY)
        rows = Case.objects.values_list("status", "case_type__key", "filed_at")
        told = Counter((status, key, f"{timezone.localtime(at):%Y-%m}") for status, key, at in rows)
        transaction.set_rollback(True)
    return told


# --- The history ---


def test_sixty_cases_show_every_status_and_every_channel(demo):
    counts = history.simulate(cases=60, seed=7, months=1, today=TODAY)
    assert set(counts) == set(Case.Status.values)
    assert counts.total() == Case.objects.count() == 60
    channels = set(Case.objects.values_list("channel__key", flat=True))
    assert channels == set(plans.CHANNELS)
    assert not CaseEvent.objects.filter(relayed_at=None).exists()
    assert not Notice.objects.exclude(state=Notice.State.SENT).exists()
    in_force = Agreement.objects.filter(state=Agreement.State.EFFECTIVE)
    assert in_force.exists()
    assert not in_force.filter(document="").exists()
    assert PointEntry.objects.exists()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_thirteen_cases_are_enough_to_show_every_status(demo, no_documents, seed):
    counts = history.simulate(cases=13, seed=seed, months=1, today=TODAY)
    assert counts == dict.fromkeys(Case.Status.values, 1)


def test_the_same_seed_on_the_same_day_gives_the_same_history(demo, no_documents):
    assert lived(18, seed=3) == lived(18, seed=3)


def test_another_seed_gives_another_history(db):
    span = plans.Span.of(TODAY, 6)

    def drawn(seed: int) -> list[plans.Plan]:
        return plans.draw(40, seed=seed, span=span, calendar=WorkCalendar())

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


def test_everything_happened_in_its_months_and_in_the_order_of_the_events(demo, no_documents):
    history.simulate(cases=20, seed=5, months=1, today=TODAY)
    span = plans.Span.of(TODAY, 1)
    times = list(CaseEvent.objects.order_by("pk").values_list("at", flat=True))
    assert times == sorted(times)
    assert span.start <= times[0]
    assert times[-1] < span.end
    filed = list(Case.objects.order_by("pk").values_list("filed_at", flat=True))
    assert filed == sorted(filed)


def test_the_mediator_who_can_sign_in_has_work_to_do(demo, no_documents):
    history.simulate(cases=13, seed=2, months=1, today=TODAY)
    waiting = Case.objects.worked_on().filter(mediator__user__username="mediator")
    assert {"dispatched", "inviting", "mediating", "agreed"} <= set(
        waiting.values_list("status", flat=True)
    )


def test_everybody_in_it_is_plainly_made_up(demo, no_documents):
    history.simulate(cases=13, seed=2, months=1, today=TODAY)
    for case in Case.objects.all():
        for party in case.parties.all():
            assert "演示" in party.name
            assert party.phone.startswith("1990000") or not party.phone


def test_a_second_history_goes_beside_the_first(demo, no_documents):
    for _run in range(2):
        history.simulate(cases=13, seed=2, months=1, today=TODAY)
    assert Case.objects.count() == 26


def test_nobody_is_woken_and_time_is_real_again_afterwards(demo, no_documents, woken):
    wake = events.wake_relay, messages.wake_sending
    history.simulate(cases=2, seed=1, months=1, today=TODAY)
    assert woken == []
    assert (events.wake_relay, messages.wake_sending) == wake
    assert abs(timezone.now() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)


def test_a_history_ends_where_an_event_cannot_be_delivered(demo, monkeypatch):
    def broken(agreement):
        raise RuntimeError("no fonts")

    monkeypatch.setattr("cases.signing.subscribers.store_document", broken)
    with pytest.raises(CaseError):
        history.simulate(cases=13, seed=2, months=1, today=TODAY)


def test_no_history_is_made_where_messages_would_leave(demo, settings):
    settings.NOTICE_BACKEND = "cases.notices.channels.aliyun.AliyunSmsChannel"
    with pytest.raises(CaseError):
        history.simulate(cases=1, seed=1, months=1, today=TODAY)
    assert not Case.objects.exists()


def test_without_the_demonstration_the_command_says_what_to_do_first(db):
    with pytest.raises(CommandError, match="load_demo"):
        call_command("simulate", cases=1, seed=1, months=1)


def test_the_command_is_refused_outside_a_demonstration(demo, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO"):
        call_command("simulate", cases=1)


def test_the_command_sums_up_by_status(demo, no_documents):
    out = io.StringIO()
    call_command("simulate", cases=3, seed=1, months=1, stdout=out)
    assert "共3件" in out.getvalue()


# --- Texts ---


@pytest.mark.parametrize("draw", [stories.clear, stories.vague, stories.not_mediable])
def test_every_text_fits_a_filing_and_leaves_no_blank_open(draw):
    for seed in range(200):
        story = draw(Random(seed))
        assert 5 <= len(story.text) <= 1000
        assert "{" not in story.text
        if story.case_type:
            text = stories.agreement_text(story, today=TODAY, rng=Random(seed))
            assert text.terms.strip()
            assert "{" not in text.terms + text.facts


def test_every_type_has_three_stories_and_terms_that_need_no_amount(db):
    types = stories.shipped()["types"]
    assert len(types) == 25
    for told in types.values():
        assert len(told["stories"]) >= 3
        assert any("{amount}" not in term for term in told["terms"])


# --- The clock ---


def test_all_of_django_tells_the_time_of_the_moved_clock(db, case):
    with moved(MONDAY) as clock:
        clock.at += dt.timedelta(hours=1)
        event = events.record(case, "test.happened", actor=None)
        assert timezone.now() == event.at == clock.at
        assert timezone.localdate() == dt.date(2026, 11, 16)
        assert timezone.template_localtime(clock.at).tzinfo is not None


def test_offices_do_nothing_at_night_on_holidays_and_in_the_past():
    calendar = WorkCalendar({dt.date(2026, 11, 17): False})
    for seed in range(100):
        at = Diary(calendar, Random(seed)).office(MONDAY, 0, 60)
        assert at >= MONDAY
        assert calendar.is_working(at.date())
        assert dt.time(9) <= at.time() <= dt.time(17, 30)


def test_citizens_do_nothing_while_they_sleep():
    for seed in range(100):
        at = Diary(WorkCalendar(), Random(seed)).citizen(MONDAY, 0, 60)
        assert at >= MONDAY
        assert dt.time(7) <= at.time() <= dt.time(22, 30)


def test_working_days_are_counted_back_over_a_holiday(db):
    diary = Diary(clocks.work_calendar(), Random(1))
    end = dt.datetime(2026, 10, 8, tzinfo=SHANGHAI)
    assert diary.working_days_before(end, 1) == dt.datetime(2026, 9, 30, 9, tzinfo=SHANGHAI)
