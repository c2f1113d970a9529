"""The clock of a made-up history: moved by hand, and plausible hours to move it to."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from unittest.mock import patch

from django.utils import timezone

from cases.deadlines import ONE_DAY, WorkCalendar

OPENS, CLOSES = dt.time(9), dt.time(17, 30)
MORNING, NIGHT = dt.time(7), dt.time(22, 30)  # between them people look at their phones


class Clock:
    """What time it is in the history."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at


@contextmanager
def moved(start: dt.datetime) -> Iterator[Clock]:
    """Let all of Django tell the time of the returned clock, until the block ends.

    The history goes through the real domain functions, and these ask `timezone.now`. Columns hold
    that function as their default, so another one in its place would not reach them: what is
    replaced is the class it asks. For the whole process: for commands, never for a web server.
    """
    clock = Clock(start)

    class StillADatetime(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, dt.datetime)

    class Moved(metaclass=StillADatetime):
        @staticmethod
        def now(tz: dt.tzinfo | None = None) -> dt.datetime:
            return clock.at.astimezone(tz)

    with patch.object(timezone, "datetime", Moved):
        yield clock


class Diary:
    """Plausible times: offices work on working days, people answer when they are awake."""

    def __init__(self, calendar: WorkCalendar, rng: Random, pace: float = 1.0) -> None:
        self.calendar = calendar
        self.rng = rng
        self.pace = pace

    def office(self, after: dt.datetime, least: float, most: float) -> dt.datetime:
        """Return a time in office hours, so many hours of work after another."""
        left = dt.timedelta(hours=self.rng.uniform(least, most) * self.pace)
        at = self.opening(after)
        while (room := at.replace(hour=CLOSES.hour, minute=CLOSES.minute) - at) <= left:
            left -= room
            at = self.opening(_start_of(at) + ONE_DAY)
        return at + left

    def opening(self, at: dt.datetime) -> dt.datetime:
        """Return this moment if offices are open, else when they open next."""
        at = timezone.localtime(at)
        if self.calendar.is_working(at.date()) and at.time() < CLOSES:
            return max(at, at.replace(hour=OPENS.hour, minute=0, second=0, microsecond=0))
        day = self.calendar.next_working(at.date() + ONE_DAY)
        return dt.datetime.combine(day, OPENS, at.tzinfo)

    def citizen(self, after: dt.datetime, least: float, most: float) -> dt.datetime:
        """Return a waking hour, so many hours after another time; weekends count."""
        hours = self.rng.uniform(least, most) * self.pace
        at = timezone.localtime(after + dt.timedelta(hours=hours))
        if at.time() > NIGHT:
            at = _start_of(at) + ONE_DAY
        if at.time() < MORNING:
            at = _start_of(at) + dt.timedelta(hours=self.rng.uniform(7, 9))
        return at

    def working_days_before(self, end: dt.datetime, count: int) -> dt.datetime:
        """Return when offices opened on the last working day but so many before a time."""
        day = timezone.localdate(end)
        for _ in range(count):
            day -= ONE_DAY
            while not self.calendar.is_working(day):
                day -= ONE_DAY
        return dt.datetime.combine(day, OPENS, timezone.get_current_timezone())


def _start_of(at: dt.datetime) -> dt.datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
