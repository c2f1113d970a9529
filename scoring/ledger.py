"""The ledger of points: each event earns at most one entry under each rule, and none is changed."""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from cases.models import CaseEvent
from mediators.models import Mediator
from scoring import periods
from scoring.models import PointBook, PointEntry, PointRule

SCORED = (
    "case.accept",
    "case.refuse",
    "case.lapse",
    "case.settle",
    "case.settle_orally",
    "case.fail",
    "case.grant",
    "case.refuse_confirmation",
)


@transaction.atomic
def award(event: CaseEvent) -> list[PointEntry]:
    """Write what an event earns under the rules in force on its day; return the new entries.

    The mediator's row is locked, so a cap counts entries that another worker writes. A second run
    finds the entries there and writes none.
    """
    mediator_id = event.facts.get("mediator")
    mediator = Mediator.objects.select_for_update().filter(pk=mediator_id).first()
    book = book_on(timezone.localdate(event.at))
    if mediator is None or book is None:
        return []
    rules = [r for r in book.rules.filter(event=event.kind) if fits(r, event.facts)]
    entries = [_write(rule, event, mediator) for rule in rules]
    return [entry for entry in entries if entry]


def book_on(day: dt.date) -> PointBook | None:
    """Return the rules in force on a day."""
    return PointBook.objects.filter(effective_from__lte=day).order_by("-effective_from").first()


def fits(rule: PointRule, facts: dict[str, object]) -> bool:
    """Say whether an event's facts meet every condition of a rule."""
    return all(facts.get(name) == wanted for name, wanted in rule.condition.items())


def _write(rule: PointRule, event: CaseEvent, mediator: Mediator) -> PointEntry | None:
    month = periods.open_month(timezone.localdate(event.at))
    if PointEntry.objects.filter(event=event, rule=rule).exists():
        return None
    if _is_free(rule, event, mediator):
        return None
    points = _within_cap(rule, mediator, month)
    if not points:
        return None
    return PointEntry.objects.create(
        mediator=mediator,
        body_id=event.facts.get("body") or mediator.body_id,
        event=event,
        rule=rule,
        points=points,
        month=month,
        at=event.at,
    )


def _is_free(rule: PointRule, event: CaseEvent, mediator: Mediator) -> bool:
    """Say whether this is one of the first of the quarter that a rule lets pass."""
    if not rule.free_per_quarter:
        return False
    day = timezone.localdate(event.at)
    start = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    earlier = CaseEvent.objects.filter(
        kind=event.kind, facts__mediator=mediator.pk, at__date__gte=start, pk__lt=event.pk
    )
    same = [e for e in earlier if fits(rule, e.facts)]
    return len(same) < rule.free_per_quarter


def _within_cap(rule: PointRule, mediator: Mediator, month: dt.date) -> Decimal:
    if rule.monthly_cap is None:
        return rule.points
    earned = PointEntry.objects.filter(mediator=mediator, rule__code=rule.code, month=month)
    so_far = earned.aggregate(total=Sum("points"))["total"] or Decimal(0)
    return min(rule.points, max(rule.monthly_cap - so_far, Decimal(0)))
