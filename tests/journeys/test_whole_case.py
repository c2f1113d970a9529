"""Whole cases through the domain functions, with the relay running as the worker would run it."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from cases import access, agreements, documents, drafts, events, handling, judicial
from cases.faces import face_of
from cases.models import Case, Notice, Party
from cases.notices import sending
from cases.signing import requests
from cases.signing.requests import Hand
from mediators import audit
from mediators.models import AuditEntry
from scoring.models import MonthResult, PointEntry
from scoring.periods import close_due
from tests.factories import (
    LEASE,
    TERMS,
    agree_all,
    applicant_of,
    apply_all,
    code_sent_to,
    file,
    let_time_pass_for,
    new_phone,
    reach,
    respondent_of,
    ruling_number,
    sign_all,
)


def work():
    """Do what the worker does: relay until nothing waits, then send what is due."""
    while events.relay():
        pass
    sending.send_due()


def newest_to(party):
    work()
    return next(n for n in Notice.objects.order_by("-id") if n.party_id == party.pk)


def test_a_dispute_filed_on_a_phone_is_settled_confirmed_and_earns_points(house):
    with time_machine.travel("2026-11-02 09:00+08:00", tick=False) as clock:
        # A tenant files from the phone and proves it.
        draft = drafts.keep(
            drafts.start(None),
            description=LEASE,
            wish="money",
            amount="3400",
            region=house.region.pk,
            name="张三丰",
            phone=new_phone(),
            respondents=[{"name": "李四光", "phone": new_phone()}],
        )
        drafts.ask_code(draft)
        receipt = drafts.submit(draft, code=code_sent_to(drafts.contact_phone(draft)))
        case = receipt.case
        assert face_of(case.status).colour == "blue"

        # The words decide: the case is with the body of the street, and the applicant is told.
        clock.shift(dt.timedelta(minutes=1))
        work()
        case.refresh_from_db()
        assert (case.status, case.body) == ("dispatched", house.body)
        assert newest_to(applicant_of(case)).template == "dispatched"
        mediator = case.mediator.user

        # The mediator accepts and reaches the landlord, who agrees by the link in the message.
        clock.shift(dt.timedelta(hours=3))
        handling.accept(case, actor=mediator)
        invitation = newest_to(respondent_of(case))
        landlord = access.by_link(invitation.text.split("/j/")[1].split("/")[0])
        handling.answer_invitation(landlord, agrees=True, actor=landlord)

        # They meet, and agree on a text.
        case.refresh_from_db()
        session = handling.plan_session(
            case,
            actor=mediator,
            mode="on_site",
            place="调解室",
            starts_at=timezone.now() + dt.timedelta(days=2),
        )
        clock.shift(dt.timedelta(days=2, hours=1))
        handling.record_session(
            session,
            actor=mediator,
            present=case.parties.all(),
            course="双方谈了押金。",
            result="agreed",
        )
        agreements.draft(case, text=TERMS, actor=mediator)
        agreement = agreements.conclude(case, actor=mediator)

        # Each signs on the own phone, then the mediator, then the body seals.
        for party in case.parties.all():
            clock.shift(dt.timedelta(minutes=10))
            assert newest_to(party).template == "sign"
            requests.ask_code(party, agreement)
            requests.sign(
                party,
                agreement,
                code=code_sent_to(party.phone),
                hand=Hand(party.name),
                shown=agreement.digest,
            )
        requests.sign_as_mediator(agreement, actor=mediator, shown=agreement.digest)
        requests.seal(agreement, actor=house.lead, shown=agreement.digest)
        work()
        case.refresh_from_db()
        agreement.refresh_from_db()
        assert face_of(case.status).colour == "green"
        with agreement.document.open() as stream:
            assert agreement.document_digest == documents.digest(stream.read())

        # Both apply to the court in time, and it confirms.
        clock.shift(dt.timedelta(days=10))
        case = apply_all(case)
        judicial.grant(case.confirmations.get(), ruling_number=ruling_number(), actor=house.clerk)
        work()
        case.refresh_from_db()
        assert case.status == "confirmed"

        # The points are there, and the month ranks them.
        earned = PointEntry.objects.filter(mediator__user=mediator).order_by("id")
        assert [(e.rule.code, e.points) for e in earned] == [
            ("A1", Decimal(1)),
            ("B3", Decimal(3)),
            ("C2", Decimal(2)),
        ]
        clock.shift(dt.timedelta(days=30))
        close_due(timezone.localdate())
        assert MonthResult.objects.get().points == Decimal(6)

    # One trail, unbroken, and no message left behind.
    assert not Notice.objects.exclude(state="sent").exists()
    assert not case.events.filter(relayed_at=None).exists()
    entries = AuditEntry.objects.filter(chain=f"case:{case.pk}").order_by("seq")
    assert audit.first_broken(entries) is None
    assert [entry.facts["target"] for entry in entries if "target" in entry.facts] == [
        "dispatched", "inviting", "mediating", "agreed", "settled", "confirming", "confirmed",
    ]  # fmt: skip


@pytest.mark.usefixtures("no_documents")
def test_a_case_nobody_answers_for_goes_round_and_ends_on_the_desk(house):
    """Silence, a refusal, silence: each time another body, then a person decides."""
    with time_machine.travel("2026-11-02 09:00+08:00", tick=False) as clock:
        case = file().case
        bodies = []
        for _ in range(4):
            work()
            case.refresh_from_db()
            if case.status == "filed":
                break
            bodies.append(case.body)
            clock.shift(dt.timedelta(days=7))
            handling.lapse_silent(timezone.localdate())
        assert case.status == "filed"
        assert len(bodies) == len(set(bodies)) >= 1
        assert case in Case.objects.on_the_desk()
        work()
        assert {e.rule.code for e in PointEntry.objects.all()} == {"A2"}


@pytest.mark.usefixtures("no_documents")
def test_a_case_that_fails_is_told_to_both_and_goes_to_court(house):
    case = reach("mediating", house)
    party = respondent_of(case)
    handling.log_contact(party, actor=house.mediator, means="phone", outcome="reached")
    handling.fail(case, actor=house.mediator, reasons=["far_apart"])
    assert newest_to(party).template == "failed"
    case.refresh_from_db()
    case = judicial.litigate(case, actor=house.clerk)
    assert newest_to(applicant_of(case)).template == "litigating"
    assert face_of(case.status).colour == "grey"


@pytest.mark.usefixtures("no_documents")
def test_a_case_given_back_and_taken_by_another_body_is_settled_there(house):
    case = handling.refuse(reach("dispatched", house), actor=house.mediator, reason="scope")
    case.region = house.other_body.region
    case.save(update_fields=["region"])
    work()
    case.refresh_from_db()
    assert case.body == house.other_body
    there = {"mediator": case.mediator.user, "lead": house.other_lead}
    second = type(house)(**{**house.__dict__, **there})
    handling.accept(case, actor=second.mediator)
    case = agree_all(Case.objects.get(pk=case.pk))
    agreements.draft(case, text=TERMS, actor=second.mediator)
    agreements.conclude(case, actor=second.mediator)
    case = sign_all(case, second)
    assert (case.status, case.mediator.user) == ("settled", second.mediator)


def test_a_party_reads_its_case_by_code_and_phone(house):
    receipt = file()
    case, applicant = receipt.case, applicant_of(receipt.case)
    assert access.by_short_code(receipt.short_code.lower(), address="10.0.0.1").case == case
    let_time_pass_for(applicant.phone)
    access.ask_code(case, phone=applicant.phone)
    party = access.prove_phone(case, phone=applicant.phone, code=code_sent_to(applicant.phone))
    assert (party, party.side) == (applicant, Party.Side.APPLICANT)
