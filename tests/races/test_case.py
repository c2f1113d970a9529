import time

import pytest

from cases import agreements, duplicates, handling, judicial, lifecycle
from cases.errors import CaseError, TransitionNotAllowed
from cases.lifecycle import Action
from cases.models import Agreement, Case, CaseType, Signature
from cases.querysets import CaseQuerySet
from cases.routing.assign import dispatch
from cases.signing import requests
from cases.signing.requests import Hand
from mediators import audit
from mediators.models import AuditEntry
from tests.factories import (
    applicant_of,
    code_sent_to,
    file,
    fixed_agreement,
    make_staff,
    reach,
    respondent_of,
    ruling_number,
    sign_as,
)
from tests.races import refused, together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ENDS = ("settled", "withdrawn", "failed")


def only_rules_refused(outcomes):
    """Let no error pass that is not a rule's refusal; return the refusals."""
    errors = refused(outcomes)
    assert all(isinstance(error, CaseError) for error in errors), errors
    return errors


def trail_is_sound(case):
    """Each change of status has one event and one audit entry, and they tell one story."""
    case.refresh_from_db()
    entries = list(AuditEntry.objects.filter(chain=f"case:{case.pk}").order_by("seq"))
    assert audit.first_broken(entries) is None
    moves = [e for e in case.events.order_by("id") if "source" in e.facts and e.kind[:4] == "case"]
    deeds = [entry for entry in entries if "source" in entry.facts]
    assert [e.facts["target"] for e in moves] == [d.facts["target"] for d in deeds]
    status = "filed"
    for event in moves:
        assert event.facts["source"] == status
        status = event.facts["target"]
    assert case.status == status
    return True


def signer(party, agreement):
    """Ask for the code now, and return the signing itself."""
    requests.ask_code(party, agreement)
    code = code_sent_to(party.phone)
    return lambda: requests.sign(
        party, agreement, code=code, hand=Hand(party.name), shown=agreement.digest
    )


def patient_sealer(agreement, house):
    """Return a lead who tries to seal until all have signed."""

    def seal():
        until = time.monotonic() + 20
        while True:
            try:
                return requests.seal(agreement, actor=house.lead, shown=agreement.digest)
            except CaseError as error:
                if "还有人没有签" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(0.005)

    return seal


def test_all_sign_and_the_lead_seals_at_once_and_it_binds_exactly_once(house):
    for _ in range(30):
        case = reach("agreed", house)
        agreement = fixed_agreement(case)
        shown = agreement.digest
        outcomes = together(
            [
                signer(applicant_of(case), agreement),
                signer(respondent_of(case), agreement),
                lambda a=agreement, s=shown: requests.sign_as_mediator(
                    a, actor=house.mediator, shown=s
                ),
                patient_sealer(agreement, house),
            ]
        )
        assert refused(outcomes) == []
        agreement.refresh_from_db()
        assert agreement.state == Agreement.State.EFFECTIVE
        assert case.events.filter(kind="case.settle").count() == 1
        assert agreement.signatures.count() == 3
        assert trail_is_sound(case)


def test_one_party_signing_five_times_at_once_signs_once(house):
    case = reach("agreed", house)
    agreement = fixed_agreement(case)
    sign = signer(applicant_of(case), agreement)
    outcomes = together([sign] * 5)
    assert len(only_rules_refused(outcomes)) == 4
    assert agreement.signatures.count() == 1
    assert case.events.filter(kind="agreement.signed").count() == 1


def test_withdrawing_and_sealing_at_once_have_one_outcome(house):
    seen = set()
    for turn in range(20):
        case = reach("agreed", house)
        agreement = fixed_agreement(case)
        for party in case.parties.all():
            sign_as(party, agreement)
        requests.sign_as_mediator(agreement, actor=house.mediator, shown=agreement.digest)
        applicant = applicant_of(case)
        deeds = [
            lambda a=agreement: requests.seal(a, actor=house.lead, shown=a.digest),
            lambda c=case, p=applicant: handling.withdraw(c, actor=p),
        ]
        outcomes = together(deeds[:: 1 if turn % 2 else -1])
        assert len(only_rules_refused(outcomes)) == 1
        case.refresh_from_db()
        agreement.refresh_from_db()
        assert case.status in ("settled", "withdrawn")
        assert (agreement.state == "effective") == (case.status == "settled")
        assert trail_is_sound(case)
        seen.add(case.status)
    assert seen <= set(ENDS)


def test_withdrawing_and_the_last_signature_at_once_leave_no_signature_on_a_closed_case(house):
    for _ in range(15):
        case = reach("agreed", house)
        agreement = fixed_agreement(case)
        applicant = applicant_of(case)
        outcomes = together(
            [
                signer(respondent_of(case), agreement),
                lambda c=case, p=applicant: handling.withdraw(c, actor=p),
            ]
        )
        only_rules_refused(outcomes)
        case.refresh_from_db()
        assert case.status == "withdrawn"
        signed = case.events.filter(kind="agreement.signed").first()
        ended = case.events.get(kind="case.withdraw")
        assert signed is None or signed.pk < ended.pk
        assert trail_is_sound(case)


def test_a_text_taken_back_while_it_is_signed_binds_nobody_to_the_new_one(house):
    for _ in range(15):
        case = reach("agreed", house)
        agreement = fixed_agreement(case)

        def rewrite(case=case):
            agreements.revise(case, actor=house.mediator)
            return agreements.conclude(case, actor=house.mediator)

        outcomes = together(
            [rewrite, signer(applicant_of(case), agreement), signer(respondent_of(case), agreement)]
        )
        only_rules_refused(outcomes)
        assert not isinstance(outcomes[0], Exception)
        for signature in Signature.objects.filter(agreement__case=case):
            assert signature.agreement == agreement
            assert signature.digest == agreement.digest
        assert not outcomes[0].signatures.exists()
        assert trail_is_sound(case)


def two_bare_steps(house):
    """Take two steps of the table at once that exclude each other; return what came of it."""
    case = reach("mediating", house)
    applicant = applicant_of(case)
    return together(
        [
            lambda: lifecycle.move(case, Action.WITHDRAW, actor=applicant),
            lambda: lifecycle.move(case, Action.FAIL, actor=house.mediator),
        ]
    )


def test_of_two_steps_that_exclude_each_other_one_is_taken(house):
    for _ in range(10):
        assert len(only_rules_refused(two_bare_steps(house))) == 1


def test_without_the_row_lock_both_would_be_taken(house, monkeypatch):
    allowed = lifecycle._allowed

    def slowly(*arguments):
        step = allowed(*arguments)
        time.sleep(0.05)
        return step

    monkeypatch.setattr(lifecycle, "_allowed", slowly)
    monkeypatch.setattr(CaseQuerySet, "select_for_update", lambda self, **options: self)
    assert refused(two_bare_steps(house)) == []


def test_twenty_mediators_accept_one_case_and_one_has_it(house):
    people = [make_staff("mediator", house.body) for _ in range(20)]
    for _ in range(3):
        case = reach("dispatched", house)
        Case.objects.filter(pk=case.pk).update(mediator=None)
        case.refresh_from_db()
        outcomes = together([lambda p=p, c=case: handling.accept(c, actor=p) for p in people])
        errors = only_rules_refused(outcomes)
        assert len(errors) == 19
        assert all(isinstance(error, TransitionNotAllowed) for error in errors)
        winner = next(o for o in outcomes if not isinstance(o, Exception))
        case.refresh_from_db()
        assert case.mediator == winner.mediator
        assert case.assignments.filter(outcome="accepted").count() == 1
        assert trail_is_sound(case)


def test_accepting_refusing_lapsing_and_sending_elsewhere_at_once_have_one_outcome(house):
    lease = CaseType.objects.get(key="housing_lease")
    for _ in range(10):
        case = reach("dispatched", house)
        outcomes = together(
            [
                lambda c=case: handling.accept(c, actor=house.mediator),
                lambda c=case: handling.refuse(c, actor=house.mediator, reason="scope"),
                lambda c=case: handling.lapse(c),
                lambda c=case: dispatch(
                    c, body=house.other_body, case_type=lease, actor=house.dispatcher, reason="t"
                ),
            ]
        )
        only_rules_refused(outcomes)
        assert case.assignments.filter(outcome__in=("waiting", "accepted")).count() <= 1
        assert trail_is_sound(case)
        case.refresh_from_db()
        assert (case.body is None) == (case.status == "filed")


def test_two_dispatchers_at_once_leave_one_open_assignment(house):
    lease = CaseType.objects.get(key="housing_lease")
    for _ in range(10):
        case = file().case
        together(
            [
                lambda b=body, c=case: dispatch(
                    c, body=b, case_type=lease, actor=house.dispatcher, reason="t"
                )
                for body in (house.body, house.other_body)
            ]
        )
        waiting = case.assignments.get(outcome="waiting")
        case.refresh_from_db()
        assert (waiting.body, case.status) == (case.body, "dispatched")
        assert trail_is_sound(case)


def test_two_cases_merged_into_each_other_at_once_are_merged_one_way(house):
    for _ in range(10):
        one, two = file().case, file().case
        outcomes = together(
            [
                lambda a=one, b=two: duplicates.merge(a, into=b, actor=house.dispatcher),
                lambda a=two, b=one: duplicates.merge(a, into=b, actor=house.dispatcher),
            ]
        )
        assert len(only_rules_refused(outcomes)) == 1
        merged = Case.objects.filter(pk__in=[one.pk, two.pk], status="merged")
        assert merged.count() == 1


def test_agreements_concluded_at_once_are_numbered_without_gap_or_double(house):
    cases = [reach("mediating", house) for _ in range(8)]
    for case in cases:
        agreements.draft(case, text=agreements.Text("一", "二", "三"), actor=house.mediator)
    outcomes = together(
        [lambda c=case: agreements.conclude(c, actor=house.mediator) for case in cases]
    )
    assert refused(outcomes) == []
    numbers = sorted(int(a.number.split("第")[1].rstrip("号")) for a in outcomes)
    assert numbers == [1, 2, 3, 4, 5, 6, 7, 8]


def test_both_parties_applying_at_once_bring_the_case_to_court_once(house, no_documents):
    for _ in range(10):
        case = reach("settled", house)
        parties = list(case.parties.all())
        outcomes = together([lambda p=p: judicial.apply(p) for p in parties])
        assert refused(outcomes) == []
        case.refresh_from_db()
        assert case.status == "confirming"
        assert case.events.filter(kind="case.apply").count() == 1


def test_granting_and_refusing_at_once_is_one_decision(house):
    for _ in range(5):
        case = reach("confirming", house)
        confirmation = case.confirmations.get()
        number = ruling_number()
        outcomes = together(
            [
                lambda c=confirmation, n=number: judicial.grant(
                    c, ruling_number=n, actor=house.clerk
                ),
                lambda c=confirmation: judicial.refuse(c, refusal="unclear", actor=house.clerk),
            ]
        )
        assert len(only_rules_refused(outcomes)) == 1
        case.refresh_from_db()
        confirmation.refresh_from_db()
        assert (case.status, confirmation.state) in (
            ("confirmed", "granted"),
            ("settled", "refused"),
        )
        assert trail_is_sound(case)


def test_the_lapsing_job_and_an_acceptance_at_once_never_take_an_accepted_case(house):
    for _ in range(10):
        case = reach("dispatched", house)
        late = case.respond_by.replace(year=case.respond_by.year + 1)
        outcomes = together(
            [
                lambda c=case: handling.accept(c, actor=house.mediator),
                lambda d=late: handling.lapse_silent(d),
            ]
        )
        only_rules_refused(outcomes)
        case.refresh_from_db()
        assert case.status in ("inviting", "filed")
        assert trail_is_sound(case)
        handling.lapse_silent(late)
