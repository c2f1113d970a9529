import datetime as dt

import pytest
import time_machine

from cases import clocks, handling
from cases.models import CalendarDay, CaseType, Clock
from mediators.reference import ship
from tests.cases.test_deadlines import OFF, ON
from tests.factories import file, reach, send_to_body

D = dt.date


def test_the_shipped_calendar_is_the_published_one(db):
    shipped = clocks.work_calendar().exceptions
    assert {day for day, works in shipped.items() if works and day.year == 2026} == set(ON)
    assert {day for day, works in shipped.items() if not works and day.year == 2026} == set(OFF)


@pytest.mark.parametrize(
    ("key", "start", "end"),
    [
        (clocks.RESPOND, D(2026, 9, 30), D(2026, 10, 10)),
        (clocks.INVITE, D(2026, 2, 13), D(2026, 2, 25)),
        (clocks.MEDIATE, D(2026, 9, 5), D(2026, 10, 8)),
        (clocks.CONFIRM, D(2026, 4, 1), D(2026, 5, 6)),
    ],
)
def test_the_shipped_clocks_run_as_the_law_says(db, key, start, end):
    assert clocks.due(key, start) == end


def test_a_holiday_loaded_later_counts_from_then_on(db):
    before = clocks.due(clocks.RESPOND, D(2027, 1, 29))
    ship(CalendarDay, key="2027-02-01", release="t", day=D(2027, 2, 1), is_working=False)
    assert clocks.due(clocks.RESPOND, D(2027, 1, 29)) > before == D(2027, 2, 3)


def test_medical_disputes_have_thirty_working_days(house):
    case = reach("filed", house)
    case.case_type = CaseType.objects.get(key="medical")
    assert clocks.mediation_due(case, D(2026, 9, 30)) == D(2026, 11, 17)
    assert case.case_type.clock.unit == Clock.Unit.WORKING


def test_a_case_without_a_type_has_the_thirty_days_of_the_rule(house):
    assert clocks.mediation_due(reach("filed", house), D(2026, 9, 5)) == D(2026, 10, 8)


@pytest.mark.parametrize(
    ("moment", "respond_by"),
    [
        # Half past seven on Thursday in Shanghai is still Wednesday in UTC.
        ("2026-11-19 07:30+08:00", D(2026, 11, 24)),
        ("2026-11-19 23:59:59+08:00", D(2026, 11, 24)),
        ("2026-11-20 00:00+08:00", D(2026, 11, 25)),
    ],
)
def test_days_are_those_of_shanghai(house, moment, respond_by):
    with time_machine.travel(moment, tick=False):
        assert send_to_body(file().case, house).respond_by == respond_by


@pytest.mark.parametrize(
    ("answered", "in_time"),
    [("2026-11-24 23:59:59+08:00", True), ("2026-11-25 00:00+08:00", False)],
)
def test_the_last_day_ends_at_midnight(house, answered, in_time):
    with time_machine.travel("2026-11-19 09:00+08:00", tick=False) as clock:
        case = send_to_body(file().case, house)
        clock.move_to(answered)
        case = handling.accept(case, actor=house.mediator)
    assert case.events.get(kind="case.accept").facts["in_time"] is in_time
