"""What a made-up history is to contain, drawn from a seed before anything happens."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from django.utils import timezone

from cases.deadlines import ONE_DAY, WorkCalendar
from cases.models import Case
from cases.simulation import stories
from cases.simulation.clock import Diary
from cases.simulation.world import Ending, Plan
from mediators.demo import HOME
from mediators.models import Region

Status = Case.Status
EXEMPLARY_PACE = 0.15

ENDINGS = {
    Ending.WRITTEN: 32,
    Ending.ORAL: 9,
    Ending.CONFIRMED: 10,
    Ending.NOT_CONFIRMED: 1,
    Ending.UNREACHABLE: 7,
    Ending.DECLINED: 10,
    Ending.FAR_APART: 10,
    Ending.EXPIRED: 3,
    Ending.NOT_SIGNED: 2,
    Ending.LITIGATED: 6,
    Ending.WITHDRAWN: 4,
    Ending.REJECTED: 3,
    Ending.MERGED: 3,
}
CHANNELS = {
    "public": 55,
    "court": 15,
    "police": 11,
    "window": 7,
    "departments": 5,
    "petitions": 4,
    "procuratorate": 3,
}
# One case for each status. The first were filed when the history begins and have long reached
# their end; the others stop where they are, filed so many working days before it ends.
REACHED = {
    Status.SETTLED: Ending.WRITTEN,
    Status.MERGED: Ending.MERGED,
    Status.CONFIRMED: Ending.CONFIRMED,
    Status.FAILED: Ending.FAR_APART,
    Status.LITIGATING: Ending.LITIGATED,
    Status.WITHDRAWN: Ending.WITHDRAWN,
    Status.REJECTED: Ending.REJECTED,
}
STOPPED = {
    Status.FILED: 2,
    Status.DISPATCHED: 2,
    Status.INVITING: 3,
    Status.MEDIATING: 4,
    Status.AGREED: 6,
    Status.CONFIRMING: 9,
}
# The channels of these cases in turn: what is to be seen in the hands of the home committee comes
# by one that leaves it there.
TURNS = ("procuratorate", "public", "police", "window", "petitions", "court", "departments")
# What a street's own committee takes; of the rest some may not be confirmed by the court.
SHOWN_TYPES = {"neighbour", "housing_lease", "private_loan", "personal_injury", "other_contract"}


@dataclass(frozen=True)
class Span:
    """The days of a history, from midnight to midnight."""

    start: dt.datetime
    end: dt.datetime

    @classmethod
    def of(cls, today: dt.date, months: int) -> "Span":
        """Return the months before today; today itself is left to real people."""
        zone = timezone.get_current_timezone()
        month = today.year * 12 + today.month - 1 - months
        first = dt.date(month // 12, month % 12 + 1, min(today.day, 28))
        return cls(*(dt.datetime.combine(day, dt.time(), zone) for day in (first, today)))


def draw(cases: int, *, seed: int, span: Span, calendar: WorkCalendar) -> list[Plan]:
    """Return the plans of a history in the order of filing; any sixty show every status."""
    rng = Random(seed)  # noqa: S311
    regions = list(Region.objects.exclude(level=Region.Level.DISTRICT).order_by("pk"))
    streets = [region for region in regions if region.level == Region.Level.STREET]
    diary = Diary(calendar, rng)
    plans = list(_exemplary(rng, Region.objects.get(key=HOME), span, diary))[:cases]
    for number in range(len(plans), cases):
        ending = rng.choices(list(ENDINGS), weights=list(ENDINGS.values()))[0]
        channel = rng.choices(list(CHANNELS), weights=list(CHANNELS.values()))[0]
        plans.append(
            Plan(
                number=number,
                filed_at=_filing_time(rng, span, diary, channel),
                story=_story(rng, ending),
                channel=channel,
                region=None if rng.random() < 0.03 else rng.choice(streets * 8 + regions),
                ending=ending,
            )
        )
    return sorted(plans, key=lambda plan: plan.filed_at)


def _exemplary(rng: Random, home: Region, span: Span, diary: Diary) -> Iterator[Plan]:
    """Yield one plan for each status, brisk and free of accidents; together of all channels."""
    opens = diary.opening(span.start)
    times = {s: opens + dt.timedelta(minutes=20 * n) for n, s in enumerate(REACHED)}
    times |= {s: diary.working_days_before(span.end, days) for s, days in STOPPED.items()}
    endings = REACHED | dict.fromkeys(STOPPED, Ending.CONFIRMED)
    for number, (status, filed_at) in enumerate(times.items()):
        story = _story(rng, endings[status], is_vague=status == Status.FILED)
        while story.case_type and status != Status.FILED and story.case_type not in SHOWN_TYPES:
            story = stories.clear(rng)
        yield Plan(
            number=number,
            filed_at=filed_at,
            story=story,
            channel=TURNS[number % len(TURNS)],
            region=home,
            ending=endings[status],
            stop=status if status in STOPPED else "",
            pace=EXEMPLARY_PACE,
        )


def _story(rng: Random, ending: Ending, *, is_vague: bool = False) -> stories.Story:
    if ending == Ending.REJECTED:
        return stories.not_mediable(rng)
    return stories.vague(rng) if is_vague or rng.random() < 0.06 else stories.clear(rng)


def _filing_time(rng: Random, span: Span, diary: Diary, channel: str) -> dt.datetime:
    """Return when a case is filed: the public at any waking hour, officials in office hours."""
    days = (span.end - span.start).days
    day = span.start + rng.randrange(days) * ONE_DAY
    if channel != "public":
        at = diary.office(day, 0, 8)
    else:
        at = day + dt.timedelta(hours=rng.triangular(7, 23, 14))
    return at if at < span.end else diary.working_days_before(span.end, 1)
