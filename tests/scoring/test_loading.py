import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from mediators.loading import Counts
from mediators.models import Body, ReferenceVersion
from scoring import ledger, loading
from scoring.models import PointBook, PointRule

pytestmark = pytest.mark.django_db
FACTS = {  # what the domain functions say in these events
    "case.accept": {"in_time"},
    "case.refuse": {"reason", "late"},
    "case.lapse": set(),
    "case.settle": {"form", "difficulty"},
    "case.settle_orally": set(),
    "case.fail": {"complete"},
    "case.grant": set(),
    "case.refuse_confirmation": {"refusal"},
}


def run(command: str, **options: object) -> str:
    out = io.StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue()


# --- Points rules ---


def test_the_shipped_rules_are_marked_as_a_model_to_be_approved():
    book = PointBook.objects.get()
    assert (book.version, book.effective_from) == (1, dt.date(2026, 1, 1))
    assert book.note.startswith("示范规则，待区司法局核定")


def test_each_rule_hears_an_event_that_is_scored_and_asks_for_facts_that_it_carries():
    assert set(FACTS) == set(ledger.SCORED)
    for rule in PointRule.objects.all():
        assert set(rule.condition) <= FACTS[rule.event], rule
    assert set(PointRule.objects.values_list("event", flat=True)) == set(FACTS)


def test_accepting_in_time_is_capped_and_the_first_refusals_of_a_quarter_are_free():
    assert PointRule.objects.get(code="A1").monthly_cap == Decimal(20)
    assert PointRule.objects.get(code="A3").free_per_quarter == 2


def test_points_grow_with_difficulty_and_honest_failure_earns_something():
    points = dict(PointRule.objects.values_list("code", "points"))
    assert points["B1"] < points["B2"] < points["B3"] < points["B4"] < points["B5"]
    assert points["B7"] > 0


def test_a_book_is_loaded_once():
    assert loading.load("2027.01") == Counts(unchanged=1)
    assert PointBook.objects.count() == 1


def test_a_book_that_people_wrote_under_this_version_stays():
    PointRule.objects.all().delete()
    PointBook.objects.all().delete()
    theirs = PointBook.objects.create(version=1, effective_from=dt.date(2026, 7, 1), note="本区")
    assert loading.load("2027.01") == Counts(kept=1)
    assert list(PointBook.objects.all()) == [theirs]


# --- The commands ---


def test_loading_reference_data_a_second_time_says_that_nothing_changed():
    versions = ReferenceVersion.objects.count()
    assert "没有改动" in run("load_reference")
    assert ReferenceVersion.objects.count() == versions


def test_the_demonstration_says_what_it_made_and_then_that_it_is_there():
    assert "调解组织97个，调解员882名" in run("load_demo")
    assert "没有改动" in run("load_demo")
    assert Body.objects.count() == 97


def test_sign_ins_with_a_public_password_are_refused_outside_a_demonstration(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO"):
        run("load_demo")
    assert not Body.objects.exists()
