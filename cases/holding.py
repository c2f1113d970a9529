"""Who has a case in hand: given on to another mediator, or back to the centre."""

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases import events
from cases.lifecycle import Action, move
from cases.models import Assignment, Case
from cases.policies import Actor
from mediators.models import Mediator

OPEN = (Assignment.Outcome.WAITING, Assignment.Outcome.ACCEPTED)


def locked(case: Case) -> Case:
    """Return the case read anew, its row held until the transaction ends."""
    return Case.objects.select_for_update(of=("self",)).get(pk=case.pk)


def holder(case: Case) -> dict[str, object]:
    """Return who has the case, as facts of an event."""
    return {"mediator": case.mediator_id, "body": case.body_id}


def without_body(case: Case) -> Case:
    """Take the case out of its body's hands; its type, layer and clock of mediation stay."""
    case.body = case.mediator = case.respond_by = None
    case.save(update_fields=["body", "mediator", "respond_by"])
    return case


def close_assignment(case: Case, outcome: str, note: str = "") -> None:
    """Close the assignment under which a body has the case: it stays as the record."""
    case.assignments.filter(outcome__in=OPEN).update(
        outcome=outcome, note=note, answered_at=timezone.now()
    )


def give_to(case: Case, mediator: Mediator, *, actor: Actor, why: str) -> Case:
    """Give a case to another mediator of the body that has it; no clock starts anew.

    `why` is a code for the record: lead, recusal, handover. The case must be locked.
    """
    before, case.mediator = case.mediator_id, mediator
    case.save(update_fields=["mediator"])
    case.assignments.filter(outcome__in=OPEN).update(mediator=mediator)
    events.record(
        case,
        "case.mediator_changed",
        actor=actor,
        mediator=mediator.pk,
        before=before,
        body=case.body_id,
        why=why,
    )
    return case


def unanswered_by(mediator: Mediator, *, whole_body: bool, days: int) -> QuerySet[Assignment]:
    """Return what a mediator, or the whole body, let lapse in the last so many days (未响应)."""
    since = timezone.now() - dt.timedelta(days=days)
    gone = Assignment.objects.filter(outcome=Assignment.Outcome.LAPSED, answered_at__gte=since)
    return gone.filter(body=mediator.body_id) if whole_body else gone.filter(mediator=mediator)


@transaction.atomic
def give_back(case: Case, *, why: str) -> Case:
    """Give a case that its body cannot go on with back to be routed anew; `why` is a code.

    Raises TransitionNotAllowed.
    """
    case = locked(case)
    facts = holder(case)
    case = move(case, Action.GIVE_BACK, actor=None, why=why, **facts)
    close_assignment(case, Assignment.Outcome.TAKEN_BACK)
    return without_body(case)
