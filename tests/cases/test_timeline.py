import pytest
import time_machine

from cases import agreements, handling, judicial
from cases.models import Case, CaseEvent
from cases.timeline import SAID, STAFF_ONLY, timeline
from tests.factories import (
    TERMS,
    applicant_of,
    file,
    new_phone,
    reach,
    respondent_of,
    send_to_body,
    sign_as,
)


def told(case, audience="party"):
    return [line.text for line in timeline(case, audience=audience)]


def test_what_happened_is_told_newest_first_to_the_second_it_happened(house):
    with time_machine.travel("2026-11-20 10:17:30+08:00", tick=False) as clock:
        case = file().case
        clock.shift(3600)
        send_to_body(case, house)
    newest, oldest = timeline(case, audience="party")
    assert (newest.text, oldest.text) == ("案件已安排给调解组织", "提交了申请")
    assert (newest.at - oldest.at).total_seconds() == 3600


def test_a_case_from_filing_to_confirmation_is_told_in_sentences(house):
    lines = told(reach("confirmed", house))
    assert lines == [
        "法院确认协议有效",
        "各方都已申请，法院开始审查",
        "申请了司法确认",
        "申请了司法确认",
        "协议生效，调解成功",
        "盖了章",
        "签了字",
        "签了字",
        "签了字",
        "协议定稿，等各方签字",
        "各方都同意，开始调解",
        "愿意调解",
        "调解员接了案件",
        "案件已安排给调解组织",
        "提交了申请",
    ]


def test_parties_stand_there_by_side_and_masked_name_and_staff_by_name(house):
    case = reach("mediating", house)
    assert respondent_of(case).name == "李四光"
    who = {line.text: line.who for line in timeline(case, audience="party")}
    assert who["愿意调解"].replace(" ", "") == "被申请人李**"
    assert who["调解员接了案件"] == house.mediator.name
    assert who["提交了申请"] == ""


def test_a_refusal_is_told_as_one_and_the_end_with_its_reason(house):
    case = reach("inviting", house)
    handling.answer_invitation(respondent_of(case), agrees=False, actor=respondent_of(case))
    assert told(case)[:2] == ["不愿意调解，调解结束：一方不愿意调解", "不愿意调解"]


def test_the_end_is_told_with_all_its_reasons(house):
    case = reach("mediating", house)
    handling.fail(case, actor=house.mediator, reasons=["far_apart", "expired"])
    assert told(case)[0] == ("没有谈成，调解结束：分歧太大，谈不拢；期限到了，没有谈成也没有延长")


@pytest.mark.parametrize(
    ("reason", "words"),
    [("criminal", "涉嫌犯罪，请报警"), ("not_civil", "不是民事纠纷"), ("other", "其他原因")],
)
def test_whoever_is_rejected_reads_why(house, reason, words):
    case = file().case
    handling.reject(case, actor=house.dispatcher, reason=reason)
    assert told(case)[0] == f"这件事不能在这里调解：{words}"


def with_staff_s_own_steps(house):
    """Return a case that was refused once, reached by phone, changed hands and has a draft."""
    case = send_to_body(file().case, house)
    handling.refuse(case, actor=house.mediator, reason="conflict")
    send_to_body(case, house)
    handling.accept(case, actor=house.mediator)
    handling.log_contact(
        applicant_of(case), actor=house.mediator, means="phone", outcome="reached", note="底线"
    )
    handling.correct_phone(respondent_of(case), phone=new_phone(), actor=house.mediator)
    handling.set_difficulty(case, difficulty="difficult", actor=house.mediator)
    handling.assign_mediator(case, mediator=house.colleague.mediator, actor=house.lead)
    handling.answer_invitation(respondent_of(case), agrees=True, actor=respondent_of(case))
    agreements.draft(case, text=TERMS, actor=house.colleague)
    return Case.objects.get(pk=case.pk)


STAFF = {
    "调解组织没有接：有利害关系，需要回避",
    "联系了当事人",
    "改了当事人电话",
    "定了难度",
    "写了协议草稿",
}


def test_staff_read_their_own_steps_and_a_party_reads_none_of_them(house):
    case = with_staff_s_own_steps(house)
    assert set(told(case, "staff")) >= STAFF
    assert not set(told(case)) & STAFF
    assert set(told(case, "staff")) - STAFF == set(told(case))
    assert not any("底线" in line for line in told(case, "staff"))


def test_every_kind_of_event_that_happens_to_a_case_is_told_or_left_out_on_purpose(house):
    left_out = {"code.recoloured"}
    for status in Case.Status.values:
        reach(status, house)
    with_staff_s_own_steps(house)
    judicial.refuse(
        reach("confirming", house).confirmations.get(), refusal="unclear", actor=house.clerk
    )
    happened = set(CaseEvent.objects.values_list("kind", flat=True))
    assert happened - left_out <= set(SAID) | set(STAFF_ONLY)


def test_a_signature_is_told_with_who_signed_and_never_twice(house):
    case = reach("agreed", house)
    agreement = case.agreements.get()
    sign_as(applicant_of(case), agreement)
    first, *_rest = timeline(case, audience="party")
    assert (first.who.replace(" ", ""), first.text) == ("申请人张**", "签了字")
    assert told(case).count("签了字") == 1


def test_an_agreement_taken_back_is_told_with_what_that_means(house):
    case = reach("agreed", house)
    agreements.revise(case, actor=house.mediator)
    assert told(case)[0] == "收回协议修改，签字作废"


def test_the_text_of_a_timeline_costs_one_question_to_the_database(
    house, django_assert_num_queries
):
    case = reach("confirmed", house)
    with django_assert_num_queries(1):
        lines = timeline(case, audience="staff")
    assert len(lines) > 10
