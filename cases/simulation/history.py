"""A made-up history: drawn from a seed, lived through the real domain functions, time moved.

Which cases there are, when they were filed and how they end follows from the seed and the day
alone; codes, links and keys are random secrets here as everywhere.
"""

import datetime as dt
import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from random import Random
from unittest.mock import patch

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import clocks, events, handling, messages
from cases.deadlines import ONE_DAY, WorkCalendar
from cases.errors import CaseError
from cases.models import Case, CaseEvent, Channel
from cases.simulation import bodies, closing, entrance, stories, talks
from cases.simulation.clock import Clock, Diary, moved
from cases.simulation.world import Ending, Life, Plan, Steps, World
from mediators.demo import HOME
from mediators.models import Mediator, Region, User

Status = Case.Status
DEVELOPMENT = "cases.notices.channels.development.DevelopmentChannel"
AT_ONCE = 25  # steps of one transaction: a commit costs more than a step
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


def simulate(
    *,
    cases: int,
    seed: int,
    months: int,
    today: dt.date,
    nightly: Sequence[Callable[[dt.date], object]] = (),
    progress: Callable[[int], object] = lambda filed: None,
) -> Counter[str]:
    """Make a history of so many cases up to `today`; return how many are in each status.

    `nightly` is called for each day gone by; `progress` with the number filed. Raises CaseError
    where messages would leave the house or the demonstration has not been loaded, and where an
    event cannot be delivered: what was made before that stays.
    """
    if settings.NOTICE_BACKEND != DEVELOPMENT:
        raise CaseError(_("通知会真的发出去：只有开发通道可以编造历史"))
    span, calendar = Span.of(today, months), clocks.work_calendar()
    plans = draw(cases, seed=seed, span=span, calendar=calendar)
    events.relay()
    with _without_worker(), moved(span.start) as clock:
        world = _world(clock, calendar)
        lives = [Life(plan, world, seed) for plan in plans]
        _live(lives, world, span, nightly, progress)
    return Counter(
        Case.objects.filter(pk__in=[v.case.pk for v in lives]).values_list("status", flat=True)
    )


def _world(clock: Clock, calendar: WorkCalendar) -> World:
    dispatcher = User.objects.filter(role=User.Role.DISPATCHER).order_by("pk").first()
    clerk = User.objects.filter(role=User.Role.COURT).order_by("pk").first()
    host = Mediator.objects.filter(is_demo=True).order_by("pk").first()
    if not (dispatcher and clerk and host):
        raise CaseError(_("还没有演示数据，请先运行 load_demo"))
    return World(
        clock=clock,
        calendar=calendar,
        dispatcher=dispatcher,
        clerk=clerk,
        host=host,
        channels={channel.key: channel for channel in Channel.objects.all()},
        first_person=2 * _newest(Case) + 1,
        last_event=_newest(CaseEvent),
    )


def _newest(model: type[Case] | type[CaseEvent]) -> int:
    return model._default_manager.aggregate(newest=Max("pk"))["newest"] or 0


@contextmanager
def _without_worker() -> Iterator[None]:
    """Wake no worker: it would live today, in the middle of what happened months ago."""
    with (
        patch.object(events, "wake_relay", lambda: None),
        patch.object(messages, "wake_sending", lambda: None),
    ):
        yield


# --- Drawing the plans ---


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
    channels = list(CHANNELS)
    for number, (status, filed_at) in enumerate(times.items()):
        story = _story(rng, endings[status], is_vague=status == Status.FILED)
        while story.case_type and status != Status.FILED and story.case_type not in SHOWN_TYPES:
            story = stories.clear(rng)
        yield Plan(
            number=number,
            filed_at=filed_at,
            story=story,
            channel=channels[number % len(channels)],
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


# --- Living them ---


def _live(
    lives: list[Life],
    world: World,
    span: Span,
    nightly: Sequence[Callable[[dt.date], object]],
    progress: Callable[[int], object],
) -> None:
    """Take the steps of all lives in the order of their times, some of them in a transaction."""
    order = count()
    queue = [(life.plan.filed_at, next(order), life, steps(life)) for life in lives]
    heapq.heapify(queue)
    midnight = span.start
    while queue and queue[0][0] < span.end:
        with transaction.atomic():
            for _step in range(AT_ONCE):
                if not queue or queue[0][0] >= span.end:
                    break
                midnight = _sleep(world, midnight, queue[0][0], nightly)
                at, _order, life, course = heapq.heappop(queue)
                is_new = life.number is None
                if following := _step_of(life, course, at):
                    heapq.heappush(queue, (following, next(order), life, course))
                if is_new:
                    progress(len(world.lives))
    _sleep(world, midnight, span.end, nightly)


def _step_of(life: Life, course: Steps, at: dt.datetime) -> dt.datetime | None:
    """Take one step of a life; return when its next one is, or None if it stays as it is."""
    life.world.clock.at = at
    life.look_again()
    following = next(course, None)
    has_arrived = life.plan.stop and life.case.status == life.plan.stop
    return None if has_arrived else following


def _sleep(
    world: World,
    midnight: dt.datetime,
    until: dt.datetime,
    nightly: Sequence[Callable[[dt.date], object]],
) -> dt.datetime:
    """Do what the schedule does at night, for each night up to a time; return the next one."""
    while midnight <= until:
        world.clock.at = midnight
        day = timezone.localdate(midnight)
        handling.lapse_silent(day)
        for job in nightly:
            job(day)
        world.catch_up()
        midnight += ONE_DAY
    return midnight


def steps(life: Life) -> Steps:
    """Live: file, find a body, talk, agree or not, and what the court has to say."""
    if original := entrance.original_of(life):
        yield from entrance.duplicate(life, original)
        return
    entrance.file(life)
    bodies.show_to_host(life)
    for stage in (bodies.taken_on, talks.invited, talks.talked, closing.signed):
        if not (yield from stage(life)):
            return
    yield from closing.confirmed(life)
