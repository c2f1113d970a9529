"""Another mediator: a party's wish, a claim of a relation, or what the mediator discloses.

A wish needs no ground and no ruling (在线调解规则 14). A relation that a party claims is ruled on
by the body's lead or the centre (特邀调解规定 15); one that the mediator discloses stands open to
the parties, who may know of it and still agree (在线调解规则 13).
"""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import events, holding
from cases.errors import CaseError
from cases.models import Case, Consent, Party, Recusal
from cases.policies import Actor, Standing, standing
from cases.routing.assign import another_mediator
from mediators import audit
from mediators.identity import clean_text
from mediators.models import User

MOST_WISHES = 2  # of one party; from then on the centre decides. Ours: the rules name no number
CHANGEABLE = (Case.Status.DISPATCHED, Case.Status.INVITING, Case.Status.MEDIATING)
MEANS = "web"
State, Reason = Recusal.State, Recusal.Reason


# --- The parties ---


def may_ask(party: Party) -> bool:
    """Say whether a party can ask for another mediator now."""
    case = party.case
    return bool(case.status in CHANGEABLE and case.mediator_id) and not _waiting(case, party)


def has_used_up_wishes(party: Party) -> bool:
    """Say whether the next wish of this party is no longer granted by itself."""
    granted = party.case.recusals.filter(party=party, reason=Reason.WISH, state=State.GRANTED)
    return granted.count() >= MOST_WISHES


@transaction.atomic
def ask_for_another(party: Party, *, reason: str, note: str = "") -> Recusal:
    """Ask for another mediator; a wish is granted at once, a relation waits for its ruling.

    After MOST_WISHES changes a wish waits for the centre as well. Raises CaseError without a
    reason of the list, when the case has no mediator to change, or when one is asked for already.
    """
    if reason not in Reason.values:
        raise CaseError(_("请选为什么要换"))
    case = _changeable(party.case)
    if _waiting(case, party):
        raise CaseError(_("您已经提过，正在等答复"))
    recusal = _write(case, party, reason, note)
    _record(recusal, "asked", party)
    if reason == Reason.WISH and not has_used_up_wishes(party):
        _settle(recusal, State.GRANTED, by=None, ruling="")
        _record(recusal, "granted", None)
        _replace(case, recusal)
    return recusal


def disclosures_for(party: Party) -> QuerySet[Recusal]:
    """What the mediator of the case has disclosed and this party has not answered yet."""
    answered = Consent.objects.filter(party=party, purpose=Consent.Purpose.KNOWN_RELATION)
    texts = answered.values_list("text_version", flat=True)
    known = [int(text.removeprefix(DISCLOSURE)) for text in texts]
    return _disclosed(party.case).exclude(pk__in=known)


@transaction.atomic
def answer_disclosed(party: Party, recusal: Recusal, *, agrees: bool) -> Recusal:
    """Record whether a party, who knows now, still agrees to this mediator (在线调解规则 13).

    When every party does, he stays; when one does not, he goes. Raises CaseError when there is
    nothing to answer.
    """
    case = holding.locked(party.case)
    if recusal not in disclosures_for(party):
        raise CaseError(_("这件事已经答复过，或者已经定了"))
    if not agrees:
        _settle(recusal, State.GRANTED, by=None, ruling=_("当事人不同意由他继续调解"))
        _record(recusal, "granted", party)
        _replace(case, recusal)
        return recusal
    Consent.objects.create(
        party=party,
        purpose=Consent.Purpose.KNOWN_RELATION,
        text_version=f"{DISCLOSURE}{recusal.pk}",
        means=MEANS,
    )
    _record(recusal, "accepted", party)
    if not any(recusal in disclosures_for(one) for one in case.parties.all()):
        _settle(recusal, State.REFUSED, by=None, ruling=_("各方知道这件事，都同意由他继续调解"))
        _record(recusal, "refused", None)
    return recusal


# --- The mediator ---


@transaction.atomic
def disclose(case: Case, *, actor: User, reason: str, note: str = "", steps_aside: bool) -> Recusal:
    """Let the mediator say what binds him to a party: he steps aside, or the parties decide.

    Raises CaseError.
    """
    case = _changeable(case)
    if Standing.HANDLER not in standing(actor, case):
        raise CaseError(_("只有本案调解员可以申报自己的关系"))
    if reason not in Reason.values or reason == Reason.WISH:
        raise CaseError(_("请选是什么关系"))
    if _disclosed(case).exists():
        raise CaseError(_("您已经申报过，正在等各方答复"))
    recusal = _write(case, None, reason, note)
    _record(recusal, "disclosed", actor)
    if steps_aside:
        _settle(recusal, State.GRANTED, by=actor, ruling=_("调解员主动回避"))
        _record(recusal, "granted", actor)
        _replace(case, recusal)
    return recusal


# --- The ruling ---


def to_rule_on(case: Case, actor: User) -> list[Recusal]:
    """Return what waits for a ruling in a case, and is this person's to decide."""
    capacities = standing(actor, case)
    return [
        one
        for one in case.recusals.filter(state=State.ASKED).select_related("party", "mediator__user")
        if Standing.DISPATCHER in capacities or _is_the_lead_s(one, actor, capacities)
    ]


def _is_the_lead_s(recusal: Recusal, actor: User, capacities: set[Standing]) -> bool:
    """The lead decides on the body's people, never on himself, nor on one wish too many."""
    own = recusal.mediator.user_id == actor.pk
    ours = Standing.LEAD in capacities and recusal.mediator.body_id == recusal.case.body_id
    return ours and not own and recusal.reason != Reason.WISH


@transaction.atomic
def rule(recusal: Recusal, *, granted: bool, actor: User, ruling: str = "") -> Recusal:
    """Decide on a recusal (特邀调解规定 15); whoever is refused is told why.

    Raises CaseError for somebody who may not decide, without a reason for a refusal, and when it
    has been decided before.
    """
    case = holding.locked(recusal.case)
    recusal = Recusal.objects.select_related("mediator", "case").get(pk=recusal.pk)
    ruling = clean_text(ruling).strip()[:500]
    if recusal.state != State.ASKED:
        raise CaseError(_("这件已经决定过了"))
    if recusal not in to_rule_on(case, actor):
        raise CaseError(_("这件不归您决定"))
    if not (granted or ruling):
        raise CaseError(_("不同意的，请写明理由"))
    if granted and case.status == Case.Status.AGREED and case.mediator_id == recusal.mediator_id:
        raise CaseError(_("协议正在签字，请先收回协议，再换调解员"))
    _settle(recusal, State.GRANTED if granted else State.REFUSED, by=actor, ruling=ruling)
    _record(recusal, "granted" if granted else "refused", actor)
    if granted:
        _replace(case, recusal)
    return recusal


# --- What all of them share ---

DISCLOSURE = "recusal "  # with its number: which disclosure a party knows and agrees to


def _changeable(case: Case) -> Case:
    case = holding.locked(case)
    if case.status not in CHANGEABLE or case.mediator is None:
        raise CaseError(_("现在没有调解员可以换：还没有安排，或者已经谈好、已经结束"))
    return case


def _waiting(case: Case, party: Party) -> bool:
    return case.recusals.filter(party=party, mediator=case.mediator_id, state=State.ASKED).exists()


def _disclosed(case: Case) -> QuerySet[Recusal]:
    return case.recusals.filter(party=None, mediator=case.mediator_id, state=State.ASKED)


def _write(case: Case, party: Party | None, reason: str, note: str) -> Recusal:
    assert case.mediator
    note = clean_text(note).strip()[:500]
    return Recusal.objects.create(
        case=case, mediator=case.mediator, party=party, reason=reason, note=note
    )


def _settle(recusal: Recusal, state: str, *, by: User | None, ruling: str) -> None:
    recusal.state, recusal.ruled_by, recusal.ruling = state, by, ruling
    recusal.ruled_at = timezone.now()
    recusal.save(update_fields=["state", "ruled_by", "ruled_at", "ruling"])


def _replace(case: Case, recusal: Recusal) -> None:
    """Give the case to a colleague, or back to be routed where the body has nobody else.

    Whatever else was said against the same mediator is settled with it.
    """
    if case.mediator_id != recusal.mediator_id or case.status not in CHANGEABLE:
        return
    for other in case.recusals.filter(mediator=recusal.mediator, state=State.ASKED):
        _settle(other, State.GRANTED, by=recusal.ruled_by, ruling=_("调解员已经换了"))
    if colleague := another_mediator(case):
        holding.give_to(case, colleague, actor=None, why="recusal")
    else:
        holding.give_back(case, why="recusal")


def _record(recusal: Recusal, what: str, actor: Actor) -> None:
    facts = {"recusal": recusal.pk, "mediator": recusal.mediator_id, "ground": recusal.reason}
    events.record(recusal.case, f"recusal.{what}", actor=actor, **facts)
    audit.note(
        f"recusal.{what}",
        actor=actor if isinstance(actor, User) else None,
        chain=f"case:{recusal.case_id}",
        capacity=",".join(sorted(standing(actor, recusal.case))),
        **facts,
    )
