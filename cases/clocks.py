"""The clocks of a case: legal periods kept as data, applied with the loaded calendar."""

import datetime as dt
from collections.abc import Callable

from cases.deadlines import WorkCalendar, after_calendar_days, after_working_days
from cases.models import CalendarDay, Case, Clock

RESPOND = "respond"  # 在线调解规则 12: the body answers within 3 working days
INVITE = "invite"  # 在线调解规则 15: the other side is contacted within 3 working days
MEDIATE = "mediate"  # 在线调解规则 24: 30 days from acceptance
CONFIRM = "confirm"  # 民事诉讼法 205: joint application within 30 days of effect


def work_calendar() -> WorkCalendar:
    """Return the calendar with every holiday and moved working day that has been loaded."""
    return WorkCalendar(dict(CalendarDay.objects.values_list("day", "is_working")))


def due_date(clock: Clock, start: dt.date) -> dt.date:
    """Return the last day of this clock when it starts on `start`."""
    count = after_working_days if clock.unit == Clock.Unit.WORKING else after_calendar_days
    return count(start, clock.days, work_calendar())


def due(key: str, start: dt.date) -> dt.date:
    """Return the last day of the clock of this key."""
    return due_date(Clock.objects.get(key=key), start)


def reckoner(key: str) -> Callable[[dt.date], dt.date]:
    """Return a function that counts this clock from any day; data is read once, for whole lists."""
    clock = Clock.objects.get(key=key)
    calendar = work_calendar()
    count = after_working_days if clock.unit == Clock.Unit.WORKING else after_calendar_days
    return lambda start: count(start, clock.days, calendar)


def mediation_due(case: Case, start: dt.date) -> dt.date:
    """Return the last day of mediation: each case type may have a clock of its own."""
    if case.case_type:
        return due_date(case.case_type.clock, start)
    return due(MEDIATE, start)
