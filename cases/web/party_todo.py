"""What a party's case page says: what to do now, the next meeting, the agreement."""

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import fees, handover, recusals
from cases.models import Agreement, Case, Confirmation, Party, Session
from cases.web import pages


def meeting(case: Case) -> Session | None:
    """Return the next meeting with the body that has the case; an earlier body's are off."""
    planned = case.sessions.filter(held_at=None, by__mediator__body=case.body_id)
    return planned.order_by("starts_at").first() if case.body_id else None


def todo_of(party: Party) -> list[dict[str, str]]:
    """Return what this party has to do now."""
    case, token = party.case, party.case.mediation_code.token
    todo = []
    if case.status == Case.Status.INVITING and party.answer == Party.Answer.NONE:
        todo.append(_row("party-answer", token, _("回答愿不愿意调解"), _("不愿意也没关系"), "talk"))
    todo += _asked_about_mediators(party, token)
    if case.status == Case.Status.AGREED and not has_signed(party):
        todo.append(_row("party-sign", token, _("看协议，签字"), _("看清楚再签"), "file"))
    if _may_apply(party):
        todo.append(
            _row("party-confirm", token, _("请法院确认协议"), _("不收费，要双方一起"), "stamp")
        )
    return todo


def _asked_about_mediators(party: Party, token: str) -> list[dict[str, str]]:
    """Return what this party is asked about who is to mediate, and at what price."""
    rows = []
    if recusals.disclosures_for(party).exists():
        title = _("调解员说明了一层关系，看还要不要他")
        rows.append(_row("party-relation", token, title, _("不同意就换一位"), "person"))
    offer = fees.open_offer(party.case)
    if offer and party in fees.waiting(offer):
        title = _("看收费说明，回答同不同意")
        rows.append(_row("party-fees", token, title, _("不同意，走不收费的调解"), "file"))
    return rows


def next_layer(case: Case) -> str:
    """Return the name of the layer above, once the days of this one are over."""
    over = case.layer_by is not None and case.layer_by < timezone.localdate()
    return handover.next_layer(case) if over else ""


def _row(name: str, token: str, title: str, detail: str, icon: str) -> dict[str, str]:
    return {"url": pages.path(name, token), "title": title, "detail": detail, "icon": icon}


def has_signed(party: Party) -> bool:
    """Say whether this party has signed the agreement of its case."""
    agreement = agreement_of(party.case)
    return agreement is not None and agreement.signatures.filter(party=party).exists()


def _may_apply(party: Party) -> bool:
    case = party.case
    written = case.agreements.filter(
        state=Agreement.State.EFFECTIVE, form=Agreement.Form.WRITTEN
    ).exists()
    asked = Confirmation.objects.filter(case=case, applicants=party).exclude(
        state=Confirmation.State.REFUSED
    )
    return case.status == Case.Status.SETTLED and written and not asked.exists()


def agreement_of(case: Case) -> Agreement | None:
    """Return the agreement that the parties may see: fixed, or in force."""
    shown = (Agreement.State.FIXED, Agreement.State.EFFECTIVE)
    return case.agreements.filter(state__in=shown).first()
