"""The lists of the desk: which cases, in what order, what a row says, what it costs."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cases import handling
from cases.models import Case, CaseType, Classification, Recusal
from cases.routing import rulebook
from mediators.models import Region
from tests.cases.web.conftest import everything, words
from tests.cases.web.desk import (
    LEAK,
    Dispatcher,
    marks,
    now,
    numbers,
    queries,
    row,
    rows,
    waiting,
)
from tests.factories import file, make_body, make_staff, reach, send_to_body

NOTHING = [("none", 1.9, ["刑事拘留"])]
CRIME = "他被公安机关刑事拘留，检察院要起诉他。"


@pytest.fixture
def desk(dispatcher) -> Dispatcher:
    return Dispatcher(dispatcher)


# --- What a row says ---


def test_a_row_tells_the_guess_its_words_the_runner_up_and_a_body_with_its_load(house, desk):
    case = waiting()
    told = words(row(desk.desk(), case))
    assert str(CaseType.objects.get(key="housing_lease")) in told
    assert "可能 把握60%" in told
    assert "因为有：漏水、邻居" in told
    assert f"也可能是：{CaseType.objects.get(key='property_service')}" in told
    assert str(house.body) in told
    assert "在办0件" in told
    assert marks(row(desk.page, case)) == ["邻居", "漏水"]


def test_how_sure_the_guess_is_stands_in_words_and_figures(house, desk):
    sure = waiting(decision="auto", confidence=0.97)
    likely, open_ = waiting(confidence=0.5), waiting(confidence=0.31)
    old, unread = waiting(confidence=None), file().case
    page = desk.desk()
    assert "很像 把握97%" in words(row(page, sure))
    assert "可能 把握50%" in words(row(page, likely))
    assert "说不准 把握31%" in words(row(page, open_))
    assert "说不准" in words(row(page, old))
    assert "把握" not in words(row(page, old))
    assert "还在分类，或者先等核对是不是重复" in words(row(page, unread))


def test_what_nobody_recognised_is_left_to_the_dispatcher(house, desk):
    case = waiting(ranked=[])
    told = words(row(desk.desk(), case))
    assert "没有认出来" in told
    assert "自己选" in told


def test_what_cannot_be_mediated_has_a_basket_and_no_suggestion(house, desk):
    case = waiting(CRIME, ranked=NOTHING, decision="not_mediable")
    fine = waiting()
    page = desk.desk("not_mediable")
    assert numbers(page) == [case.number]
    assert "不能调解" in words(row(page, case))
    assert "按建议派" not in words(row(page, case))
    assert f"不予受理{case.number}" in words(row(page, case))
    assert set(numbers(desk.desk())) == {case.number, fine.number}


def test_a_case_judged_again_as_mediable_leaves_the_basket(house, desk):
    case = waiting(CRIME, ranked=NOTHING, decision="not_mediable")
    Classification.objects.create(
        case=case,
        rule_book=rulebook.in_force(),
        ranked=[{"case_type": "loan", "score": 2, "keywords": []}],
        decision="review",
    )
    assert numbers(desk.desk("not_mediable")) == []


def test_a_row_says_why_other_bodies_were_passed_over(house, desk):
    second = make_body(house.region)
    make_staff("mediator", second)
    send_to_body(waiting(), house)
    case = waiting()
    told = words(row(desk.desk(), case))
    assert "为什么不是别的组织" in told
    assert house.body.name in told
    assert second.name in told


def test_a_second_suggestion_can_be_sent_from_the_list(house, desk):
    second = make_body(house.region)
    make_staff("mediator", second)
    case = waiting()
    told = words(row(desk.desk(), case))
    first = min(house.body, second, key=lambda body: told.index(str(body)))
    desk.press(f"派给它{case.number}")
    assert {now(case).body, first} == {house.body, second}


# --- Clocks ---


def test_the_longest_wait_comes_first_and_an_overdue_one_says_so_with_an_icon(house, dispatcher):
    with time_machine.travel("2026-11-16 10:00+08:00", tick=False) as clock:
        old = waiting()
        clock.move_to("2026-11-20 10:00+08:00")
        new = waiting()
        page = Dispatcher(dispatcher).desk()
        assert numbers(page) == [old.number, new.number]
        assert "超时1天（11月19日）" in words(row(page, old))
        (clock_of_old,) = [
            e
            for e in everything(row(page, old))
            if "late" in (dict(e.attributes).get("class") or "").split()
        ]
        assert any(e.name == "svg" for e in everything(clock_of_old))
        assert "还剩3个工作日（11月25日）" in words(row(page, new))
        assert "其中1件超过最晚派出日" in page.words


def test_a_case_that_was_filed_later_but_asks_for_an_earlier_day_is_not_pushed_back(house, desk):
    first, second = waiting(), waiting()
    Case.objects.filter(pk=second.pk).update(filed_at=timezone.now() - dt.timedelta(days=9))
    assert numbers(desk.desk()) == [second.number, first.number]


# --- Baskets ---


def test_one_tap_sends_the_case_where_the_desk_suggests(house, desk):
    case = waiting()
    desk.desk()
    desk.press(f"按建议派{case.number}")
    case = now(case)
    assert (case.status, case.body) == ("dispatched", house.body)
    assert case.events.get(kind="case.dispatch").actor == house.dispatcher
    assert f"给了{house.body}" in desk.page.words
    assert "没有等分流的案件。上一件" in desk.page.words


def test_what_was_just_sent_can_be_taken_back_at_once(house, desk):
    case = waiting()
    desk.desk()
    desk.press(f"按建议派{case.number}")
    desk.press("收回这1件")
    assert now(case).status == "filed"
    assert numbers(desk.page) == [case.number]
    assert str(house.body) in words(row(desk.page, case))  # it may be sent there again


def test_after_a_press_the_list_stands_as_it_was(house, desk):
    case, other = waiting(), waiting()
    street = Region.objects.filter(level="street").order_by("code").first()
    desk.desk(street=street.key)
    desk.press(f"按建议派{case.number}")
    assert f"street={street.key}" in desk.page.address
    assert numbers(desk.page) == [other.number]


def test_cases_that_came_back_have_a_basket_and_say_how_often(house, desk):
    case = reach("dispatched", house)
    handling.refuse(case, actor=house.mediator, reason="busy")
    handling.lapse(send_to_body(case, house))
    fresh = waiting()
    page = desk.desk("returned")
    assert "退回过2次" in words(row(page, case))
    assert fresh.number not in page.words


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


def test_recusals_that_wait_for_a_ruling_have_a_basket(house, desk):
    case = reach("mediating", house)
    Recusal.objects.create(case=case, mediator=case.mediator, reason=Recusal.Reason.RELATIVE)
    assert numbers(desk.desk("recusals")) == [case.number]
    Recusal.objects.update(state=Recusal.State.REFUSED)
    assert numbers(desk.desk("recusals")) == []


def test_each_basket_has_its_own_empty_text_and_the_navigation_counts_them(house, desk):
    for basket, text in (
        ("waiting", "没有等分流的案件。"),
        ("returned", "没有退回的。"),
        ("not_mediable", "没有可能不宜调解的。"),
        ("unresponded", "全部按时响应。"),
        ("dispatched", "没有等接案的。"),
        ("recusals", "没有要决定的回避申请。"),
    ):
        assert text in desk.desk(basket).words
    waiting()
    (nav,) = desk.desk().all("nav", class_="nav")
    assert "等分流1" in words(nav)
    assert "疑似重复0" in words(nav)


# --- Search and filters ---


def test_cases_are_found_by_number_and_by_name(house, desk):
    case, other = waiting(), waiting()
    assert numbers(desk.desk(q=case.number)) == [case.number]
    name = other.parties.first().name
    assert set(numbers(desk.desk(q=name))) == {case.number, other.number}
    assert numbers(desk.desk(q="没有这个人")) == []
    assert "没有符合条件的案件。" in desk.page.words


def test_cases_are_narrowed_by_type_channel_and_street(house, desk):
    streets = Region.objects.filter(level="street").order_by("code")
    here = waiting(region=streets[0])
    there = waiting(region=streets[1], ranked=[("labour", 2.0, [])])
    nowhere = waiting(region=None, ranked=[])
    none = waiting(CRIME, ranked=NOTHING, region=streets[0])
    assert numbers(desk.desk(street=streets[1].key)) == [there.number]
    assert numbers(desk.desk(street="nowhere")) == [nowhere.number]
    assert numbers(desk.desk(type="housing_lease")) == [here.number]
    assert numbers(desk.desk(type="labour")) == [there.number]
    assert numbers(desk.desk(type="unknown")) == [nowhere.number]
    assert numbers(desk.desk(type="none")) == [none.number]
    assert numbers(desk.desk(channel="police")) == []
    assert len(numbers(desk.desk(channel="public"))) == 4


def test_a_decided_type_counts_more_than_the_guess(house, desk):
    case = waiting()
    Case.objects.filter(pk=case.pk).update(case_type=CaseType.objects.get(key="labour"))
    assert numbers(desk.desk(type="labour")) == [case.number]
    assert numbers(desk.desk(type="housing_lease")) == []


# --- What it costs ---

MOST_QUERIES = 32  # of these at most 18 are the rules' (`suggest.advise_all`)


def test_the_desk_asks_the_database_the_same_for_three_cases_and_for_forty(house, desk):
    streets = list(Region.objects.filter(level="street"))
    kinds = ([("housing_lease", 2.1, ["漏水"])], [], [("labour", 2.0, ["工钱"])])
    for turn in range(3):
        waiting(region=streets[turn], ranked=kinds[turn])
    desk.desk()
    with_three = len(queries(desk.desk))
    for turn in range(37):
        waiting(region=streets[turn % 3], ranked=kinds[turn % 3], amount=300_000 * (turn % 2))
    assert len(queries(desk.desk)) == with_three <= MOST_QUERIES
    assert "第1页，共2页" in desk.page.words
    assert len(rows(desk.page)) == 20


def test_two_thousand_waiting_cases_cost_no_more_queries(house, desk):
    case = waiting()
    desk.desk()
    with_one = len(queries(desk.desk))
    Case.objects.bulk_create(
        Case(channel=case.channel, region=case.region, description=LEAK, wish="money")
        for _turn in range(2000)
    )
    assert len(queries(desk.desk)) <= with_one
    assert "2001件" in desk.page.words


def test_the_page_carries_its_script_from_a_file_and_every_key_has_its_button(house, desk):
    case = waiting()
    page = desk.desk()
    scripts = [dict(e.attributes).get("src", "") for e in page.all("script")]
    assert any(src.endswith("js/desk.js") for src in scripts)
    attributes = [set(dict(e.attributes)) for e in everything(row(page, case))]
    for key in ("data-open", "data-send", "data-reject"):
        assert any(key in found for found in attributes)
    assert reverse("dispatch-act", args=[case.number, "dispatch"]) in page.html
