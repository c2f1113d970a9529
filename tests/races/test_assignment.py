"""Cases that are given away at the same moment: each once, and no body past its limit."""

import pytest

from cases.models import Assignment, Case, CaseType
from cases.routing import assign
from cases.routing.assign import dispatch, route
from mediators.models import Mediator
from tests.factories import file, make_body, make_staff
from tests.races import refused, together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def open_assignments(case):
    return case.assignments.filter(outcome=Assignment.Outcome.WAITING).count()


def test_two_workers_that_route_the_same_case_give_it_once(house):
    for _ in range(10):
        case = file().case
        outcomes = together([lambda c=case: route(c)] * 4)
        assert refused(outcomes) == []
        assert case.assignments.count() == 1
        assert case.events.filter(kind="case.dispatch").count() == 1
        assert case.classifications.count() == 1


def test_a_worker_and_a_dispatcher_at_once_leave_one_open_assignment(house):
    lease = CaseType.objects.get(key="housing_lease")
    for _ in range(10):
        case = file().case
        send = {"body": house.other_body, "case_type": lease, "actor": house.dispatcher}
        outcomes = together([lambda c=case: route(c), lambda c=case, s=send: dispatch(c, **s)])
        assert refused(outcomes) == []
        assert open_assignments(case) == 1
        case.refresh_from_db()
        waiting = case.assignments.get(outcome="waiting")
        assert (waiting.body, waiting.mediator) == (case.body, case.mediator)


def last_places(house):
    """Leave one place at the house's body, and one at a second body of the street."""
    Mediator.objects.exclude(pk=house.mediator.mediator.pk).update(capacity=0)
    Mediator.objects.filter(pk=house.mediator.mediator.pk).update(capacity=1)
    second = make_body(house.region)
    make_staff("mediator", second, capacity=1)
    return [house.body, second]


def past_their_limit(bodies):
    people = Mediator.objects.filter(body__in=bodies)
    return [one for one in people if one.cases.worked_on().count() > one.capacity]


def test_the_last_places_are_given_once_each_and_the_others_wait(house):
    for _ in range(5):
        Case.objects.worked_on().update(mediator=None, body=None, status="withdrawn")
        bodies = last_places(house)
        cases = [file().case for _ in range(5)]
        outcomes = together([lambda c=case: route(c) for case in cases])
        assert refused(outcomes) == []
        assert past_their_limit(bodies) == []
        assert sorted(case.status for case in outcomes) == ["dispatched"] * 2 + ["filed"] * 3


def test_without_counting_anew_under_the_lock_the_limit_is_passed(house, monkeypatch):
    """The naive twin: whoever was chosen from the first count gets the case."""
    monkeypatch.setattr(assign.roster, "recount", lambda body: None)
    passed = 0
    for _ in range(10):
        Case.objects.worked_on().update(mediator=None, body=None, status="withdrawn")
        bodies = last_places(house)
        cases = [file().case for _ in range(5)]
        together([lambda c=case: route(c) for case in cases])
        passed += len(past_their_limit(bodies))
    assert passed > 0
