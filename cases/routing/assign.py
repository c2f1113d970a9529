"""Which body and which mediator a case goes to, and giving it to them."""

from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import clocks, events
from cases.errors import CaseError
from cases.lifecycle import Action, move
from cases.models import Assignment, Case, CaseType, Classification
from cases.policies import Actor
from cases.querysets import WORKED_ON
from cases.routing import rulebook
from cases.routing.classify import Decision
from cases.routing.suggest import suggest
from mediators.models import Body, Mediator

MOST_REFUSALS = 3  # then a person decides: a case must not be handed round


def route(case: Case) -> Case:
    """Classify a filed case, and dispatch it when the keywords and the bodies decide.

    What they do not decide stays on the dispatcher's desk with its classification. Safe to run
    again: a case that is no longer waiting is left alone.
    """
    if case.status != Case.Status.FILED:
        return case
    book = rulebook.in_force()
    verdict = rulebook.compiled(book).classify(case.description)
    ranked = [
        {"case_type": r.case_type, "score": round(r.score, 2), "keywords": list(r.keywords)}
        for r in verdict.ranked[:5]
    ]
    Classification.objects.create(
        case=case, rule_book=book, ranked=ranked, decision=verdict.decision
    )
    events.record(
        case, "case.classified", actor=None, decision=verdict.decision, rule_book=book.version
    )
    if verdict.decision != Decision.AUTO or _given_back_often(case):
        return case
    case_type = CaseType.objects.get(key=verdict.ranked[0].case_type)
    suggested = suggest(case, case_type)
    if not suggested:
        return case
    best = suggested[0]
    return dispatch(case, body=best.body, case_type=case_type, actor=None, reason=best.reason)


def _given_back_often(case: Case) -> bool:
    closed = (Assignment.Outcome.REFUSED, Assignment.Outcome.LAPSED)
    return case.assignments.filter(outcome__in=closed).count() >= MOST_REFUSALS


def colleagues(body: Body) -> list[tuple[Mediator, int]]:
    """Return the present mediators of a body with their open cases, the fewest first."""
    return [(one, one.open_cases) for one in _by_load(body)]


def pick_mediator(body: Body) -> Mediator | None:
    """Return the present mediator of a body with the fewest open cases below their limit."""
    picked: Mediator | None = _by_load(body).filter(open_cases__lt=F("capacity")).first()
    return picked


def _by_load(body: Body) -> QuerySet[Any]:
    load = Count("cases", filter=Q(cases__status__in=WORKED_ON))
    present = Mediator.objects.present(timezone.localdate()).filter(body=body)
    return present.annotate(open_cases=load).select_related("user").order_by("open_cases", "pk")


@transaction.atomic
def dispatch(
    case: Case,
    *,
    body: Body,
    case_type: CaseType,
    actor: Actor,
    reason: str,
    mediator: Mediator | None = None,
) -> Case:
    """Give a case to a body and one of its mediators; the 3-working-day clock starts today.

    A body that had the case before without answering loses it. Raises CaseError when the body may
    not take this type (facts §3.4), TransitionNotAllowed.
    """
    _refuse_barred(body, case_type)
    if mediator and mediator.body_id != body.pk:
        raise CaseError(_("只能派给本组织的调解员"))
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    case.assignments.filter(outcome=Assignment.Outcome.WAITING).update(
        outcome=Assignment.Outcome.TAKEN_BACK, answered_at=timezone.now()
    )
    case.body = body
    case.mediator = mediator or pick_mediator(body)
    case.case_type, case.case_type_version = case_type, case_type.version
    case.respond_by = respond_by = clocks.due(clocks.RESPOND, timezone.localdate())
    case.save(update_fields=["body", "mediator", "case_type", "case_type_version", "respond_by"])
    case = move(case, Action.DISPATCH, actor=actor, body=body.pk, case_type=case_type.key)
    Assignment.objects.create(
        case=case,
        body=body,
        mediator_id=case.mediator_id,
        reason=reason,
        respond_by=respond_by,
    )
    return case


def _refuse_barred(body: Body, case_type: CaseType) -> None:
    if case_type.type_kinds.filter(kind=body.kind, is_barred=True).exists():
        raise CaseError(_("“%(type)s”不能派给%(kind)s") % {"type": case_type, "kind": body.kind})
