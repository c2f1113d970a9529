"""Shipped reference data of people and places: regions and kinds of mediation body."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.db import transaction

from mediators.models import BodyKind, Reference, Region
from mediators.reference import ship

RowType = TypeVar("RowType", bound=Reference)
DATA = Path(__file__).parent / "data"


@dataclass
class Counts:
    """What loading did to shipped rows; `kept` are those that people here have changed."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.kept + other.kept,
        )


@transaction.atomic
def load(release: str) -> Counts:
    """Bring in the regions and the kinds of body of a release; what people changed stays."""
    counts = Counts()
    for row in read(DATA / "body_kinds.json")["rows"]:
        bring(BodyKind, counts, release=release, **row)
    regions: dict[str | None, Region | None] = {None: None}
    for row in read(DATA / "regions.json")["rows"]:
        parent = regions[row.pop("parent")]
        regions[row["key"]] = bring(Region, counts, release=release, parent=parent, **row)
    return counts


def read(path: Path) -> dict[str, Any]:
    """Return one file of shipped data."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def bring(
    model: type[RowType], counts: Counts, *, key: str, release: str, **content: Any
) -> RowType:
    """Ship one row and count what that did to it."""
    known = model._default_manager.filter(key=key).values_list("version", flat=True)
    before = known.first()
    row = ship(model, key=key, release=release, **content)
    if before is None:
        counts.created += 1
    elif not row.shipped:
        counts.kept += 1
    elif row.version == before:
        counts.unchanged += 1
    else:
        counts.updated += 1
    return row
