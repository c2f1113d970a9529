"""A filing on its way: kept on the server from the first answer, found again, forgotten in time."""

import datetime as dt
import json
import secrets
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import onetime
from cases.errors import CodeRefused, InvalidFiling
from cases.files import remove
from cases.filing import Dispute, FilingKey, Person, Proxy, Receipt, file_dispute
from cases.models import Case, CaseType, Channel, Consent, FilingDraft, Party, Poster
from mediators.identity import clean_phone
from mediators.models import Region
from mediators.sealing import blind_index

DAYS_KEPT = 7
DEFAULT_CHANNEL = "public"


def start(poster: Poster | None) -> FilingDraft:
    """Begin a filing, with the poster's place filled in."""
    draft = FilingDraft(
        token=secrets.token_urlsafe(32),
        poster=poster,
        expires_at=timezone.now() + dt.timedelta(days=DAYS_KEPT),
    )
    _write(draft, {"region": poster.region_id} if poster and poster.region_id else {})
    draft.save()
    return draft


def find(token: str) -> FilingDraft | None:
    """Return a draft that is still kept."""
    kept = FilingDraft.objects.select_related("poster__channel", "poster__region")
    return kept.filter(token=token, expires_at__gt=timezone.now()).first()


def newest_of(phone: str) -> FilingDraft | None:
    """Return the newest unfinished draft that names this phone as its own."""
    index = blind_index(phone, purpose="phone")
    kept = FilingDraft.objects.filter(phone_index=index, case=None, expires_at__gt=timezone.now())
    return kept.order_by("-id").first()


def answers(draft: FilingDraft) -> dict[str, Any]:
    """Return what has been answered so far."""
    said: dict[str, Any] = json.loads(draft.answers or "{}")
    return said


def keep(draft: FilingDraft, **given: object) -> FilingDraft:
    """Add answers to a draft and save it."""
    _write(draft, {**answers(draft), **given})
    if phone := contact_phone(draft):
        draft.phone_index = blind_index(phone, purpose="phone")
    draft.save(update_fields=["answers", "phone_index"])
    return draft


def _write(draft: FilingDraft, said: dict[str, Any]) -> None:
    draft.answers = json.dumps(said, ensure_ascii=False, default=str)


def contact_phone(draft: FilingDraft) -> str:
    """Return the phone of the person who fills the form in: the helper's when there is one."""
    said = answers(draft)
    return str(said.get("proxy_phone") or said.get("phone") or "")


def purpose(draft: FilingDraft) -> str:
    """Return what a one-time code for this draft is good for."""
    return f"filing:{draft.pk}"


def ask_code(draft: FilingDraft) -> None:
    """Send the code that proves the phone of whoever fills the form in."""
    onetime.send(contact_phone(draft), purpose=purpose(draft))


def ask_resume_code(phone: str) -> str:
    """Send a code that opens the newest draft of this phone; answers alike when there is none."""
    phone = clean_phone(phone)
    if newest_of(phone):
        onetime.send(phone, purpose="resume")
    else:
        onetime.pretend(phone, purpose="resume")
    return phone


def resume(phone: str, *, code: str) -> FilingDraft:
    """Return the newest draft of a phone that the code proves. Raises CodeRefused."""
    draft = newest_of(phone)
    onetime.check(phone, purpose="resume", code=code)
    if draft is None:
        raise CodeRefused(_("没找到没填完的申请。它可能已过7天，或者已经提交"))
    return draft


def submit(draft: FilingDraft, *, code: str) -> Receipt:
    """Prove the phone and file the dispute; a draft becomes one case however often it is sent.

    Raises CodeRefused, InvalidFiling, TooOften.
    """
    dispute = dispute_of(draft)
    _refuse_own_phone(dispute)
    if draft.case_id is None:
        onetime.check(contact_phone(draft), purpose=purpose(draft), code=code, single_use=False)
    key = FilingKey(scope="form", key=draft.token)
    receipt = file_dispute(dispute, key=key)
    with transaction.atomic():
        FilingDraft.objects.filter(pk=draft.pk, case=None).update(case=receipt.case)
    _proved(receipt.case, contact_phone(draft))
    return receipt


def _refuse_own_phone(dispute: Dispute) -> None:
    """Refuse one phone on both sides: the invitation would come back to whoever filed."""
    own = {person.phone for person in dispute.applicants if person.phone}
    if own & {person.phone for person in dispute.respondents}:
        raise InvalidFiling({"respondent_phone": _("对方手机号和您的一样，请改一个")})


def _proved(case: Case, phone: str) -> None:
    index = blind_index(phone, purpose="phone")
    case.parties.filter(side=Party.Side.APPLICANT, phone_index=index, phone_proved_at=None).update(
        phone_proved_at=timezone.now()
    )


def dispute_of(draft: FilingDraft) -> Dispute:
    """Return the dispute that a draft's answers describe."""
    said = answers(draft)
    poster = draft.poster
    channel = poster.channel if poster else Channel.objects.get(key=DEFAULT_CHANNEL)
    applicant = Person(said.get("name", ""), said.get("phone", ""), said.get("kind", "person"))
    others = [Person(**other) for other in said.get("respondents", [])]
    proxy = None
    if said.get("proxy_name"):
        proxy = Proxy(said["proxy_name"], said["proxy_relation"], clean_phone(said["proxy_phone"]))
    return Dispute(
        description=said.get("description", ""),
        wish=said.get("wish", ""),
        wish_note=said.get("wish_note", ""),
        amount=Decimal(said["amount"]) if said.get("amount") else None,
        applicants=[applicant],
        respondents=others,
        channel=channel,
        poster=poster,
        region=Region.objects.filter(pk=said.get("region") or 0).first(),
        place=said.get("place", ""),
        case_type_said=CaseType.objects.filter(key=said.get("case_type", "")).first(),
        proxy=proxy,
        consents=(Consent.Purpose.PRIVACY, Consent.Purpose.TRUTH, Consent.Purpose.MEDIATION),
        files=list(draft.files.all()),
    )


def forget_old(now: dt.datetime) -> int:
    """Erase drafts past their day, with their files; what became a case only loses its draft."""
    old = list(FilingDraft.objects.filter(expires_at__lte=now))
    for draft in old:
        for file in draft.files.filter(case=None):
            remove(file)
        draft.files.update(draft=None)
        draft.delete()
    return len(old)


def applicant_of(draft: FilingDraft, case: Case) -> Party | None:
    """Return the party whose phone was proved by filing; None when somebody else filed."""
    index = blind_index(contact_phone(draft), purpose="phone")
    return case.parties.filter(side=Party.Side.APPLICANT, phone_index=index).first()
