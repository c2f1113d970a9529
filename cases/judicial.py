"""The court's side: joint confirmation (司法确认), its decision, and the way to litigation."""

import re

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import events
from cases.errors import CaseError
from cases.lifecycle import Action, move
from cases.models import Agreement, Case, Confirmation, ConfirmationApplicant, Party
from mediators.identity import clean_text
from mediators.models import User

RULING_NUMBER = re.compile(r"（20[0-9]{2}）\w{1,4}[0-9]{2,6}(诉前调确|民特)[0-9]+号")


@transaction.atomic
def apply(party: Party) -> Confirmation:
    """Apply for confirmation as one party; when all have, the court has the case (民诉 205).

    Raises CaseError after the last day or without a written agreement in force.
    """
    case = Case.objects.select_for_update(of=("self",)).get(pk=party.case_id)
    agreement = case.agreements.filter(
        state=Agreement.State.EFFECTIVE, form=Agreement.Form.WRITTEN
    ).first()
    if case.status != Case.Status.SETTLED or agreement is None:
        raise CaseError(_("有生效的书面协议，才能申请司法确认"))
    if case.confirm_by and timezone.localdate() > case.confirm_by:
        raise CaseError(
            _("最晚%(day)s申请，现在已经过了。对方不照协议做，可以拿协议去法院起诉")
            % {"day": case.confirm_by}
        )
    if case.case_type and case.case_type.key == "marriage_family":
        raise CaseError(_("婚姻、亲子、收养等身份关系的协议，法院不做司法确认"))
    confirmation, _fresh = Confirmation.objects.get_or_create(
        case=case, agreement=agreement, state=Confirmation.State.GATHERING
    )
    ConfirmationApplicant.objects.get_or_create(confirmation=confirmation, party=party)
    events.record(case, "confirmation.requested", actor=party)
    if confirmation.requests.count() == case.parties.count():
        confirmation.state, confirmation.applied_at = Confirmation.State.APPLIED, timezone.now()
        confirmation.save(update_fields=["state", "applied_at"])
        move(case, Action.APPLY, actor=None, confirmation=confirmation.pk)
    return confirmation


@transaction.atomic
def grant(confirmation: Confirmation, *, ruling_number: str, actor: User) -> Confirmation:
    """Confirm the agreement by a ruling; from here it can be enforced (民诉 206)."""
    number = clean_text(ruling_number).strip().replace("(", "（").replace(")", "）")
    if not RULING_NUMBER.fullmatch(number):
        raise CaseError(_("案号应像（2026）浙0108诉前调确1号"))
    if Confirmation.objects.filter(ruling_number=number).exists():
        raise CaseError(_("这个案号已经用过了，请核对"))
    confirmation = _decide(confirmation, Confirmation.State.GRANTED, actor)
    confirmation.ruling_number = number
    confirmation.save(update_fields=["ruling_number"])
    _move(confirmation, Action.GRANT, actor)
    return confirmation


@transaction.atomic
def refuse(
    confirmation: Confirmation, *, refusal: str, actor: User, note: str = ""
) -> Confirmation:
    """Refuse to confirm, with a reason; the agreement itself stays (民诉 206)."""
    if refusal not in Confirmation.Refusal.values:
        raise CaseError(_("请选不予确认的理由"))
    confirmation = _decide(confirmation, Confirmation.State.REFUSED, actor)
    confirmation.refusal, confirmation.note = refusal, clean_text(note).strip()[:500]
    confirmation.save(update_fields=["refusal", "note"])
    _move(confirmation, Action.REFUSE_CONFIRMATION, actor, refusal=refusal)
    return confirmation


@transaction.atomic
def litigate(case: Case, *, actor: User) -> Case:
    """Hand a failed case over to litigation filing (诉讼立案; 民诉 126)."""
    return move(case, Action.LITIGATE, actor=actor)


def _decide(confirmation: Confirmation, state: str, actor: User) -> Confirmation:
    Case.objects.select_for_update(of=("self",)).get(pk=confirmation.case_id)
    confirmation = Confirmation.objects.select_for_update().get(pk=confirmation.pk)
    if confirmation.state != Confirmation.State.APPLIED:
        raise CaseError(_("这份申请不在审查中，可能已经有结果了"))
    confirmation.state = state
    confirmation.decided_at, confirmation.decided_by = timezone.now(), actor
    confirmation.save(update_fields=["state", "decided_at", "decided_by"])
    return confirmation


def _move(confirmation: Confirmation, action: Action, actor: User, **facts: object) -> None:
    case = confirmation.case
    move(case, action, actor=actor, mediator=case.mediator_id, body=case.body_id, **facts)
