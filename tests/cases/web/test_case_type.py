"""The case type on the citizens' pages: guessed with its words, corrected with one tap."""

import pytest
from django.urls import reverse

from cases.models import Case, CaseType, Publication
from cases.routing.assign import dispatch
from cases.routing.classify import Decision
from tests.cases.web.conftest import answers, everything
from tests.cases.web.test_citizen import at_check, step, submit
from tests.cases.web.type_reading import reads
from tests.factories import applicant_of, file, respondent_of, send_to_body

LEAK = "楼上漏水，物业费照收，物业公司不管。"
LIKELY = {
    "property_service": ("物业费", "物业公司"),
    "neighbour": ("漏水",),
    "housing_lease": ("楼上",),
}


def named(key: str) -> str:
    return CaseType.objects.get(key=key).name


def chips(page) -> list[str]:
    """The types that are offered before the list of all is opened."""
    form = page.form_with("不清楚")[0]
    inside = [e for e in everything(form) if e.name == "details"]
    hidden = {id(e) for one in inside for e in everything(one)}
    buttons = [e for e in everything(form) if e.name == "button" and id(e) not in hidden]
    return ["".join(map(str, one.children)).strip() for one in buttons]


# --- While filing ---


def test_the_check_page_says_what_it_looks_like_and_for_which_words(visitor, monkeypatch):
    reads(monkeypatch, **LIKELY)
    page = visitor.begin(**answers(description=LEAK))
    assert "看起来是：物业服务" in page.words
    assert "因为您写了“物业费”“物业公司”" in page.words
    assert chips(page) == [named("neighbour"), named("housing_lease"), "不清楚"]


def test_all_types_can_be_chosen_from(visitor, monkeypatch):
    reads(monkeypatch, **LIKELY)
    page = visitor.begin(**answers(description=LEAK))
    (whole,) = [d for d in page.all("details") if "看全部" in str(d)]
    buttons = [e for e in everything(whole) if e.name == "button"]
    assert len(buttons) == CaseType.objects.count()


@pytest.mark.parametrize("tapped", ["neighbour", "housing_lease"])
def test_one_tap_corrects_it_and_the_case_keeps_the_word(visitor, monkeypatch, tapped):
    code = at_check(visitor, description=LEAK)
    reads(monkeypatch, **LIKELY)
    visitor.go(step("check"))
    address = reverse("file-type")
    form, _button = visitor.page.form_with("不清楚")
    assert dict(form.attributes)["action"] == address
    token = visitor.client.cookies["csrftoken"].value
    visitor.client.post(address, {"type": tapped, "csrfmiddlewaretoken": token})
    page = visitor.go(step("check"))
    assert f"您选的是：{named(tapped)}" in page.words
    submit(visitor, code)
    case = Case.objects.get()
    assert case.case_type_said == CaseType.objects.get(key=tapped)


def test_whoever_says_nothing_files_without_a_type(visitor, monkeypatch):
    code = at_check(visitor, description=LEAK)
    reads(monkeypatch, **LIKELY)
    submit(visitor, code)
    assert Case.objects.get().case_type_said is None


def test_not_knowing_is_an_answer_too(visitor, monkeypatch):
    reads(monkeypatch, **LIKELY)
    visitor.begin(**answers(description=LEAK))
    page = visitor.press("不清楚")
    assert page.address == step("check")
    assert "您选的是：不清楚" in page.words


def test_a_type_that_does_not_exist_changes_nothing(visitor, monkeypatch):
    reads(monkeypatch, **LIKELY)
    visitor.begin(**answers(description=LEAK))
    visitor.client.handler.enforce_csrf_checks = False
    visitor.client.post(reverse("file-type"), {"type": "no-such-type"})
    assert "看起来是" in visitor.go(step("check")).words


def test_a_text_that_tells_no_type_asks_without_pressing(visitor, monkeypatch):
    reads(monkeypatch)
    page = visitor.begin(**answers())
    assert "还看不出是哪一类。不选也没关系" in page.words


def test_without_a_rule_book_the_filing_goes_on(visitor):
    code = at_check(visitor)
    Publication.objects.all().delete()
    assert "还看不出" in visitor.go(step("check")).words
    assert submit(visitor, code).heading == "申请已提交"


def test_what_looks_like_a_crime_is_told_where_to_go_and_may_still_be_filed(visitor, monkeypatch):
    code = at_check(visitor, description="昨天他把我打伤了，想请你们帮忙。")
    reads(monkeypatch, Decision.NOT_MEDIABLE, none=("打伤",), neighbour=("帮忙",))
    page = visitor.go(step("check"))
    for place in ("110", "12345", "12348", "您也可以接着申请"):
        assert place in page.words
    assert "看起来是" not in page.words
    assert submit(visitor, code).heading == "申请已提交"


def test_no_page_and_no_field_more_is_asked(visitor, monkeypatch):
    reads(monkeypatch, **LIKELY)
    page = visitor.begin(**answers(description=LEAK))
    assert "第 6 步，共 6 步" in page.words
    assert page.field("type") is None


def test_nobody_without_a_filing_chooses_a_type(client):
    assert client.post(reverse("file-type"), {"type": "labour"})["Location"] == reverse("home")


# --- Later ---


@pytest.fixture
def sent(house) -> Case:
    """A case that the rules sent to a body under a type that may be wrong."""
    return dispatch(
        file(description=LEAK).case,
        body=house.body,
        mediator=house.mediator.mediator,
        case_type=CaseType.objects.get(key="housing_lease"),
        actor=None,
        reason="",
    )


def test_not_this_type_is_said_on_the_case_page_without_typing_again(visitor, sent):
    visitor.enter(applicant_of(sent))
    page = visitor.follow("不是这一类")
    assert f"现在算作：{named('housing_lease')}" in page.words
    page = visitor.press("不是这一类，说不清是哪一类")
    assert page.address == reverse("party-case", args=[sent.mediation_code.token])
    assert "您写过的不用再填" in page.words
    sent.refresh_from_db()
    assert (sent.status, sent.description) == ("filed", LEAK)


def test_the_dispatcher_sees_what_the_applicant_said(visitor, sent, house, client):
    visitor.enter(applicant_of(sent))
    visitor.follow("不是这一类")
    visitor.press(named("labour"))
    client.force_login(house.dispatcher)
    page = client.get(reverse("dispatch-case", args=[sent.number])).content.decode()
    assert "申请人说是" in page
    assert named("labour") in page


def test_a_type_that_a_person_chose_is_not_opened_again(visitor, house):
    case = send_to_body(file().case, house)
    page = visitor.enter(applicant_of(case))
    assert "不是这一类" not in page.words
    page = visitor.go_to("party-type", case)
    assert "案由已经有人定了" in page.words
    assert not [b for b in page.all("button") if dict(b.attributes).get("name") == "type"]
    visitor.client.handler.enforce_csrf_checks = False
    visitor.client.post(page.address, {"type": "labour"})
    case.refresh_from_db()
    assert (case.status, case.case_type_said) == ("dispatched", None)


def test_the_other_side_is_not_asked(visitor, sent):
    page = visitor.enter(respondent_of(sent))
    assert "不是这一类" not in page.words


def test_a_stranger_is_asked_for_the_phone(stranger, sent):
    assert stranger.go_to("party-type", sent).heading == "验证手机"
