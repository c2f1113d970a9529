"""Shipped points rules: each book is brought in once and never edited after."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q

from mediators.loading import Counts, read
from scoring.models import PointBook, PointRule

DATA = Path(__file__).parent / "data"


@transaction.atomic
def load(release: str) -> Counts:
    """Bring in the shipped rule books that are not there yet.

    A version or a first day that people have used for a book of their own stays theirs.
    """
    counts = Counts()
    for book in read(DATA / "point_rules.json")["books"]:
        first_day = dt.date.fromisoformat(book["effective_from"])
        known = PointBook.objects.filter(
            Q(version=book["version"]) | Q(effective_from=first_day)
        ).first()
        if known is None:
            _write(book, first_day, release)
            counts.created += 1
        elif known.note.startswith(book["note"]):
            counts.unchanged += 1
        else:
            counts.kept += 1
    return counts


def _write(book: dict[str, Any], first_day: dt.date, release: str) -> None:
    written = PointBook.objects.create(
        version=book["version"],
        effective_from=first_day,
        note=f"{book['note']}（随版本{release}发布）",
    )
    PointRule.objects.bulk_create(
        PointRule(book=written, **_amounts(rule)) for rule in book["rules"]
    )


def _amounts(rule: dict[str, Any]) -> dict[str, Any]:
    """Return a rule with its amounts as exact numbers."""
    cap = rule.get("monthly_cap")
    return {
        **rule,
        "points": Decimal(rule["points"]),
        "monthly_cap": None if cap is None else Decimal(cap),
    }
