"""A body that charges: its price list is shown to every party, and only who agrees goes there.

People's mediation is free (人民调解法 4); commercial and lawyers' bodies may charge by a standard
that is public (商事调解条例 16), once every party has seen it and agreed.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import events, holding
from cases.errors import CaseError
from cases.events import subscribe
from cases.models import Case, CaseEvent, CaseType, Contact, FeeAnswer, FeeOffer, Party
from cases.policies import Actor, Standing, standing
from cases.routing.assign import dispatch
from mediators import audit
from mediators.models import Body, User

OWN = "web"  # answered on the party's own page; else how the dispatcher heard it


def open_offer(case: Case) -> FeeOffer | None:
    """Return the price list that the parties of a waiting case are asked about, if any."""
    if case.status != Case.Status.FILED:
        return None
    offers = case.fee_offers.filter(closed_at=None)
    return offers.select_related("body__kind", "case").first()


def is_charged(case: Case) -> bool:
    """Say whether a price is asked for this case, or was agreed for the body that has it."""
    return bool(open_offer(case) or (case.body and case.body.kind.may_charge))


def waiting(offer: FeeOffer) -> list[Party]:
    """Return the parties who have not answered an offer yet."""
    return list(offer.case.parties.exclude(fee_answers__offer=offer))


@transaction.atomic
def offer(case: Case, *, body: Body, case_type: CaseType, actor: User) -> FeeOffer:
    """Ask every party whether it agrees to the price list of a body, as it stands now.

    Raises CaseError for a body that may not charge, says no prices, or may not take this type;
    while another offer is open; and for a case that no longer waits at the centre.
    """
    case = holding.locked(case)
    _require_centre(case, actor)
    _refuse_body(body, case_type)
    if open_offer(case):
        raise CaseError(_("已经在征求意见，等各方答复，或者先撤回"))
    case.fee_offers.filter(closed_at=None).update(closed_at=timezone.now())
    case.case_type, case.case_type_version = case_type, case_type.version
    case.save(update_fields=["case_type", "case_type_version"])
    made = FeeOffer.objects.create(case=case, body=body, price_list=body.fee_note, by=actor)
    _record(made, "offered", actor)
    return made


def _refuse_body(body: Body, case_type: CaseType) -> None:
    words = {"type": case_type, "kind": body.kind, "body": body}
    if not body.kind.may_charge:
        raise CaseError(_("%(kind)s不能收费，不用征求意见，直接派出") % words)
    if case_type.type_kinds.filter(kind=body.kind, is_barred=True).exists():
        raise CaseError(_("“%(type)s”不能派给%(kind)s") % words)
    if not (body.is_active and body.fee_note.strip()):
        raise CaseError(_("%(body)s还没有公开收费说明，不能征求意见") % words)


@transaction.atomic
def answer(party: Party, *, agrees: bool, actor: Actor, means: str = OWN) -> FeeOffer:
    """Record what a party says to the price list that it was shown.

    The party says so itself, or tells the dispatcher, who records by what `means` (of `Contact`).
    One who declines closes the offer; when all agree, the case goes to that body. Declining
    refuses the price, not mediation. Raises CaseError.
    """
    case = holding.locked(party.case)
    asked = open_offer(case)
    if asked is None:
        raise CaseError(_("现在没有要答复的收费说明"))
    if actor != party:
        _require_centre(case, actor)
        if means not in Contact.Means.values:
            raise CaseError(_("请选当事人是怎么答复的"))
    _fresh, is_new = FeeAnswer.objects.get_or_create(
        offer=asked,
        party=party,
        defaults={"agrees": agrees, "means": OWN if actor == party else means},
    )
    if not is_new:
        raise CaseError(_("已经答复过了"))
    _record(asked, "agreed" if agrees else "declined", actor)
    if not agrees:
        _close(asked)
    elif not waiting(asked):
        _go_there(asked, case)
    return asked


def _go_there(asked: FeeOffer, case: Case) -> None:
    """Dispatch the case as agreed; where that cannot be, it waits at the desk, which sees why."""
    _close(asked)
    assert case.case_type  # given with the offer
    reason = _("各方都同意收费说明")
    try:
        with transaction.atomic():
            dispatch(case, body=asked.body, case_type=case.case_type, actor=None, reason=reason)
    except CaseError:
        _record(asked, "stuck", None)


@transaction.atomic
def take_back(case: Case, *, actor: User) -> FeeOffer:
    """Stop asking: the answers so far stay as the record. Raises CaseError."""
    case = holding.locked(case)
    _require_centre(case, actor)
    asked = open_offer(case)
    if asked is None:
        raise CaseError(_("现在没有在征求的收费意见"))
    _close(asked)
    _record(asked, "taken_back", actor)
    return asked


@subscribe("case.dispatch", name="fees.close")
def close_with_the_dispatch(event: CaseEvent) -> None:
    """A case that has gone to a body asks nobody about prices any more."""
    offers = FeeOffer.objects.filter(case=event.case, closed_at=None, at__lte=event.at)
    offers.update(closed_at=timezone.now())


def _close(asked: FeeOffer) -> None:
    asked.closed_at = timezone.now()
    asked.save(update_fields=["closed_at"])


def _require_centre(case: Case, actor: Actor) -> None:
    if not isinstance(actor, User) or Standing.DISPATCHER not in standing(actor, case):
        raise CaseError(_("只有分流员可以征求收费意见"))
    if case.status != Case.Status.FILED:
        raise CaseError(_("案件已经派出或者结束，不能征求收费意见"))


def _record(asked: FeeOffer, what: str, actor: Actor) -> None:
    facts = {"offer": asked.pk, "body": asked.body_id}
    events.record(asked.case, f"fee.{what}", actor=actor, **facts)
    audit.note(
        f"fee.{what}",
        actor=actor if isinstance(actor, User) else None,
        chain=f"case:{asked.case_id}",
        capacity=",".join(sorted(standing(actor, asked.case))),
        **facts,
    )
