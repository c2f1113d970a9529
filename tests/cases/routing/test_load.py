"""The load of bodies: counted once, by who is there, with who does not answer."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import handling
from cases.routing.load import BodyLoad, heaviest_first, loads
from mediators.models import Body, Leave, Mediator
from tests.factories import make_body, make_staff, reach, send_to_body

WORKDAY = dt.date(2026, 11, 18)


def load_of(body: Body, on: dt.date = WORKDAY) -> BodyLoad:
    (found,) = loads(list(heaviest_first(Body.objects.filter(pk=body.pk), on=on)))
    return found


def test_open_cases_count_against_the_places_of_those_present(house):
    Mediator.objects.filter(body=house.body).update(capacity=2)
    for status in ("dispatched", "mediating", "agreed", "failed", "filed"):
        reach(status, house)
    found = load_of(house.body)
    assert (found.open_cases, found.capacity, found.present, found.people) == (3, 6, 3, 3)
    assert found.percent == 50
    Leave.objects.create(mediator=house.lead.mediator, first_day=WORKDAY, last_day=WORKDAY)
    assert (load_of(house.body).capacity, load_of(house.body).percent) == (4, 75)


def test_a_body_without_anybody_there_has_no_share_and_comes_first(house):
    reach("dispatched", house)
    Mediator.objects.filter(body=house.body).update(days_off="1234567")
    found = load_of(house.body)
    assert (found.percent, found.present, found.is_full) == (None, 0, True)
    assert heaviest_first(Body.objects.all(), on=WORKDAY).first() == house.body


def test_the_heaviest_comes_first(house):
    light = make_body(house.region)
    make_staff("mediator", light, capacity=100)
    reach("dispatched", house)
    order = list(heaviest_first(Body.objects.filter(pk__in=[house.body.pk, light.pk]), on=WORKDAY))
    assert order == [house.body, light]


def test_answers_in_time_late_and_none_are_told_apart(house):
    with time_machine.travel("2026-11-02 10:00+08:00", tick=False) as clock:
        in_time, late, silent, refused, open_ = [reach("dispatched", house) for _n in range(5)]
        handling.accept(in_time, actor=house.mediator)
        handling.refuse(refused, actor=house.mediator, reason="busy")
        clock.move_to("2026-11-10 10:00+08:00")
        handling.accept(late, actor=house.mediator)
        handling.lapse(silent)
        fresh = send_to_body(silent, house)
        found = load_of(house.body)
    assert fresh.respond_by > dt.date(2026, 11, 10)
    assert open_.respond_by < dt.date(2026, 11, 10)
    assert (found.asked, found.in_time) == (5, 2)
    assert (found.unaccepted, found.silent) == (2, 1)
    assert found.response_percent == 40


def test_what_was_asked_long_ago_no_longer_counts(house):
    with time_machine.travel("2026-01-05 10:00+08:00", tick=False):
        handling.refuse(reach("dispatched", house), actor=house.mediator, reason="busy")
    with time_machine.travel("2026-11-10 10:00+08:00", tick=False):
        assert load_of(house.body).response_percent is None


@pytest.mark.parametrize("count", [1, 40])
def test_any_number_of_bodies_costs_two_queries(house, count):
    for _turn in range(count):
        make_staff("mediator", make_body(house.region))
    with CaptureQueriesContext(connection) as found:
        loads(list(heaviest_first(Body.objects.all(), on=timezone.localdate())))
    assert len(found) == 2
