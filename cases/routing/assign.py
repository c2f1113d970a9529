"""Giving a case to a body and one of its mediators: by the rules, or as a person decides."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import clocks, conflicts
from cases.errors import CaseError
from cases.lifecycle import Action, move
from cases.models import Assignment, Case, CaseType, Classification
from cases.policies import Actor
from cases.querysets import WORKED_ON
from cases.routing import corrections, judge, layers, questions, roster
from cases.routing.choose import Candidate, Choice, Person, choose, pick_able
from cases.routing.classify import Decision
from cases.routing.explain import explained
from cases.routing.questions import Asked
from cases.routing.roster import Roster
from mediators.models import Body, Mediator, User

MOST_REFUSALS = 3  # then a person decides: a case must not be handed round
LIKELY = 3  # so many types that the keywords put first
TRIES = 5  # to find room, while others fill the same bodies


# --- By the rules ---


@transaction.atomic
def route(case: Case) -> Case:
    """Classify a filed case, and dispatch it when the keywords and the rules decide.

    What they do not decide stays on the dispatcher's desk with its classification. Safe to run
    again, and at the same time: the row is held, and a case that no longer waits is left alone.
    """
    case = _held(case)
    if case.status != Case.Status.FILED:
        return case
    case_type = _type_that_decides(case, judge.judge(case))
    if case_type is None or _given_back_often(case):
        return case
    for _try in range(TRIES):
        [asked] = questions.ask([(case, case_type)])
        people = roster.read_for([asked.question])
        choice = choose(asked.question, people.considered(asked.question))
        if choice.best is None or asked.is_exhausted or _place_unknown(case, asked):
            return case
        if dispatched := _dispatch_to_best(case, case_type, asked, choice):
            return dispatched
    return case


def _held(case: Case) -> Case:
    held: Case = Case.objects.with_routing().select_for_update(of=("self",)).get(pk=case.pk)
    return held


def _type_that_decides(case: Case, judged: Classification) -> CaseType | None:
    """Return the type under which a case may go on by itself: a person's word, else the sure one.

    None sends it to a person: the keywords are not sure, their type is paused, or the applicant
    said another one of the likely types.
    """
    decided = case.type_decisions.select_related("case_type").first()
    if decided:
        return decided.case_type
    if judged.decision != Decision.AUTO:
        return None
    case_type = CaseType.objects.get(key=judge.first_type(judged))
    doubted = _is_doubted(case, [row["case_type"] for row in judged.ranked])
    return None if doubted or corrections.is_paused(case_type) else case_type


def _is_doubted(case: Case, ranked: Sequence[str]) -> bool:
    """Say whether the applicant named another one of the likely types: the text speaks for both."""
    return case.case_type_said is not None and case.case_type_said.key in ranked[1:LIKELY]


def _given_back_often(case: Case) -> bool:
    closed = (Assignment.Outcome.REFUSED, Assignment.Outcome.LAPSED)
    return sum(one.outcome in closed for one in case.assignments.all()) >= MOST_REFUSALS


def _place_unknown(case: Case, asked: Asked) -> bool:
    """Say whether a committee of the place should have the case, and nobody knows the place."""
    return case.region_id is None and layers.is_above(layers.DISTRICT, asked.placed.tier)


class _Filled(Exception):
    """Somebody else has taken the last place of a body meanwhile."""


def _dispatch_to_best(case: Case, case_type: CaseType, asked: Asked, choice: Choice) -> Case | None:
    """Give a case to the body that was chosen, if it still has room; None when it has not.

    Loads were counted without locks. So the body's row is held now and its people are counted
    anew: of two that give it its last case at once, the second sees it full, lets the row go and
    looks again. Who waits here holds one case and no other body, so none block each other.
    """
    assert choice.best
    best = choice.best.body
    try:
        with transaction.atomic():
            _hold(best)
            still = choose(asked.question, [best]).best
            if still is None:
                raise _Filled
            return _give(
                case,
                body=Body.objects.select_related("kind").get(pk=best.pk),
                mediator=Mediator.objects.get(pk=still.mediator.pk),
                case_type=case_type,
                actor=None,
                explanation=explained(asked, choice, best, by_person=False),
            )
    except _Filled:
        return None


def _hold(body: Candidate) -> None:
    """Hold the row of a body until the transaction ends, and count its open cases anew."""
    list(Body.objects.select_for_update(no_key=True).filter(pk=body.pk).values_list("pk"))
    roster.recount(body)


# --- By a person ---


@transaction.atomic
def dispatch(
    case: Case,
    *,
    body: Body,
    case_type: CaseType,
    actor: Actor,
    reason: str = "",
    mediator: Mediator | None = None,
) -> Case:
    """Give a case to a body and one of its mediators; the 3-working-day clock starts today.

    A person may set load, field, place and layer aside, never a bar, a price that not everybody
    has accepted, or a conflict. `reason` is the person's own words. A body that had the case
    before without answering loses it. Raises CaseError, TransitionNotAllowed.
    """
    case = _held(case)
    refuse_barred(body, case_type)
    [asked] = questions.ask([(case, case_type)])
    _refuse_unpaid(body, asked)
    _refuse_conflict(case, body, mediator)
    people = roster.read_for([asked.question])
    choice = choose(asked.question, people.considered(asked.question))
    known = _known(body, people, asked)
    _hold(known)
    if isinstance(actor, User) and case.status == Case.Status.FILED:
        corrections.record_type_decision(case, case_type, actor)
    return _give(
        case,
        body=body,
        mediator=mediator or _whose_turn(known, body, asked),
        case_type=case_type,
        actor=actor,
        reason=reason,
        explanation=explained(asked, choice, known, by_person=actor is not None),
    )


def _known(body: Body, people: Roster, asked: Asked) -> Candidate:
    """Return a body as the rules see it, even where they would not have considered it."""
    if body.pk not in people.bodies:
        people = roster.read_for([asked.question], only=body.pk)
    if body.pk not in people.bodies:
        raise CaseError(_("%(body)s已经停用") % {"body": body})
    return people.bodies[body.pk]


def refuse_barred(body: Body, case_type: CaseType) -> None:
    """Refuse a body whose kind may not have cases of a type (facts §3.4). Raises CaseError."""
    if case_type.type_kinds.filter(kind=body.kind, is_barred=True).exists():
        raise CaseError(_("“%(type)s”不能派给%(kind)s") % {"type": case_type, "kind": body.kind})


def _refuse_unpaid(body: Body, asked: Asked) -> None:
    if body.kind.may_charge and body.pk not in asked.question.fees_agreed:
        raise CaseError(_("%(body)s要收费：先征求各方意见，都同意了才能派") % {"body": body})


def _refuse_conflict(case: Case, body: Body, mediator: Mediator | None) -> None:
    if mediator is None:
        return
    if mediator.body_id != body.pk:
        raise CaseError(_("只能派给本组织的调解员"))
    conflicts.check(case, mediator)


def _whose_turn(known: Candidate, body: Body, asked: Asked) -> Mediator | None:
    """Return the mediator of the body whose turn it is; None leaves that to its lead.

    Raises CaseError when everybody there must step aside.
    """
    out = asked.question.people_out
    if known.people and all(one.pk in out for one in known.people):
        raise CaseError(_("%(body)s的调解员都要回避，请派给别的组织") % {"body": body})
    return _mediator(pick_able(asked.question, known.people))


# --- Giving ---


def _give(
    case: Case,
    *,
    body: Body,
    mediator: Mediator | None,
    case_type: CaseType,
    actor: Actor,
    explanation: dict[str, Any],
    reason: str = "",
) -> Case:
    case.assignments.filter(outcome=Assignment.Outcome.WAITING).update(
        outcome=Assignment.Outcome.TAKEN_BACK, answered_at=timezone.now()
    )
    respond_by = clocks.due(clocks.RESPOND, timezone.localdate())
    _enter_layer(case, body.kind.tier, respond_by)
    case.body, case.mediator, case.respond_by = body, mediator, respond_by
    case.case_type, case.case_type_version = case_type, case_type.version
    case.save(update_fields=GIVEN)
    case = move(case, Action.DISPATCH, actor=actor, body=body.pk, case_type=case_type.key)
    Assignment.objects.create(
        case=case,
        body=body,
        mediator=mediator,
        tier=case.tier,
        reason=reason,
        explanation=explanation,
        respond_by=respond_by,
    )
    return case


GIVEN = (
    "body", "mediator", "respond_by", "case_type", "case_type_version", "tier", "layer_by"
)  # fmt: skip


def _enter_layer(case: Case, tier: str, respond_by: dt.date) -> None:
    """Set the layer of a case, and its last day as if the body answered on the last day it has.

    Once somebody has accepted it there, the layer's clock runs on whoever has the case.
    """
    if case.tier != tier or case.mediate_by is None:
        case.tier = tier
        case.layer_by = clocks.layer_due(tier, respond_by, case.mediate_by)


# --- Whose turn it is within a body ---


def colleagues(body: Body) -> list[tuple[Mediator, int]]:
    """Return the present mediators of a body with their open cases, the fewest first."""
    return [(one, one.open_cases) for one in _by_load(body)]


def _by_load(body: Body) -> QuerySet[Any]:
    load = Count("cases", filter=Q(cases__status__in=WORKED_ON))
    present = Mediator.objects.present(timezone.localdate()).filter(body=body)
    return present.annotate(open_cases=load).select_related("user").order_by("open_cases", "pk")


def pick_mediator(body: Body, case: Case, *, instead_of: Collection[int] = ()) -> Mediator | None:
    """Return the mediator of a body whose turn it is for a case; None when nobody has room.

    Present, without conflict, speaking the language; then by field, load and fairness. Those in
    `instead_of` (numbers of mediators) are left out. The case must have a type.
    """
    assert case.case_type
    [asked] = questions.ask([(case, case.case_type)])
    [known] = roster.read_for([asked.question], only=body.pk).bodies.values()
    others = [one for one in known.people if one.pk not in instead_of]
    return _mediator(pick_able(asked.question, others))


def another_mediator(case: Case) -> Mediator | None:
    """Return who of the case's own body would have it instead of those who had it already.

    None when there is nobody, or no body has it.
    """
    if case.body is None or case.case_type is None:
        return None
    changes = case.events.filter(kind="case.mediator_changed").values_list("facts", flat=True)
    had = {one.mediator_id for one in case.assignments.all()}
    had |= {case.mediator_id, *(facts.get("before") for facts in changes)}
    return pick_mediator(case.body, case, instead_of={pk for pk in had if pk})


def above(case: Case) -> str:
    """Return the layer that a case would be handed up to; empty when there is none."""
    return layers.next_tier(case.tier)


def _mediator(person: Person | None) -> Mediator | None:
    return Mediator.objects.get(pk=person.pk) if person else None
