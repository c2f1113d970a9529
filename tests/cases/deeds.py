"""Every deed that changes a case, as data: in which states it works, whose it is, how done."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils import timezone

from cases import agreements, duplicates, handling, judicial
from cases.models import Agreement, Attachment, Case, CaseType, Confirmation, Party, Session
from cases.routing.assign import dispatch
from cases.signing import requests
from cases.signing.requests import Hand
from mediators.models import User
from tests import factories
from tests.factories import House

Actor = User | Party
Act = Callable[[Actor], object]
IN_HAND = ("inviting", "mediating", "agreed")
UNSETTLED = ("filed", "dispatched", *IN_HAND)


@dataclass(frozen=True)
class Deed:
    """`prepare` writes down what must be there before, and returns the deed itself."""

    name: str
    statuses: tuple[str, ...]
    who: str  # a person of the house, or a side of the case
    prepare: Callable[[Case, House], Act]
    also: tuple[str, ...] = field(default=())  # who else may

    def __str__(self) -> str:
        return self.name


def person(name: str, case: Case, house: House) -> Actor:
    """Return a person of the house, or a party of the case, by name."""
    if name in Party.Side.values:
        return case.parties.filter(side=name).first()
    return getattr(house, name)


def _agreement(case: Case, house: House) -> Agreement:
    """Return the newest agreement; where there never was one, one that was taken back."""
    return case.agreements.order_by("-revision").first() or Agreement.objects.create(
        case=case, revision=1, state=Agreement.State.VOID, by=house.mediator, facts="一",
        terms="一", performance="一",
    )  # fmt: skip


def _session(case: Case, house: House) -> Session:
    return Session.objects.create(
        case=case, mode="phone", starts_at=timezone.now(), place="电话", by=house.mediator
    )


def _record_session(case: Case, house: House) -> Act:
    session = _session(case, house)
    return lambda actor: handling.record_session(
        session, actor=actor, present=[], course="谈了", result="continue"
    )


def _conclude(case: Case, house: House) -> Act:
    if case.status == Case.Status.MEDIATING:
        agreements.draft(case, text=factories.TERMS, actor=house.mediator)
    return lambda actor: agreements.conclude(case, actor=actor)


def _sign(case: Case, house: House) -> Act:
    agreement = _agreement(case, house)

    def sign(actor: Party) -> None:
        factories.let_time_pass_for(actor.phone)
        requests.ask_code(actor, agreement)
        requests.sign(
            actor,
            agreement,
            code=factories.code_sent_to(actor.phone),
            hand=Hand(actor.name),
            shown=agreement.digest,
        )

    return sign


def _sign_on_paper(case: Case, house: House) -> Act:
    agreement, party = _agreement(case, house), factories.respondent_of(case)
    scan = Attachment.objects.create(case=case, title="签字页", content_type="x", size=1, sha256="")
    return lambda actor: requests.sign_on_paper(
        party, agreement, scan=scan, actor=actor, shown=agreement.digest
    )


def _sign_as_mediator(case: Case, house: House) -> Act:
    agreement = _agreement(case, house)
    return lambda actor: requests.sign_as_mediator(agreement, actor=actor, shown=agreement.digest)


def _seal(case: Case, house: House) -> Act:
    agreement = _agreement(case, house)
    if agreement.state == Agreement.State.FIXED and case.status == Case.Status.AGREED:
        for party in case.parties.all():
            factories.sign_as(party, agreement)
        requests.sign_as_mediator(agreement, actor=house.mediator, shown=agreement.digest)
    return lambda actor: requests.seal(agreement, actor=actor, shown=agreement.digest)


def _confirmation(case: Case, house: House) -> Confirmation:
    known = case.confirmations.order_by("-pk").first()
    return known or Confirmation.objects.create(
        case=case, agreement=_agreement(case, house), state=Confirmation.State.REFUSED
    )


def _grant(case: Case, house: House) -> Act:
    confirmation = _confirmation(case, house)
    number = factories.ruling_number()
    return lambda actor: judicial.grant(confirmation, ruling_number=number, actor=actor)


def _refuse_confirmation(case: Case, house: House) -> Act:
    confirmation = _confirmation(case, house)
    return lambda actor: judicial.refuse(confirmation, refusal="unclear", actor=actor)


def _merge(case: Case, house: House) -> Act:
    other = factories.file().case
    return lambda actor: duplicates.merge(case, into=other, actor=actor)


def _unmerge(case: Case, house: House) -> Act:
    return lambda actor: duplicates.unmerge(case, actor=actor, reason="不是同一件")


def _dispatch(case: Case, house: House) -> Act:
    lease = CaseType.objects.get(key="housing_lease")
    return lambda actor: dispatch(
        case, body=house.other_body, case_type=lease, actor=actor, reason="测试"
    )


def _answer(agrees: bool) -> Callable[[Case, House], Act]:
    def prepare(case: Case, house: House) -> Act:
        party = factories.respondent_of(case)
        return lambda actor: handling.answer_invitation(party, agrees=agrees, actor=actor)

    return prepare


DEEDS = [
    Deed("dispatch", ("filed", "dispatched"), "dispatcher", _dispatch),
    Deed(
        "reject",
        ("filed",),
        "dispatcher",
        lambda case, house: lambda actor: handling.reject(case, actor=actor, reason="not_civil"),
    ),
    Deed("merge", ("filed", "dispatched", "inviting", "mediating"), "dispatcher", _merge),
    Deed("unmerge", ("merged",), "dispatcher", _unmerge),
    Deed(
        "lapse",
        ("dispatched",),
        "dispatcher",
        lambda case, house: lambda actor: handling.lapse(case, actor=actor),
    ),
    Deed(
        "accept",
        ("dispatched",),
        "mediator",
        lambda case, house: lambda actor: handling.accept(case, actor=actor),
        also=("lead",),
    ),
    Deed(
        "refuse",
        ("dispatched",),
        "mediator",
        lambda case, house: lambda actor: handling.refuse(case, actor=actor, reason="scope"),
        also=("lead",),
    ),
    Deed(
        "assign mediator",
        ("dispatched", *IN_HAND),
        "lead",
        lambda case, house: (
            lambda actor: handling.assign_mediator(
                case, mediator=house.colleague.mediator, actor=actor
            )
        ),
    ),
    Deed("record yes", IN_HAND, "mediator", _answer(agrees=True), also=("lead", "respondent")),
    Deed("record no", IN_HAND, "mediator", _answer(agrees=False), also=("lead", "respondent")),
    Deed(
        "log contact",
        IN_HAND,
        "mediator",
        lambda case, house: (
            lambda actor: handling.log_contact(
                factories.respondent_of(case), actor=actor, means="phone", outcome="reached"
            )
        ),
        also=("lead",),
    ),
    Deed(
        "correct phone",
        IN_HAND,
        "mediator",
        lambda case, house: (
            lambda actor: handling.correct_phone(
                factories.respondent_of(case), phone=factories.new_phone(), actor=actor
            )
        ),
        also=("lead",),
    ),
    Deed(
        "plan session",
        IN_HAND,
        "mediator",
        lambda case, house: (
            lambda actor: handling.plan_session(
                case,
                actor=actor,
                mode="phone",
                place="电话",
                starts_at=timezone.now() + dt.timedelta(days=1),
            )
        ),
        also=("lead",),
    ),
    Deed("record session", IN_HAND, "mediator", _record_session, also=("lead",)),
    Deed(
        "set difficulty",
        IN_HAND,
        "mediator",
        lambda case, house: (
            lambda actor: handling.set_difficulty(case, difficulty="major", actor=actor)
        ),
        also=("lead",),
    ),
    Deed(
        "fail",
        IN_HAND,
        "mediator",
        lambda case, house: lambda actor: handling.fail(case, actor=actor, reasons=["far_apart"]),
        also=("lead",),
    ),
    Deed(
        "withdraw",
        UNSETTLED,
        "applicant",
        lambda case, house: lambda actor: handling.withdraw(case, actor=actor),
    ),
    Deed(
        "draft",
        ("mediating",),
        "mediator",
        lambda case, house: lambda actor: agreements.draft(case, text=factories.TERMS, actor=actor),
    ),
    Deed("conclude", ("mediating",), "mediator", _conclude),
    Deed(
        "settle orally",
        ("mediating",),
        "mediator",
        lambda case, house: (
            lambda actor: agreements.settle_orally(case, text=factories.TERMS, actor=actor)
        ),
    ),
    Deed(
        "revise",
        ("agreed",),
        "mediator",
        lambda case, house: lambda actor: agreements.revise(case, actor=actor),
    ),
    Deed("sign", ("agreed",), "respondent", _sign, also=("applicant",)),
    Deed("sign on paper", ("agreed",), "mediator", _sign_on_paper),
    Deed("sign as mediator", ("agreed",), "mediator", _sign_as_mediator),
    Deed("seal", ("agreed",), "lead", _seal),
    Deed(
        "apply",
        ("settled",),
        "respondent",
        lambda case, house: lambda actor: judicial.apply(actor),
        also=("applicant",),
    ),
    Deed("grant", ("confirming",), "clerk", _grant),
    Deed("refuse confirmation", ("confirming",), "clerk", _refuse_confirmation),
    Deed(
        "litigate",
        ("failed",),
        "clerk",
        lambda case, house: lambda actor: judicial.litigate(case, actor=actor),
    ),
]
STAFF = (
    "mediator", "colleague", "lead", "other_mediator", "other_lead", "dispatcher", "clerk",
    "assessor", "leader",
)  # fmt: skip
