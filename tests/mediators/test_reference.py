import pytest

from cases.models import Clock
from mediators.models import ReferenceVersion
from mediators.reference import revise, ship

RELEASE, NEXT = "2026.1", "2026.2"


def shipped(release=RELEASE, days=3, key="test-clock"):
    return ship(
        Clock,
        key=key,
        release=release,
        name="试",
        name_en="t",
        days=days,
        unit="working",
        article="第12条",
    )


def versions(clock):
    rows = ReferenceVersion.objects.filter(model="cases.clock", row=clock.pk)
    return [row.content["days"] for row in rows.order_by("version")]


def test_a_shipped_row_is_there_with_its_first_version(db):
    clock = shipped()
    assert (clock.version, clock.shipped, versions(clock)) == (1, RELEASE, ["3"])


def test_shipping_the_same_content_again_changes_nothing(db):
    shipped()
    again = shipped(NEXT)
    assert (again.version, versions(again)) == (1, ["3"])


def test_a_later_release_brings_its_new_content_and_keeps_the_old_version(db):
    shipped()
    clock = shipped(NEXT, days=5)
    clock.refresh_from_db()
    assert (clock.days, clock.version, clock.shipped) == (5, 2, NEXT)
    assert versions(clock) == ["3", "5"]


def test_what_people_changed_no_release_changes_back(db, dispatcher):
    clock = shipped()
    clock.days = 7
    assert revise(clock, by=dispatcher)
    shipped(NEXT, days=5)
    clock.refresh_from_db()
    assert (clock.days, clock.version, clock.shipped) == (7, 2, "")
    assert ReferenceVersion.objects.filter(row=clock.pk, by=dispatcher).count() == 1


def test_saving_a_row_unchanged_makes_no_version(db, dispatcher):
    clock = shipped()
    assert not revise(clock, by=dispatcher)
    assert versions(clock) == ["3"]


@pytest.mark.parametrize("model", [Clock])
def test_every_shipped_row_has_the_version_it_says(db, model):
    for row in model.objects.all():
        rows = ReferenceVersion.objects.filter(model=model._meta.label_lower, row=row.pk)
        assert rows.count() == row.version
        assert rows.order_by("-version").first().content == row.content()
