"""Reminders before a day runs out: once, to those whose day it is."""

import datetime as dt

import pytest
import time_machine

from cases import handling, tasks
from cases.models import Case, Notice
from cases.notices import reminders
from tests.factories import make_staff, reach

FRIDAY = dt.date(2026, 11, 20)  # given on Friday: Wednesday is the third working day
TUESDAY, WEDNESDAY = dt.date(2026, 11, 24), dt.date(2026, 11, 25)


@pytest.fixture
def given(house):
    with time_machine.travel("2026-11-20 10:00+08:00", tick=False):
        case = reach("dispatched", house)
    assert case.respond_by == WEDNESDAY
    return case


def reminded(template="respond_soon"):
    return sorted(n.user.username for n in Notice.objects.filter(template=template))


@pytest.mark.parametrize(
    ("day", "count"),
    [(FRIDAY, 0), (dt.date(2026, 11, 23), 0), (TUESDAY, 2), (WEDNESDAY, 2)],
)
def test_one_working_day_before_the_end_mediator_and_lead_are_reminded(house, given, day, count):
    assert reminders.answer_soon(day) == count
    assert reminded() == sorted([house.mediator.username, house.lead.username])[:count]


def test_before_a_weekend_the_reminder_comes_on_the_friday(house):
    with time_machine.travel("2026-11-18 10:00+08:00", tick=False):
        case = reach("dispatched", house)
    assert case.respond_by == dt.date(2026, 11, 23)  # a Monday
    assert reminders.answer_soon(dt.date(2026, 11, 19)) == 0
    assert reminders.answer_soon(FRIDAY) == 2


def test_swept_again_nothing_is_sent_again(given):
    assert [reminders.answer_soon(TUESDAY) for _ in range(3)] == [2, 0, 0]
    assert reminders.answer_soon(WEDNESDAY) == 0


def test_a_case_given_anew_has_a_reminder_of_its_own(house, given):
    reminders.answer_soon(TUESDAY)
    with time_machine.travel("2026-11-26 10:00+08:00", tick=False):
        handling.lapse(given)
        again = reach("dispatched", house)
    assert reminders.answer_soon(dt.date(2026, 11, 30)) == 2
    assert Notice.objects.filter(template="respond_soon", case=again).count() == 2


def test_who_has_answered_is_not_reminded(house, given):
    handling.accept(given, actor=house.mediator)
    assert reminders.answer_soon(TUESDAY) == 0


def test_a_lead_who_has_the_case_is_reminded_once(house, given):
    handling.assign_mediator(given, mediator=house.lead.mediator, actor=house.lead)
    assert reminders.answer_soon(TUESDAY) == 1


def test_a_lead_whose_account_is_closed_is_not(house, given):
    closed = make_staff("lead", house.body)
    closed.is_active = False
    closed.save()
    reminders.answer_soon(TUESDAY)
    assert closed.username not in reminded()


# --- The days of a layer ---


@pytest.fixture
def over(house):
    case = reach("mediating", house)
    Case.objects.filter(pk=case.pk).update(tier="street", layer_by=TUESDAY)
    return case


def test_the_mediator_hears_that_the_days_of_the_layer_are_over_and_nothing_moves(house, over):
    assert reminders.layers_over(TUESDAY) == 0
    assert [reminders.layers_over(WEDNESDAY) for _ in range(2)] == [1, 0]
    assert reminded("layer_over") == [house.mediator.username]
    over.refresh_from_db()
    assert (over.status, over.body) == ("mediating", house.body)


@pytest.mark.parametrize("tier", ["district", "court", ""])
def test_where_no_layer_follows_nobody_is_reminded(over, tier):
    Case.objects.filter(pk=over.pk).update(tier=tier)
    assert reminders.layers_over(WEDNESDAY) == 0


def test_what_is_agreed_needs_no_next_layer(house):
    case = reach("agreed", house)
    Case.objects.filter(pk=case.pk).update(tier="street", layer_by=TUESDAY)
    assert reminders.layers_over(WEDNESDAY) == 0


def test_the_task_does_both(house, given, over):
    with time_machine.travel("2026-11-25 10:00+08:00", tick=False):
        assert tasks.remind_the_slow.run() == 3
        assert tasks.remind_the_slow.run() == 0
