"""A real Celery worker, killed with SIGKILL in the middle of scoring, and started again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from cases import tasks
from cases.models import Budget, Case, CaseEvent
from scoring.models import PointEntry
from tests.factories import reach

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
EVENTS, KILLS, COST = 300, 3, 2  # case.lapse costs 2 points (facts §5.6, A2)
CHECKOUT = Path(__file__).resolve().parents[2]
CELERY = ["-m", "celery", "-A", "mediation", "worker", "-B", "-P", "threads", "-c", "4"]
NAIVE = ["-m", "tests.races.naive_scorer"]


@contextmanager
def running(program: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process on the database of the tests, killed with all its children at the end."""
    server = connection.settings_dict
    address = f"postgres://{server['USER']}:{server['PASSWORD']}@{server['HOST']}:{server['PORT']}"
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    process = subprocess.Popen(
        [sys.executable, *program],
        cwd=CHECKOUT,
        env={**environment, "DATABASE_URL": f"{address}/{server['NAME']}", "DEBUG": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until(reached: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "the worker did not get on"
        time.sleep(0.02)


@pytest.fixture
def many_events(house) -> Case:
    """Many lapses of one mediator, none of them heard yet."""
    case = reach("dispatched", house)
    CaseEvent.objects.filter(relayed_at=None).update(relayed_at=timezone.now())
    facts = {"mediator": case.mediator_id, "body": case.body_id}
    CaseEvent.objects.bulk_create(
        CaseEvent(case=case, kind="case.lapse", facts=facts) for _ in range(EVENTS)
    )
    return case


def test_a_worker_killed_in_the_middle_neither_loses_nor_doubles_a_point(many_events):
    for turn in range(1, KILLS + 1):
        with running(CELERY):
            tasks.relay_events.apply_async()
            enough = turn * EVENTS // (KILLS + 2)
            wait_until(lambda enough=enough: PointEntry.objects.count() >= enough)
    assert PointEntry.objects.count() < EVENTS, "every kill came too late to prove anything"
    with running(CELERY):
        for _ in range(3):
            tasks.relay_events.apply_async()
        wait_until(lambda: not CaseEvent.objects.filter(relayed_at=None).exists())
    assert PointEntry.objects.count() == EVENTS
    assert PointEntry.objects.aggregate(total=Sum("points"))["total"] == -COST * EVENTS


def test_a_scorer_that_marks_first_and_writes_after_loses_points_when_killed(many_events):
    naive = Budget.objects.create(subject="naive points", window=timezone.now())

    def written() -> int:
        naive.refresh_from_db()
        return naive.count

    for turn in range(1, KILLS + 1):
        with running(NAIVE):
            wait_until(lambda enough=turn * 20: written() >= enough)
    with running(NAIVE) as process:
        process.wait(60)
    assert written() < COST * EVENTS
