"""How a choice is kept beside the assignment, and how it is told."""

import json

import pytest

from cases.models import Assignment, CaseType
from cases.routing.assign import dispatch, route
from cases.routing.words import explanation_in_words, tier_in_words, why_chosen
from tests.factories import file, make_body, make_staff, reach


@pytest.fixture
def lease():
    return CaseType.objects.get(key="housing_lease")


def waiting(case):
    return case.assignments.get(outcome=Assignment.Outcome.WAITING)


def a_committee(house):
    body = make_body(house.region)
    make_staff("mediator", body)
    return body


def test_why_a_body_was_chosen_and_the_others_passed_over_is_kept_and_said(house):
    full = a_committee(house)
    full.mediators.update(capacity=0)
    busier = a_committee(house)
    dispatch(
        file().case,
        body=busier,
        case_type=CaseType.objects.get(key="housing_lease"),
        actor=house.dispatcher,
    )
    case = route(file().case)
    kept = waiting(case)
    told = kept.explanation
    assert (told["tier"], told["by"]) == ("community", "rules")
    assert told["chosen"]["why"] == "load"
    assert {row["body"]: row["why"] for row in told["considered"]} == {
        full.pk: "full",
        busier.pk: "load",
    }
    said = dict(explanation_in_words(kept))
    assert said[house.body.name] == "最不忙；在办0件，上限120件"
    assert said[full.name] == "满员：在办0件，上限0件"
    assert said[busier.name] == "比选中的忙：在办1件，上限40件"
    assert tier_in_words(told) == ["这一类从社区开始"]


def test_an_explanation_holds_no_personal_data(house):
    case = route(file().case)
    text = json.dumps(waiting(case).explanation, ensure_ascii=False)
    for party in case.parties.all():
        assert party.name not in text
        assert party.phone not in text
    assert case.mediator.user.name not in text


def test_a_person_s_words_stand_before_the_rules(house, lease):
    case = dispatch(
        file().case, body=house.body, case_type=lease, actor=house.dispatcher, reason="就近"
    )
    assert why_chosen(waiting(case)) == "就近"


def test_what_the_rules_held_against_a_person_s_choice_is_kept(house, lease):
    case = dispatch(file().case, body=house.other_body, case_type=lease, actor=house.dispatcher)
    kept = waiting(case)
    assert kept.explanation["chosen"]["against"] == "not_their_region"
    assert why_chosen(kept) == "分流员指派（规则原来不派它：不服务发生地）"
    assert dict(explanation_in_words(kept))[house.body.name] == "规则本来排在第一，分流员另派了"


def test_assignments_from_before_explanations_have_none(house):
    case = reach("dispatched", house)
    case.assignments.update(explanation={}, reason="西兴街道 + 在办0件")
    old = case.assignments.get()
    assert explanation_in_words(old) == []
    assert why_chosen(old) == "西兴街道 + 在办0件"
