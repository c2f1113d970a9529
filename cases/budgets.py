"""Limits on how often: messages to a phone, filings, guesses. Counted in the database."""

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cases.models import Budget

MINUTE, HOUR, DAY = 60, 3600, 86_400


def spend(subject: str, *, limit: int, seconds: int) -> bool:
    """Count one use of `subject` in this window; return False, counting nothing, at the limit.

    One conditional UPDATE, so that parallel requests cannot pass together.
    """
    with transaction.atomic():
        row, _ = Budget.objects.get_or_create(subject=subject, window=_window(seconds))
        return bool(Budget.objects.filter(pk=row.pk, count__lt=limit).update(count=F("count") + 1))


def _window(seconds: int) -> dt.datetime:
    now = int(timezone.now().timestamp())
    return dt.datetime.fromtimestamp(now - now % seconds, tz=dt.UTC)


def forget(before: dt.datetime) -> int:
    """Remove the counts of windows that began before this moment."""
    return Budget.objects.filter(window__lt=before).delete()[0]
