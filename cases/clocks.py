"""The clocks of a case: legal periods kept as data, applied with the loaded calendar."""

import datetime as dt
from collections.abc import Callable

from cases.deadlines import ONE_DAY, WorkCalendar, after_calendar_days, after_working_days
from cases.models import CalendarDay, Case, Clock, Layer

DISTRIBUTE = "distribute"  # 在线调解规则 10: a body is appointed within 3 working days
RESPOND = "respond"  # 在线调解规则 12: the body answers within 3 working days
INVITE = "invite"  # 在线调解规则 15: the other side is contacted within 3 working days
MEDIATE = "mediate"  # 在线调解规则 24: 30 days from acceptance
CONFIRM = "confirm"  # 民事诉讼法 205: joint application within 30 days of effect

Reckon = Callable[[dt.date], dt.date]


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


def reckoner(key: str, calendar: WorkCalendar | None = None) -> Reckon:
    """Return a function that counts this clock from any day; data is read once, for whole lists.

    A calendar that has been loaded already is not read again.
    """
    clock = Clock.objects.get(key=key)
    days = calendar or work_calendar()
    count = after_working_days if clock.unit == Clock.Unit.WORKING else after_calendar_days
    return lambda start: count(start, clock.days, days)


def newest_run_out(reckon: Reckon, today: dt.date) -> dt.date:
    """Return the newest day from which a clock, counted by `reckon`, is over before `today`."""
    start = today - ONE_DAY
    while reckon(start) >= today:
        start -= ONE_DAY
    return start


def mediation_due(case: Case, start: dt.date) -> dt.date:
    """Return the last day of mediation: each case type may have a clock of its own."""
    if case.case_type:
        return due_date(case.case_type.clock, start)
    return due(MEDIATE, start)


def layer_due(tier: str, start: dt.date, within: dt.date | None) -> dt.date | None:
    """Return the last day that a layer has for a case which begins there on `start`.

    A layer's days are a part of the clock of mediation and end with it (`within`, where it runs);
    a layer without days of its own has the rest of it (facts §2.4).
    """
    days = Layer.objects.filter(key=tier).values_list("days", flat=True).first()
    if not days:
        return within
    last = after_calendar_days(start, days, work_calendar())
    return min(last, within) if within else last
