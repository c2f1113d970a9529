"""The mediator's own work on a case: take it, reach the parties, meet them, end it."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import clocks, conflicts, events
from cases.errors import CaseError
from cases.holding import give_to, holder, locked, without_body
from cases.lifecycle import Action, move
from cases.models import (
    Assignment,
    Case,
    Contact,
    EndReason,
    Party,
    RefuseReason,
    RejectReason,
    Session,
)
from cases.policies import Actor, Standing, standing
from cases.querysets import WORKED_ON
from mediators.identity import clean_phone, clean_text
from mediators.models import Mediator, User


@transaction.atomic
def accept(case: Case, *, actor: User) -> Case:
    """Take a case: the mediation clock starts (在线调解规则 24). A lead without one takes it over.

    A clock that still runs from an earlier body goes on, and what the parties answered then
    holds: when all of them agreed, mediation begins at once. Raises TransitionNotAllowed.
    """
    case = locked(case)
    today = timezone.localdate()
    if case.mediator is None:
        case.mediator = Mediator.objects.filter(user=actor, body=case.body).first()
        if case.mediator:
            conflicts.check(case, case.mediator)
    case.accepted_at = timezone.now()
    if case.mediate_by is None or case.mediate_by < today:
        case.mediate_by = clocks.mediation_due(case, today)
    case.layer_by = clocks.layer_due(case.tier, today, case.layer_by or case.mediate_by)
    case.save(update_fields=["mediator", "accepted_at", "mediate_by", "layer_by"])
    _answer(case, Assignment.Outcome.ACCEPTED)
    in_time = case.respond_by is None or today <= case.respond_by
    case = move(case, Action.ACCEPT, actor=actor, in_time=in_time, **holder(case))
    return case if _is_waited_for(case) else move(case, Action.BEGIN, actor=actor)


@transaction.atomic
def refuse(case: Case, *, actor: User, reason: str, note: str = "") -> Case:
    """Give a case back with a reason (在线调解规则 12); routing looks for another body.

    Raises CaseError without a known reason, TransitionNotAllowed.
    """
    if reason not in RefuseReason.values:
        raise CaseError(_("请选不接的原因"))
    case = locked(case)
    _answer(case, Assignment.Outcome.REFUSED, refuse_reason=reason, note=clean_text(note)[:500])
    facts = holder(case)
    late = case.respond_by is not None and timezone.localdate() > case.respond_by
    case = move(case, Action.REFUSE, actor=actor, reason=reason, late=late, **facts)
    return without_body(case)


@transaction.atomic
def lapse(case: Case, *, actor: Actor = None) -> Case:
    """Take a case back from a body that did not answer in time (未响应)."""
    case = locked(case)
    _answer(case, Assignment.Outcome.LAPSED)
    return without_body(move(case, Action.LAPSE, actor=actor, **holder(case)))


def lapse_silent(today: dt.date) -> int:
    """Take back every case whose body let the response clock run out; return how many."""
    return sum(_lapse_if_silent(case, today) for case in list(Case.objects.unresponded(today)))


@transaction.atomic
def _lapse_if_silent(case: Case, today: dt.date) -> bool:
    """Look again under the lock: the body may have answered since the list was read."""
    locked(case)
    if not Case.objects.unresponded(today).filter(pk=case.pk).exists():
        return False
    lapse(case)
    return True


@transaction.atomic
def assign_mediator(case: Case, *, mediator: Mediator, actor: User) -> Case:
    """Let the lead of the body give the case to another of its mediators. Raises CaseError."""
    case = locked(case)
    if Standing.LEAD not in standing(actor, case) or mediator.body_id != case.body_id:
        raise CaseError(_("只有本组织的负责人可以换本组织的调解员"))
    if case.status not in WORKED_ON:
        raise CaseError(_("案件已经结束，不能再换调解员"))
    conflicts.check(case, mediator)
    return give_to(case, mediator, actor=actor, why="lead")


@transaction.atomic
def reject(case: Case, *, actor: User, reason: str, note: str = "") -> Case:
    """Refuse a dispute that cannot be mediated here, and say why (facts §3.4)."""
    if reason not in RejectReason.values:
        raise CaseError(_("请选不受理的原因"))
    _end(case, [reason], note)
    return move(case, Action.REJECT, actor=actor, reason=reason)


@transaction.atomic
def answer_invitation(party: Party, *, agrees: bool, actor: Actor) -> Case:
    """Record whether a party agrees to mediation; mediation begins when every one does.

    A refusal ends it at once (在线调解规则 25(4)). The party answers itself, or the mediator
    records what it said when reached. Raises CaseError.
    """
    case = locked(party.case)
    if actor != party:
        _require_handler(case, actor)
    if case.status not in (Case.Status.INVITING, Case.Status.MEDIATING, Case.Status.AGREED):
        raise CaseError(_("现在不用回答：调解还没有开始，或者已经结束"))
    party.answer = Party.Answer.AGREES if agrees else Party.Answer.REFUSES
    party.answered_at = timezone.now()
    party.save(update_fields=["answer", "answered_at"])
    means = "self" if isinstance(actor, Party) else "recorded"
    events.record(case, "party.answered", actor=actor, agrees=agrees, means=means)
    if not agrees:
        return _declined(case, actor)
    if case.status == Case.Status.INVITING and not _is_waited_for(case):
        return move(case, Action.BEGIN, actor=actor)
    return case


def _is_waited_for(case: Case) -> bool:
    """Say whether a party has not agreed yet."""
    return case.parties.exclude(answer=Party.Answer.AGREES).exists()


def _declined(case: Case, actor: Actor) -> Case:
    unsigned = case.status == Case.Status.AGREED
    reason = EndReason.NOT_SIGNED if unsigned else EndReason.UNWILLING
    _end(case, [reason], "")
    action = Action.DECLINE if isinstance(actor, Party) else Action.FAIL
    return move(case, action, actor=actor, reasons=[reason], **holder(case))


@transaction.atomic
def log_contact(party: Party, *, actor: User, means: str, outcome: str, note: str = "") -> Contact:
    """Record one try to reach a party (调解法 23; 在线调解规则 15). Raises CaseError."""
    case = locked(party.case)
    _require_handler(case, actor)
    contact = Contact.objects.create(
        case=case, party=party, by=actor, means=means, outcome=outcome, note=clean_text(note)[:500]
    )
    events.record(case, "contact.logged", actor=actor, means=means, outcome=outcome)
    return contact


@transaction.atomic
def correct_phone(party: Party, *, phone: str, actor: User) -> Party:
    """Write down or correct a party's phone. Raises CaseError, InvalidIdentity."""
    case = locked(party.case)
    _require_handler(case, actor)
    party.set_phone(clean_phone(phone))
    party.phone_proved_at = None
    party.save(update_fields=["phone", "phone_index", "phone_proved_at"])
    events.record(case, "party.phone_changed", actor=actor, party=party.pk)
    return party


@transaction.atomic
def plan_session(
    case: Case, *, actor: User, mode: str, starts_at: dt.datetime, place: str = "", link: str = ""
) -> Session:
    """Fix a meeting: on site, by phone or by video. Raises CaseError when it lacks its place."""
    case = locked(case)
    _require_handler(case, actor)
    if starts_at <= timezone.now():
        raise CaseError(_("调解时间已经过了，请选以后的时间"))
    if mode == Session.Mode.VIDEO and not link:
        raise CaseError(_("手机视频要写视频链接"))
    if mode != Session.Mode.VIDEO and not place:
        raise CaseError(_("请写地点或电话"))
    session = Session.objects.create(
        case=case,
        mode=mode,
        starts_at=starts_at,
        place=clean_text(place)[:120],
        link=link,
        by=actor,
    )
    events.record(case, "session.planned", actor=actor, session=session.pk, mode=mode)
    return session


@transaction.atomic
def record_session(
    session: Session,
    *,
    actor: User,
    present: Iterable[Party],
    course: str,
    result: str,
    undisputed_facts: str = "",
    concessions: str = "",
) -> Session:
    """Write the record of a meeting (调解记录); concessions stay sealed. Raises CaseError."""
    case = locked(session.case)
    _require_handler(case, actor)
    if result not in Session.Result.values:
        raise CaseError(_("请写调解结果"))
    session.course = clean_text(course).strip()
    session.undisputed_facts = clean_text(undisputed_facts).strip()
    session.concessions = clean_text(concessions).strip()
    session.result = result
    session.held_at = timezone.now()
    session.save()
    session.present.set(present)
    events.record(case, "session.recorded", actor=actor, session=session.pk, result=result)
    return session


@transaction.atomic
def set_difficulty(case: Case, *, difficulty: str, actor: User) -> Case:
    """Class a case by difficulty; what it earns waits for the one who seals (facts §5.6 B4)."""
    case = locked(case)
    _require_handler(case, actor)
    if difficulty not in Case.Difficulty.values:
        raise CaseError(_("请选难度"))
    case.difficulty = difficulty
    case.save(update_fields=["difficulty"])
    events.record(case, "case.classed", actor=actor, difficulty=difficulty)
    return case


@transaction.atomic
def fail(case: Case, *, actor: Actor, reasons: list[str], note: str = "") -> Case:
    """End mediation without agreement, for reasons of the closed list (在线调解规则 25)."""
    if not reasons or not set(reasons) <= set(EndReason.values):
        raise CaseError(_("请选结束的原因"))
    case = locked(case)
    _end(case, reasons, note)
    recorded = case.contacts.exists() or case.sessions.filter(held_at__isnull=False).exists()
    in_time = case.mediate_by is None or timezone.localdate() <= case.mediate_by
    complete = recorded and in_time
    return move(case, Action.FAIL, actor=actor, reasons=reasons, complete=complete, **holder(case))


@transaction.atomic
def withdraw(case: Case, *, actor: Party, note: str = "") -> Case:
    """Let the applicant take the application back, at any time before an agreement stands."""
    _end(case, [], note)
    return move(case, Action.WITHDRAW, actor=actor)


def _require_handler(case: Case, actor: Actor) -> None:
    if not standing(actor, case) & {Standing.HANDLER, Standing.LEAD}:
        raise CaseError(_("只有本案调解员或本组织负责人可以这样做"))
    if case.status not in (Case.Status.INVITING, Case.Status.MEDIATING, Case.Status.AGREED):
        raise CaseError(_("案件还没有接，或者已经结束，不能再改"))


def _answer(case: Case, outcome: Assignment.Outcome, **details: str) -> None:
    case.assignments.filter(outcome=Assignment.Outcome.WAITING).update(
        outcome=outcome, answered_at=timezone.now(), **details
    )


def _end(case: Case, reasons: list[str], note: str) -> None:
    case.ended_at = timezone.now()
    case.end_reasons = reasons
    case.end_note = clean_text(note).strip()[:500]
    case.save(update_fields=["ended_at", "end_reasons", "end_note"])
