"""Signing: each party on its own phone, the mediator, then the body's seal; together they bind.

A written agreement takes effect when all parties have signed, the mediator has signed and the
committee has sealed (人民调解法 29). Electronic signing rests on conditions that the parties agree
to (电子签名法 13): a proved phone, the text that was shown, its digest, the hand or the typed name.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cases import agreements, documents, events, onetime
from cases.errors import CaseError
from cases.files import drawn_signature
from cases.lifecycle import Action, move
from cases.models import Agreement, Attachment, Case, Consent, Party, Signature
from cases.policies import Standing, standing
from cases.signing.document import agreement_data
from mediators.identity import clean_name
from mediators.models import User


@dataclass(frozen=True)
class Hand:
    """How somebody signed: the typed name, or the drawn picture (PNG) beside it."""

    name: str
    picture: bytes = b""


def purpose(agreement: Agreement) -> str:
    """Return what a one-time code for signing this text is good for, and for nothing else."""
    return f"sign:{agreement.pk}:{agreement.digest[:16]}"


def ask_code(party: Party, agreement: Agreement) -> None:
    """Send the party the code that signs exactly this agreement. Raises TooOften, CaseError."""
    if not party.phone:
        raise CaseError(_("我们没有您的手机号，请到窗口签字"))
    onetime.send(party.phone, purpose=purpose(agreement))


def sign(
    party: Party, agreement: Agreement, *, code: str, hand: Hand, shown: str, device: str = ""
) -> Signature:
    """Sign as a party. `shown` is the digest of the text this person was shown.

    Raises CodeRefused, FileRefused (the drawing), CaseError (text changed since, paper only, name
    does not match).
    """
    _refuse_stranger(party, agreement)
    _refuse_paper_only(agreement.case)
    _refuse_wrong_hand(party, hand)
    _refuse_changed(agreement, shown)
    picture = drawn_signature(hand.picture) if hand.picture else None
    onetime.check(party.phone, purpose=purpose(agreement), code=code)
    method = Signature.Method.DRAWN if picture else Signature.Method.TYPED
    with transaction.atomic():
        agreement = _locked(agreement, shown)
        signature, fresh = Signature.objects.get_or_create(
            agreement=agreement,
            party=party,
            defaults={
                "method": method,
                "name": clean_name(hand.name),
                "picture": picture,
                "digest": shown,
                "device": device[:200],
            },
        )
        if fresh:
            _consent(party, agreement)
            events.record(agreement.case, "agreement.signed", actor=party, method=method)
            _complete(agreement)
    return signature


def sign_on_paper(
    party: Party, agreement: Agreement, *, scan: Attachment, actor: User, shown: str
) -> Signature:
    """Record that a party signed on paper before the mediator, with the scan. Raises CaseError."""
    _refuse_stranger(party, agreement)
    with transaction.atomic():
        agreement = _locked(agreement, shown)
        if Standing.HANDLER not in standing(actor, agreement.case):
            raise CaseError(_("只有本案调解员可以登记纸上签字"))
        signature, fresh = Signature.objects.get_or_create(
            agreement=agreement,
            party=party,
            defaults={
                "method": Signature.Method.PAPER,
                "name": party.name,
                "scan": scan,
                "digest": shown,
            },
        )
        if fresh:
            events.record(
                agreement.case, "agreement.signed", actor=actor, method=Signature.Method.PAPER
            )
            _complete(agreement)
    return signature


@transaction.atomic
def sign_as_mediator(agreement: Agreement, *, actor: User, shown: str) -> Signature:
    """Sign as the mediator of the case. Raises CaseError."""
    agreement = _locked(agreement, shown)
    if Standing.HANDLER not in standing(actor, agreement.case):
        raise CaseError(_("只有本案调解员可以签"))
    signature, fresh = Signature.objects.get_or_create(
        agreement=agreement,
        party=None,
        defaults={
            "user": actor,
            "method": Signature.Method.TYPED,
            "name": str(actor),
            "digest": shown,
        },
    )
    if fresh:
        events.record(agreement.case, "agreement.signed", actor=actor, method="mediator")
        _complete(agreement)
    return signature


@transaction.atomic
def seal(agreement: Agreement, *, actor: User, shown: str) -> Agreement:
    """Set the body's seal, once all have signed; the one who seals confirms the difficulty.

    Raises CaseError.
    """
    agreement = _locked(agreement, shown)
    if Standing.LEAD not in standing(actor, agreement.case):
        raise CaseError(_("只有本组织负责人可以盖章"))
    if missing_signers(agreement):
        raise CaseError(_("还有人没有签字，签齐以后才能盖章"))
    agreement.sealed_by, agreement.sealed_at = actor, timezone.now()
    agreement.save(update_fields=["sealed_by", "sealed_at"])
    events.record(agreement.case, "agreement.sealed", actor=actor)
    _complete(agreement)
    return agreement


def missing_signers(agreement: Agreement) -> list[str]:
    """Return who has not signed yet: names of parties as the mediator sees them, the mediator."""
    signed = set(agreement.signatures.values_list("party_id", flat=True))
    missing = [p.name for p in agreement.case.parties.all() if p.pk not in signed]
    return missing if None in signed else [*missing, _("调解员")]


def _complete(agreement: Agreement) -> None:
    """Put the agreement in force when nothing is missing. The row is locked, so once."""
    if missing_signers(agreement) or not agreement.sealed_at:
        return
    case = agreement.case
    agreements.take_effect(agreement)
    second_person = agreement.sealed_by_id != (case.mediator and case.mediator.user_id)
    counted = case.difficulty if second_person else _plain(case.difficulty)
    move(
        case,
        Action.SETTLE,
        actor=None,
        form=Agreement.Form.WRITTEN,
        difficulty=counted,
        mediator=case.mediator_id,
        body=case.body_id,
    )


def _plain(difficulty: str) -> str:
    """Return the class that counts when nobody else confirmed a higher one (facts §5.6 B4)."""
    higher = (Case.Difficulty.DIFFICULT, Case.Difficulty.MAJOR)
    return Case.Difficulty.GENERAL if difficulty in higher else difficulty


def store_document(agreement: Agreement) -> Agreement:
    """Render the agreement's PDF once and keep its bytes; a second call changes nothing."""
    with transaction.atomic():
        agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
        if agreement.document:
            return agreement
        with translation.override(settings.LANGUAGE_CODE):  # the official text is Chinese
            pdf = documents.agreement_pdf(agreement_data(agreement))
        agreement.document_digest = documents.digest(pdf)
        agreement.document.save(f"{agreement.digest[:32]}.pdf", ContentFile(pdf), save=False)
        agreement.save(update_fields=["document", "document_digest"])
    return agreement


def _locked(agreement: Agreement, shown: str) -> Agreement:
    """Lock the case, then the agreement; refuse a text that is no longer the one shown.

    A case that was withdrawn or ended meanwhile takes no signature either.
    """
    case = Case.objects.select_for_update(of=("self",)).get(pk=agreement.case_id)
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    _refuse_changed(agreement, shown)
    if case.status != Case.Status.AGREED:
        raise CaseError(_("案件已经结束，不能再签"))
    agreement.case = case
    return agreement


def _consent(party: Party, agreement: Agreement) -> None:
    """Keep that the party agreed to sign electronically (电子签名法 3), and to which text."""
    Consent.objects.create(
        party=party,
        purpose=Consent.Purpose.ELECTRONIC_SIGNING,
        text_version=agreement.digest[:16],
        means="web",
    )


def _refuse_stranger(party: Party, agreement: Agreement) -> None:
    if party.case_id != agreement.case_id:
        raise CaseError(_("只有本案当事人可以签"))


def _refuse_changed(agreement: Agreement, shown: str) -> None:
    if agreement.state != Agreement.State.FIXED or agreement.digest != shown:
        raise CaseError(_("协议刚改过，或者已经签完。请看新的一版"))


def _refuse_paper_only(case: Case) -> None:
    if case.case_type and case.case_type.is_signed_on_paper:
        raise CaseError(_("这类协议要当面签字（电子签名法第3条），请联系调解员约时间"))


def _refuse_wrong_hand(party: Party, hand: Hand) -> None:
    if party.kind == Party.Kind.PERSON and clean_name(hand.name) != party.name:
        raise CaseError(_("写的姓名和协议里的不一样，请写“%(name)s”") % {"name": party.name})
    if not clean_name(hand.name):
        raise CaseError(_("还没有写名字"))
