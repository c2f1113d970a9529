"""Shipped reference data of cases: clocks, calendar, channels, layers, types, colours, keywords."""

import datetime as dt
import hashlib
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Model

from cases.models import (
    CalendarDay,
    CaseType,
    Channel,
    Clock,
    CodeColour,
    ColourScheme,
    Layer,
    Publication,
    TierRule,
    TypeKind,
)
from cases.routing import publishing
from cases.routing.classify import load_calibration, load_keywords
from mediators.loading import Counts, bring, read
from mediators.models import BodyKind, Reference, ReferenceVersion

DATA = Path(__file__).parent / "data"
KEYWORDS = Path(__file__).parent / "routing" / "data" / "keywords.tsv"
CALIBRATION = KEYWORDS.with_name("calibration.json")
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
    _load_channels(release, counts)
    _load_layers(release, counts)
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


def _load_channels(release: str, counts: Counts) -> None:
    kinds = dict(BodyKind.objects.values_list("key", "pk"))
    for row in read(DATA / "channels.json")["rows"]:
        preferred = sorted(kinds[key] for key in row.pop("kinds"))
        channel = bring(Channel, counts, release=release, **row)
        now = sorted(channel.kinds.values_list("pk", flat=True))
        if channel.shipped and _is_ours_to_ship(Channel.kinds.through, channel, preferred, now):
            channel.kinds.set(preferred)


def _load_layers(release: str, counts: Counts) -> None:
    for row in read(DATA / "layers.json")["rows"]:
        bring(Layer, counts, release=release, **row)
    for row in read(DATA / "tier_rules.json")["rows"]:
        row["threshold"] = Decimal(row["threshold"]) if row["threshold"] else None
        bring(TierRule, counts, release=release, **row)


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
    if not _is_ours_to_ship(TypeKind, case_type, wanted, _kinds_now(case_type)):
        return
    case_type.type_kinds.all().delete()
    TypeKind.objects.bulk_create(
        TypeKind(case_type=case_type, kind_id=pk, order=order, is_barred=bool(is_barred))
        for pk, order, is_barred in wanted
    )


def _is_ours_to_ship(table: type[Model], row: Reference, wanted: list[Any], now: list[Any]) -> bool:
    """Say whether rows beside a reference row are to be set, and keep them as their next version.

    Not when they were shipped before as they are wanted, nor when people changed what was shipped.
    """
    versions = ReferenceVersion.objects.filter(model=table._meta.label_lower, row=row.pk)
    last = versions.order_by("-version").first()
    if last and (last.content == wanted or last.content != now):
        return False
    ReferenceVersion.objects.create(
        model=table._meta.label_lower,
        row=row.pk,
        version=last.version + 1 if last else 1,
        content=wanted,
    )
    return True


def _kinds_now(case_type: CaseType) -> list[list[Any]]:
    rows = case_type.type_kinds.order_by("is_barred", "order", "kind")
    return [[row.kind_id, row.order, row.is_barred] for row in rows]


def _load_keywords(release: str, counts: Counts) -> None:
    content = KEYWORDS.read_bytes() + CALIBRATION.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:16]
    newest = Publication.objects.select_related("rule_book").first()
    ours = SHIPPED_BOOK.search(newest.rule_book.note) if newest else None
    if newest and (newest.by_id or not ours):  # also when people went back to one of ours
        counts.kept += 1
    elif ours and ours[1] == digest:
        counts.unchanged += 1
    else:
        publishing.ship(
            load_keywords(KEYWORDS),
            calibration=load_calibration(CALIBRATION),
            note=f"随版本{release}发布，摘要{digest}",
        )
        counts.created += 1
