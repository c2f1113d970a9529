"""The books of points rules: written ahead of the day they count from, never changed after."""

import datetime as dt

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from mediators.models import User
from scoring import periods
from scoring.errors import ScoringError
from scoring.models import PointBook


def is_settled(book: PointBook, today: dt.date) -> bool:
    """Say whether a book counts already, so that nothing in it may change."""
    return book.effective_from <= today


def refuse_settled(effective_from: dt.date, today: dt.date) -> None:
    """Raise ScoringError for a book that would count from today or earlier (facts §5.6)."""
    if effective_from <= today:
        raise ScoringError(_("施行日期要在今天以后：已经记的积分不重算"))


@transaction.atomic
def next_book(book: PointBook, *, by: User) -> PointBook:
    """Copy a book into a new one, to be edited until the month it counts from begins.

    It counts from the next day on which a month of points begins, after the newest book's.
    """
    newest = PointBook.objects.aggregate(version=Max("version"), day=Max("effective_from"))
    copy = PointBook.objects.create(
        version=newest["version"] + 1,
        effective_from=periods.next_start(max(timezone.localdate(), newest["day"])),
        note=_("以第%(version)s版为底稿，%(name)s起草") % {"version": book.version, "name": by},
    )
    for rule in book.rules.all():
        rule.pk, rule.book = None, copy
        rule.save(force_insert=True)
    return copy
