"""How much each body has to do: open cases for its places, who is there, who answers in time."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Count,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Cast, Coalesce, Greatest
from django.utils import timezone

from cases.models import Assignment, Case
from cases.querysets import WORKED_ON
from cases.routing.roster import LATELY
from mediators.models import Body, Mediator

ANSWERED = (Assignment.Outcome.ACCEPTED, Assignment.Outcome.REFUSED)


@dataclass(frozen=True)
class BodyLoad:
    """What one body has in hand, and how it answered within the last 90 days.

    `capacity` is how many open cases those take together who are present; `asked` counts the
    assignments whose answer is in or overdue, `in_time` those answered by their last day (响应率).
    """

    body: Body
    open_cases: int
    unaccepted: int
    capacity: int
    present: int
    people: int
    silent: int
    asked: int
    in_time: int

    @property
    def percent(self) -> int | None:
        """Open cases for each hundred places; None while nobody is there."""
        return round(100 * self.open_cases / self.capacity) if self.capacity else None

    @property
    def response_percent(self) -> int | None:
        return round(100 * self.in_time / self.asked) if self.asked else None

    @property
    def is_full(self) -> bool:
        return self.open_cases >= self.capacity


def heaviest_first(bodies: QuerySet[Body], *, on: dt.date) -> QuerySet[Body]:
    """Order bodies by open cases for each place of the people present on a day, most first.

    Bodies with cases and nobody there come before all others.
    """
    present = Mediator.objects.present(on).filter(body=OuterRef("pk")).order_by().values("body")
    everybody = Mediator.objects.filter(body=OuterRef("pk"), user__is_active=True)
    cases = Case.objects.filter(body=OuterRef("pk"), status__in=WORKED_ON).order_by()
    load = Cast(F("open_cases"), FloatField()) / Greatest(F("places"), 1)
    return (
        bodies.annotate(
            open_cases=_number(cases.values("body").annotate(n=Count("pk"))),
            places=_number(present.annotate(n=Sum("capacity"))),
            present=_number(present.annotate(n=Count("pk"))),
            people=_number(everybody.order_by().values("body").annotate(n=Count("pk"))),
        )
        .annotate(load=load)
        .order_by("-load", "-open_cases", "name")
    )


def _number(rows: QuerySet[Any]) -> Coalesce:
    return Coalesce(Subquery(rows.values("n"), output_field=IntegerField()), 0)


def loads(bodies: Sequence[Body]) -> list[BodyLoad]:
    """Return the load of bodies that `heaviest_first` has ordered. One more query for all."""
    answers = _answers(bodies)
    return [
        BodyLoad(
            body=body,
            open_cases=body.open_cases,  # type: ignore[attr-defined]
            capacity=body.places,  # type: ignore[attr-defined]
            present=body.present,  # type: ignore[attr-defined]
            people=body.people,  # type: ignore[attr-defined]
            **answers.get(body.pk, NO_ANSWERS),
        )
        for body in bodies
    ]


COUNTED = ("unaccepted", "silent", "asked", "in_time")
NO_ANSWERS = dict.fromkeys(COUNTED, 0)


def _answers(bodies: Sequence[Body]) -> dict[int, dict[str, int]]:
    """What bodies were asked within the last 90 days or still are, and how they answered."""
    waiting = Q(outcome=Assignment.Outcome.WAITING)
    silent = waiting & Q(respond_by__lt=timezone.localdate())
    answered = Q(outcome__in=ANSWERED)
    lapsed = Q(outcome=Assignment.Outcome.LAPSED)
    rows = (
        Assignment.objects.filter(body__in=[body.pk for body in bodies])
        .filter(waiting | Q(at__gte=timezone.now() - LATELY))
        .order_by()
        .values("body")
        .annotate(
            unaccepted=Count("pk", filter=waiting),
            silent=Count("pk", filter=silent),
            asked=Count("pk", filter=answered | lapsed | silent),
            in_time=Count("pk", filter=answered & Q(answered_at__date__lte=F("respond_by"))),
        )
    )
    counts = rows.values_list("body", *COUNTED)
    return {body: dict(zip(COUNTED, found, strict=True)) for body, *found in counts}
