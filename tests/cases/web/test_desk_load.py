"""The map of load, a body's cases, and handing them over to another body."""

import pytest
import time_machine
from django.urls import reverse

from cases.models import Case
from mediators.models import BodyKind, Mediator
from tests.cases.web.conftest import check_error_page, words
from tests.cases.web.desk import Dispatcher, now, queries
from tests.factories import make_body, make_staff, reach


@pytest.fixture
def desk(dispatcher) -> Dispatcher:
    return Dispatcher(dispatcher)


def load(desk: Dispatcher, query: str = ""):
    return desk.go(f"{reverse('dispatch-load')}{query}")


def row_of(page, body) -> str:
    (found,) = [words(one) for one in page.all("tr")[1:] if str(body) in words(one)]
    return found


def hand_over(desk: Dispatcher, house, *cases: Case, every: str = ""):
    ticked = "&".join(f"case={case.pk}" for case in cases) or f"every={every}"
    return desk.go(f"{reverse('dispatch-hand-over', args=[house.body.pk])}?{ticked}")


# --- The map ---


def test_every_body_stands_there_with_its_load_in_words(house, desk):
    Mediator.objects.filter(body=house.body).update(capacity=2)
    for _turn in range(3):
        reach("mediating", house)
    told = row_of(load(desk), house.body)
    assert "3 / 6" in told
    assert "50%" in told
    assert "3 / 3" in told
    assert "0 / 80" in row_of(desk.page, house.other_body)


def test_the_fullest_comes_first_and_says_full(house, desk):
    Mediator.objects.filter(body=house.other_body).update(capacity=0)
    Mediator.objects.filter(body=house.body).update(capacity=1)
    for _turn in range(3):
        reach("dispatched", house)
    first = words(load(desk).all("tr")[1])
    assert str(house.body) in first
    assert "满员" in first
    assert "今天没有人在岗" in row_of(desk.page, house.other_body)


def test_the_silent_are_counted_with_their_rate_of_answers(house, dispatcher):
    with time_machine.travel("2026-11-20 10:00+08:00", tick=False) as clock:
        reach("dispatched", house)
        reach("inviting", house)
        clock.move_to("2026-11-26 10:00+08:00")
        told = row_of(load(Dispatcher(dispatcher)), house.body)
    assert "50%1 ÷ 2" in told


def test_bodies_are_narrowed_by_kind_region_field_and_name(house, desk):
    lawyers = make_body(house.region, family=BodyKind.Family.INDUSTRY, name="测试物业纠纷调委会")
    lawyers.case_types.set([1])
    key = lawyers.case_types.get().key

    def named(query: str) -> list[str]:
        return [words(one) for one in load(desk, query).all("tr")[1:]]

    assert len(named(f"?type={key}")) == 1
    assert lawyers.name in named(f"?type={key}")[0]
    assert len(named(f"?kind={lawyers.kind.key}")) == 1
    assert len(named("?q=物业纠纷")) == 1
    assert len(named(f"?region={house.other_body.region.key}")) == 1
    assert "没有符合条件的组织。" in load(desk, "?q=没有").words


def test_ninety_seven_bodies_cost_ten_queries_and_as_many_as_three(house, desk):
    load(desk)
    with_few = len(queries(lambda: load(desk)))
    for _turn in range(95):
        make_staff("mediator", make_body(house.region))
    assert len(queries(lambda: load(desk))) == with_few <= 10
    assert "第1页，共4页" in desk.page.words


# --- Handing over ---


def test_a_body_s_page_lists_what_can_be_handed_over(house, desk):
    cases = {status: reach(status, house) for status in ("dispatched", "mediating", "agreed")}
    page = desk.go(reverse("dispatch-body", args=[house.body.pk]))
    assert cases["dispatched"].number in page.words
    assert cases["mediating"].number in page.words
    assert cases["agreed"].number not in page.words
    page = desk.go(reverse("dispatch-body", args=[house.body.pk]) + "?only=unaccepted")
    assert cases["mediating"].number not in page.words


def test_chosen_cases_go_to_another_body_with_a_reason(house, desk):
    first, second = reach("dispatched", house), reach("dispatched", house)
    page = hand_over(desk, house, first)
    assert second.number not in page.words
    check_error_page(desk.press("转交（1件）"), "请选调解组织", "请写转交的原因")
    desk.press("转交（1件）", body=str(house.other_body.pk), reason="辖区调整")
    assert "派出1件" in desk.page.heading
    assert (now(first).body, now(second).body) == (house.other_body, house.body)
    assert first.assignments.last().reason == "辖区调整"


def test_accepted_cases_need_one_more_word(house, desk):
    case = reach("mediating", house)
    hand_over(desk, house, case)
    chosen = {"body": str(house.other_body.pk), "reason": "撤并"}
    check_error_page(desk.press("转交（1件）", **chosen), "请勾选，确认已经接了的也要转交")
    assert now(case).body == house.body
    desk.press("转交（1件）", **chosen, sure="on")
    assert (now(case).body, now(case).status) == (house.other_body, "dispatched")


def test_all_unaccepted_or_all_open_cases_go_at_once(house, desk):
    waits, works = reach("dispatched", house), reach("mediating", house)
    page = hand_over(desk, house, every="unaccepted")
    assert works.number not in page.words
    page = hand_over(desk, house, every="open")
    assert waits.number in page.words
    assert works.number in page.words
    assert "其中1件已经接了" in page.words


def test_what_is_no_longer_there_is_not_handed_over(house, desk):
    case = reach("dispatched", house)
    page = hand_over(desk, house, case)
    Case.objects.filter(pk=case.pk).update(body=house.other_body)
    assert (
        "已经不在这个组织"
        in desk.press("转交（1件）", body=str(house.other_body.pk), reason="换").words
    )
    assert page.status == 200
    assert case.assignments.count() == 1


def test_a_body_that_is_not_there_has_no_page(desk, house):
    assert desk.go(reverse("dispatch-body", args=[99999])).status == 404
    assert desk.go(reverse("dispatch-hand-over", args=[99999])).status == 404
