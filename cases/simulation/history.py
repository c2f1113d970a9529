"""A made-up history: drawn from a seed, lived through the real domain functions, time moved.

Which cases there are, when they were filed and how they end follows from the seed and the day
alone; codes, links and keys are random secrets here as everywhere.
"""

import datetime as dt
import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
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
from cases.simulation import bodies, closing, entrance, plans, talks
from cases.simulation.clock import Clock, moved
from cases.simulation.world import Life, Steps, World
from mediators.models import Mediator, User

DEVELOPMENT = "cases.notices.channels.development.DevelopmentChannel"
AT_ONCE = 25  # steps of one transaction: a commit costs more than a step


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
    span, calendar = plans.Span.of(today, months), clocks.work_calendar()
    drawn = plans.draw(cases, seed=seed, span=span, calendar=calendar)
    events.relay()
    with _alone(), moved(span.start) as clock:
        world = _world(clock, calendar)
        lives = [Life(plan, world, seed) for plan in drawn]
        _live(lives, world, span, nightly, progress)
    made = Case.objects.filter(pk__in=[life.number for life in world.lives if life.number])
    return Counter(made.values_list("status", flat=True))


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
def _alone() -> Iterator[None]:
    """Wake no worker: it would live today, in the middle of what happened months ago.

    Nor let Django keep the text of each of the many statements, as it does under DEBUG.
    """
    with (
        patch.object(events, "wake_relay", lambda: None),
        patch.object(messages, "wake_sending", lambda: None),
        patch.object(settings, "DEBUG", False),
    ):
        yield


def _live(
    lives: list[Life],
    world: World,
    span: plans.Span,
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
