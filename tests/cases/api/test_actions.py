import pytest

from cases import agreements, judicial
from cases.api.actions import DEEDS
from cases.lifecycle import TRANSITIONS, Action
from cases.models import Agreement, Assignment, Case, Confirmation
from cases.policies import Standing
from mediators.models import BodyKind
from tests import factories

STAFF = {Standing.HANDLER, Standing.LEAD, Standing.DISPATCHER, Standing.COURT}


@pytest.fixture
def act(signed_in):
    """Ask for an action on a case, in somebody's session."""

    def ask(user, case: Case, action: object, **parameters: object):
        address = f"/api/v1/cases/{case.number}/actions/"
        return signed_in(user).post(address, {"action": action, **parameters}, format="json")

    return ask


def status_of(case: Case) -> str:
    return Case.objects.get(pk=case.pk).status


def test_every_step_that_staff_may_take_is_in_the_table():
    assert set(DEEDS) == {step.action for step in TRANSITIONS if step.who & STAFF}


def test_accepting_answers_where_the_case_stands_and_what_comes_next(act, house, mediator):
    case = factories.reach("dispatched", house)
    answer = act(mediator, case, "accept")
    assert answer.status_code == 200
    assert answer.json() == {
        "number": case.number,
        "status": "inviting",
        "colour": "orange",
        "word": "待响应",
        "offered_actions": ["hand_up", "fail"],
    }
    assert Case.objects.get(pk=case.pk).accepted_at


def test_a_refusal_carries_its_reason(act, house, mediator):
    case = factories.reach("dispatched", house)
    answer = act(mediator, case, "refuse", reason="busy", note="本月在办太多")
    assert (answer.status_code, answer.json()["status"]) == (200, "filed")
    assignment = Assignment.objects.get(case=case)
    assert (assignment.refuse_reason, assignment.note) == ("busy", "本月在办太多")


def test_the_dispatcher_gives_a_filed_case_to_a_body(act, house, dispatcher, case):
    body = house.other_body
    answer = act(
        dispatcher, case, "dispatch", body=body.pk, case_type="housing_lease", reason="就近"
    )
    assert (answer.status_code, answer.json()["status"]) == (200, "dispatched")
    case.refresh_from_db()
    assert (case.body, case.case_type.key) == (body, "housing_lease")


def test_the_dispatcher_takes_a_case_back(act, house, dispatcher):
    case = factories.reach("dispatched", house)
    assert act(dispatcher, case, "lapse").json()["status"] == "filed"


def test_the_dispatcher_rejects_with_a_reason(act, dispatcher, case):
    assert act(dispatcher, case, "reject", reason="not_civil").json()["status"] == "rejected"
    assert Case.objects.get(pk=case.pk).end_reasons == ["not_civil"]


def test_the_dispatcher_merges_into_another_case(act, dispatcher, case):
    other = factories.file().case
    assert act(dispatcher, case, "merge", into=other.number).json()["status"] == "merged"
    assert Case.objects.get(pk=case.pk).merged_into == other


def test_the_dispatcher_takes_a_merged_case_out_again_with_a_reason(act, house, dispatcher):
    case = factories.reach("merged", house)
    assert act(dispatcher, case, "unmerge").status_code == 400
    assert act(dispatcher, case, "unmerge", reason="两套房子").json()["status"] == "filed"
    assert Case.objects.get(pk=case.pk).merged_into is None


def test_the_mediator_fixes_the_draft_and_takes_it_back(act, house, mediator):
    case = factories.reach("mediating", house)
    assert act(mediator, case, "agree").status_code == 409  # there is no draft yet
    agreements.draft(case, text=factories.TERMS, actor=mediator)
    assert act(mediator, case, "agree").json()["status"] == "agreed"
    assert act(mediator, case, "revise").json()["status"] == "mediating"


def test_the_mediator_ends_without_agreement_for_reasons_of_the_closed_list(act, house, mediator):
    case = factories.reach("mediating", house)
    answer = act(mediator, case, "fail", reasons=["far_apart", "other"], note="分歧太大")
    assert (answer.status_code, answer.json()["colour"]) == (200, "grey")
    assert Case.objects.get(pk=case.pk).end_reasons == ["far_apart", "other"]


def test_the_mediator_settles_orally(act, house, mediator):
    case = factories.reach("mediating", house)
    answer = act(
        mediator,
        case,
        "settle_orally",
        facts="退还押金",
        terms="退还3400元",
        performance="当场付清",
        amount="3400.00",
    )
    assert (answer.status_code, answer.json()["colour"]) == (200, "green")
    assert case.agreements.get().form == Agreement.Form.ORAL


def test_the_court_grants_a_confirmation(act, house, clerk):
    case = factories.reach("confirming", house)
    answer = act(clerk, case, "grant", ruling_number="（2026）浙0108诉前调确7号")
    assert (answer.status_code, answer.json()["status"]) == (200, "confirmed")


def test_the_court_refuses_a_confirmation(act, house, clerk):
    case = factories.reach("confirming", house)
    answer = act(clerk, case, "refuse_confirmation", refusal="unclear", note="第2条不明确")
    assert (answer.status_code, answer.json()["status"]) == (200, "settled")
    assert Confirmation.objects.get().refusal == "unclear"


def test_the_court_takes_a_failed_case_to_litigation(act, house, clerk):
    case = factories.reach("failed", house)
    assert act(clerk, case, "litigate").json()["status"] == "litigating"


def test_mediation_begins_when_everybody_had_agreed_before(act, house, mediator):
    case = factories.reach("inviting", house)
    case.parties.update(answer="agrees")
    assert act(mediator, case, "begin").json()["status"] == "mediating"


@pytest.mark.parametrize("action", ["nonsense", "settle", "withdraw", "", None, 7, ["accept"], {}])
def test_what_nobody_offers_is_refused_by_the_table(act, house, mediator, action):
    case = factories.reach("dispatched", house)
    answer = act(mediator, case, action)
    assert answer.status_code == 409
    assert answer.json()["code"] == "transition_not_allowed"
    assert "已分流" in answer.json()["message"]
    assert status_of(case) == "dispatched"


@pytest.mark.parametrize("action", list(Action))
def test_a_person_without_standing_is_refused_every_action(act, house, clerk, action):
    case = factories.reach("dispatched", house)
    assert act(clerk, case, action.value).status_code == 409
    assert status_of(case) == "dispatched"


def test_a_case_that_has_gone_on_refuses_yesterdays_action(act, house, mediator):
    case = factories.reach("inviting", house)
    assert act(mediator, case, "accept").json()["code"] == "transition_not_allowed"


def test_a_stranger_finds_no_case_to_act_on(act, house, other_mediator, leader, colleague):
    case = factories.reach("dispatched", house)
    for stranger in (other_mediator, leader, colleague):
        assert act(stranger, case, "accept").status_code == 404
    assert status_of(case) == "dispatched"


def test_a_partner_system_moves_no_case(police, file):
    file()
    case = Case.objects.get()
    for action in Action:
        answer = police.post(
            f"/api/v1/cases/{case.number}/actions/", {"action": action.value}, format="json"
        )
        assert answer.status_code == 409
    assert status_of(case) == "filed"


@pytest.mark.parametrize(
    ("status", "who", "action", "parameters", "field"),
    [
        ("dispatched", "mediator", "refuse", {}, "reason"),
        ("dispatched", "mediator", "refuse", {"reason": "lazy"}, "reason"),
        ("dispatched", "mediator", "refuse", {"reason": "busy", "note": "x" * 501}, "note"),
        ("mediating", "mediator", "fail", {}, "reasons"),
        ("mediating", "mediator", "fail", {"reasons": []}, "reasons"),
        ("mediating", "mediator", "fail", {"reasons": ["bored"]}, "reasons.0"),
        ("mediating", "mediator", "settle_orally", {"facts": "x", "terms": "y"}, "performance"),
        ("filed", "dispatcher", "reject", {"reason": "busy"}, "reason"),
        ("filed", "dispatcher", "merge", {"into": "2026-999999"}, "into"),
        ("confirming", "clerk", "grant", {}, "ruling_number"),
        ("confirming", "clerk", "refuse_confirmation", {"refusal": "mood"}, "refusal"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(
    act, house, request, status, who, action, parameters, field
):
    case = factories.reach(status, house)
    answer = act(request.getfixturevalue(who), case, action, **parameters)
    assert answer.status_code == 400, answer.content
    assert list(answer.json()["fields"]) == [field]
    assert status_of(case) == status


@pytest.mark.parametrize(
    "body", [2**70, -1, 0, "x", None, True, [1]], ids=lambda value: str(value)[:8]
)
def test_a_body_that_is_not_there_is_named(act, dispatcher, case, body):
    answer = act(dispatcher, case, "dispatch", body=body, case_type="housing_lease", reason="就近")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["body"]


def test_a_rule_of_the_subject_refuses_in_its_own_words(act, house, dispatcher, case):
    barred = BodyKind.objects.filter(
        typekind__case_type__key="marriage_family", typekind__is_barred=True
    ).first()
    house.other_body.kind = barred
    house.other_body.save()
    answer = act(
        dispatcher,
        case,
        "dispatch",
        body=house.other_body.pk,
        case_type="marriage_family",
        reason="试试",
    )
    assert answer.status_code == 409
    assert barred.name in answer.json()["message"]
    assert status_of(case) == "filed"


def test_a_decision_that_came_first_leaves_nothing_to_decide(act, house, clerk):
    case = factories.reach("confirming", house)
    applied = case.confirmations.get()
    judicial.grant(applied, ruling_number=factories.ruling_number(), actor=clerk)
    answer = act(clerk, case, "grant", ruling_number=factories.ruling_number())
    assert answer.json()["code"] == "transition_not_allowed"


@pytest.mark.parametrize("body", [[], "accept", {"reason": "busy"}])
def test_without_an_action_there_is_nothing_to_do(signed_in, house, mediator, body):
    case = factories.reach("dispatched", house)
    answer = signed_in(mediator).post(f"/api/v1/cases/{case.number}/actions/", body, format="json")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["action"]
