"""People, disputes and cases for tests. A case reaches its state by the real functions only."""

import datetime as dt
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from cases import agreements, duplicates, filing, handling, judicial
from cases.agreements import Text
from cases.filing import Dispute, FilingKey, Person, Receipt
from cases.models import (
    Agreement,
    Budget,
    Case,
    CaseType,
    Channel,
    Confirmation,
    Consent,
    EndReason,
    Notice,
    Party,
    RejectReason,
)
from cases.routing.assign import dispatch
from cases.signing import requests
from cases.signing.requests import Hand
from mediators.models import Body, BodyKind, Mediator, Region, Tier, User
from mediators.sealing import blind_index

_counter = itertools.count(1)
CONSENTS = (Consent.Purpose.PRIVACY, Consent.Purpose.TRUTH, Consent.Purpose.MEDIATION)
LEASE = "房东不退押金：合同到期后我搬走了，房东一直不退租房的押金3400元。"
TERMS = Text(
    facts="双方因退还房屋租赁押金发生争议。",
    terms="乙方退还甲方押金3400元。\n双方就此再无其他争议。",
    performance="转到甲方的银行账户",
    perform_by=dt.date(2026, 12, 31),
    amount=Decimal("3400.00"),
)


def new_phone() -> str:
    """Return a mobile number that no other test person has."""
    return f"199{next(_counter):08d}"


# --- People ---


def make_body(region: Region, *, family: str = BodyKind.Family.PEOPLE, name: str = "") -> Body:
    """Return a new body of a family that serves a region."""
    number = next(_counter)
    tier = Tier.STREET if family == BodyKind.Family.PEOPLE else None
    kinds = BodyKind.objects.filter(family=family)
    kind = (kinds.filter(tier=tier).first() if tier else None) or kinds.first()
    return Body.objects.create(
        name=name or f"测试调解组织{number}",
        abbreviation=f"测{number}",
        kind=kind,
        region=region,
        phone="0571-00000000",
    )


def make_staff(role: str, body: Body | None = None, **fields: object) -> User:
    """Return a new user of a role; with a body it is on that body's roster."""
    number = next(_counter)
    user = User.objects.create_user(f"{role}{number}", role=role, name=f"测试{number}")
    if body:
        Mediator.objects.create(user=user, body=body, **fields)
    return user


@dataclass(frozen=True)
class House:
    """The people that a case meets."""

    region: Region
    body: Body
    lead: User
    mediator: User
    colleague: User
    other_body: Body
    other_lead: User
    other_mediator: User
    dispatcher: User
    clerk: User
    assessor: User
    leader: User


def build_house() -> House:
    """Return two street committees with their people, and one person for each office."""
    role = User.Role
    streets = Region.objects.filter(level=Region.Level.STREET).order_by("code")
    body, other = make_body(streets[0]), make_body(streets[1])
    return House(
        region=streets[0],
        body=body,
        mediator=make_staff(role.MEDIATOR, body),
        colleague=make_staff(role.MEDIATOR, body),
        lead=make_staff(role.LEAD, body),
        other_body=other,
        other_mediator=make_staff(role.MEDIATOR, other),
        other_lead=make_staff(role.LEAD, other),
        dispatcher=make_staff(role.DISPATCHER),
        clerk=make_staff(role.COURT),
        assessor=make_staff(role.ASSESSOR),
        leader=make_staff(role.LEADER),
    )


# --- Disputes ---


def a_dispute(**changes: object) -> Dispute:
    """Return a lease dispute of two new people, filed on the web."""
    values: dict[str, object] = {
        "description": LEASE,
        "applicants": [Person("张三丰", new_phone())],
        "respondents": [Person("李四光", new_phone())],
        "channel": Channel.objects.get(key="public"),
        "wish": Case.Wish.MONEY,
        "amount": Decimal("3400"),
        "region": Region.objects.filter(level=Region.Level.STREET).order_by("code").first(),
        "consents": CONSENTS,
    }
    return Dispute(**{**values, **changes})


def new_key() -> FilingKey:
    return FilingKey("test", f"key-{next(_counter)}")


def file(**changes: object) -> Receipt:
    """File a dispute and return its receipt."""
    return filing.file_dispute(a_dispute(**changes), key=new_key())


# --- One-time codes: read from the message, as their owner would ---


def code_sent_to(phone: str) -> str:
    """Return the newest one-time code that was sent to a phone."""
    notices = Notice.objects.filter(template="one_time_code").order_by("-id")
    return next(json.loads(n.params)["code"] for n in notices if n.phone == phone)


def let_time_pass_for(phone: str) -> None:
    """Forget how often this phone was written to, as if a day had gone by."""
    Budget.objects.filter(subject__contains=blind_index(phone, purpose="phone")).delete()


# --- The states of a case ---


def applicant_of(case: Case) -> Party:
    return case.parties.filter(side=Party.Side.APPLICANT).first()


def respondent_of(case: Case) -> Party:
    return case.parties.filter(side=Party.Side.RESPONDENT).first()


def fixed_agreement(case: Case) -> Agreement:
    return case.agreements.get(state=Agreement.State.FIXED)


def send_to_body(case: Case, house: House) -> Case:
    """Dispatch a case to the house's first body and its mediator."""
    return dispatch(
        case,
        body=house.body,
        mediator=house.mediator.mediator,
        case_type=CaseType.objects.get(key="housing_lease"),
        actor=house.dispatcher,
        reason="测试",
    )


def agree_all(case: Case) -> Case:
    """Let every party that has not answered yet agree to mediation."""
    for party in case.parties.exclude(answer=Party.Answer.AGREES):
        case = handling.answer_invitation(party, agrees=True, actor=party)
    return case


def fix_agreement(case: Case, house: House, text: Text = TERMS) -> Case:
    agreements.draft(case, text=text, actor=house.mediator)
    agreements.conclude(case, actor=house.mediator)
    return Case.objects.get(pk=case.pk)


def sign_as(party: Party, agreement: Agreement) -> None:
    """Ask for the code, read it, and sign with the typed name."""
    let_time_pass_for(party.phone)
    requests.ask_code(party, agreement)
    requests.sign(
        party,
        agreement,
        code=code_sent_to(party.phone),
        hand=Hand(party.name),
        shown=agreement.digest,
    )


def sign_all(case: Case, house: House) -> Case:
    """Let all parties and the mediator sign, and the lead seal."""
    agreement = fixed_agreement(case)
    for party in case.parties.all():
        sign_as(party, agreement)
    requests.sign_as_mediator(agreement, actor=house.mediator, shown=agreement.digest)
    requests.seal(agreement, actor=house.lead, shown=agreement.digest)
    return Case.objects.get(pk=case.pk)


def apply_all(case: Case) -> Case:
    for party in case.parties.all():
        judicial.apply(party)
    return Case.objects.get(pk=case.pk)


def ruling_number() -> str:
    return f"（2026）浙0108诉前调确{next(_counter)}号"


def _grant(case: Case, house: House) -> None:
    applied = case.confirmations.get(state=Confirmation.State.APPLIED)
    judicial.grant(applied, ruling_number=ruling_number(), actor=house.clerk)


def _merge(case: Case, house: House) -> None:
    duplicates.merge(case, into=file().case, actor=house.dispatcher)


S = Case.Status
# Each status: the one before it, and what brings a case from there to here.
WAYS: dict[str, tuple[str, Callable[[Case, House], object]]] = {
    S.DISPATCHED: (S.FILED, send_to_body),
    S.INVITING: (S.DISPATCHED, lambda case, house: handling.accept(case, actor=house.mediator)),
    S.MEDIATING: (S.INVITING, lambda case, house: agree_all(case)),
    S.AGREED: (S.MEDIATING, fix_agreement),
    S.SETTLED: (S.AGREED, sign_all),
    S.CONFIRMING: (S.SETTLED, lambda case, house: apply_all(case)),
    S.CONFIRMED: (S.CONFIRMING, _grant),
    S.FAILED: (
        S.MEDIATING,
        lambda case, house: handling.fail(
            case, actor=house.mediator, reasons=[EndReason.FAR_APART]
        ),
    ),
    S.LITIGATING: (S.FAILED, lambda case, house: judicial.litigate(case, actor=house.clerk)),
    S.WITHDRAWN: (S.FILED, lambda case, house: handling.withdraw(case, actor=applicant_of(case))),
    S.REJECTED: (
        S.FILED,
        lambda case, house: handling.reject(
            case, actor=house.dispatcher, reason=RejectReason.NOT_CIVIL
        ),
    ),
    S.MERGED: (S.FILED, _merge),
}


def reach(status: str, house: House, **dispute: object) -> Case:
    """Return a new case in this status; `dispute` changes what was filed."""
    if status == S.FILED:
        return file(**dispute).case
    before, step = WAYS[status]
    case = reach(before, house, **dispute)
    step(case, house)
    return Case.objects.get(pk=case.pk)
