"""Court staff find and read cases, and hand failed ones over to litigation."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import handling
from cases.files import Upload, store
from cases.models import Case, Session
from cases.signing.requests import store_document
from mediators.models import AuditEntry, User
from tests import factories
from tests.cases.admin.court import ADD, LIST, NUMBER, of_case, of_confirmation, typed
from tests.factories import reach

# --- The list ---


def test_the_list_shows_word_and_icon_and_no_full_name_of_a_person(court):
    case = factories.file().case
    told = court.get(LIST).content.decode()
    assert case.number in told
    tag = re.search(r'<span class="tag k-blue">(.*?)</span>', told, re.DOTALL)
    assert tag
    assert "<svg" in tag[1]
    assert "待受理" in tag[1]
    assert "张**" in told
    assert "张三丰" not in told


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"track__exact": "court"}, {"court"}),
        ({"track__exact": "centre"}, {"centre"}),
        ({"status__exact": "filed"}, {"court", "centre"}),
        ({"status__exact": "failed"}, set()),
        ({"q": "123号"}, {"court"}),
        ({"q": "(2026)浙0108诉前调123号"}, {"court"}),
        ({"q": "张三丰"}, {"centre"}),
        ({"q": "没有这个人"}, set()),
    ],
)
def test_cases_are_found_by_track_status_number_and_name(court, wanted, found):
    cases = {"centre": factories.file().case}
    court.post(ADD, typed(), follow=True)
    cases["court"] = Case.objects.get(court_number=NUMBER)
    told = court.get(LIST, wanted).content.decode()
    assert {name for name, case in cases.items() if case.number in told} == found


def test_a_case_is_found_by_its_number_alone(court):
    other, case = factories.file().case, factories.file().case
    told = court.get(LIST, {"q": case.number}).content.decode()
    assert case.number in told
    assert other.number not in told


def test_an_empty_list_says_what_to_do(court):
    assert "没有符合条件的案件" in court.get(LIST, {"q": "没有"}).content.decode()


def test_a_hundred_cases_take_no_more_queries_than_ten(court, house, django_assert_max_num_queries):
    for _ in range(10):
        factories.file()
    court.get(LIST)
    with django_assert_max_num_queries(12):
        court.get(LIST)
    for _ in range(90):
        factories.file()
    with django_assert_max_num_queries(12):
        told = court.get(LIST).content.decode()
    assert told.count('class="tag ') == 100


def test_days_left_are_told_in_words(court, house):
    case = reach("dispatched", house)
    Case.objects.filter(pk=case.pk).update(respond_by=timezone.localdate())
    assert "今天到期" in court.get(LIST).content.decode()


# --- A case's page ---


def test_the_page_of_a_case_shows_its_agreement_and_its_signatures(court, house):
    case = reach("settled", house)
    told = court.get(of_case("change", case)).content.decode()
    for words in (
        "张三丰",
        "李四光",
        "乙方退还甲方押金3400元",
        "输入姓名",
        "调解组织盖章",
        case.number,
    ):
        assert words in told


def test_phones_are_masked_even_for_the_court(court, house):
    case = factories.file().case
    told = court.get(of_case("change", case)).content.decode()
    assert all(p.phone not in told for p in case.parties.all())


def test_concessions_and_the_course_of_mediation_never_reach_the_court(court, house):
    case = reach("mediating", house)
    session = handling.plan_session(
        case,
        actor=house.mediator,
        mode=Session.Mode.PHONE,
        starts_at=timezone.now() + timezone.timedelta(hours=1),
        place="电话",
    )
    handling.record_session(
        session,
        actor=house.mediator,
        present=case.parties.all(),
        course="双方吵了一架",
        result=Session.Result.CONTINUE,
        undisputed_facts="押金3400元没有退",
        concessions="房东私下愿意退2000元",
    )
    told = court.get(of_case("change", case)).content.decode()
    assert "押金3400元没有退" in told
    assert "愿意退2000元" not in told
    assert "吵了一架" not in told


def test_reading_a_case_is_noted_with_its_reader(court, house):
    case = factories.file().case
    court.get(of_case("change", case))
    entry = AuditEntry.objects.filter(chain=f"case:{case.pk}").last()
    assert (entry.deed, entry.actor) == ("case.read", house.clerk)


def test_a_case_takes_no_edit_of_its_fields(court):
    case = factories.file().case
    court.post(of_case("change", case), {"status": "confirmed", "description": "改了"})
    case.refresh_from_db()
    assert (case.status, case.description) == ("filed", factories.LEASE)


def test_a_case_that_does_not_exist_is_not_found(court):
    assert court.get("/admin/cases/case/987654/change/").status_code == 404
    assert court.get("/admin/cases/case/987654/code/").status_code == 404


@pytest.mark.parametrize(
    "role", ["administrator", "assessor", "mediator", "lead", "dispatcher", "leader"]
)
def test_nobody_but_the_court_gets_at_a_case_here(house, role):
    case = reach("confirming", house)
    stranger = factories.make_staff(role)
    User.objects.filter(pk=stranger.pk).update(is_staff=True)
    client = Client()
    client.force_login(stranger)
    for name in ("change", "code", "receipt", "agreement"):
        assert client.get(of_case(name, case)).status_code == 403
    assert client.post(of_case("litigate", case)).status_code == 403
    assert client.post(ADD, typed()).status_code == 403
    assert client.get(of_confirmation(case)).status_code == 403
    assert client.post(of_confirmation(case), {"refuse": "1"}).status_code == 403
    assert Case.objects.count() == 1


def test_the_stored_agreement_and_the_papers_of_a_case_open(court, house):
    case = reach("settled", house)
    store_document(case.agreements.get())
    assert court.get(of_case("agreement", case)).content.startswith(b"%PDF")
    other = factories.file().case
    assert court.get(of_case("agreement", other)).status_code == 404
    paper = store(Upload("合同.pdf", b"%PDF-1.4\n%%EOF\n"), case=case, party=case.parties.first())
    answer = court.get(reverse("admin:cases_case_file", args=[case.pk, paper.pk]))
    assert answer["Content-Disposition"].startswith("attachment")
    stranger = reverse("admin:cases_case_file", args=[other.pk, paper.pk])
    assert court.get(stranger).status_code == 404


# --- To litigation ---


def test_a_failed_case_is_handed_to_litigation_by_a_button(court, house):
    case = reach("failed", house)
    assert "转到立案" in court.get(of_case("change", case)).content.decode()
    answer = court.post(of_case("litigate", case), follow=True)
    case.refresh_from_db()
    assert case.status == "litigating"
    assert "已转立案" in answer.content.decode()


def test_a_case_that_has_not_failed_offers_no_litigation_and_refuses_it_in_words(court, house):
    case = reach("mediating", house)
    assert "转到立案" not in court.get(of_case("change", case)).content.decode()
    answer = court.post(of_case("litigate", case), follow=True)
    assert "不能“转立案”" in answer.content.decode()
    assert Case.objects.get(pk=case.pk).status == "mediating"


def test_opening_the_address_of_a_deed_does_nothing(court, house):
    case = reach("failed", house)
    court.get(of_case("litigate", case))
    assert Case.objects.get(pk=case.pk).status == "failed"
