"""The desk's page of one case and its deeds: who comes in, what stands there, every button."""

import pytest
import time_machine
from django.urls import reverse

from cases import handling
from cases.filing import Person
from cases.models import Assignment, Case, CaseType, RejectReason
from cases.routing.desk import Order, send
from cases.web.dispatcher_deeds import DEEDS
from cases.web.guesses import marked
from mediators.models import AuditEntry, Relation
from tests.cases.web.conftest import check_error_page, everything, words
from tests.cases.web.desk import LEASE, OFFICES, Dispatcher, marks, now, signed_in, waiting
from tests.factories import file, make_body, make_staff, new_phone, reach

VAGUE = "有一件事情想请你们帮忙看看，不知道怎么说。"


@pytest.fixture
def desk(dispatcher) -> Dispatcher:
    return Dispatcher(dispatcher)


@pytest.fixture
def lease(db) -> CaseType:
    return CaseType.objects.get(key="housing_lease")


# --- Who comes in ---


def test_whoever_has_not_signed_in_is_sent_to_sign_in(house, client):
    case = file().case
    addresses = [
        reverse("dispatch"),
        reverse("posters"),
        reverse("dispatch-load"),
        reverse("dispatch-body", args=[house.body.pk]),
        reverse("dispatch-bulk"),
        reverse("dispatch-sent"),
        reverse("dispatch-case", args=[case.number]),
        *(reverse("dispatch-act", args=[case.number, deed]) for deed in DEEDS),
    ]
    for address in addresses:
        assert client.get(address)["Location"].startswith(reverse("sign-in"))


@pytest.mark.parametrize("office", OFFICES)
def test_the_desk_is_the_dispatcher_s_alone(house, office):
    case = reach("dispatched", house)
    client = signed_in(getattr(house, office))
    for name in ("dispatch", "posters", "dispatch-load", "dispatch-bulk", "dispatch-sent"):
        assert client.get(reverse(name)).status_code == 404
    for name in ("dispatch-body", "dispatch-hand-over"):
        assert client.get(reverse(name, args=[house.body.pk])).status_code == 404
    assert client.get(reverse("dispatch-case", args=[case.number])).status_code == 404
    for deed in DEEDS:
        address = reverse("dispatch-act", args=[case.number, deed])
        assert client.get(address).status_code == 404
        assert client.post(address, {"reason": "not_civil"}).status_code == 404
    for name in ("dispatch-bulk-send", "dispatch-take-back"):
        assert client.post(reverse(name), {"assignment": 1}).status_code == 404
    assert now(case).status == "dispatched"


def test_unknown_cases_and_deeds_are_not_there_and_other_methods_refused(house, desk):
    case = waiting()
    assert desk.go(reverse("dispatch-case", args=["2026-999999"])).status == 404
    assert desk.open(case, "dance").status == 404
    client = signed_in(house.dispatcher)
    assert client.delete(reverse("dispatch-act", args=[case.number, "reject"])).status_code == 405
    assert client.post(reverse("dispatch")).status_code == 405
    assert client.get(reverse("dispatch-bulk-send")).status_code == 405
    assert client.get(reverse("dispatch-take-back")).status_code == 405


def test_each_read_of_a_case_is_noted(house, desk):
    case = waiting()
    desk.look_at(case)
    newest = AuditEntry.objects.filter(chain=f"case:{case.pk}").order_by("-seq").first()
    assert (newest.deed, newest.actor) == ("case.read", house.dispatcher)


# --- One case ---


def test_the_words_are_marked_in_the_text_as_it_was_written():
    pieces = marked("房东，不退ＡＢＣ押金！", ["押金", "abc"])
    assert [text for text, is_marked in pieces if is_marked] == ["ＡＢＣ", "押金"]
    assert "".join(text for text, _mark in pieces) == "房东，不退ＡＢＣ押金！"
    assert marked("", ["押金"]) == []
    assert [
        text for text, is_marked in marked("押金没退，房东不管", ["房东+押金"]) if is_marked
    ] == [
        "押金",
        "房东",
    ]
    assert marked("没有", []) == [("没有", False)]


def test_a_case_shows_its_ranked_types_and_the_bodies_for_the_chosen_one(house, desk):
    case = waiting()
    page = desk.look_at(case)
    names = dict(CaseType.objects.values_list("key", "name"))
    for key, _score, _words in LEASE:
        assert names[key] in page.words
    assert "可能 把握60%" in page.words
    assert f"按“{names['housing_lease']}”派" in page.words
    desk.follow(names["property_service"])
    assert f"按“{names['property_service']}”派" in desk.page.words
    assert set(marks(desk.page.tree)) == {"物业"}


def test_any_of_the_types_can_be_tried_and_the_suggestions_change(house, desk):
    case = waiting()
    desk.look_at(case)
    desk.go(f"{reverse('dispatch-case', args=[case.number])}?type=labour")
    assert f"按“{CaseType.objects.get(key='labour')}”派" in desk.page.words
    types = [e for e in everything(desk.page.tree) if dict(e.attributes).get("id") == "type"]
    options = [words(e) for e in everything(types[0]) if e.name == "option"]
    assert options == [str(one) for one in CaseType.objects.all()]


def test_a_case_shows_its_layer_and_why_others_were_passed_over(house, desk):
    second = make_body(house.region)
    make_staff("mediator", second)
    page = desk.look_at(waiting())
    assert "层级：" in page.words
    assert "为什么不是别的组织" in page.words


def test_a_case_shows_names_masked_and_no_phone(house, desk):
    case = waiting()
    page = desk.look_at(case)
    assert "申请人 张**" in page.words
    parties = case.parties.all()
    assert not any(party.phone in page.html or party.name in page.html for party in parties)


def test_what_the_applicant_says_of_the_type_stands_beside_the_guess(house, desk, lease):
    case = waiting()
    Case.objects.filter(pk=case.pk).update(case_type_said=CaseType.objects.get(key="neighbour"))
    said = f"申请人说是：{CaseType.objects.get(key='neighbour')}"
    assert said in desk.look_at(case).words
    assert said in desk.desk().words


def test_each_suggested_body_is_one_tap_away(house, desk, lease):
    second = make_body(house.region)
    make_staff("mediator", second)
    case = waiting()
    desk.look_at(case)
    desk.press(f"派给 {second}{case.number}")
    assert now(case).body == second


def test_a_mediator_of_the_body_can_be_chosen_but_nobody_who_must_step_aside(house, desk):
    case = waiting()
    Relation.objects.create(
        mediator=house.colleague.mediator, kind="relative", name=case.parties.first().name
    )
    page = desk.look_at(case)
    assert f"派给他{house.colleague}" not in page.words
    assert "要回避" in page.words
    desk.press(f"派给他{house.mediator}")
    assert now(case).mediator == house.mediator.mediator


def test_where_it_went_before_stands_with_the_reasons(house, desk):
    case = reach("dispatched", house)
    handling.refuse(case, actor=house.mediator, reason="conflict", note="是亲戚")
    page = desk.look_at(case)
    for word in (str(house.body), "不接：有利害关系，需要回避", "是亲戚", "测试", "怎么选的"):
        assert word in page.words


@pytest.mark.parametrize(
    ("status", "may"),
    [
        ("filed", {"dispatch", "reject", "merge", "fees"}),
        ("dispatched", {"dispatch", "take_back", "hand_over", "merge"}),
        ("inviting", {"hand_over", "merge"}),
        ("mediating", {"hand_over", "merge"}),
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
    case = waiting(VAGUE, ranked=[])
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
    case = waiting(VAGUE, ranked=[])
    desk.open(case, "dispatch")
    page = desk.press("派给调解组织", case_type=str(case_type.pk), body=str(barred.pk))
    check_error_page(page, f"“{case_type.name}”不能派给{barred.kind.name}")
    assert page.field("body") == str(barred.pk)
    assert now(case).status == "filed"


def test_a_case_that_has_ended_meanwhile_is_not_sent(house, desk):
    case = waiting()
    desk.desk()
    handling.reject(case, actor=house.dispatcher, reason="not_civil")
    page = desk.press(f"按建议派{case.number}")
    check_error_page(page, "案件现在是“不予受理”，不能“分流”")


def test_whoever_is_second_is_told_who_was_first_and_takes_nothing_away(house, desk, lease):
    case = waiting()
    desk.desk()
    first = make_staff("dispatcher")
    send(Order(case, house.other_body, lease, seen=0), actor=first)
    page = desk.press(f"按建议派{case.number}")
    assert page.status == 409
    assert "没有办：别人先办了" in page.heading
    assert f"已经派给{house.other_body}" in page.words
    assert str(first) in page.words
    assert now(case).body == house.other_body
    assert case.assignments.count() == 1


def test_a_second_press_of_the_same_button_changes_nothing(house, desk):
    case = waiting()
    desk.desk()
    page = desk.page
    desk.press(f"按建议派{case.number}")
    desk.page = page
    assert desk.press(f"按建议派{case.number}").status == 200
    assert case.assignments.count() == 1


def test_rejecting_takes_a_reason_of_the_closed_list_and_ends_the_case(house, desk):
    case = waiting()
    page = desk.open(case, "reject")
    assert all(str(label) in page.words for label in RejectReason.labels)
    check_error_page(desk.press("不予受理", note="请报警"), "请选不受理的原因")
    assert desk.page.field("note") == "请报警"
    desk.press("不予受理", reason="criminal")
    assert (now(case).status, now(case).end_note) == ("rejected", "请报警")
    assert "涉嫌犯罪，请报警" in desk.look_at(case).words


def test_taking_a_case_back_in_time_does_not_blame_the_body(house, desk):
    case = reach("dispatched", house)
    desk.open(case, "take_back")
    desk.press("收回")
    assert (now(case).status, now(case).body) == ("filed", None)
    assert case.assignments.get().outcome == Assignment.Outcome.RECALLED
    assert not case.events.filter(kind="case.lapse").exists()


def test_an_unanswered_case_is_taken_back_as_unanswered(house, dispatcher):
    with time_machine.travel("2026-11-20 10:00+08:00", tick=False) as clock:
        case = reach("dispatched", house)
        clock.move_to("2026-11-26 10:00+08:00")
        desk = Dispatcher(dispatcher)
        assert desk.open(case, "take_back").status == 409
        desk.open(case, "lapse")
        desk.press("记未响应，收回")
        assert case.assignments.get().outcome == Assignment.Outcome.LAPSED


def test_a_case_that_was_accepted_meanwhile_is_not_taken_back(house, desk):
    case = reach("dispatched", house)
    desk.open(case, "take_back")
    handling.accept(case, actor=house.mediator)
    assert desk.press("收回").status == 409
    assert now(case).status == "inviting"


def test_a_case_is_handed_over_with_a_reason(house, desk):
    case = reach("mediating", house)
    desk.open(case, "hand_over")
    page = desk.press("转交别的组织", body=str(house.other_body.pk))
    check_error_page(page, "请写转交的原因")
    desk.press("转交别的组织", reason="当事人搬家了")
    case = now(case)
    assert (case.status, case.body) == ("dispatched", house.other_body)
    assert "当事人搬家了" in desk.look_at(case).words


def test_merging_shows_both_cases_before_it_is_done(house, desk):
    phone = new_phone()
    kept = reach("mediating", house, applicants=[Person("张三丰", phone)])
    case = waiting(applicants=[Person("张三丰", phone)])
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


def test_a_form_leads_back_to_no_other_house(house, desk):
    case = waiting()
    desk.desk()
    page = desk.press(f"按建议派{case.number}", next="https://example.org/dispatch/")
    assert page.address.startswith(reverse("dispatch"))
