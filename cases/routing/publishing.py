"""Putting rule books in force: a draft, an earlier book again, or what a release ships."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from cases.errors import CaseError, NotReplayed
from cases.models import Publication, Replay, RuleBook
from cases.routing import classify
from cases.routing.drafting import locked, new_book, refuse_published, write
from cases.routing.rulebook import in_force, is_draft
from mediators import audit
from mediators.models import User


@transaction.atomic
def publish(book: RuleBook, *, by: User | None, unreplayed: bool = False) -> Publication:
    """Put a draft in force; from then on it never changes.

    Raises NotReplayed when its present content was not replayed against the book in force, unless
    the person says that this is meant (`unreplayed`); CaseError for an empty book and for one
    that was published before (that is `roll_back`).
    """
    book = locked(book)
    refuse_published(book)
    if not book.keywords.exists():
        raise CaseError(_("这一版还没有关键词，不能启用"))
    if not unreplayed and not is_replayed(book):
        raise NotReplayed(_("这份草稿改过以后还没有重放，不知道会改变哪些案件"))
    return _put_in_force(book, "rulebook.published", by)


@transaction.atomic
def roll_back(book: RuleBook, *, by: User | None) -> Publication:
    """Put a book in force again that was before (回退). Raises CaseError for any other."""
    book = locked(book)
    if is_draft(book):
        raise CaseError(_("这一版没有启用过，不能回退到它"))
    if in_force().pk == book.pk:
        raise CaseError(_("现在用的就是这一版"))
    return _put_in_force(book, "rulebook.rolled_back", by)


@transaction.atomic
def ship(
    keywords: Iterable[classify.Keyword],
    *,
    note: str,
    calibration: classify.Calibration | None = None,
) -> RuleBook:
    """Bring a whole table in as the next version and put it in force: what a release does."""
    settings = calibration.to_dict() if calibration else {}
    book = new_book(note=note, settings=settings)
    write(book, {(k.case_type, k.word): k.weight for k in keywords})
    _put_in_force(book, "rulebook.published", None)
    return book


def is_replayed(draft: RuleBook) -> bool:
    """Say whether this content of a draft was replayed against the book that is in force now."""
    newest = Publication.objects.first()
    if newest is None:
        return True  # nothing to compare with
    return Replay.objects.filter(
        draft=draft,
        revision=draft.revision,
        against=newest.rule_book_id,
        state=Replay.State.DONE,
    ).exists()


def _put_in_force(book: RuleBook, deed: str, by: User | None) -> Publication:
    audit.note(deed, actor=by, rule_book=book.version)
    return Publication.objects.create(rule_book=book, by=by)
