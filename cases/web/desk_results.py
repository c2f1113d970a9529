"""What the dispatcher has just sent, kept in the session so that it can be taken back at once."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest

from cases.models import Assignment, Case
from cases.routing.desk import Result

SENT, REFUSED = "desk:sent", "desk:refused"


def keep(request: HttpRequest, sent: Iterable[Assignment], refused: Iterable[Result] = ()) -> None:
    """Remember the assignments just made, and what was not done and why."""
    request.session[SENT] = [one.pk for one in sent]
    request.session[REFUSED] = [[one.case.pk, one.why] for one in refused]


def recall(request: HttpRequest) -> Sequence[Assignment]:
    """Return those of the assignments just made that can still be taken back."""
    waiting = Assignment.objects.filter(
        pk__in=request.session.get(SENT, []), outcome=Assignment.Outcome.WAITING
    )
    return list(waiting.select_related("case", "body", "mediator__user"))


def recall_all(request: HttpRequest) -> dict[str, Any]:
    """Return what was just sent, whatever became of it since, and what was refused and why."""
    known = request.session.get(REFUSED, [])
    cases = Case.objects.in_bulk([pk for pk, _why in known])
    made = Assignment.objects.filter(pk__in=request.session.get(SENT, []))
    return {
        "sent": list(made.select_related("case", "body", "mediator__user")),
        "refused": [(cases[pk], why) for pk, why in known if pk in cases],
    }
