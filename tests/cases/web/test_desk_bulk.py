"""Many cases at once: listed before they go, each with its own answer, taken back right after."""

from collections import Counter

import pytest
from django.db.models import Count, F
from django.test.html import Element
from django.urls import reverse

from cases import handling
from cases.models import Case, CaseType
from cases.routing.desk import Order, send
from mediators.models import Mediator
from tests.cases.web.conftest import words
from tests.cases.web.desk import Dispatcher, now, queries, signed_in, waiting
from tests.factories import make_body, make_staff


@pytest.fixture
def desk(dispatcher) -> Dispatcher:
    return Dispatcher(dispatcher)


def confirm(desk: Dispatcher, *cases: Case):
    ticked = "&".join(f"case={case.pk}" for case in cases)
    return desk.go(f"{reverse('dispatch-bulk')}?{ticked}")


def orders_of(page) -> list[Element]:
    return [one for one in page.all("input") if dict(one.attributes).get("name") == "order"]


def send_listed(desk: Dispatcher, page) -> None:
    """Press the button of the confirmation page with every order that stands there."""
    orders = [dict(one.attributes)["value"] for one in orders_of(page)]
    token = page.field("csrfmiddlewaretoken")
    desk.client.post(reverse("dispatch-bulk-send"), {"order": orders, "csrfmiddlewaretoken": token})
    desk.go(reverse("dispatch-sent"))


def test_ticked_cases_are_listed_with_where_each_goes_before_anything_is_sent(house, desk):
    first, second, other = waiting(), waiting(), waiting()
    page = confirm(desk, first, second)
    assert "看一看，这2件派到哪里" in page.heading
    assert first.number in page.words
    assert other.number not in page.words
    assert "全部派出（2件）" in page.words
    assert f"{house.body}22 / " in page.words  # two more make two in all
    assert now(first).status == now(second).status == "filed"


def test_many_sent_together_are_spread_as_if_they_were_sent_one_by_one(house, desk):
    second = make_body(house.region)
    make_staff("mediator", second, capacity=2)
    Mediator.objects.filter(body=house.body).update(capacity=1)
    send_listed(desk, confirm(desk, *[waiting() for _turn in range(5)]))
    given = Counter(Case.objects.filter(status="dispatched").values_list("body", flat=True))
    assert given == {house.body.pk: 3, second.pk: 2}
    assert not Mediator.objects.annotate(n=Count("cases")).filter(n__gt=F("capacity")).exists()


def test_what_finds_no_room_any_more_is_left_for_a_person(house, desk):
    Mediator.objects.filter(body=house.body).update(capacity=1)
    page = confirm(desk, *[waiting() for _turn in range(5)])
    assert len(orders_of(page)) == 3
    assert "没有建议，要一件一件看" in page.words


def test_what_has_no_suggestion_is_told_apart(house, desk):
    unknown = waiting(ranked=[])
    page = confirm(desk, waiting(), unknown)
    assert "没有建议，要一件一件看" in page.words
    assert len(orders_of(page)) == 1


def test_nothing_ticked_sends_nothing(house, desk):
    assert "请先勾选" in confirm(desk).words
    assert "请先勾选" in desk.go(f"{reverse('dispatch-bulk')}?case=x&case=99").words


def test_all_go_and_each_row_says_where(house, desk):
    cases = [waiting() for _turn in range(3)]
    send_listed(desk, confirm(desk, *cases))
    assert "派出3件" in desk.page.heading
    assert {now(case).status for case in cases} == {"dispatched"}
    for case in cases:
        assert case.number in desk.page.words


def test_one_that_somebody_else_sent_meanwhile_stops_none_of_the_others(house, desk):
    taken, free = waiting(), waiting()
    page = confirm(desk, taken, free)
    lease = CaseType.objects.get(key="housing_lease")
    send(Order(taken, house.other_body, lease, seen=0), actor=house.dispatcher)
    send_listed(desk, page)
    assert "派出1件，1件没有派出" in desk.page.heading
    assert f"已经派给{house.other_body}" in desk.page.words
    assert now(taken).body == house.other_body
    assert now(free).status == "dispatched"


def test_a_second_press_sends_nothing_twice(house, desk):
    case = waiting()
    page = confirm(desk, case)
    send_listed(desk, page)
    send_listed(desk, page)
    assert case.assignments.count() == 1
    assert now(case).body == house.body


def test_all_that_was_sent_can_be_taken_back_right_after(house, desk):
    cases = [waiting() for _turn in range(2)]
    send_listed(desk, confirm(desk, *cases))
    sent = [str(case.assignments.get().pk) for case in cases]
    answer = signed_in(house.dispatcher).post(
        reverse("dispatch-take-back"), {"assignment": sent}, follow=True
    )
    assert "收回了2件" in answer.content.decode()
    assert {now(case).status for case in cases} == {"filed"}


def test_one_of_them_can_be_taken_back_alone(house, desk):
    first, second = waiting(), waiting()
    send_listed(desk, confirm(desk, first, second))
    token = desk.page.field("csrfmiddlewaretoken")
    sent = first.assignments.get().pk
    desk.client.post(
        reverse("dispatch-take-back"), {"assignment": sent, "csrfmiddlewaretoken": token}
    )
    assert (now(first).status, now(second).status) == ("filed", "dispatched")


def test_what_was_accepted_meanwhile_is_not_taken_back_and_says_so(house, desk):
    case = waiting()
    send_listed(desk, confirm(desk, case))
    handling.accept(now(case), actor=now(case).mediator.user)
    answer = signed_in(house.dispatcher).post(
        reverse("dispatch-take-back"), {"assignment": case.assignments.get().pk}, follow=True
    )
    assert "不能收回" in answer.content.decode()
    assert now(case).status == "inviting"


@pytest.mark.parametrize("given", ["x", "1.2.3", "1.2.3.4.x", "0.0.0.0.0", "9999.1.1.1.0"])
def test_orders_that_make_no_sense_do_nothing(house, desk, given):
    answer = signed_in(house.dispatcher).post(reverse("dispatch-bulk-send"), {"order": given})
    assert answer.status_code == 302
    assert not Case.objects.filter(status="dispatched").exists()


def test_the_confirmation_costs_the_same_for_two_and_for_twenty(house, desk):
    cases = [waiting() for _turn in range(20)]
    confirm(desk, *cases[:2])
    with_two = len(queries(lambda: confirm(desk, *cases[:2])))
    assert len(queries(lambda: confirm(desk, *cases))) == with_two
    assert words(desk.page.all("h1")[0]) == "看一看，这20件派到哪里"
