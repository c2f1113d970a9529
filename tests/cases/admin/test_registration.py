"""Court staff register pre-litigation cases (登记诉前调)."""

import re

import pytest

from cases.models import Case, Consent, Notice, Party
from tests import factories
from tests.cases.admin.court import ADD, NUMBER, of_case, typed


def test_a_registered_case_is_of_the_courts_track_and_gets_its_code_at_once(court, house):
    answer = court.post(ADD, typed())
    case = Case.objects.get(court_number=NUMBER)
    assert answer["Location"] == of_case("code", case)
    assert (case.track, case.channel.key, case.status) == ("court", "court", "filed")
    assert case.filed_by == house.clerk
    sides = {p.side: (p.name, p.kind) for p in case.parties.all()}
    assert sides == {
        "applicant": ("王小明", "person"),
        "respondent": ("某某物业公司", "company"),
    }


def test_the_code_page_shows_number_short_code_qr_and_receipt(court):
    court.post(ADD, typed())
    case = Case.objects.get()
    told = court.get(of_case("code", case)).content.decode()
    assert case.number in told
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}", told)
    assert 'class="qr"' in told
    assert "待受理" in told
    assert of_case("receipt", case) in told
    receipt = court.get(of_case("receipt", case))
    assert receipt.content.startswith(b"%PDF")
    assert "no-store" in receipt["Cache-Control"]


def test_the_applicant_hears_of_the_registration_like_anybody_who_files(court):
    court.post(ADD, typed())
    assert Notice.objects.filter(template="filed", case__court_number=NUMBER).count() == 1


def test_consent_that_the_clerk_records_counts_and_its_absence_leaves_the_question_open(court):
    court.post(ADD, typed())
    court.post(ADD, typed(court_number="（2026）浙0108诉前调124号", consents=""))
    agreed, asked = Case.objects.order_by("id")
    applicant = agreed.parties.get(side="applicant")
    assert applicant.answer == Party.Answer.AGREES
    assert applicant.consents.get().purpose == Consent.Purpose.MEDIATION
    assert asked.parties.get(side="applicant").answer == Party.Answer.NONE


def test_sending_the_form_twice_makes_one_case(court):
    form = typed()
    first, second = court.post(ADD, form), court.post(ADD, form)
    assert first["Location"] == second["Location"]
    assert Case.objects.count() == 1


def test_a_number_that_is_taken_by_another_dispute_is_refused_at_its_field(court):
    court.post(ADD, typed())
    answer = court.post(ADD, typed(description="完全是另外一件事：对方欠我货款没有还。"))
    assert answer.status_code == 422
    told = answer.content.decode()
    assert "这个案号已经登记过了" in told
    assert "完全是另外一件事" in told
    assert Case.objects.count() == 1


def test_a_number_that_came_in_by_the_api_is_refused_too(court, house):
    factories.file(court_number=NUMBER)
    answer = court.post(ADD, typed())
    assert answer.status_code == 422
    assert "这个案号已经登记过了" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"court_number": ""}, "诉前调案号"),
        ({"applicant_name": ""}, "申请人姓名"),
        ({"applicant_phone": "1390000"}, "手机号应是11位数字，现在是7位"),
        ({"respondent1_name": ""}, "姓名或单位名称"),
        ({"respondent1_phone": "abc"}, "手机号只写数字"),
        ({"respondent2_phone": "13900000000"}, "写了手机号，请也写姓名"),
        ({"description": "太短"}, "至少5个字"),
        ({"amount": "三千"}, "金额"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(court, changes, words):
    answer = court.post(ADD, typed(**changes))
    told = answer.content.decode()
    assert answer.status_code == 422
    assert words in told
    assert 'class="errornote"' in told
    assert "错误：" in told
    assert 'value="王小明"' in told or "applicant_name" in changes
    assert not Case.objects.exists()


def test_up_to_three_respondents_are_registered(court):
    court.post(ADD, typed(respondent2_name="李某", respondent3_name="赵某", region=""))
    names = Case.objects.get().parties.filter(side="respondent").values_list("name", flat=True)
    assert list(names) == ["某某物业公司", "李某", "赵某"]


def test_identity_numbers_are_kept_sealed_with_the_parties(court):
    court.post(
        ADD,
        typed(applicant_identity="11010519491231002x", respondent1_identity="91350100M000100Y43"),
    )
    numbers = {p.side: p.identity for p in Case.objects.get().parties.all()}
    assert numbers == {"applicant": "11010519491231002X", "respondent": "91350100M000100Y43"}


def test_a_wrong_identity_number_is_refused_at_its_field(court):
    answer = court.post(ADD, typed(respondent1_identity="11010519491231002X"))
    assert answer.status_code == 422
    assert "统一社会信用代码不对" in answer.content.decode()
    assert not Case.objects.exists()
