"""The mediator's pages: who comes in, what stands there, and every deed through its form."""

import datetime as dt

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import agreements, handling
from cases.agreements import Text
from cases.files import Upload, store
from cases.filing import Person
from cases.models import (
    Agreement,
    Attachment,
    Case,
    CaseType,
    EndReason,
    Notice,
    Party,
    Session,
    Signature,
)
from cases.routing.assign import dispatch
from cases.signing import requests
from cases.web.mediator_deeds import DEEDS
from mediators.models import AuditEntry, User
from tests.cases.web.conftest import Page, Visitor, check_error_page, photo
from tests.factories import (
    LEASE,
    TERMS,
    House,
    applicant_of,
    file,
    fixed_agreement,
    reach,
    respondent_of,
    send_to_body,
    sign_as,
)

pytestmark = pytest.mark.usefixtures("no_documents")
STRANGERS = (
    "colleague", "other_mediator", "other_lead", "dispatcher", "clerk", "assessor", "leader",
)  # fmt: skip
FRIDAY = "2026-11-20 10:00+08:00"


class Staff(Visitor):
    """A member of staff who has signed in."""

    def __init__(self, user: User) -> None:
        super().__init__()
        self.client.force_login(user)

    def look_at(self, case: Case) -> Page:
        return self.go(reverse("workbench-case", args=[case.number]))

    def open(self, case: Case, deed: str, query: str = "") -> Page:
        return self.go(reverse("workbench-act", args=[case.number, deed]) + query)


def signed_in(user: User) -> Client:
    """Return a bare client: it can send what no form of ours would."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def at_work(mediator) -> Staff:
    return Staff(mediator)


@pytest.fixture
def in_lead(lead) -> Staff:
    return Staff(lead)


def now(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def planned(case: Case, house: House, *, in_days: float = 1) -> Session:
    starts_at = timezone.now() + dt.timedelta(days=in_days)
    return handling.plan_session(
        case, actor=house.mediator, mode="on_site", starts_at=starts_at, place="三号调解室"
    )


# --- Who comes in ---


def addresses_of(case: Case, house: House) -> list[str]:
    """Every address of the workbench that belongs to this case."""
    kept = store(Upload("合同.jpg", photo().read()), case=case, party=applicant_of(case))
    meeting = planned(case, house)
    number = [case.number]
    return [
        reverse("workbench-case", args=number),
        reverse("workbench-agreement", args=number),
        reverse("workbench-agreement-pdf", args=number),
        reverse("workbench-file", args=[*number, kept.pk]),
        reverse("workbench-session", args=[*number, meeting.pk]),
        *(reverse("workbench-act", args=[*number, deed]) for deed in DEEDS),
    ]


def test_whoever_has_not_signed_in_is_sent_to_sign_in(house, client):
    case = reach("mediating", house)
    for address in [reverse("workbench"), *addresses_of(case, house)]:
        assert client.get(address)["Location"].startswith(reverse("sign-in"))
        assert client.post(address)["Location"].startswith(reverse("sign-in"))


@pytest.mark.parametrize("office", STRANGERS)
def test_to_strangers_the_case_is_not_there_and_nothing_they_send_changes_it(house, office):
    case = reach("mediating", house)
    addresses = addresses_of(case, house)
    addresses = addresses if office == "other_mediator" else addresses[:1] + addresses[-2:]
    events = case.events.count()
    client = signed_in(getattr(house, office))
    for address in addresses:
        assert client.get(address).status_code == 404, address
        sent = {"reasons": "far_apart", "party": respondent_of(case).pk, "agrees": "no"}
        assert client.post(address, sent).status_code in (404, 405), address
    assert (now(case).status, case.events.count()) == ("mediating", events)


@pytest.mark.parametrize("office", ["dispatcher", "clerk", "assessor", "leader"])
def test_the_workbench_is_for_mediators_and_leads(house, office):
    assert Staff(getattr(house, office)).go(reverse("workbench")).status == 404


def test_the_handler_and_the_lead_come_in_and_each_read_is_noted(house, at_work, in_lead):
    case = reach("mediating", house)
    for visitor, user in ((at_work, house.mediator), (in_lead, house.lead)):
        assert visitor.look_at(case).status == 200
        newest = AuditEntry.objects.filter(chain=f"case:{case.pk}").order_by("-seq").first()
        assert (newest.deed, newest.actor) == ("case.read", user)


def test_a_stranger_s_try_is_no_read(house, other_mediator):
    case = reach("mediating", house)
    assert Staff(other_mediator).look_at(case).status == 404
    assert not AuditEntry.objects.filter(deed="case.read").exists()


def test_unknown_deeds_are_not_there_and_other_methods_refused(house, at_work):
    case = reach("mediating", house)
    assert at_work.open(case, "dance").status == 404
    address = reverse("workbench-act", args=[case.number, "fail"])
    assert signed_in(house.mediator).put(address).status_code == 405
    page = reverse("workbench-case", args=[case.number])
    assert signed_in(house.mediator).post(page).status_code == 405


# --- The inbox ---


def inbox(user: User, basket: str = "open") -> Page:
    """Return the inbox as it is now, after a fresh sign-in: sessions end while time is moved."""
    return Staff(user).go(f"{reverse('workbench')}?in={basket}")


def rows(page: Page) -> list[str]:
    return [" ".join(_texts(row)) for row in page.all("tr")[1:]]


def _texts(element) -> list[str]:
    if isinstance(element, str):
        return [element.strip()]
    return [text for child in element.children for text in _texts(child) if text]


def test_the_nearest_last_day_comes_first_in_the_words_of_its_clock(house):
    with time_machine.travel(FRIDAY, tick=False) as clock:
        mediating = reach("mediating", house)
        waiting = reach("dispatched", house)
        first, second = rows(inbox(house.mediator))
        assert waiting.number in first
        assert "还剩3个工作日（11月25日）" in first
        assert mediating.number in second
        assert "还剩31天（12月21日）" in second  # the 30th day is a Sunday
        clock.move_to("2026-11-25 10:00+08:00")
        assert "今天到期（11月25日）" in rows(inbox(house.mediator))[0]
        clock.move_to("2026-11-26 10:00+08:00")
        assert "超时1天（11月25日）" in rows(inbox(house.mediator))[0]


def test_a_row_says_who_against_whom_about_what_and_whose_it_is(house, at_work):
    reach("mediating", house)
    (row,) = rows(at_work.go(reverse("workbench")))
    for word in ("张三丰 与 李四光", "房屋租赁", "3400元", str(house.mediator), "调解中"):
        assert word in row


def test_many_on_one_side_do_not_fill_the_heading(house, at_work):
    many = [Person(f"对方{turn}", "") for turn in range(20)]
    case = reach("inviting", house, respondents=many)
    assert "张三丰 与 对方0等20方" in rows(at_work.go(reverse("workbench")))[0]
    page = at_work.look_at(case)
    assert page.heading == "张三丰 与 对方0等20方"
    assert all(person.name in page.words for person in many)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("dispatched", "接案或不接"),
        ("inviting", "请李四光回话"),
        ("mediating", "约调解时间，或者写协议"),
        ("agreed", "等2人签字"),
        ("settled", "双方可以请法院确认"),
    ],
)
def test_the_next_step_stands_in_words(house, at_work, status, words):
    case = reach(status, house)
    assert words in rows(at_work.go(reverse("workbench") + "?in=all"))[0]
    page = at_work.look_at(case)
    assert f"下一步：{words}" in page.words


def test_the_next_step_of_a_case_in_mediation_follows_its_meetings_and_its_draft(house):
    with time_machine.travel(FRIDAY, tick=False) as clock:
        case = reach("mediating", house)
        planned(case, house, in_days=0.25)
        assert "今天16:00 到现场" in rows(inbox(house.mediator))[0]
        clock.shift(dt.timedelta(days=1))
        assert "写11月20日 16:00的调解记录" in rows(inbox(house.mediator))[0]
        handling.record_session(
            case.sessions.get(), actor=house.mediator, present=[], course="谈了", result="agreed"
        )
        agreements.draft(case, text=TERMS, actor=house.mediator)
        assert "看一遍协议草稿，定稿" in rows(inbox(house.mediator))[0]


def test_the_next_step_of_signing_goes_from_the_parties_to_the_mediator_to_the_lead(
    house, at_work, in_lead
):
    case = reach("agreed", house)
    agreement = fixed_agreement(case)
    sign_as(applicant_of(case), agreement)
    assert "等1人签字" in rows(at_work.go(reverse("workbench")))[0]
    sign_as(respondent_of(case), agreement)
    assert "请您签字" in rows(at_work.go(reverse("workbench")))[0]
    assert "等调解员签字" in rows(in_lead.go(reverse("workbench")))[0]
    requests.sign_as_mediator(agreement, actor=house.mediator, shown=agreement.digest)
    assert "等负责人盖章" in rows(in_lead.go(reverse("workbench")))[0]


def test_each_basket_counts_and_shows_its_own(house, at_work):
    numbers = {
        status: reach(status, house).number
        for status in ("dispatched", "inviting", "mediating", "agreed", "failed")
    }
    shown = {
        "accept": {"dispatched"},
        "mediating": {"inviting", "mediating"},
        "signing": {"agreed"},
        "open": {"dispatched", "inviting", "mediating", "agreed"},
        "ended": {"failed"},
        "all": set(numbers),
        "nonsense": {"dispatched", "inviting", "mediating", "agreed"},
    }
    for basket, statuses in shown.items():
        page = at_work.go(f"{reverse('workbench')}?in={basket}")
        assert {n for s, n in numbers.items() if n in page.words} == {numbers[s] for s in statuses}
    counted = dict(zip(*[iter(_texts(at_work.page.all("nav", class_="nav")[0]))] * 2, strict=False))
    assert counted["等我接案"] == "1"
    assert (counted["调解中"], counted["等签字"], counted["全部"]) == ("2", "1", "5")


def test_late_cases_have_a_basket_of_their_own(house):
    with time_machine.travel(FRIDAY, tick=False) as clock:
        late = reach("mediating", house)
        clock.shift(dt.timedelta(days=20))
        fresh = reach("mediating", house)
        clock.shift(dt.timedelta(days=20))
        page = inbox(house.mediator, "late")
    assert late.number in page.words
    assert fresh.number not in page.words
    assert "超时" in page.words


def test_the_lead_sees_the_whole_body_and_what_nobody_has_yet(house, in_lead, other_lead):
    for user in (house.mediator, house.colleague, house.lead):
        user.mediator.capacity = 0
        user.mediator.save()
    nobodys = send_to_body_only(file().case, house)
    assert nobodys.mediator is None
    page = in_lead.go(reverse("workbench") + "?in=unassigned")
    assert nobodys.number in page.words
    assert "指定调解员，或者自己接" in page.words
    assert "还没有调解员" not in Staff(house.mediator).go(reverse("workbench")).html
    assert nobodys.number not in Staff(other_lead).go(reverse("workbench") + "?in=all").words
    in_lead.open(nobodys, "accept")
    in_lead.press("接案")
    assert now(nobodys).mediator == house.lead.mediator


def send_to_body_only(case: Case, house: House) -> Case:
    lease = CaseType.objects.get(key="housing_lease")
    return dispatch(case, body=house.body, case_type=lease, actor=house.dispatcher, reason="测试")


def test_searching_finds_by_number_and_by_name_only_among_ones_own(house, at_work, other_mediator):
    case = reach("failed", house)
    for words in (case.number, "李四", "张三丰"):
        address = f"{reverse('workbench')}?q={words}"
        assert case.number in rows(at_work.go(address))[0]
        assert rows(Staff(other_mediator).go(address)) == []
    page = at_work.go(reverse("workbench") + "?q=没有这人")
    assert "没有找到“没有这人”。请核对编号或姓名。" in page.words
    assert page.link("看全部在办") == reverse("workbench")


def test_an_empty_basket_says_so_and_what_else_is_in_hand(house, at_work):
    assert "现在没有在办的案件。" in at_work.go(reverse("workbench")).words
    reach("mediating", house)
    page = at_work.go(reverse("workbench") + "?in=accept")
    assert "没有等您接的案件。还有1件在办。" in page.words


def test_the_inbox_asks_the_database_the_same_for_ten_cases_and_for_sixty(house, at_work):
    def asked() -> int:
        at_work.go(reverse("workbench"))
        with CaptureQueriesContext(connection) as found:
            at_work.go(reverse("workbench"))
        own = [q["sql"] for q in found if "django_session" not in q["sql"]]
        return len([sql for sql in own if not sql.startswith(("SAVEPOINT", "RELEASE"))])

    for turn in range(10):
        reach(("dispatched", "inviting", "mediating", "agreed")[turn % 4], house)
    with_ten = asked()
    for _turn in range(50):
        reach("dispatched", house)
    assert asked() == with_ten <= 10
    assert len(rows(at_work.page)) == 30
    assert "第1页，共2页" in at_work.page.words
    assert len(rows(at_work.go(reverse("workbench") + "?page=2"))) == 30


# --- The page of a case ---


def test_the_handler_reads_all_that_the_parties_said_and_their_phones(house, at_work):
    case = reach("mediating", house, place="江南大道1号")
    page = at_work.look_at(case)
    for word in (LEASE, "要回钱 3400元", "江南大道1号", "张三丰", "李四光", "西兴街道"):
        assert word in page.words
    for party in case.parties.all():
        assert page.link(party.phone) == f"tel:{party.phone}"


def test_what_is_sealed_is_read_by_the_mediator_alone(house, at_work, in_lead):
    case = reach("mediating", house)
    handling.record_session(
        planned(case, house),
        actor=house.mediator,
        present=case.parties.all(),
        course="双方都来了",
        undisputed_facts="租期到了",
        concessions="私下说最多退两千",
        result="continue",
    )
    assert "私下说最多退两千" in at_work.look_at(case).words
    page = in_lead.look_at(case)
    assert "租期到了" in page.words
    assert "私下说最多退两千" not in page.html


def test_a_text_message_that_did_not_arrive_is_told(house, at_work):
    case = reach("mediating", house)
    assert "没有送到" not in at_work.look_at(case).words
    Notice.objects.create(
        key="x", case=case, party=respondent_of(case), text="t", state=Notice.State.FAILED
    )
    assert "给李四光的短信没有送到。请打电话，或者改号码。" in at_work.look_at(case).words


def test_photos_are_downloads_that_no_browser_runs_and_belong_to_their_case(house, at_work):
    case, other = reach("mediating", house), reach("mediating", house)
    kept = store(Upload("合同.jpg", photo().read()), case=case, party=applicant_of(case))
    at_work.look_at(case)
    answer = at_work.client.get(at_work.page.link("合同.jpg"))
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"].startswith("sandbox")
    address = reverse("workbench-file", args=[other.number, kept.pk])
    assert at_work.client.get(address).status_code == 404


def test_the_code_of_the_case_is_one_tap_away(house, at_work):
    case = reach("mediating", house)
    address = at_work.look_at(case).link("调解码")
    assert address == reverse("code", args=[case.mediation_code.token])


def test_the_document_of_an_agreement_in_force_can_be_had(house, at_work):
    case = reach("settled", house)
    address = reverse("workbench-agreement-pdf", args=[case.number])
    assert at_work.client.get(address).status_code == 404
    requests.store_document(case.agreements.get())
    at_work.look_at(case)
    answer = at_work.client.get(at_work.page.link("调解协议书（PDF）"))
    assert answer.content.startswith(b"%PDF")
    assert "no-store" in answer["Cache-Control"]


# --- What is offered ---

MEDIATOR_MAY = {
    "filed": set(),
    "dispatched": {"accept", "refuse", "disclose"},
    "inviting": {
        "contact", "answer", "phone", "plan", "difficulty", "disclose", "hand_up", "fail",
    },
    "mediating": {
        "contact", "answer", "phone", "plan", "difficulty", "disclose", "hand_up", "oral", "fail",
    },
    "agreed": {
        "contact", "answer", "phone", "plan", "difficulty", "sign", "paper", "revise", "fail",
    },
}  # fmt: skip
LEAD_MAY = {
    "dispatched": {"accept", "refuse", "mediator"},
    "inviting": {
        "contact", "answer", "phone", "plan", "difficulty", "mediator", "hand_up", "fail",
    },
    "mediating": {
        "contact", "answer", "phone", "plan", "difficulty", "mediator", "hand_up", "fail",
    },
    "agreed": {"contact", "answer", "phone", "plan", "difficulty", "mediator", "fail"},
}  # fmt: skip


@pytest.mark.parametrize("status", [s for s in Case.Status.values if s != "filed"])
@pytest.mark.parametrize(("who", "may"), [("mediator", MEDIATOR_MAY), ("lead", LEAD_MAY)])
def test_each_deed_is_offered_where_it_can_be_done_and_nowhere_else(house, who, may, status):
    case = reach(status, house)
    visitor = Staff(getattr(house, who))
    if visitor.look_at(case).status == 404:  # withdrawn, rejected or merged before a body had it
        assert case.body is None
        return
    answers = {deed: visitor.open(case, deed).status for deed in DEEDS}
    assert {deed for deed, status in answers.items() if status == 200} == may.get(status, set())
    assert set(answers.values()) <= {200, 409}


def test_a_deed_that_is_not_offered_says_so_and_leads_back(house, at_work):
    case = reach("mediating", house)
    page = at_work.open(case, "revise")
    assert page.status == 409
    assert "现在不能“收回协议修改”：案件是“调解中”" in page.words
    assert page.link("返回案件") == reverse("workbench-case", args=[case.number])


def test_a_deed_sent_in_the_wrong_state_is_refused_in_the_rule_s_words(house, at_work):
    case = reach("dispatched", house)
    at_work.open(case, "accept")
    handling.refuse(case, actor=house.lead, reason="busy")
    send_to_body(case, house)
    handling.accept(case, actor=house.mediator)
    page = at_work.press("接案")
    check_error_page(page, "案件现在是“已受理”，不能“接案”")


# --- Every deed through its form ---


def test_a_case_goes_from_the_inbox_to_green_through_the_pages_alone(house, at_work, in_lead):
    case = reach("dispatched", house)
    at_work.go(reverse("workbench"))
    at_work.follow("张三丰 与 李四光")
    at_work.follow("接案")
    assert "您和当事人是亲属吗？" in at_work.page.words
    assert "已办：接案" in at_work.press("接案").words

    at_work.open(case, "contact", f"?party={respondent_of(case).pk}")
    at_work.press("记一次联系", means="phone", outcome="reached", note="愿意谈")
    assert "电话，联系上了：愿意谈" in at_work.page.words
    at_work.open(case, "answer", f"?party={respondent_of(case).pk}")
    at_work.press("记当事人的回答", agrees="yes")
    assert now(case).status == "mediating"

    at_work.open(case, "plan")
    tomorrow = timezone.localtime() + dt.timedelta(days=1)
    at_work.press(
        "约调解时间",
        mode="video",
        starts_at=f"{tomorrow:%Y-%m-%dT%H:%M}",
        link="https://meet.example.cn/a",
    )
    at_work.follow("写调解记录")
    assert len(at_work.page.all("input", name_="present", checked=None)) == 2
    at_work.press(
        "调解记录", course="双方都来了", undisputed_facts="押金3400元没有退", result="agreed"
    )

    at_work.go(reverse("workbench-agreement", args=[case.number]))
    assert at_work.page.field("facts") == "押金3400元没有退"
    at_work.press("写调解协议", terms="李四光退3400元。", performance="银行转账")
    at_work.open(case, "conclude")
    assert "李四光退3400元。" in at_work.page.words
    at_work.press("协议定稿")
    assert "等 李四光 签字" in at_work.page.words
    at_work.open(case, "sign")
    at_work.press("调解员签字")
    for party in case.parties.all():
        sign_as(party, fixed_agreement(case))

    assert in_lead.look_at(case).link("盖章")
    in_lead.open(case, "seal")
    assert "李四光退3400元。" in in_lead.page.words
    assert "已化解" in in_lead.press("盖章").words
    assert now(case).status == "settled"


def test_a_case_given_back_leaves_the_workbench(house, at_work):
    case = reach("dispatched", house)
    at_work.open(case, "refuse", "?reason=conflict")
    assert at_work.page.field("reason") == "conflict"
    page = at_work.press("不接", note="是我表哥")
    assert page.response.request["PATH_INFO"] == reverse("workbench")
    assert "已办：不接" in page.words
    given_back = case.assignments.get()
    assert (given_back.refuse_reason, given_back.note) == ("conflict", "是我表哥")


def test_ending_without_agreement_takes_reasons_of_the_closed_list(house, at_work):
    case = reach("mediating", house)
    page = at_work.open(case, "fail")
    assert all(str(label) in page.words for label in EndReason.labels)
    check_error_page(at_work.press("没有谈成，结束", note="说不拢"), "请选结束的原因")
    assert at_work.page.field("note") == "说不拢"
    sent = {"reasons": ["far_apart", "expired"], "note": ""}
    address = reverse("workbench-act", args=[case.number, "fail"])
    client = signed_in(house.mediator)
    client.post(address, {**sent, "reasons": ["far_apart", "invented"]})
    assert now(case).status == "mediating"
    client.post(address, sent)
    assert now(case).end_reasons == ["far_apart", "expired"]


def test_an_oral_agreement_settles_at_once(house, at_work):
    case = reach("mediating", house)
    at_work.open(case, "oral")
    at_work.press("口头协议结案", terms="当场退清。", performance="现金")
    assert (now(case).status, case.agreements.get().form) == ("settled", "oral")


def test_an_agreement_without_its_parts_is_not_kept_and_nothing_typed_is_lost(house, at_work):
    case = reach("mediating", house)
    at_work.go(reverse("workbench-agreement", args=[case.number]))
    page = at_work.press("写调解协议", terms="退3400元。", amount="三千")
    check_error_page(page, "还缺：履行方式", "钱数只写数字，比如3400")
    assert (page.field("terms"), page.field("amount")) == ("退3400元。", "三千")
    assert not case.agreements.exists()


def test_a_draft_is_opened_again_as_it_was_written(house, at_work):
    case = reach("mediating", house)
    agreements.draft(case, text=TERMS, actor=house.mediator)
    page = at_work.go(reverse("workbench-agreement", args=[case.number]))
    assert page.field("performance") == TERMS.performance
    assert page.field("perform_by") == "2026-12-31"
    at_work.press("写调解协议", performance="当面付清")
    assert case.agreements.get().performance == "当面付清"


def test_taking_an_agreement_back_voids_what_was_signed(house, at_work):
    case = reach("agreed", house)
    sign_as(applicant_of(case), fixed_agreement(case))
    at_work.open(case, "revise")
    assert "已经签的字都作废" in at_work.page.words
    at_work.press("收回协议修改")
    assert now(case).status == "mediating"
    assert case.agreements.get(revision=1).state == Agreement.State.VOID


def changed_meanwhile(case: Case, house: House) -> None:
    agreements.revise(case, actor=house.mediator)
    other = Text(facts="一样", terms="只退1000元。", performance="转账")
    agreements.draft(case, text=other, actor=house.mediator)
    agreements.conclude(case, actor=house.mediator)


def test_the_mediator_signs_exactly_the_text_that_was_shown(house, at_work):
    case = reach("agreed", house)
    at_work.open(case, "sign")
    changed_meanwhile(case, house)
    page = at_work.press("调解员签字")
    check_error_page(page, "协议刚改过，或者已经签完。请看新的一版")
    assert "只退1000元。" in page.words
    assert not Signature.objects.exists()
    at_work.press("调解员签字")
    assert Signature.objects.get().digest == fixed_agreement(case).digest


def test_the_lead_seals_exactly_the_text_that_was_shown(house, in_lead):
    case = reach("agreed", house)
    signed(case, house)
    in_lead.open(case, "seal")
    changed_meanwhile(case, house)
    signed(case, house)
    check_error_page(in_lead.press("盖章"), "协议刚改过，或者已经签完。请看新的一版")
    assert now(case).status == "agreed"
    in_lead.press("盖章")
    assert now(case).status == "settled"


def signed(case: Case, house: House) -> None:
    agreement = fixed_agreement(case)
    for party in case.parties.all():
        sign_as(party, agreement)
    requests.sign_as_mediator(agreement, actor=house.mediator, shown=agreement.digest)


def test_nobody_seals_before_all_have_signed(house, in_lead):
    case = reach("agreed", house)
    assert in_lead.open(case, "seal").status == 409
    address = reverse("workbench-act", args=[case.number, "seal"])
    client = signed_in(house.lead)
    answer = client.post(address, {"shown": fixed_agreement(case).digest})
    assert answer.status_code == 422
    assert "还有人没有签字" in answer.content.decode()


def test_the_mediator_cannot_seal(house, mediator):
    case = reach("agreed", house)
    signed(case, house)
    client = signed_in(mediator)
    address = reverse("workbench-act", args=[case.number, "seal"])
    answer = client.post(address, {"shown": fixed_agreement(case).digest})
    assert "只有本组织负责人可以盖章" in answer.content.decode()
    assert not fixed_agreement(case).sealed_at


def test_a_signature_on_paper_comes_with_its_page(house, at_work):
    case = reach("agreed", house)
    at_work.open(case, "paper")
    check_error_page(at_work.press("登记纸上签字"), "请选签字页的照片或PDF")
    letter = SimpleUploadedFile("签字页.docx", b"PK\x03\x04 not a picture")
    page = at_work.press("登记纸上签字", party=str(respondent_of(case).pk), scan=letter)
    check_error_page(page, "“签字页.docx”打不开。请用照片（JPG、PNG）或PDF")
    at_work.press("登记纸上签字", party=str(respondent_of(case).pk), scan=photo("签字页.jpg"))
    kept = Signature.objects.get()
    assert (kept.party, kept.method, kept.scan.title) == (
        respondent_of(case),
        "paper",
        "签字页.jpg",
    )
    assert "李四光" not in _options(at_work.open(case, "paper"))


def _options(page: Page) -> str:
    return " ".join(text for option in page.all("option") for text in _texts(option))


def test_a_page_signed_for_a_text_that_is_gone_is_not_kept(house, at_work):
    case = reach("agreed", house)
    at_work.open(case, "paper")
    changed_meanwhile(case, house)
    page = at_work.press("登记纸上签字", party=str(respondent_of(case).pk), scan=photo())
    check_error_page(page, "协议刚改过，或者已经签完。请看新的一版")
    assert not Attachment.objects.exists()


def test_a_meeting_needs_its_place_and_lies_ahead_and_what_was_typed_stays(house, at_work):
    case = reach("mediating", house)
    at_work.open(case, "plan")
    page = at_work.press("约调解时间", mode="on_site", starts_at="2020-01-01T09:00", place="三号室")
    check_error_page(page, "调解时间已经过了，请选以后的时间")
    assert page.field("place") == "三号室"
    page = at_work.press("约调解时间", starts_at="2099-01-01T09:00", place="")
    check_error_page(page, "请写地点或电话")
    assert not case.sessions.exists()


def test_the_record_keeps_what_may_go_to_court_apart_from_what_never_does(house, at_work):
    case = reach("mediating", house)
    meeting = planned(case, house)
    page = at_work.go(reverse("workbench-session", args=[case.number, meeting.pk]))
    assert "不给对方，不交法院" in page.words
    check_error_page(at_work.press("调解记录"), "请写经过", "请写调解结果")
    at_work.press("调解记录", course="谈了", concessions="退两千也行", result="continue")
    meeting.refresh_from_db()
    assert (meeting.concessions, meeting.undisputed_facts) == ("退两千也行", "")
    assert at_work.go(reverse("workbench-session", args=[case.number, meeting.pk])).status == 409


def test_a_meeting_of_another_case_is_not_there(house, at_work):
    case, other = reach("mediating", house), reach("mediating", house)
    meeting = planned(other, house)
    assert at_work.go(reverse("workbench-session", args=[case.number, meeting.pk])).status == 404


def test_a_party_of_another_case_is_no_choice(house, mediator):
    case, other = reach("inviting", house), reach("inviting", house)
    client = signed_in(mediator)
    address = reverse("workbench-act", args=[case.number, "answer"])
    answer = client.post(address, {"party": respondent_of(other).pk, "agrees": "no"})
    assert answer.status_code == 422
    assert {now(case).status, now(other).status} == {"inviting"}


def test_a_refusal_said_by_phone_ends_the_case(house, at_work):
    case = reach("inviting", house)
    at_work.open(case, "answer", f"?party={respondent_of(case).pk}")
    check_error_page(at_work.press("记当事人的回答"), "请选“愿意”或“不愿意”")
    at_work.press("记当事人的回答", agrees="no")
    assert (now(case).status, now(case).end_reasons) == ("failed", ["unwilling"])
    assert "记下当事人的回答：不愿意调解" in at_work.page.words


def test_a_phone_is_corrected_and_a_wrong_one_explained(house, at_work):
    case = reach("inviting", house)
    party = respondent_of(case)
    at_work.open(case, "phone", f"?party={party.pk}")
    page = at_work.press("改电话", phone="1990000")
    check_error_page(page, "手机号应是11位数字，现在是7位")
    at_work.press("改电话", phone="+86 199-1234-5678")
    assert Party.objects.get(pk=party.pk).phone == "19912345678"


def test_the_difficulty_is_classed(house, at_work):
    case = reach("mediating", house)
    assert at_work.open(case, "difficulty").field("difficulty") == "general"
    at_work.press("定难度", difficulty="major")
    assert now(case).difficulty == "major"


def test_the_lead_gives_a_case_to_a_colleague_who_is_there(house, in_lead):
    case = reach("mediating", house)
    reach("mediating", house)
    page = in_lead.open(case, "mediator")
    assert f"{house.colleague}（在办0件）" in _options(page)
    assert str(house.other_mediator) not in _options(page)
    in_lead.press("换调解员", mediator=str(house.colleague.mediator.pk))
    assert now(case).mediator == house.colleague.mediator
    today = timezone.localdate()
    house.mediator.mediator.leaves.create(first_day=today, last_day=today)
    assert str(house.mediator) not in _options(in_lead.open(case, "mediator"))


def test_a_mediator_cannot_give_a_case_away(house, mediator):
    case = reach("mediating", house)
    client = signed_in(mediator)
    address = reverse("workbench-act", args=[case.number, "mediator"])
    answer = client.post(address, {"mediator": house.colleague.mediator.pk})
    assert "只有本组织的负责人可以换本组织的调解员" in answer.content.decode()
    assert now(case).mediator == mediator.mediator


def test_what_people_typed_is_never_markup(house, at_work):
    case = reach("mediating", house, description="<script>alert(1)</script>房东不退押金")
    page = at_work.look_at(case)
    assert "<script>alert" not in page.html
    assert "&lt;script&gt;" in page.html
