import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.deadlines import (
    WorkCalendar,
    after_calendar_days,
    after_working_days,
    working_days_left,
)

D = dt.date


def _days(first: D, last: D) -> list[D]:
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


# The State Council's notice for 2026, written down here apart from the shipped file.
OFF = [
    *_days(D(2026, 1, 1), D(2026, 1, 3)),
    *_days(D(2026, 2, 15), D(2026, 2, 23)),
    *_days(D(2026, 4, 4), D(2026, 4, 6)),
    *_days(D(2026, 5, 1), D(2026, 5, 5)),
    *_days(D(2026, 6, 19), D(2026, 6, 21)),
    *_days(D(2026, 9, 25), D(2026, 9, 27)),
    *_days(D(2026, 10, 1), D(2026, 10, 7)),
]
ON = [
    D(2026, 1, 4), D(2026, 2, 14), D(2026, 2, 28), D(2026, 5, 9), D(2026, 9, 20), D(2026, 10, 10),
]  # fmt: skip
CALENDAR = WorkCalendar({**dict.fromkeys(OFF, False), **dict.fromkeys(ON, True)})
PLAIN = WorkCalendar()

days_of_2026 = st.dates(D(2026, 1, 1), D(2026, 12, 31))
calendars = st.dictionaries(st.dates(D(2026, 1, 1), D(2026, 6, 30)), st.booleans(), max_size=40)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (D(2026, 9, 5), 30, D(2026, 10, 8)),
        (D(2026, 1, 16), 30, D(2026, 2, 24)),
        (D(2026, 8, 21), 30, D(2026, 9, 20)),  # a Sunday that works
        (D(2026, 9, 10), 30, D(2026, 10, 10)),  # a Saturday that works
        (D(2026, 4, 1), 30, D(2026, 5, 6)),
        (D(2026, 9, 10), 15, D(2026, 9, 28)),
        (D(2026, 9, 29), 7, D(2026, 10, 8)),
    ],
)
def test_a_period_of_days_ends_on_the_first_working_day_from_its_last_day(start, days, end):
    assert after_calendar_days(start, days, CALENDAR) == end


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (D(2026, 9, 30), 2, D(2026, 10, 9)),
        (D(2026, 9, 30), 3, D(2026, 10, 10)),
        (D(2026, 9, 30), 30, D(2026, 11, 17)),
        (D(2026, 2, 13), 2, D(2026, 2, 24)),
        (D(2026, 2, 13), 3, D(2026, 2, 25)),
        (D(2026, 9, 18), 2, D(2026, 9, 21)),
        (D(2026, 9, 18), 3, D(2026, 9, 22)),
    ],
)
def test_a_period_of_working_days_counts_moved_working_weekends(start, days, end):
    assert after_working_days(start, days, CALENDAR) == end


def test_the_leap_day_counts():
    assert after_calendar_days(D(2028, 1, 31), 30, PLAIN) == D(2028, 3, 1)
    assert after_calendar_days(D(2028, 2, 28), 1, PLAIN) == D(2028, 2, 29)


def _oracle_working(start: D, count: int, calendar: WorkCalendar) -> D:
    """A plain oracle: write down the working days after the start, take the last one asked for."""
    later = (start + dt.timedelta(days=n) for n in range(1, 400))
    return [day for day in later if calendar.is_working(day)][count - 1]


def _oracle_calendar(start: D, count: int, calendar: WorkCalendar) -> D:
    return min(
        day
        for day in _days(start + dt.timedelta(days=count), start + dt.timedelta(days=count + 99))
        if calendar.is_working(day)
    )


@given(days_of_2026, st.integers(1, 60))
def test_working_days_agree_with_a_plain_oracle(start, count):
    assert after_working_days(start, count, CALENDAR) == _oracle_working(start, count, CALENDAR)


@given(days_of_2026, st.integers(1, 60))
def test_calendar_days_agree_with_a_plain_oracle(start, count):
    assert after_calendar_days(start, count, CALENDAR) == _oracle_calendar(start, count, CALENDAR)


@given(days_of_2026, st.integers(1, 60), days_of_2026)
def test_a_holiday_never_makes_a_period_end_earlier(start, count, holiday):
    more = WorkCalendar({**CALENDAR.exceptions, holiday: False})
    for rule in (after_working_days, after_calendar_days):
        assert rule(start, count, more) >= rule(start, count, CALENDAR)


@given(calendars, days_of_2026, st.integers(0, 40))
def test_a_period_ends_on_a_working_day_and_never_on_the_day_it_starts(exceptions, start, count):
    calendar = WorkCalendar(exceptions)
    end = after_working_days(start, count + 1, calendar)
    assert end > start
    assert calendar.is_working(end)
    assert calendar.is_working(after_calendar_days(start, count, calendar))


@given(calendars, days_of_2026, st.integers(1, 40))
def test_one_day_more_never_ends_earlier(exceptions, start, count):
    calendar = WorkCalendar(exceptions)
    for rule in (after_working_days, after_calendar_days):
        assert rule(start, count + 1, calendar) >= rule(start, count, calendar)


def test_a_year_that_nobody_loaded_is_counted_monday_to_friday_and_is_known_as_such():
    assert CALENDAR.knows(2026)
    assert not CALENDAR.knows(2027)
    assert after_working_days(D(2027, 1, 1), 1, CALENDAR) == D(2027, 1, 4)


@given(calendars, days_of_2026, st.integers(1, 40))
def test_a_period_of_working_days_has_all_of_them_left_and_none_on_its_last_day(
    exceptions, start, count
):
    calendar = WorkCalendar(exceptions)
    end = after_working_days(start, count, calendar)
    assert working_days_left(start, end, calendar) == count
    assert working_days_left(end, end, calendar) == 0
    assert working_days_left(end + dt.timedelta(days=9), end, calendar) == 0
