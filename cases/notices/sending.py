"""Sending what has been written: each notice once, with retries, never inside a request."""

import datetime as dt
import itertools
import json
import logging
import time

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from cases.models import Notice
from cases.notices.channels.base import ChannelError, Message, NoticeChannel

logger = logging.getLogger(__name__)
BATCH = 200
MOST_ATTEMPTS = 5
FIRST_WAIT = dt.timedelta(seconds=30)
MOST_SECONDS = 60  # for one call: where the provider hangs, the task's time limit is not reached


def send_due(*, only: str = "") -> int:
    """Send the notices whose time has come, longest due first; return how many went out.

    A row is locked while its message is handed over, so two workers never send it twice; a worker
    killed between the provider's answer and our commit may, which one text message survives.
    """
    due = Notice.objects.filter(state=Notice.State.WAITING, due_at__lte=timezone.now())
    if only:
        due = due.filter(template=only)
    end = time.monotonic() + MOST_SECONDS
    waiting = list(due.order_by("due_at", "id").values_list("pk", flat=True)[:BATCH])
    return sum(
        _try_one(pk) for pk in itertools.takewhile(lambda _: time.monotonic() < end, waiting)
    )


def _try_one(pk: int) -> bool:
    """Send one notice; what nobody foresaw is one failed try of it, and stops no other."""
    try:
        return _send_one(pk)
    except Exception as error:
        logger.exception("notice_broken", extra={"notice": pk})
        attempts = Notice.objects.values_list("attempts", flat=True).get(pk=pk)
        _failed(pk, attempts, ChannelError(type(error).__name__, can_retry=True))
        return False


def _send_one(pk: int) -> bool:
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        rows = Notice.objects.select_for_update(skip_locked=skip)
        notice = rows.filter(pk=pk, state=Notice.State.WAITING).first()
        if notice is None:
            return False
        try:
            notice.receipt = _hand_over(notice)[:120]
        except ChannelError as error:
            _failed(pk, notice.attempts, error)
            return False
        notice.state, notice.sent_at = Notice.State.SENT, timezone.now()
        notice.save(update_fields=["state", "sent_at", "receipt"])
        return True


def _hand_over(notice: Notice) -> str:
    if not notice.phone:
        return "in the workbench"
    channel: NoticeChannel = import_string(settings.NOTICE_BACKEND)()
    return channel.send(
        Message(notice.phone, notice.template, notice.text, json.loads(notice.params))
    )


def _failed(pk: int, attempts: int, error: ChannelError) -> None:
    attempts += 1
    over = not error.can_retry or attempts >= MOST_ATTEMPTS
    Notice.objects.filter(pk=pk).update(
        attempts=attempts,
        error=str(error)[:200],
        state=Notice.State.FAILED if over else Notice.State.WAITING,
        due_at=timezone.now() + FIRST_WAIT * 2**attempts,
    )
    logger.warning("notice_not_sent", extra={"notice": pk, "attempts": attempts})
