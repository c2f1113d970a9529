"""Deeds of a dispatcher: nobody's work is undone unseen, and one refusal stops no other."""

import pytest

from cases import handling
from cases.errors import DoneByAnother, TransitionNotAllowed
from cases.events import relay
from cases.models import Assignment, Case, CaseEvent, CaseType, Notice
from cases.routing.desk import Order, newest_assignment, send, send_all, take_back, take_back_all
from cases.routing.suggest import suggest
from scoring.models import PointEntry
from tests.factories import file, make_staff, reach, send_to_body


@pytest.fixture
def lease(db) -> CaseType:
    return CaseType.objects.get(key="housing_lease")


def order(case: Case, body, lease: CaseType, seen: int = 0) -> Order:
    return Order(case, body, lease, seen=seen)


def test_a_case_is_sent_under_the_name_of_who_sent_it(house, lease):
    case = send(order(file().case, house.body, lease), actor=house.dispatcher)
    assert (case.status, case.body) == ("dispatched", house.body)
    assert case.events.get(kind="case.dispatch").actor == house.dispatcher


def test_who_comes_second_changes_nothing_and_is_told_who_was_first(house, lease):
    case = file().case
    first = make_staff("dispatcher")
    send(order(case, house.body, lease), actor=first)
    with pytest.raises(DoneByAnother, match=str(first)) as refused:
        send(order(case, house.other_body, lease), actor=house.dispatcher)
    assert str(house.body) in str(refused.value)
    assert Case.objects.get(pk=case.pk).body == house.body


def test_the_same_order_twice_is_done_once(house, lease):
    case = file().case
    for _turn in range(2):
        send(order(case, house.body, lease), actor=house.dispatcher)
    assert case.assignments.count() == 1
    assert CaseEvent.objects.filter(case=case, kind="case.dispatch").count() == 1


def test_a_case_that_was_seen_at_one_body_can_be_sent_on_to_another(house, lease):
    case = send_to_body(file().case, house)
    seen = newest_assignment(case).pk
    moved = send(order(case, house.other_body, lease, seen), actor=house.dispatcher)
    assert moved.body == house.other_body


def test_a_case_that_came_back_meanwhile_is_looked_at_again(house, lease):
    case = file().case
    handling.refuse(send_to_body(case, house), actor=house.mediator, reason="scope")
    with pytest.raises(DoneByAnother):
        send(order(case, house.other_body, lease), actor=house.dispatcher)


def test_of_many_each_goes_by_itself_and_says_why_it_did_not(house, lease):
    good, gone, last = file().case, reach("rejected", house), file().case
    orders = [order(case, house.body, lease) for case in (good, gone, last)]
    results = send_all(orders, actor=house.dispatcher)
    assert [bool(one.assignment) for one in results] == [True, False, True]
    assert "不予受理" in results[1].why
    assert Case.objects.filter(status="dispatched", body=house.body).count() == 2


def test_what_is_taken_back_waits_again_without_blame_and_may_go_there_again(house, lease):
    case = send(order(file().case, house.body, lease), actor=house.dispatcher)
    relay()
    seen = newest_assignment(case).pk
    case = take_back(case, actor=house.dispatcher, seen=seen)
    assert (case.status, case.body, case.mediator, case.respond_by) == ("filed", None, None, None)
    relay()
    assert Case.objects.get(pk=case.pk).status == "filed"  # it waits for the person, not the rules
    assert not PointEntry.objects.filter(mediator__body=house.body).exists()
    assert house.body in [one.body for one in suggest(case, lease)]
    assert case.assignments.get().outcome == Assignment.Outcome.RECALLED


def test_who_had_the_case_is_told_once_that_it_was_taken_back(house, lease):
    case = reach("dispatched", house)
    take_back(case, actor=house.dispatcher, seen=newest_assignment(case).pk)
    relay()
    relay()
    told = Notice.objects.filter(template="taken_back")
    assert [one.user for one in told] == [house.mediator]


def test_what_was_accepted_or_sent_elsewhere_is_not_taken_back(house, lease):
    case = reach("dispatched", house)
    seen = newest_assignment(case).pk
    handling.accept(case, actor=house.mediator)
    with pytest.raises(DoneByAnother):
        take_back(case, actor=house.dispatcher, seen=seen)
    assert Case.objects.get(pk=case.pk).status == "inviting"


def test_only_the_dispatcher_takes_back(house, lease):
    case = reach("dispatched", house)
    for actor in (house.mediator, house.lead, house.clerk):
        with pytest.raises(TransitionNotAllowed):
            take_back(case, actor=actor, seen=newest_assignment(case).pk)
    assert case.assignments.get().outcome == Assignment.Outcome.WAITING


def test_of_many_taken_back_the_accepted_one_stays(house, lease):
    cases = [reach("dispatched", house) for _turn in range(3)]
    handling.accept(cases[1], actor=house.mediator)
    given = Assignment.objects.filter(case__in=cases).select_related("case").order_by("pk")
    results = take_back_all(given, actor=house.dispatcher)
    assert [bool(one.why) for one in results] == [False, True, False]
    assert Case.objects.filter(status="filed", pk__in=[c.pk for c in cases]).count() == 2
