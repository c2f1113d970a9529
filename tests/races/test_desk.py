"""Two dispatchers at once: one case goes to one body, and what is taken back is nobody's."""

import pytest

from cases import handling
from cases.errors import CaseError, DoneByAnother
from cases.models import Assignment, Case, CaseType
from cases.routing.between_bodies import hand_over
from cases.routing.desk import Order, newest_assignment, send, send_all, take_back
from tests.factories import file, make_staff, reach
from tests.races import refused, together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lease(house) -> CaseType:
    return CaseType.objects.get(key="housing_lease")


def open_assignments(case: Case) -> int:
    return case.assignments.filter(outcome__in=("waiting", "accepted")).count()


def test_of_two_dispatchers_one_sends_and_the_other_is_told(house, lease):
    second = make_staff("dispatcher")
    for _turn in range(15):
        case = file().case
        outcomes = together(
            [
                lambda c=case: send(Order(c, house.body, lease, 0), actor=house.dispatcher),
                lambda c=case: send(Order(c, house.other_body, lease, 0), actor=second),
            ]
        )
        (error,) = refused(outcomes)
        assert isinstance(error, DoneByAnother)
        assert case.assignments.count() == 1
        assert case.events.filter(kind="case.dispatch").count() == 1


def test_without_what_was_seen_the_second_would_take_the_case_from_the_first(house, lease):
    case = file().case
    send(Order(case, house.body, lease, 0), actor=house.dispatcher)
    seen = newest_assignment(case).pk  # as if the page had been shown only now
    send(Order(case, house.other_body, lease, seen), actor=house.dispatcher)
    assert case.assignments.count() == 2


def test_two_bulks_of_the_same_cases_send_each_once(house, lease):
    second = make_staff("dispatcher")
    cases = [file().case for _turn in range(6)]
    outcomes = together(
        [
            lambda: send_all(
                [Order(c, house.body, lease, 0) for c in cases], actor=house.dispatcher
            ),
            lambda: send_all(
                [Order(c, house.other_body, lease, 0) for c in reversed(cases)], actor=second
            ),
        ]
    )
    assert refused(outcomes) == []
    done = [one for results in outcomes for one in results if one.assignment]
    assert len(done) == len(cases) == Assignment.objects.count()


def test_taking_back_and_accepting_at_once_have_one_outcome(house):
    for turn in range(15):
        case = reach("dispatched", house)
        seen = newest_assignment(case).pk
        deeds = [
            lambda c=case, s=seen: take_back(c, actor=house.dispatcher, seen=s),
            lambda c=case: handling.accept(c, actor=house.mediator),
        ]
        outcomes = together(deeds[:: 1 if turn % 2 else -1])
        assert len([e for e in refused(outcomes) if isinstance(e, CaseError)]) == 1
        case.refresh_from_db()
        assert (case.status, open_assignments(case)) in (("filed", 0), ("inviting", 1))
        assert (case.body_id is None) == (case.status == "filed")


def test_handing_over_and_accepting_at_once_leave_one_body(house):
    for turn in range(10):
        case = reach("dispatched", house)
        deeds = [
            lambda c=case: hand_over(
                c, to=house.other_body, actor=house.dispatcher, reason="辖区调整"
            ),
            lambda c=case: handling.accept(c, actor=house.mediator),
        ]
        outcomes = together(deeds[:: 1 if turn % 2 else -1])
        assert all(isinstance(error, CaseError) for error in refused(outcomes))
        case.refresh_from_db()
        assert (case.status, case.body) == ("dispatched", house.other_body)
        assert open_assignments(case) == 1
