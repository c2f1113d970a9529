"""Staff read a case only through here, so that every read leaves its mark in the audit trail."""

from django.db.models import QuerySet

from cases.models import Case
from mediators import audit
from mediators.models import User


def open_case(cases: "QuerySet[Case, Case]", number: str, *, reader: User) -> Case:
    """Return a case by its number out of those the reader may see, and note the read.

    Raises Case.DoesNotExist for a number that is wrong or none of the reader's business.
    """
    case = cases.filter(pk__in=Case.objects.by_number(number).values("pk")).get()
    note_read(case, reader=reader)
    return case


def note_read(case: Case, *, reader: User) -> None:
    """Note that a case, found among those the reader may see, was read."""
    audit.note("case.read", actor=reader, chain=f"case:{case.pk}")
