"""What the applicant says of the case type: kept, heeded, and never too late to cost a body."""

import pytest

from cases import events
from cases.errors import CaseError
from cases.models import Assignment, Case, CaseType, Notice
from cases.routing import said
from cases.routing.assign import dispatch
from tests.factories import applicant_of, file, reach, respondent_of, send_to_body


def case_type(key: str) -> CaseType:
    return CaseType.objects.get(key=key)


def dispatched_by_rule(house) -> Case:
    return dispatch(
        file().case,
        body=house.body,
        mediator=house.mediator.mediator,
        case_type=case_type("housing_lease"),
        actor=None,
        reason="",
    )


def test_what_was_said_at_filing_is_kept_beside_the_keywords_judgement(db):
    case = file(case_type_said=case_type("neighbour")).case
    assert case.case_type_said == case_type("neighbour")
    assert case.case_type is None


def test_a_case_that_waits_at_a_body_comes_back_to_the_desk_as_it_was_filed(house):
    case = dispatched_by_rule(house)
    before = (case.description, case.filed_at, case.mediation_code.token)
    case = said.say_type(applicant_of(case), case_type=case_type("neighbour"))
    assert (case.status, case.body, case.mediator, case.respond_by) == ("filed", None, None, None)
    assert case.case_type_said == case_type("neighbour")
    assert (case.description, case.filed_at, case.mediation_code.token) == before


def test_the_body_is_not_blamed_for_it(house):
    case = dispatched_by_rule(house)
    said.say_type(applicant_of(case), case_type=None)
    assert case.assignments.get().outcome == Assignment.Outcome.TAKEN_BACK
    assert not case.events.filter(kind__in=("case.lapse", "case.refuse")).exists()


def test_the_mediator_is_told_that_there_is_nothing_more_to_do(house):
    case = dispatched_by_rule(house)
    said.say_type(applicant_of(case), case_type=None)
    events.relay()
    notice = Notice.objects.get(case=case, template="taken_back")
    assert notice.user == house.mediator


def test_a_case_on_the_desk_stays_there_and_the_word_is_noted(house):
    case = file().case
    case = said.say_type(applicant_of(case), case_type=case_type("labour"))
    assert (case.status, case.case_type_said) == ("filed", case_type("labour"))
    assert case.events.get(kind="case.type_said").facts == {"case_type": "labour"}


def test_not_this_one_may_be_said_without_knowing_which(house):
    case = said.say_type(applicant_of(dispatched_by_rule(house)), case_type=None)
    assert (case.status, case.case_type_said) == ("filed", None)
    assert case.events.get(kind="case.retype").facts["case_type"] == ""


@pytest.mark.parametrize("status", ["inviting", "mediating", "settled", "withdrawn"])
def test_once_a_body_has_accepted_it_is_too_late(house, status):
    case = reach(status, house)
    assert not said.may_say(applicant_of(case))
    with pytest.raises(CaseError, match="请打电话"):
        said.say_type(applicant_of(case), case_type=case_type("labour"))
    assert Case.objects.get(pk=case.pk).status == status


def test_what_a_person_decided_stands(house):
    case = send_to_body(file().case, house)
    assert not said.may_say(applicant_of(case))
    with pytest.raises(CaseError, match="已经有人定了"):
        said.say_type(applicant_of(case), case_type=case_type("labour"))


def test_the_other_side_has_no_word_in_it(house):
    case = dispatched_by_rule(house)
    assert not said.may_say(respondent_of(case))
    with pytest.raises(CaseError):
        said.say_type(respondent_of(case), case_type=case_type("labour"))
    assert Case.objects.get(pk=case.pk).status == "dispatched"


def test_saying_it_twice_brings_the_case_back_once(house):
    case = dispatched_by_rule(house)
    party = applicant_of(case)
    said.say_type(party, case_type=case_type("labour"))
    said.say_type(party, case_type=case_type("neighbour"))
    assert case.events.filter(kind="case.retype").count() == 1
    assert Case.objects.get(pk=case.pk).case_type_said == case_type("neighbour")
