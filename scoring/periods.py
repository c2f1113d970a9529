"""Months of points: a month ends on the 25th, is ranked once, and then stands (facts §5.2, 19)."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from mediators.models import Mediator
from scoring.models import Month, MonthResult, PointEntry

CLOSING_DAY = 25


def month_of(day: dt.date) -> dt.date:
    """Return the first day of the month that a day counts for: after the 25th, the next month."""
    first = day.replace(day=1)
    return first if day.day <= CLOSING_DAY else following(first)


def following(month: dt.date) -> dt.date:
    """Return the first day of the month after."""
    return (month + dt.timedelta(days=31)).replace(day=1)


def next_start(day: dt.date) -> dt.date:
    """Return the day after `day` on which the next month of points begins: the 26th."""
    return month_of(day).replace(day=CLOSING_DAY) + dt.timedelta(days=1)


def open_month(day: dt.date) -> dt.date:
    """Return the month a day counts for, or the next that is still open."""
    month = month_of(day)
    while Month.objects.filter(month=month).exists():
        month = following(month)
    return month


def close(month: dt.date) -> Month:
    """Rank a month once and for all; closing it again returns what stands."""
    if stands := Month.objects.filter(month=month).first():
        return stands
    try:
        with transaction.atomic():
            _wait_for_awards()
            closed = Month.objects.create(month=month, closed_at=timezone.now())
            MonthResult.objects.bulk_create(_results(closed), batch_size=1000)
            return closed
    except IntegrityError:
        return Month.objects.get(month=month)


def _wait_for_awards() -> None:
    """Lock every mediator: an award holds its mediator's row from before it picks the month.

    So no award is on its way into the month while it is ranked, and the next finds it closed.
    """
    list(Mediator.objects.select_for_update().order_by("pk").values_list("pk"))


def _results(closed: Month) -> list[MonthResult]:
    totals = (
        PointEntry.objects.filter(month=closed.month)
        .values("mediator")
        .annotate(total=Sum("points"))
        .order_by("-total", "mediator")
    )
    bodies = dict(Mediator.objects.values_list("pk", "body_id"))
    results: list[MonthResult] = []
    for place, row in enumerate(totals, start=1):
        tied = results and results[-1].points == row["total"]
        results.append(
            MonthResult(
                month=closed,
                mediator_id=row["mediator"],
                body_id=bodies[row["mediator"]],
                points=row["total"],
                rank=results[-1].rank if tied else place,
            )
        )
    return results


def close_due(today: dt.date) -> list[Month]:
    """Close every month with points whose closing day has passed."""
    current = month_of(today)
    due = PointEntry.objects.filter(month__lt=current).values_list("month", flat=True).distinct()
    closed = set(Month.objects.values_list("month", flat=True))
    return [close(month) for month in sorted(set(due) - closed)]
