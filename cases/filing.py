"""How a dispute becomes a case: by a person, for a person, or registered by the court."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases import events, messages
from cases.budgets import DAY, spend
from cases.codes import new_short_code, new_token
from cases.errors import InvalidFiling, KeyReused, TooOften
from cases.faces import colour_of
from cases.models import (
    Attachment,
    Case,
    CaseType,
    Channel,
    Consent,
    IdempotencyKey,
    MediationCode,
    Party,
    Poster,
    ProxyFiler,
)
from mediators import audit
from mediators.errors import InvalidIdentity
from mediators.identity import (
    clean_company_code,
    clean_id_card,
    clean_name,
    clean_phone,
    clean_text,
)
from mediators.models import Region, User
from mediators.sealing import blind_index

SHORTEST, LONGEST = 5, 1000  # characters of the description
MOST_PARTIES = 20  # on one side
FILINGS_A_DAY = 5  # per proven phone: a shield against floods, not a limit anyone meets
FILINGS_FOR_OTHERS_A_DAY = 30  # a grid worker's or a window's phone
TEXTS_VERSION = "2026-11"  # of the privacy notice and the consent sentences


@dataclass(frozen=True)
class Person:
    """A party as it is named at filing: a person or a company, perhaps without a phone."""

    name: str
    phone: str = ""
    kind: str = Party.Kind.PERSON
    whereabouts: str = ""
    identity: str = ""  # number of the identity card, or unified social credit code of a company


@dataclass(frozen=True)
class Proxy:
    """Who files for somebody else."""

    name: str
    relation: str
    phone: str = ""


@dataclass(frozen=True)
class Dispute:
    """Everything that is asked when a dispute is filed."""

    description: str
    applicants: Sequence[Person]
    respondents: Sequence[Person]
    channel: Channel
    wish: str = Case.Wish.OTHER
    wish_note: str = ""
    amount: Decimal | None = None
    region: Region | None = None
    place: str = ""
    poster: Poster | None = None
    proxy: Proxy | None = None
    track: str = Case.Track.CENTRE
    court_number: str | None = None
    case_type_said: CaseType | None = None
    consents: Sequence[str] = ()
    means: str = "web"
    files: Iterable[Attachment] = field(default=(), compare=False)


@dataclass(frozen=True)
class FilingKey:
    """What makes a filing unique: whose key it is (a form, a partner system) and the key."""

    scope: str
    key: str


@dataclass(frozen=True)
class Receipt:
    """What the person who filed gets: the case and the secrets of its code, shown once or again."""

    case: Case
    short_code: str
    token: str


def file_dispute(dispute: Dispute, *, key: FilingKey, by: User | None = None) -> Receipt:
    """Write case, parties and code in one transaction, and say so to the rest of the house.

    The same key with the same content returns the first case; nothing here waits for routing,
    messages or pictures. Raises InvalidFiling, KeyReused, TooOften.
    """
    dispute = cleaned(dispute)
    digest = _digest(dispute)
    if known := _filed_before(key, digest):
        return known
    try:
        with transaction.atomic():
            return _write(dispute, key, digest, by)
    except IntegrityError:
        if known := _filed_before(key, digest):
            return known
        number = dispute.court_number
        if number and Case.objects.filter(court_number=number).exists():
            raise InvalidFiling({"court_number": _("这个案号已经登记过了，请核对")}) from None
        raise


def receipt_of(case: Case) -> Receipt:
    """Return the receipt of a case again, for the people who may have it."""
    code = case.mediation_code
    return Receipt(case, code.short, code.token)


def cleaned(dispute: Dispute) -> Dispute:
    """Return the dispute in its stored form. Raises InvalidFiling naming every field to change."""
    problems: dict[str, str] = {}
    applicants = _people(dispute.applicants, "applicant", problems)
    respondents = _people(dispute.respondents, "respondent", problems)
    if not dispute.applicants:
        problems["applicant"] = _("请写您的姓名")
    if not dispute.respondents:
        problems["respondent"] = _("请写对方的姓名或单位名称")
    description = clean_text(dispute.description).strip()
    if why := description_problem(description):
        problems["description"] = why
    if dispute.amount is not None and not 0 <= dispute.amount < 10**12:
        problems["amount"] = _("钱数只写数字，比如3400")
    if dispute.wish not in Case.Wish.values:
        problems["wish"] = _("请选一个您想要的结果")
    proxy = dispute.proxy and _proxy(dispute.proxy, problems)
    if problems:
        raise InvalidFiling(problems)
    values = {**dispute.__dict__, "description": description}
    values |= {"applicants": applicants, "respondents": respondents, "proxy": proxy}
    values["wish_note"] = clean_text(dispute.wish_note).strip()[:200]
    values["place"] = clean_text(dispute.place).strip()[:120]
    number = "".join(clean_text(dispute.court_number or "").split())
    values["court_number"] = number.replace("(", "（").replace(")", "）") or None
    return Dispute(**values)


def description_problem(text: str) -> str:
    """Say what is wrong with a description of a dispute, or nothing."""
    if len(text) < SHORTEST:
        return _("请写发生了什么事，至少5个字")
    if len(text) > LONGEST:
        return _("最多写1000个字，现在是%(count)d个。可以把细节留给调解员") % {"count": len(text)}
    return ""


def crowd_problem(count: int) -> str:
    """Say that these are too many people on one side, or nothing."""
    return _("最多加20个对方。更多的请打电话告诉我们") if count > MOST_PARTIES else ""


def _people(people: Sequence[Person], side: str, problems: dict[str, str]) -> list[Person]:
    if why := crowd_problem(len(people)):
        problems[side] = why
    clean = []
    for person in people:
        name = clean_name(person.name)
        if not 1 <= len(name) <= 60 or person.kind not in Party.Kind.values:
            problems[f"{side}_name"] = _("请写姓名或单位名称，最多60个字")
        try:
            phone = clean_phone(person.phone) if person.phone else ""
        except InvalidIdentity as error:
            problems[f"{side}_phone"] = str(error)
            continue
        try:
            identity = clean_identity(person.identity, kind=person.kind)
        except InvalidIdentity as error:
            problems[f"{side}_identity"] = str(error)
            continue
        where = clean_text(person.whereabouts)[:120]
        clean.append(Person(name, phone, person.kind, where, identity))
    return clean


def clean_identity(number: str, *, kind: str) -> str:
    """Return a person's identity number or a company's code in its stored form; none stays none.

    Raises InvalidIdentity.
    """
    if not number:
        return ""
    return clean_company_code(number) if kind == Party.Kind.COMPANY else clean_id_card(number)


def _proxy(proxy: Proxy, problems: dict[str, str]) -> Proxy:
    name, phone = clean_name(proxy.name), proxy.phone
    if not 1 <= len(name) <= 60 or proxy.relation not in ProxyFiler.Relation.values:
        problems["proxy_name"] = _("请写您自己的姓名和与申请人的关系")
    try:
        phone = clean_phone(phone) if phone else ""
    except InvalidIdentity as error:
        problems["proxy_phone"] = str(error)
    return Proxy(name, proxy.relation, phone)


def _count_filing(dispute: Dispute) -> None:
    """Count a filing for whoever's phone was proved. Raises TooOften.

    Runs once the key is taken: the same filing sent many times counts once.
    """
    proxy = dispute.proxy
    phone = proxy.phone if proxy else dispute.applicants[0].phone
    limit = FILINGS_FOR_OTHERS_A_DAY if proxy else FILINGS_A_DAY
    if phone and not spend(
        f"filing:{blind_index(phone, purpose='phone')}", limit=limit, seconds=DAY
    ):
        raise TooOften(_("今天申请的次数太多了，请明天再试，或者打电话告诉我们"))


def _digest(dispute: Dispute) -> str:
    words = [
        dispute.description,
        dispute.wish,
        dispute.wish_note,
        str(dispute.amount),
        dispute.channel.key,
        dispute.region and dispute.region.key,
        dispute.place,
        dispute.court_number,
        sorted(dispute.consents),
        [_said_of(person) for person in dispute.applicants],
        [_said_of(person) for person in dispute.respondents],
    ]
    if dispute.case_type_said:
        words.append(dispute.case_type_said.key)
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


def _said_of(person: Person) -> list[str]:
    """Return what is said of a person. What older filings could not say is left out when empty,
    so that one sent again after an update is still known."""
    said = [person.name, person.phone, person.kind, person.whereabouts]
    return [*said, person.identity] if person.identity else said


def _filed_before(key: FilingKey, digest: str) -> Receipt | None:
    rows = IdempotencyKey.objects.select_related("case__mediation_code")
    known = rows.filter(scope=key.scope, key=key.key).first()
    if known is None:
        return None
    if known.body_digest != digest:
        raise KeyReused
    return receipt_of(known.case)


def _write(dispute: Dispute, key: FilingKey, digest: str, by: User | None) -> Receipt:
    case = Case.objects.create(
        track=dispute.track,
        channel=dispute.channel,
        poster=dispute.poster,
        region=dispute.region,
        place=dispute.place,
        description=dispute.description,
        wish=dispute.wish,
        wish_note=dispute.wish_note,
        amount=dispute.amount,
        court_number=dispute.court_number,
        case_type_said=dispute.case_type_said,
        filed_by=by,
    )
    IdempotencyKey.objects.create(scope=key.scope, key=key.key, body_digest=digest, case=case)
    if by is None:
        _count_filing(dispute)
    receipt = _issue_code(case)
    applicants = _write_parties(case, dispute)
    _write_consents(dispute, applicants)
    if dispute.proxy:
        ProxyFiler.objects.create(case=case, **dispute.proxy.__dict__)
    Attachment.objects.filter(pk__in=[f.pk for f in dispute.files]).update(
        case=case, party=applicants[0]
    )
    events.record(
        case,
        "case.filed",
        actor=by,
        channel=dispute.channel.key,
        target=case.status,
        colour=colour_of(case.status),
    )
    _tell(case, receipt, applicants[0], dispute.proxy)
    audit.note("case.filed", actor=by, chain=f"case:{case.pk}", channel=dispute.channel.key)
    return receipt


def _issue_code(case: Case) -> Receipt:
    short, token = new_short_code(), new_token()
    MediationCode.objects.create(
        case=case,
        short=short,
        short_index=blind_index(short, purpose="code"),
        token=token,
        token_index=blind_index(token, purpose="token"),
    )
    return Receipt(case, short, token)


def _write_parties(case: Case, dispute: Dispute) -> list[Party]:
    agreed = Consent.Purpose.MEDIATION in dispute.consents
    applicants = [_party(case, p, Party.Side.APPLICANT) for p in dispute.applicants]
    for party in applicants if agreed else []:
        party.answer, party.answered_at = Party.Answer.AGREES, case.filed_at
    respondents = [_party(case, p, Party.Side.RESPONDENT) for p in dispute.respondents]
    Party.objects.bulk_create([*applicants, *respondents])
    return applicants


def _party(case: Case, person: Person, side: str) -> Party:
    party = Party(
        case=case,
        side=side,
        kind=person.kind,
        name=person.name,
        whereabouts=person.whereabouts,
        filed_at=case.filed_at,
    )
    party.set_phone(person.phone)
    party.set_identity(person.identity)
    party.link = new_token()
    party.link_index = blind_index(party.link, purpose="link")
    return party


def _write_consents(dispute: Dispute, applicants: list[Party]) -> None:
    Consent.objects.bulk_create(
        Consent(party=party, purpose=purpose, text_version=TEXTS_VERSION, means=dispute.means)
        for party in applicants[:1]
        for purpose in dispute.consents
    )


def _tell(case: Case, receipt: Receipt, applicant: Party, proxy: Proxy | None) -> None:
    template = "proxy_filed" if proxy else "filed"
    messages.write(
        template,
        messages.to_party(applicant),
        key=f"filed:{case.pk}",
        case=case,
        number=case.number,
        surname=proxy.name[:1] if proxy else "",
        phone=messages.help_phone(),
        link=messages.party_link(applicant),
    )
