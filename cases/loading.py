"""Shipped reference data of cases: clocks, calendar, channels, types, colours and keywords."""

import datetime as dt
import hashlib
import re
from pathlib import Path
from typing import Any

from django.db import transaction

from cases.models import (
    CalendarDay,
    CaseType,
    Channel,
    Clock,
    CodeColour,
    ColourScheme,
    Publication,
    TypeKind,
)
from cases.routing import rulebook
from cases.routing.classify import load_keywords
from mediators.loading import Counts, bring, read
from mediators.models import BodyKind, ReferenceVersion

DATA = Path(__file__).parent / "data"
KEYWORDS = Path(__file__).parent / "routing" / "data" / "keywords.tsv"
SHIPPED_BOOK = re.compile(r"随版本\S+发布，摘要([0-9a-f]{16})")


@transaction.atomic
def load(release: str) -> Counts:
    """Bring in a release's reference data of cases; what people here changed stays.

    The kinds of body must have been loaded. Keywords become a new rule book only when the shipped
    ones have changed and nobody has published a book of their own since.
    """
    counts = Counts()
    _load_clocks(release, counts)
    _load_calendar(release, counts)
    for row in read(DATA / "channels.json")["rows"]:
        bring(Channel, counts, release=release, **row)
    _load_colours(release, counts)
    _load_types(release, counts)
    _load_keywords(release, counts)
    return counts


def _load_clocks(release: str, counts: Counts) -> None:
    for row in read(DATA / "clocks.json")["rows"]:
        row["effective_from"] = dt.date.fromisoformat(row["effective_from"])
        bring(Clock, counts, release=release, **row)


def _load_calendar(release: str, counts: Counts) -> None:
    for path in sorted(DATA.glob("calendar_*.json")):
        for row in read(path)["rows"]:
            day = dt.date.fromisoformat(row["key"])
            bring(CalendarDay, counts, release=release, day=day, **row)


def _load_colours(release: str, counts: Counts) -> None:
    shipped = read(DATA / "colours.json")
    schemes = {
        row["key"]: bring(ColourScheme, counts, release=release, **row)
        for row in shipped["schemes"]
    }
    for row in shipped["colours"]:
        scheme = schemes[row.pop("scheme")]
        bring(CodeColour, counts, release=release, scheme=scheme, **row)


def _load_types(release: str, counts: Counts) -> None:
    clocks = {clock.key: clock for clock in Clock.objects.all()}
    kinds = dict(BodyKind.objects.values_list("key", "pk"))
    for row in read(DATA / "case_types.json")["rows"]:
        offered = [kinds[key] for key in row.pop("kinds")]
        barred = [kinds[key] for key in row.pop("barred")]
        clock = clocks[row.pop("clock")]
        case_type = bring(CaseType, counts, release=release, clock=clock, **row)
        if case_type.shipped:
            _ship_kinds(case_type, offered, barred)


def _ship_kinds(case_type: CaseType, offered: list[int], barred: list[int]) -> None:
    """Set a type's kinds of body, unless people have changed the ones that were shipped last."""
    wanted = [[pk, order, False] for order, pk in enumerate(offered, 1)]
    wanted += [[pk, 0, True] for pk in sorted(barred)]
    versions = ReferenceVersion.objects.filter(
        model=TypeKind._meta.label_lower, row=case_type.pk
    ).order_by("-version")
    last = versions.first()
    if last and (last.content == wanted or last.content != _kinds_now(case_type)):
        return
    case_type.type_kinds.all().delete()
    TypeKind.objects.bulk_create(
        TypeKind(case_type=case_type, kind_id=pk, order=order, is_barred=bool(is_barred))
        for pk, order, is_barred in wanted
    )
    ReferenceVersion.objects.create(
        model=TypeKind._meta.label_lower,
        row=case_type.pk,
        version=last.version + 1 if last else 1,
        content=wanted,
    )


def _kinds_now(case_type: CaseType) -> list[list[Any]]:
    rows = case_type.type_kinds.order_by("is_barred", "order", "kind")
    return [[row.kind_id, row.order, row.is_barred] for row in rows]


def _load_keywords(release: str, counts: Counts) -> None:
    digest = hashlib.sha256(KEYWORDS.read_bytes()).hexdigest()[:16]
    publication = Publication.objects.select_related("rule_book").first()
    newest = publication.rule_book if publication else None
    ours = SHIPPED_BOOK.search(newest.note) if newest else None
    if newest and not ours:
        counts.kept += 1
    elif ours and ours[1] == digest:
        counts.unchanged += 1
    else:
        rulebook.publish(load_keywords(KEYWORDS), note=f"随版本{release}发布，摘要{digest}")
        counts.created += 1
