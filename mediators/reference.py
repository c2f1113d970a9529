"""Reference data: shipped with a release, edited by people, every version kept."""

from typing import TypeVar

from django.db import transaction

from mediators.models import Reference, ReferenceVersion, User

RowType = TypeVar("RowType", bound=Reference)


@transaction.atomic
def revise(row: Reference, *, by: User | None, shipped: str = "") -> bool:
    """Save a row and keep its new content as a version; return False when nothing has changed.

    `shipped` names the release that writes; empty means a person does, and later releases then
    leave the row alone.
    """
    if row.pk and _latest(row) == row.content():
        return False
    row.version += 1
    row.shipped = shipped
    row.save()
    ReferenceVersion.objects.create(
        model=row._meta.label_lower,
        row=row.pk,
        version=row.version,
        content=row.content(),
        by=by,
    )
    return True


def ship(model: type[RowType], *, key: str, release: str, **content: object) -> RowType:
    """Bring one shipped row in; a row that people here have changed stays as they made it."""
    row = model._default_manager.filter(key=key).first() or model(key=key)
    if row.pk and not row.shipped:
        return row
    for name, value in content.items():
        setattr(row, name, value)
    revise(row, by=None, shipped=release)
    return row


def _latest(row: Reference) -> object:
    versions = ReferenceVersion.objects.filter(model=row._meta.label_lower, row=row.pk)
    latest = versions.order_by("-version").first()
    return latest and latest.content
