"""Court staff decide joint applications for judicial confirmation; their first page."""

import re

import pytest

from cases.models import Case, Confirmation
from mediators.models import AuditEntry
from tests.cases.admin.court import of_confirmation
from tests.factories import reach

CHECKED = {f"grant-{point}": "on" for point in ("who", "voluntary", "scope")}
CHECKED |= {f"grant-{point}": "on" for point in ("confirmable", "content", "genuine")}


def granting(number: str) -> dict[str, str]:
    return {**CHECKED, "grant-ruling_number": number, "grant": "1"}


def test_the_list_shows_first_what_waits_for_the_court(court, house):
    waiting, done = reach("confirming", house), reach("confirmed", house)
    told = court.get("/admin/cases/confirmation/").content.decode()
    assert waiting.number in told
    assert done.number not in told
    told = court.get("/admin/cases/confirmation/", {"state": "all"}).content.decode()
    assert done.number in told
    assert "还剩" in told


def test_an_empty_list_of_applications_says_so(court):
    assert "没有等审查的申请" in court.get("/admin/cases/confirmation/").content.decode()


def test_a_list_of_applications_reads_clock_and_calendar_once(
    court, house, django_assert_max_num_queries
):
    for _ in range(3):
        reach("confirming", house)
    with django_assert_max_num_queries(12):
        told = court.get("/admin/cases/confirmation/").content.decode()
    assert told.count("还剩") == 3


def test_the_page_shows_the_agreement_beside_the_checklist(court, house):
    case = reach("confirming", house)
    told = court.get(of_confirmation(case)).content.decode()
    for words in ("乙方退还甲方押金3400元", "各方自愿", "虚假调解", "在30天内申请", "诉前调确1号"):
        assert words in told
    assert AuditEntry.objects.filter(chain=f"case:{case.pk}", deed="case.read").exists()


def test_a_grant_with_its_number_confirms_the_case(court, house):
    case = reach("confirming", house)
    answer = court.post(of_confirmation(case), granting("(2026)浙0108诉前调确7号"), follow=True)
    confirmation = case.confirmations.get()
    assert confirmation.state == Confirmation.State.GRANTED
    assert confirmation.ruling_number == "（2026）浙0108诉前调确7号"
    assert confirmation.decided_by == house.clerk
    assert Case.objects.get(pk=case.pk).status == "confirmed"
    assert "确认有效" in answer.content.decode()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (granting("浙0108第7号"), "案号应像（2026）浙0108诉前调确1号"),
        (granting(""), "裁定书案号"),
        ({"grant-ruling_number": "（2026）浙0108诉前调确7号", "grant": "1"}, "还没有核对"),
        ({"refuse-refusal": "", "refuse": "1"}, "不予确认的理由"),
    ],
)
def test_a_decision_that_lacks_something_is_refused_in_place(court, house, form, words):
    case = reach("confirming", house)
    answer = court.post(of_confirmation(case), form)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "乙方退还甲方押金" in answer.content.decode()
    assert Case.objects.get(pk=case.pk).status == "confirming"


def test_a_number_that_was_used_is_refused_in_place(court, house):
    first, second = reach("confirming", house), reach("confirming", house)
    court.post(of_confirmation(first), granting("（2026）浙0108诉前调确8号"))
    answer = court.post(of_confirmation(second), granting("（2026）浙0108诉前调确8号"))
    assert "这个案号已经用过了" in answer.content.decode()
    assert Case.objects.get(pk=second.pk).status == "confirming"


def test_a_refusal_needs_a_reason_of_the_list_and_leaves_the_agreement(court, house):
    case = reach("confirming", house)
    form = {"refuse-refusal": "unclear", "refuse-note": "第2条没有写时间", "refuse": "1"}
    told = court.post(of_confirmation(case), form, follow=True).content.decode()
    confirmation = case.confirmations.get()
    assert (confirmation.state, confirmation.refusal) == ("refused", "unclear")
    assert confirmation.note == "第2条没有写时间"
    assert Case.objects.get(pk=case.pk).status == "settled"
    assert "协议内容不明确" in told
    assert 'name="grant"' not in told


def test_a_decision_taken_twice_says_that_there_is_one_already(court, house):
    case = reach("confirming", house)
    address = of_confirmation(case)
    court.post(address, granting("（2026）浙0108诉前调确9号"))
    answer = court.post(address, {"refuse-refusal": "other", "refuse": "1"})
    assert "可能已经有结果了" in answer.content.decode()
    assert case.confirmations.get().state == "granted"


# --- The first page ---


def test_the_first_page_counts_what_waits_for_the_court(court, house):
    reach("confirming", house)
    reach("failed", house)
    told = court.get("/admin/").content.decode()
    assert re.search(r"等审查的司法确认</span><span class=\"n\">1<", told)
    assert re.search(r"调解不成，可转立案</span><span class=\"n\">1<", told)
