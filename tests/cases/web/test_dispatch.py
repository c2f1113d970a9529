"""The dispatcher's desk: who comes in, what the keywords say there, and every deed of it."""

import pytest
import time_machine
import zxingcpp
from django.db import connection
from django.test import Client
from django.test.html import Element
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from cases import handling
from cases.filing import Person
from cases.models import Case, CaseType, Channel, Poster, RejectReason
from cases.routing.assign import route
from cases.routing.suggest import suggest, suggest_all
from cases.web.dispatcher_deeds import DEEDS
from cases.web.guesses import marked
from mediators.models import AuditEntry, Region, User
from tests.cases.web.conftest import Page, Visitor, check_error_page, everything, words
from tests.factories import file, make_body, make_staff, new_phone, reach, send_to_body

VAGUE = "有一件事情想请你们帮忙看看，不知道怎么说。"
LEAK = "楼上邻居装修漏水，物业也不管。"  # two types nearly alike
CARER = "保姆照顾老人，老人摔了，家里不给工钱。"  # one ahead, not far enough
OFFICES = ("mediator", "lead", "clerk", "assessor", "leader")


class Dispatcher(Visitor):
    """The dispatcher at the desk, signed in."""

    def __init__(self, user: User) -> None:
        super().__init__()
        self.client.force_login(user)

    def desk(self, basket: str = "waiting") -> Page:
        return self.go(f"{reverse('dispatch')}?in={basket}")

    def look_at(self, case: Case) -> Page:
        return self.go(reverse("dispatch-case", args=[case.number]))

    def open(self, case: Case, deed: str) -> Page:
        return self.go(reverse("dispatch-act", args=[case.number, deed]))


@pytest.fixture
def desk(dispatcher) -> Dispatcher:
    return Dispatcher(dispatcher)


@pytest.fixture
def lease(db) -> CaseType:
    return CaseType.objects.get(key="housing_lease")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def waiting(description: str = LEAK, **dispute: object) -> Case:
    """Return a case that the keywords have read and left to a person."""
    dispute.setdefault("region", Region.objects.filter(level="street").order_by("code").first())
    case = route(file(description=description, **dispute).case)
    assert case.status == "filed", "this text was meant to be undecided"
    return case


def now(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def row(page: Page, case: Case) -> Element:
    (found,) = [one for one in page.all("tr")[1:] if case.number in words(one)]
    return found


def marks(element: Element) -> list[str]:
    return [words(one) for one in everything(element) if one.name == "mark"]


# --- Who comes in ---


def test_whoever_has_not_signed_in_is_sent_to_sign_in(house, client):
    case = file().case
    addresses = [
        reverse("dispatch"),
        reverse("posters"),
        reverse("dispatch-case", args=[case.number]),
        *(reverse("dispatch-act", args=[case.number, deed]) for deed in DEEDS),
    ]
    for address in addresses:
        assert client.get(address)["Location"].startswith(reverse("sign-in"))


@pytest.mark.parametrize("office", OFFICES)
def test_the_desk_is_the_dispatcher_s_alone(house, office):
    case = reach("dispatched", house)
    client = signed_in(getattr(house, office))
    for name in ("dispatch", "posters"):
        assert client.get(reverse(name)).status_code == 404
    assert client.get(reverse("dispatch-case", args=[case.number])).status_code == 404
    for deed in DEEDS:
        address = reverse("dispatch-act", args=[case.number, deed])
        assert client.get(address).status_code == 404
        assert client.post(address, {"reason": "not_civil"}).status_code == 404
    assert now(case).status == "dispatched"


def test_unknown_cases_and_deeds_are_not_there_and_other_methods_refused(house, desk):
    case = waiting()
    assert desk.go(reverse("dispatch-case", args=["2026-999999"])).status == 404
    assert desk.open(case, "dance").status == 404
    client = signed_in(house.dispatcher)
    assert client.delete(reverse("dispatch-act", args=[case.number, "reject"])).status_code == 405
    assert client.post(reverse("dispatch")).status_code == 405


def test_each_read_of_a_case_is_noted(house, desk):
    case = waiting()
    desk.look_at(case)
    newest = AuditEntry.objects.filter(chain=f"case:{case.pk}").order_by("-seq").first()
    assert (newest.deed, newest.actor) == ("case.read", house.dispatcher)


# --- The desk ---


def test_the_oldest_case_comes_first_with_its_guess_its_words_and_a_body(house, desk):
    first, second = waiting(), waiting(VAGUE)
    page = desk.desk()
    assert [words(one)[:11] for one in page.all("tr")[1:]] == [first.number, second.number]
    told = words(row(page, first))
    assert str(house.body) in told
    assert "在办0件" in told
    ranked = first.classifications.get().ranked
    assert set(marks(row(page, first))) == set(ranked[0]["keywords"])
    assert "没有认出来" in words(row(page, second))
    assert "自己选" in words(row(page, second))


def test_one_tap_sends_the_case_where_the_desk_suggests(house, desk):
    case = waiting()
    desk.desk()
    desk.press(f"按建议派{case.number}")
    case = now(case)
    assert (case.status, case.body) == ("dispatched", house.body)
    assert case.assignments.get().reason == f"分流员{house.dispatcher}指派"
    assert f"给了{house.body}" in desk.page.words
    assert "没有等分流的案件。上一件" in desk.page.words


def test_the_words_are_marked_in_the_text_as_it_was_written():
    pieces = marked("房东，不退ＡＢＣ押金！", ["押金", "abc"])
    assert pieces == [
        ("房东，不退", False),
        ("ＡＢＣ", True),
        ("押金", True),
        ("！", False),
    ]
    assert marked("", ["押金"]) == []
    assert marked("没有", []) == [("没有", False)]
    assert "".join(piece for piece, _mark in marked("e\u0301gal押金", ["押金"])) == "égal押金"


def test_how_sure_the_guess_is_stands_in_words(house, desk):
    sure = route(file().case)
    told = words(row(desk.desk("dispatched"), sure))
    assert "很像" in told
    likely, open_, unread = waiting(CARER), waiting(LEAK), file().case
    page = desk.desk()
    assert "可能" in words(row(page, likely))
    assert "说不准" in words(row(page, open_))
    assert "还在分类" in words(row(page, unread))


def test_what_cannot_be_mediated_gets_no_suggestion(house, desk):
    case = waiting("他被公安机关刑事拘留，检察院要起诉他诈骗罪，法院判刑。")
    told = words(row(desk.desk(), case))
    assert "不能调解" in told
    assert "按建议派" not in told


def test_a_dispute_from_nowhere_gets_no_body_of_a_street(house, desk):
    case = waiting(region=None)
    assert "没有写地点" in words(row(desk.desk(), case))


def test_cases_that_came_back_have_a_basket_and_say_how_often(house, desk):
    case = reach("dispatched", house)
    handling.refuse(case, actor=house.mediator, reason="busy")
    handling.lapse(send_to_body(case, house))
    fresh = waiting()
    page = desk.desk("returned")
    assert "退回过2次" in words(row(page, case))
    assert fresh.number not in page.words
    assert house.body.name not in words(row(page, case))  # it is not asked again


def test_unanswered_cases_are_those_past_their_last_day(house, dispatcher):
    with time_machine.travel("2026-11-20 10:00+08:00", tick=False) as clock:
        case = reach("dispatched", house)
        clock.move_to("2026-11-25 10:00+08:00")
        page = Dispatcher(dispatcher).desk("unresponded")
        assert "全部按时响应。" in page.words
        clock.move_to("2026-11-26 10:00+08:00")
        page = Dispatcher(dispatcher).desk("unresponded")
        assert "超时1天（11月25日）" in words(row(page, case))
        assert str(house.body) in words(row(page, case))


def test_each_basket_has_its_own_empty_text(house, desk):
    for basket, text in (
        ("waiting", "没有等分流的案件。"),
        ("returned", "没有退回的。"),
        ("unresponded", "全部按时响应。"),
        ("dispatched", "没有等接案的。"),
    ):
        assert text in desk.desk(basket).words


def test_the_desk_asks_the_database_the_same_for_three_cases_and_for_forty(house, desk):
    def asked() -> int:
        desk.desk()
        with CaptureQueriesContext(connection) as found:
            desk.desk()
        own = [q["sql"] for q in found if "django_session" not in q["sql"]]
        return len([sql for sql in own if not sql.startswith(("SAVEPOINT", "RELEASE"))])

    streets = list(Region.objects.filter(level="street"))
    stories = (LEAK, VAGUE, CARER)
    for turn in range(3):
        waiting(stories[turn], region=streets[turn])
    with_three = asked()
    for turn in range(37):
        waiting(stories[turn % 3], region=streets[turn % 3])
    assert asked() == with_three <= 10
    assert "第1页，共2页" in desk.page.words
    assert len(desk.page.all("tr")) == 21


# --- One case ---


def test_a_case_shows_its_ranked_types_and_the_bodies_for_the_chosen_one(house, desk):
    case = waiting()
    page = desk.look_at(case)
    ranked = case.classifications.get().ranked
    names = dict(CaseType.objects.values_list("key", "name"))
    for one in ranked:
        assert names[one["case_type"]] in page.words
    assert f"按“{names[ranked[0]['case_type']]}”派" in page.words
    desk.follow(names[ranked[1]["case_type"]])
    assert f"按“{names[ranked[1]['case_type']]}”派" in desk.page.words
    assert set(marks(desk.page.tree)) == set(ranked[1]["keywords"])


def test_a_case_shows_names_masked_and_no_phone(house, desk):
    case = waiting()
    page = desk.look_at(case)
    assert "申请人 张**" in page.words
    assert not any(party.phone in page.html or party.name in page.html for party in _parties(case))


def _parties(case: Case):
    return case.parties.all()


def test_each_suggested_body_is_one_tap_away(house, desk, lease):
    second = make_body(house.region)
    make_staff("mediator", second)
    case = waiting()
    desk.look_at(case)
    desk.press(f"派给 {second}{case.number}")
    assert now(case).body == second


def test_where_it_went_before_stands_with_the_reasons(house, desk):
    case = reach("dispatched", house)
    handling.refuse(case, actor=house.mediator, reason="conflict", note="是亲戚")
    page = desk.look_at(case)
    for word in (str(house.body), "不接：有利害关系，需要回避", "是亲戚", "测试"):
        assert word in page.words


@pytest.mark.parametrize(
    ("status", "may"),
    [
        ("filed", {"dispatch", "reject", "merge"}),
        ("dispatched", {"dispatch", "lapse", "merge"}),
        ("inviting", {"merge"}),
        ("mediating", {"merge"}),
        ("agreed", set()),
        ("rejected", set()),
        ("failed", set()),
    ],
)
def test_each_deed_is_offered_where_it_can_be_done_and_nowhere_else(house, desk, status, may):
    case = reach(status, house)
    answers = {deed: desk.open(case, deed).status for deed in DEEDS}
    assert {deed for deed, answer in answers.items() if answer == 200} == may
    assert set(answers.values()) <= {200, 409}


# --- Every deed through its form ---


def test_the_dispatcher_chooses_type_and_body_freely(house, desk, lease):
    case = waiting(VAGUE)
    page = desk.open(case, "dispatch")
    check_error_page(desk.press("派给调解组织"), "请选案由", "请选调解组织")
    assert page.status == 200
    body, case_type = str(house.other_body.pk), str(lease.pk)
    desk.press("派给调解组织", case_type=case_type, body=body)
    assert (now(case).body, now(case).case_type) == (house.other_body, lease)


def test_a_kind_that_may_not_have_the_type_is_refused_in_words(house, desk):
    case_type = CaseType.objects.filter(type_kinds__is_barred=True).first()
    barred = make_body(house.region)
    barred.kind = case_type.type_kinds.filter(is_barred=True).first().kind
    barred.save()
    case = waiting(VAGUE)
    desk.open(case, "dispatch")
    page = desk.press("派给调解组织", case_type=str(case_type.pk), body=str(barred.pk))
    check_error_page(page, f"“{case_type.name}”不能派给{barred.kind.name}")
    assert page.field("body") == str(barred.pk)
    assert now(case).status == "filed"


def test_two_dispatchers_do_not_send_one_case_twice(house, desk, lease):
    case = waiting()
    desk.desk()
    handling.reject(case, actor=house.dispatcher, reason="not_civil")
    page = desk.press(f"按建议派{case.number}")
    check_error_page(page, "案件现在是“不予受理”，不能“分流”")


def test_rejecting_takes_a_reason_of_the_closed_list_and_ends_the_case(house, desk):
    case = waiting()
    page = desk.open(case, "reject")
    assert all(str(label) in page.words for label in RejectReason.labels)
    check_error_page(desk.press("不予受理", note="请报警"), "请选不受理的原因")
    assert desk.page.field("note") == "请报警"
    desk.press("不予受理", reason="criminal")
    assert (now(case).status, now(case).end_note) == ("rejected", "请报警")
    assert "涉嫌犯罪，请报警" in desk.look_at(case).words


def test_a_case_is_taken_back_from_a_body(house, desk):
    case = reach("dispatched", house)
    desk.open(case, "lapse")
    desk.press("收回")
    assert (now(case).status, now(case).body) == ("filed", None)


def test_merging_shows_both_cases_before_it_is_done(house, desk):
    phone = new_phone()
    kept = reach("mediating", house, applicants=[Person("张三丰", phone)])
    case = waiting(applicants=[Person("张三丰", phone)])
    stranger = waiting(VAGUE)
    page = desk.open(case, "merge")
    assert kept.number in page.words
    assert stranger.number not in page.words
    page = desk.go(f"{reverse('dispatch-act', args=[case.number, 'merge'])}?number={kept.number}")
    assert kept.description in page.words
    assert case.description in page.words
    assert now(case).status == "filed"
    desk.press(f"是同一件，并入 {kept.number}")
    assert (now(case).status, now(case).merged_into) == ("merged", kept)


@pytest.mark.parametrize("number", ["2026-999999", "什么", "2026"])
def test_merging_into_nothing_asks_again(house, desk, number):
    case = waiting()
    address = reverse("dispatch-act", args=[case.number, "merge"])
    page = desk.go(f"{address}?number={number}")
    assert "没有这个编号的案件，请核对" in page.words
    assert page.field("number") == number
    answer = signed_in(house.dispatcher).post(address, {"number": number})
    assert answer.status_code == 422
    assert now(case).status == "filed"


def test_merging_into_an_ended_case_or_itself_is_refused(house, desk):
    case, ended = waiting(), reach("withdrawn", house)
    client = signed_in(house.dispatcher)
    address = reverse("dispatch-act", args=[case.number, "merge"])
    told = client.post(address, {"number": ended.number}).content.decode()
    assert "要并入的那一件已经结束了" in told
    assert "不能并入自己" in client.post(address, {"number": case.number}).content.decode()
    assert now(case).status == "filed"


# --- Suggestions for a whole desk ---


def test_a_desk_is_suggested_what_each_case_alone_would_be(house):
    types = list(CaseType.objects.all())
    for family in ("industry", "court_invited"):
        body = make_body(house.region, family=family)
        make_staff("mediator", body)
        types[0].bodies.add(body)
    back = handling.refuse(reach("dispatched", house), actor=house.mediator, reason="scope")
    cases = [back, file().case, file(region=None).case]
    wanted = [(case, case_type) for case in cases for case_type in types]
    assert suggest_all(wanted) == [suggest(case, case_type) for case, case_type in wanted]
    assert any(suggest_all(wanted))


# --- Posters ---


@pytest.fixture
def poster(house) -> Poster:
    return Poster.objects.create(
        token="stairs7",
        label="测试小区3幢楼道",
        channel=Channel.objects.get(key="public"),
        region=house.region,
    )


def test_posters_are_listed_and_found_by_where_they_hang(poster, desk):
    page = desk.go(reverse("posters"))
    assert poster.label in page.words
    assert poster.label in desk.go(reverse("posters") + "?q=楼道").words
    assert "没有找到“车站”。" in desk.go(reverse("posters") + "?q=车站").words


def test_a_poster_is_a_page_whose_code_opens_the_filing_of_its_place(
    house, poster, desk, settings, tmp_path
):
    answer = desk.client.get(reverse("poster-pdf", args=[poster.token]))
    assert answer["Content-Type"] == "application/pdf"
    (tmp_path / "poster.pdf").write_bytes(answer.content)
    (sheet,) = PdfReader(tmp_path / "poster.pdf").pages
    assert poster.label in "".join(sheet.extract_text().split())
    found = [code.text for image in sheet.images for code in zxingcpp.read_barcodes(image.image)]
    assert found == [f"{settings.SITE_URL}{reverse('poster', args=[poster.token])}"]


@pytest.mark.parametrize("office", OFFICES)
def test_posters_are_printed_at_the_desk_only(house, poster, office):
    answer = signed_in(getattr(house, office)).get(reverse("poster-pdf", args=[poster.token]))
    assert answer.status_code == 404


def test_a_poster_that_is_not_there_is_not_printed(house, desk):
    assert desk.client.get(reverse("poster-pdf", args=["nothing"])).status_code == 404
