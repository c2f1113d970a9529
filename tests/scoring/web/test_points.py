import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import events
from cases.models import CaseEvent
from mediators.models import Mediator, User
from scoring import periods, ranking
from scoring.models import Month, MonthResult, PointEntry, PointRule
from tests import factories
from tests.factories import House, reach

MINE, BOARD = "/points/", "/points/board/"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read(client: Client, path: str) -> tuple[str, int]:
    """Return a page and how many queries it took, beside those that keep the session alive."""
    with CaptureQueriesContext(connection) as queries:
        told = client.get(path).content.decode()
    keeping = ("SAVEPOINT", "UPDATE", "django_session")
    return told, sum(not any(word in q["sql"] for word in keeping) for q in queries)


@pytest.fixture
def earned(house: House) -> PointEntry:
    """The mediator has accepted in time and settled a case."""
    reach("settled", house)
    events.relay()
    return PointEntry.objects.filter(mediator__user=house.mediator).first()


def add_entries(user: User, count: int, *, month: dt.date, points: str = "1") -> None:
    """Give a mediator entries of a month, each of an event of its own."""
    case, rule = factories.file().case, PointRule.objects.first()
    for _ in range(count):
        PointEntry.objects.create(
            mediator=user.mediator,
            body=user.mediator.body,
            event=CaseEvent.objects.create(case=case, kind="case.accept"),
            rule=rule,
            points=Decimal(points),
            month=month,
            at=timezone.now(),
        )


def close_month(month: dt.date, **points: tuple[User, str]) -> Month:
    closed = Month.objects.create(month=month, closed_at=timezone.now())
    ranked = sorted(points.values(), key=lambda pair: -Decimal(pair[1]))
    for user, amount in ranked:
        better = sum(Decimal(other) > Decimal(amount) for _, other in ranked)
        MonthResult.objects.create(
            month=closed,
            mediator=user.mediator,
            body=user.mediator.body,
            points=Decimal(amount),
            rank=better + 1,
        )
    return closed


# --- My points ---


def test_each_entry_is_told_in_words_with_its_points_and_its_case(house, earned):
    told = browser(house.mediator).get(MINE).content.decode()
    case = earned.event.case
    assert "3个工作日内接案" in told
    assert "书面协议调解成功（一般）" in told
    assert "<b>+1</b>" in told
    assert "<b>+3</b>" in told
    assert f'href="{reverse("workbench-case", args=[case.number])}"' in told
    assert "4分" in told


def test_points_lost_carry_their_sign(house):
    add_entries(house.mediator, 1, month=periods.open_month(timezone.localdate()), points="-2.5")
    assert "<b>-2.5</b>" in browser(house.mediator).get(MINE).content.decode()


def test_a_mediator_sees_no_entry_of_anybody_else(house, earned):
    for stranger in (house.colleague, house.other_mediator, house.lead):
        for query in ({}, {"mediator": house.mediator.mediator.pk}, {"user": house.mediator.pk}):
            told = browser(stranger).get(MINE, query).content.decode()
            assert "这个月还没有积分" in told
            assert earned.event.case.number not in told


@pytest.mark.parametrize("role", ["dispatcher", "court", "assessor", "leader", "administrator"])
def test_who_earns_no_points_has_no_page_of_them(db, role):
    assert browser(factories.make_staff(role)).get(MINE).status_code == 403


def test_a_case_that_went_to_somebody_else_is_named_without_a_link(house):
    add_entries(house.mediator, 1, month=periods.open_month(timezone.localdate()))
    number = CaseEvent.objects.last().case.number
    told = browser(house.mediator).get(MINE).content.decode()
    assert number in told
    assert reverse("workbench-case", args=[number]) not in told


def test_the_open_month_and_its_year_are_summed_plainly(house):
    month = periods.open_month(timezone.localdate())
    earlier = (month - dt.timedelta(days=1)).replace(day=1)
    add_entries(house.mediator, 2, month=month, points="3")
    add_entries(house.mediator, 1, month=earlier, points="0.5")
    totals = ranking.totals(house.mediator.mediator, month=month)
    assert totals.month == 6
    assert totals.year == (Decimal("6.5") if earlier.year == month.year else 6)
    told = browser(house.mediator).get(MINE, {"month": f"{earlier:%Y-%m}"}).content.decode()
    assert "0.50分" in told
    assert f'aria-current="page">{earlier:%Y-%m}<' in told


@pytest.mark.parametrize("month", ["2020-01", "x", "2026-13", "", "2026-11-01"])
def test_a_month_that_nobody_can_choose_shows_the_open_one(house, month):
    answer = browser(house.mediator).get(MINE, {"month": month})
    assert answer.status_code == 200
    assert "计分中" in answer.content.decode()


def test_the_rank_of_the_last_closed_month_says_among_how_many(house):
    assert "还没有结算过" in browser(house.mediator).get(MINE).content.decode()
    close_month(
        dt.date(2026, 9, 1), a=(house.mediator, "3"), b=(house.colleague, "5"), c=(house.lead, "1")
    )
    told = browser(house.mediator).get(MINE).content.decode()
    assert "第2名，共3人" in told


def test_many_entries_come_in_pages_and_few_queries(house):
    month = periods.open_month(timezone.localdate())
    add_entries(house.mediator, 35, month=month)
    client = browser(house.mediator)
    client.get(MINE)
    told, queries = read(client, MINE)
    assert queries <= 10
    assert told.count("<b>+1</b>") == 30
    assert "第1页，共2页" in told
    assert client.get(MINE, {"page": 2}).content.decode().count("<b>+1</b>") == 5


def test_strangers_are_asked_to_sign_in(client, db):
    for path in (MINE, BOARD):
        assert client.get(path)["Location"].startswith(reverse("sign-in"))


def test_nothing_can_be_sent_to_a_page_for_reading(house):
    assert browser(house.mediator).post(MINE).status_code == 405
    assert browser(house.mediator).post(BOARD).status_code == 405


# --- The board ---


@pytest.fixture
def closed(house: House) -> Month:
    """October: a tie in front, one behind."""
    return close_month(
        dt.date(2026, 10, 1),
        first=(house.mediator, "8"),
        tied=(house.other_mediator, "8"),
        last=(house.colleague, "1.5"),
    )


def places(told: str) -> list[str]:
    """Return the ranks of the table, from the top."""
    return re.findall(r'<td class="num"><b>(\d+)</b>', told)


def test_equal_points_share_a_rank_and_the_next_is_left_out(house, closed):
    told = browser(house.leader).get(BOARD).content.decode()
    assert places(told) == ["1", "1", "3"]
    assert house.body.name in told
    assert "1.50分" in told


def test_the_reader_finds_his_own_place_marked(house, closed):
    assert "（我）" in browser(house.mediator).get(BOARD).content.decode()
    assert "（我）" not in browser(house.assessor).get(BOARD).content.decode()


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("mediator", 200),
        ("lead", 200),
        ("assessor", 200),
        ("leader", 200),
        ("administrator", 200),
        ("dispatcher", 403),
        ("court", 403),
        ("", 403),
    ],
)
def test_the_board_is_for_mediators_and_those_who_assess_them(db, role, status):
    assert browser(factories.make_staff(role)).get(BOARD).status_code == status


def test_names_and_bodies_are_searched(house, closed):
    client = browser(house.leader)
    told = client.get(BOARD, {"q": str(house.colleague)}).content.decode()
    assert places(told) == ["3"]
    assert places(client.get(BOARD, {"q": house.body.name}).content.decode()) == ["1", "3"]
    assert "没有找到" in client.get(BOARD, {"q": "没有这个人"}).content.decode()


def test_earlier_months_can_be_chosen_and_unknown_ones_not(house, closed):
    close_month(dt.date(2026, 9, 1), only=(house.lead, "2"))
    client = browser(house.leader)
    assert str(house.lead) in client.get(BOARD, {"month": "2026-09"}).content.decode()
    assert "积分榜 2026-10" in client.get(BOARD, {"month": "2031-01"}).content.decode()


def test_the_board_names_no_case_and_no_party(house, earned):
    periods.close(earned.month)
    told = browser(house.leader).get(BOARD).content.decode()
    assert str(house.mediator) in told
    assert earned.event.case.number not in told
    assert "张三丰" not in told


def test_before_the_first_closing_the_board_says_when_it_will_be(house):
    assert "还没有结算过" in browser(house.leader).get(BOARD).content.decode()


@pytest.mark.parametrize("role", ["leader", "mediator"])
def test_a_long_board_takes_few_queries(house, closed, role):
    for place in range(60):
        user = factories.make_staff(User.Role.MEDIATOR, house.body)
        MonthResult.objects.create(
            month=closed,
            mediator=Mediator.objects.get(user=user),
            body=house.body,
            points=1,
            rank=4 + place,
        )
    client = browser(getattr(house, role))
    client.get(BOARD)
    told, queries = read(client, BOARD)
    assert queries <= 8
    assert len(places(told)) == 50


def test_the_pages_read_in_english_too(house, earned):
    told = browser(house.mediator).get(MINE, {"lang": "en"}).content.decode()
    assert PointRule.objects.get(code="A1").name_en in told
