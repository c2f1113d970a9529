"""Limits on how often: messages to a phone, filings, guesses. Counted in the database."""

import datetime as dt
from typing import Any

from django.db.models import F
from django.utils import timezone

from cases.models import Budget

MINUTE, HOUR, DAY = 60, 3600, 86_400


def spend(subject: str, *, limit: int, seconds: int) -> bool:
    """Count one use of `subject` in this window; return False, counting nothing, at the limit.

    One conditional UPDATE, so that parallel requests cannot pass together.
    """
    window = _window(subject, seconds)
    free = Budget.objects.filter(**window, count__lt=limit)
    if free.update(count=F("count") + 1):
        return True
    Budget.objects.bulk_create([Budget(**window)], ignore_conflicts=True)
    return bool(free.update(count=F("count") + 1))


def give_back(subject: str, *, seconds: int) -> None:
    """Take one use off the count of this window again: it was not one to be counted."""
    used = Budget.objects.filter(**_window(subject, seconds), count__gt=0)
    used.update(count=F("count") - 1)


def _window(subject: str, seconds: int) -> dict[str, Any]:
    """Return what names the row of this moment; an hour's count is never a minute's."""
    now = int(timezone.now().timestamp())
    began = dt.datetime.fromtimestamp(now - now % seconds, tz=dt.UTC)
    return {"subject": f"{subject}/{seconds}", "window": began}


def forget(before: dt.datetime) -> int:
    """Remove the counts of windows that began before this moment."""
    return Budget.objects.filter(window__lt=before).delete()[0]
