"""Sending what has been written: each notice once, with retries, never inside a request."""

import datetime as dt
import json
import logging

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


def send_due(*, only: str = "") -> int:
    """Send the notices whose time has come, oldest first; return how many went out.

    A row is locked while its message is handed over, so two workers never send it twice; a worker
    killed between the provider's answer and our commit may, which one text message survives.
    """
    due = Notice.objects.filter(state=Notice.State.WAITING, due_at__lte=timezone.now())
    if only:
        due = due.filter(template=only)
    return sum(
        _send_one(pk) for pk in list(due.order_by("id").values_list("pk", flat=True)[:BATCH])
    )


def _send_one(pk: int) -> bool:
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        rows = Notice.objects.select_for_update(skip_locked=skip)
        notice = rows.filter(pk=pk, state=Notice.State.WAITING).first()
        if notice is None:
            return False
        try:
            notice.receipt = _hand_over(notice)
        except ChannelError as error:
            _failed(notice, error)
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


def _failed(notice: Notice, error: ChannelError) -> None:
    notice.attempts += 1
    notice.error = str(error)[:200]
    if not error.can_retry or notice.attempts >= MOST_ATTEMPTS:
        notice.state = Notice.State.FAILED
    notice.due_at = timezone.now() + FIRST_WAIT * 2**notice.attempts
    notice.save(update_fields=["attempts", "error", "state", "due_at"])
    logger.warning("notice_not_sent", extra={"notice": notice.pk, "attempts": notice.attempts})
