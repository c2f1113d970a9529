"""Cases that change hands: all of a mediator who leaves, or one that the next layer takes on."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import conflicts, holding
from cases.errors import CaseError
from cases.lifecycle import Action, move
from cases.models import Assignment, Case
from cases.querysets import WORKED_ON
from cases.routing import layers
from cases.routing.assign import another_mediator
from mediators import audit
from mediators.identity import clean_text
from mediators.models import Mediator, Tier, User


@dataclass(frozen=True)
class Given:
    """What became of one case: who has it now, or why it stayed where it was."""

    case: Case
    to: Mediator | None
    why: str = ""


def in_hand(mediator: Mediator) -> list[Case]:
    """Return the open cases of a mediator, the oldest first."""
    mine = Case.objects.filter(mediator=mediator, status__in=WORKED_ON)
    return list(mine.with_people().order_by("id"))


def hand_over(mediator: Mediator, *, actor: User, to: Mediator | None = None) -> list[Given]:
    """Give every open case of a mediator to a colleague, or to each whose turn it is.

    Each case by itself, with its own event: one that nobody may take stays and says why. No clock
    starts anew. Run again, it finds only what stayed. Raises CaseError for whom it is not to do.
    """
    _require_lead(mediator, actor)
    if to and (to.body_id != mediator.body_id or to.pk == mediator.pk):
        raise CaseError(_("请选本组织的另一位调解员"))
    given = [_pass_on(case, mediator, to, actor) for case in in_hand(mediator)]
    audit.note(
        "mediator.handed_over",
        actor=actor,
        capacity=actor.role,
        mediator=mediator.pk,
        to=to.pk if to else None,
        given=[one.case.pk for one in given if one.to],
        stayed=[one.case.pk for one in given if not one.to],
    )
    return given


def _require_lead(mediator: Mediator, actor: User) -> None:
    leads = actor.role == User.Role.LEAD and actor.is_active
    if not (leads and Mediator.objects.filter(user=actor, body=mediator.body_id).exists()):
        raise CaseError(_("只有本组织的负责人可以交接本组织的案件"))


@transaction.atomic
def _pass_on(case: Case, mediator: Mediator, to: Mediator | None, actor: User) -> Given:
    case = holding.locked(case)
    if case.mediator_id != mediator.pk or case.status not in WORKED_ON:
        return Given(case, None, _("已经不在他手里"))
    try:
        if to:
            conflicts.check(case, to)
    except CaseError as error:
        return Given(case, None, str(error))
    taker = to or another_mediator(case)
    if taker is None:
        return Given(case, None, _("现在没有合适的同事能接"))
    return Given(holding.give_to(case, taker, actor=actor, why="handover"), taker)


# --- To the next layer (分层过滤) ---


def next_layer(case: Case) -> str:
    """Return the name of the layer above the one that has the case; empty when there is none.

    Only what is in talks can go up: before, the body refuses; later, it is agreed.
    """
    tier = layers.next_tier(case.tier)
    in_talks = case.status in (Case.Status.INVITING, Case.Status.MEDIATING)
    return str(Tier(tier).label) if tier and in_talks else ""


@transaction.atomic
def hand_up(case: Case, *, actor: User, note: str = "") -> Case:
    """Hand a case that is too much for its layer to the next one (人民调解工作若干规定 21).

    What was said and done stays with the case, and the clock of mediation runs on. Raises
    CaseError when that clock has run out, TransitionNotAllowed.
    """
    case = holding.locked(case)
    if case.mediate_by and case.mediate_by < timezone.localdate():
        raise CaseError(_("调解期限已经到了，请结束调解，当事人可以去法院"))
    facts = holding.holder(case) | {"tier": case.tier}
    case = move(case, Action.HAND_UP, actor=actor, **facts)
    note = clean_text(note).strip()[:500]
    holding.close_assignment(case, Assignment.Outcome.HANDED_UP, note)
    return holding.without_body(case)
