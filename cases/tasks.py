"""Thin Celery doors: load, call one function. Waking never fails the caller: beat sweeps anyway."""

import datetime as dt
import logging
import time

from celery import Task, shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from cases import budgets, drafts, events, handling, onetime
from cases.notices import reminders, sending
from cases.routing import replay

logger = logging.getLogger(__name__)
QUIET_SECONDS = 30  # after a broker failure nobody waits for it again; the beat sweep delivers
_broker_failed_at = -1e9


def _enqueue(task: Task) -> bool:
    global _broker_failed_at
    if time.monotonic() - _broker_failed_at < QUIET_SECONDS:
        return False
    try:
        task.apply_async(ignore_result=True)
    except (OperationalError, OSError):
        _broker_failed_at = time.monotonic()
        logger.warning("broker_unreachable", extra={"task": task.name})
        return False
    return True


def wake_relay() -> None:
    """Ask a worker to relay events now."""
    _enqueue(relay_events)


def wake_sending() -> None:
    """Ask a worker to send notices now; without a broker, one-time codes go out from here."""
    if not _enqueue(send_notices):
        sending.send_due(only="one_time_code")


def wake_replays() -> None:
    """Ask a worker to run the replays that wait."""
    _enqueue(run_replays)


@shared_task
def relay_events() -> int:
    return events.relay()


@shared_task
def send_notices() -> int:
    return sending.send_due()


@shared_task
def lapse_silent_dispatches() -> int:
    return handling.lapse_silent(timezone.localdate())


@shared_task
def remind_the_slow() -> int:
    today = timezone.localdate()
    return reminders.answer_soon(today) + reminders.layers_over(today)


@shared_task
def forget_old_drafts() -> int:
    now = timezone.now()
    onetime.forget(now - dt.timedelta(days=1))
    budgets.forget(now - dt.timedelta(days=2))
    return drafts.forget_old(now)


@shared_task
def run_replays() -> int:
    return replay.run_waiting()
