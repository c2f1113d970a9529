"""What a mediator has earned, and the rank it gives: read from the ledger and closed months."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from mediators.models import Mediator
from scoring import periods
from scoring.models import Month, MonthResult, PointEntry

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Totals:
    """Points of one month, and of the year it lies in."""

    month: Decimal
    year: Decimal


@dataclass(frozen=True)
class Place:
    """A rank in a closed month: the `rank`-th of `among` who earned points in it."""

    month: dt.date
    rank: int
    among: int


def entries(mediator: Mediator) -> QuerySet[PointEntry]:
    """Return every entry of a mediator, newest first, with what tells why."""
    return mediator.point_entries.select_related("rule", "event__case")


def totals(mediator: Mediator, *, month: dt.date) -> Totals:
    """Return the points of a month (its first day) and of its year, as they stand.

    Plain sums: base points and bands of a year (facts §5.6) are no part of them.
    """
    in_month, in_year = Q(month=month), Q(month__year=month.year)
    sums = mediator.point_entries.aggregate(
        of_month=Sum("points", filter=in_month), of_year=Sum("points", filter=in_year)
    )
    return Totals(sums["of_month"] or NOTHING, sums["of_year"] or NOTHING)


def months(mediator: Mediator, *, today: dt.date) -> list[dt.date]:
    """Return the months a mediator may look at, newest first; the open one is among them."""
    earned = mediator.point_entries.order_by().values_list("month", flat=True).distinct()
    return sorted({periods.open_month(today), *earned}, reverse=True)


def last_place(mediator: Mediator) -> Place | None:
    """Return the rank in the newest closed month that the mediator earned points in, if any."""
    result = mediator.month_results.select_related("month").order_by("-month__month").first()
    if result is None:
        return None
    return Place(result.month.month, result.rank, result.month.results.count())


def board(month: Month | None, *, named: str = "") -> QuerySet[MonthResult]:
    """Return the ranking of a closed month, best first; equal points share a rank.

    `named` keeps those whose own or whose body's name holds these words.
    """
    results = MonthResult.objects.filter(month=month).select_related("mediator__user", "body")
    if not named:
        return results
    return results.filter(Q(mediator__user__name__icontains=named) | Q(body__name__icontains=named))
