import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from cases import events
from scoring import periods, tasks
from scoring.models import Month, MonthResult, PointEntry
from scoring.periods import close, close_due, following, month_of, open_month
from tests.factories import make_staff, reach

NOVEMBER, DECEMBER = dt.date(2026, 11, 1), dt.date(2026, 12, 1)


@pytest.mark.parametrize(
    ("day", "month"),
    [
        (dt.date(2026, 11, 1), NOVEMBER),
        (dt.date(2026, 11, 25), NOVEMBER),
        (dt.date(2026, 11, 26), DECEMBER),
        (dt.date(2026, 12, 25), DECEMBER),
        (dt.date(2026, 12, 26), dt.date(2027, 1, 1)),
        (dt.date(2028, 2, 29), dt.date(2028, 3, 1)),
    ],
)
def test_a_month_of_points_ends_on_the_25th(day, month):
    assert month_of(day) == month


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 1)))
def test_the_months_follow_each_other_without_gap_or_overlap(day):
    month, next_day = month_of(day), day + dt.timedelta(days=1)
    assert month.day == 1
    assert month_of(next_day) in (month, following(month))
    assert (month_of(next_day) != month) == (day.day == periods.CLOSING_DAY)


def earn(house, *, at="2026-11-20 10:00+08:00", times=1):
    """Let the mediator of a house earn a point for each acceptance."""
    with time_machine.travel(at, tick=False):
        for _ in range(times):
            reach("inviting", house)
        while events.relay():
            pass


def ranking(month):
    results = MonthResult.objects.filter(month__month=month).order_by("rank", "pk")
    return [(r.rank, r.mediator.user, r.points) for r in results]


def test_closing_ranks_by_points_and_equal_points_share_a_rank(house):
    third, fourth = make_staff("mediator", house.body), make_staff("mediator", house.body)
    for user, times in ((house.mediator, 2), (house.colleague, 3), (third, 2), (fourth, 1)):
        earn(dataclasses.replace(house, mediator=user), times=times)
    close(NOVEMBER)
    assert [(rank, points) for rank, _, points in ranking(NOVEMBER)] == [
        (1, 3), (2, 2), (2, 2), (4, 1),
    ]  # fmt: skip
    assert ranking(NOVEMBER)[0][1] == house.colleague
    assert {r.body for r in MonthResult.objects.all()} == {house.body}


def test_closing_again_changes_nothing(house):
    earn(house)
    first = close(NOVEMBER)
    before = list(MonthResult.objects.values())
    assert close(NOVEMBER) == close(NOVEMBER) == first
    assert list(MonthResult.objects.values()) == before


def test_what_is_earned_after_closing_counts_for_the_next_open_month(house):
    earn(house)
    close(NOVEMBER)
    earn(house)
    assert list(PointEntry.objects.order_by("id").values_list("month", flat=True)) == [
        NOVEMBER,
        DECEMBER,
    ]
    close(DECEMBER)
    earn(house)
    assert PointEntry.objects.latest("id").month == dt.date(2027, 1, 1)
    assert [r[2] for r in ranking(NOVEMBER)] == [Decimal(1)]


def test_months_are_closed_once_their_day_has_passed_and_not_before(house):
    earn(house)
    earn(house, at="2026-10-20 10:00+08:00")
    assert [m.month for m in close_due(dt.date(2026, 11, 25))] == [dt.date(2026, 10, 1)]
    assert [m.month for m in close_due(dt.date(2026, 11, 26))] == [NOVEMBER]
    assert close_due(dt.date(2026, 11, 26)) == []


def test_a_month_without_points_needs_no_closing(db):
    assert close_due(dt.date(2026, 11, 26)) == []
    assert not Month.objects.exists()


def test_the_job_closes_by_the_day_in_shanghai(house):
    earn(house)
    with time_machine.travel("2026-11-25 23:59+08:00", tick=False) as clock:
        assert tasks.close_due_months.run() == 0
        clock.move_to("2026-11-26 00:01+08:00")
        assert tasks.close_due_months.run() == 1
        assert tasks.close_due_months.run() == 0


def test_the_results_are_the_sum_of_the_entries(house):
    earn(house, times=3)
    close(NOVEMBER)
    total = sum(e.points for e in PointEntry.objects.filter(month=NOVEMBER))
    assert sum(r[2] for r in ranking(NOVEMBER)) == total


def test_an_open_month_is_the_next_one_not_closed(db):
    for month in (NOVEMBER, DECEMBER):
        Month.objects.create(month=month, closed_at=dt.datetime(2026, 12, 26, tzinfo=dt.UTC))
    assert open_month(dt.date(2026, 11, 3)) == dt.date(2027, 1, 1)
