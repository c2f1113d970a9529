import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import events
from mediators.models import User
from scoring import periods, rules
from scoring.errors import ScoringError
from scoring.models import MonthResult, PointBook, PointEntry
from tests import factories
from tests.factories import reach


@pytest.fixture
def desk(db) -> Client:
    """The assessor's browser."""
    return sign_in()


def sign_in() -> Client:
    user = factories.make_staff(User.Role.ASSESSOR)
    user.is_staff = True
    user.save()
    client = Client()
    client.force_login(user)
    return client


def page(book: PointBook, name: str = "change") -> str:
    return reverse(f"admin:scoring_pointbook_{name}", args=[book.pk])


def draft(desk: Client) -> PointBook:
    desk.post(page(PointBook.objects.get(), "copy"))
    return PointBook.objects.first()


def edited(book: PointBook, **changes: object) -> dict[str, object]:
    """Return the form of a book with all its lines."""
    lines = list(book.rules.all())
    form: dict[str, object] = {
        "version": book.version,
        "effective_from": book.effective_from.isoformat(),
        "note": book.note,
        "rules-TOTAL_FORMS": len(lines),
        "rules-INITIAL_FORMS": len(lines),
    }
    for place, rule in enumerate(lines):
        for name in ("id", "code", "name", "name_en", "event", "points", "free_per_quarter"):
            form[f"rules-{place}-{name}"] = getattr(rule, name)
        form[f"rules-{place}-book"] = book.pk
        form[f"rules-{place}-condition"] = "{}"
        form[f"rules-{place}-monthly_cap"] = rule.monthly_cap or ""
    return {**form, **changes}


def test_rules_that_count_already_are_read_only(desk):
    book = PointBook.objects.get()
    rule = book.rules.get(code="A1")
    told = desk.get(page(book)).content.decode()
    assert "rules-0-points" not in told
    assert "起草新一版" in told
    assert desk.post(page(book), edited(book, note="改")).status_code == 403
    rule.refresh_from_db()
    assert rule.points == 1


@time_machine.travel(dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC))
def test_the_next_book_is_a_copy_that_counts_from_the_next_month_of_points(db):
    desk = sign_in()
    old = PointBook.objects.get()
    answer = desk.post(page(old, "copy"))
    book = PointBook.objects.first()
    assert answer["Location"] == page(book)
    assert (book.version, book.effective_from) == (old.version + 1, dt.date(2026, 11, 26))
    said = ("code", "event", "condition", "points", "monthly_cap", "free_per_quarter")
    assert list(book.rules.values_list(*said)) == list(old.rules.values_list(*said))


def test_a_draft_may_be_edited_line_by_line(desk):
    book = draft(desk)
    assert desk.post(page(book), edited(book, **{"rules-0-points": "2.5"})).status_code == 302
    assert str(book.rules.first().points) == "2.50"


def test_a_draft_cannot_be_set_to_count_from_today(desk):
    book = draft(desk)
    form = edited(book, effective_from=timezone.localdate().isoformat())
    told = desk.post(page(book), form).content.decode()
    assert "施行日期要在今天以后" in told


def test_a_book_from_today_is_refused_with_the_reason():
    with pytest.raises(ScoringError, match="不重算"):
        rules.refuse_settled(dt.date(2026, 11, 22), dt.date(2026, 11, 22))
    rules.refuse_settled(dt.date(2026, 11, 23), dt.date(2026, 11, 22))


@pytest.mark.parametrize(
    ("day", "start"),
    [("2026-11-10", "2026-11-26"), ("2026-11-25", "2026-11-26"), ("2026-11-26", "2026-12-26")],
)
def test_a_month_of_points_begins_on_the_26th(day, start):
    assert periods.next_start(dt.date.fromisoformat(day)) == dt.date.fromisoformat(start)


def test_opening_the_address_of_a_copy_makes_none(desk):
    desk.get(page(PointBook.objects.get(), "copy"))
    assert PointBook.objects.count() == 1


def test_an_administrator_reads_the_rules_and_drafts_none(db):
    user = factories.make_staff(User.Role.ADMINISTRATOR)
    user.is_staff = True
    user.save()
    client = Client()
    client.force_login(user)
    book = PointBook.objects.get()
    assert client.get(page(book)).status_code == 200
    assert client.post(page(book, "copy")).status_code == 403
    assert PointBook.objects.count() == 1


def test_entries_and_results_are_listed_with_names_in_few_queries(
    desk, house, django_assert_max_num_queries
):
    reach("settled", house)
    events.relay()
    periods.close(PointEntry.objects.first().month)
    for model, words in ((PointEntry, "3个工作日内接案"), (MonthResult, house.body.name)):
        address = reverse(f"admin:scoring_{model._meta.model_name}_changelist")
        desk.get(address)
        with django_assert_max_num_queries(12):
            told = desk.get(address).content.decode()
        assert str(house.mediator) in told
        assert words in told
