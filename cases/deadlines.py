"""Legal days: calendar days and working days, counted as 民事诉讼法 85 and 民法典 200 to 204 say.

The day on which a period starts is not counted; a last day on a rest day moves to the next
working day. A year whose holidays nobody has loaded falls back to Monday to Friday, and says so.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

ONE_DAY = dt.timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class WorkCalendar:
    """The days that differ from the week's pattern: True works, False rests."""

    exceptions: Mapping[dt.date, bool] = field(default_factory=dict)

    def is_working(self, day: dt.date) -> bool:
        """Say whether this is a working day (moved working weekends are)."""
        return self.exceptions.get(day, day.weekday() < SATURDAY)

    def knows(self, year: int) -> bool:
        """Say whether this year's holidays have been loaded."""
        return any(day.year == year for day in self.exceptions)

    def next_working(self, day: dt.date) -> dt.date:
        """Return this day, or the first working day after it."""
        while not self.is_working(day):
            day += ONE_DAY
        return day


def after_calendar_days(start: dt.date, days: int, calendar: WorkCalendar) -> dt.date:
    """Return the last day of a period of calendar days that starts on `start`."""
    return calendar.next_working(start + dt.timedelta(days=days))


def after_working_days(start: dt.date, days: int, calendar: WorkCalendar) -> dt.date:
    """Return the last day of a period of working days that starts on `start`."""
    day = start
    for _ in range(days):
        day = calendar.next_working(day + ONE_DAY)
    return day


def working_days_left(today: dt.date, last: dt.date, calendar: WorkCalendar) -> int:
    """Return how many working days remain after today, the last day counted; 0 when it is over."""
    days = (today + ONE_DAY * n for n in range(1, (last - today).days + 1))
    return sum(calendar.is_working(day) for day in days)
