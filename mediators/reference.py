"""Reference data: shipped with a release, edited by people, every version kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from mediators.models import Reference, ReferenceVersion, User

RowType = TypeVar("RowType", bound=Reference)
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Revision:
    """One kept version and what it changed: field -> (before, after); the first changed nothing."""

    version: ReferenceVersion
    changes: Mapping[str, tuple[Any, Any]]


@transaction.atomic
def revise(
    row: Reference, *, by: User | None, shipped: str = "", related: Mapping[str, Any] = NOTHING
) -> bool:
    """Save a row and keep its new content as a version; return False when nothing has changed.

    `shipped` names the release that writes; empty means a person does, and later releases then
    leave the row alone. `related` says, as plain JSON values, what belongs to the row in other
    tables, where that is edited with it.
    """
    said = row.content() | dict(related)
    latest = _latest(row) if row.pk else {}
    if latest and all(latest.get(name) == value for name, value in said.items()):
        return False
    row.version += 1
    row.shipped = shipped
    row.save()
    ReferenceVersion.objects.create(
        model=row._meta.label_lower,
        row=row.pk,
        version=row.version,
        content=row.content() | dict(related),
        by=by,
    )
    return True


def history(row: Reference) -> list[Revision]:
    """Return every kept version of a row, newest first, with what each changed."""
    known: dict[str, Any] = {}
    revisions = []
    for version in _versions(row).select_related("by").order_by("version"):
        said = version.content.items()
        changes = {n: (known.get(n), value) for n, value in said if known and known.get(n) != value}
        revisions.append(Revision(version, changes))
        known |= version.content
    return revisions[::-1]


def ship(model: type[RowType], *, key: str, release: str, **content: object) -> RowType:
    """Bring one shipped row in; a row that people here have changed stays as they made it."""
    row = model._default_manager.filter(key=key).first() or model(key=key)
    if row.pk and not row.shipped:
        return row
    for name, value in content.items():
        setattr(row, name, value)
    revise(row, by=None, shipped=release)
    return row


def _latest(row: Reference) -> dict[str, Any]:
    latest = _versions(row).order_by("-version").first()
    return latest.content if latest else {}


def _versions(row: Reference) -> QuerySet[ReferenceVersion]:
    return ReferenceVersion.objects.filter(model=row._meta.label_lower, row=row.pk)
