"""A case goes from one body to another, whatever it has reached; nothing of it is lost."""

import datetime as dt

import pytest
import time_machine

from cases import handling
from cases.errors import CaseError
from cases.events import relay
from cases.models import Assignment, Case, Notice, Party
from cases.routing.between_bodies import hand_over, hand_over_all
from mediators.models import BodyKind
from tests.factories import agree_all, make_body, make_staff, reach


def given(case: Case, house, reason: str = "辖区调整") -> Case:
    return hand_over(case, to=house.other_body, actor=house.dispatcher, reason=reason)


@pytest.mark.parametrize("status", ["dispatched", "inviting", "mediating"])
def test_a_case_goes_to_the_other_body_which_has_its_own_days_to_answer(house, status):
    case = given(reach(status, house), house)
    assert (case.status, case.body) == ("dispatched", house.other_body)
    before, after = case.assignments.order_by("pk")
    assert (before.body, before.outcome) == (house.body, Assignment.Outcome.TAKEN_BACK)
    assert (after.body, after.outcome) == (house.other_body, Assignment.Outcome.WAITING)
    assert after.reason == "辖区调整"


def test_the_clock_of_mediation_and_the_answers_of_the_parties_stay(house):
    with time_machine.travel("2026-11-02 10:00+08:00", tick=False) as clock:
        case = reach("mediating", house)
        last = case.mediate_by
        clock.shift(dt.timedelta(days=7))
        case = given(case, house)
        case = handling.accept(case, actor=case.mediator.user)
    assert case.status == "mediating"
    assert case.mediate_by == last
    assert set(case.parties.values_list("answer", flat=True)) == {Party.Answer.AGREES}


def test_both_bodies_and_the_applicant_are_told(house):
    case = reach("mediating", house)
    relay()
    case = given(case, house)
    relay()
    told = Notice.objects.filter(case=case)
    assert told.filter(template="taken_back", user=house.mediator).count() == 1
    assert told.filter(template="new_case", user=case.mediator.user).count() == 1
    assert told.filter(template="dispatched", party__side="applicant").exists()


def test_the_record_of_what_was_done_before_stays(house):
    case = agree_all(reach("inviting", house))
    contacts = case.events.count()
    case = given(case, house)
    assert case.events.count() > contacts
    assert case.events.filter(kind="case.accept").exists()


@pytest.mark.parametrize("status", ["filed", "agreed", "settled", "failed", "withdrawn"])
def test_what_no_body_works_on_or_waits_for_signatures_is_not_handed_over(house, status):
    case = reach(status, house)
    with pytest.raises(CaseError):
        given(case, house)
    assert Case.objects.get(pk=case.pk).status == status


def test_a_reason_is_needed_and_another_body(house):
    case = reach("dispatched", house)
    with pytest.raises(CaseError, match="原因"):
        given(case, house, reason="  ")
    with pytest.raises(CaseError, match="已经在"):
        hand_over(case, to=house.body, actor=house.dispatcher, reason="换")
    assert case.assignments.count() == 1


def test_a_kind_that_may_not_have_the_type_gets_nothing_and_the_case_stays(house):
    case = reach("mediating", house)
    kind = BodyKind.objects.exclude(pk=house.body.kind_id).first()
    case.case_type.type_kinds.update_or_create(kind=kind, defaults={"is_barred": True})
    barred = make_body(house.region)
    barred.kind = kind
    barred.save()
    make_staff("mediator", barred)
    with pytest.raises(CaseError, match="不能派给"):
        hand_over(case, to=barred, actor=house.dispatcher, reason="换")
    case = Case.objects.get(pk=case.pk)
    assert (case.status, case.body) == ("mediating", house.body)


def test_only_the_centre_hands_over_between_bodies(house):
    case = reach("dispatched", house)
    for actor in (house.lead, house.mediator, house.clerk, house.other_lead):
        with pytest.raises(CaseError):
            hand_over(case, to=house.other_body, actor=actor, reason="换")
    assert Case.objects.get(pk=case.pk).body == house.body


def test_of_many_each_goes_by_itself(house):
    cases = [reach(status, house) for status in ("dispatched", "agreed", "mediating")]
    results = hand_over_all(cases, to=house.other_body, actor=house.dispatcher, reason="撤并")
    assert [bool(one.assignment) for one in results] == [True, False, True]
    assert "收回协议" in results[1].why
    assert Case.objects.filter(body=house.other_body).count() == 2
