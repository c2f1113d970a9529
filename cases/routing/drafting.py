"""Drafts of rule books: made from another book, edited by people, thrown away.

A draft is edited in one way (`change`), under a lock on its row: what was published never changes.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cases.errors import CaseError
from cases.models import CaseType, Keyword, RuleBook
from cases.routing import classify
from cases.routing.matcher import CLAUSE_END, normalise
from cases.routing.rulebook import Key, as_keywords, is_draft
from mediators import audit
from mediators.models import User

MOST_KEYWORDS = 100_000  # weights of a word for a type
MOST_PARTS = 2  # of a compound keyword
BATCH = 2000


@dataclass(frozen=True)
class Edited:
    """How many keywords of a draft an edit added, took out and weighed anew."""

    added: int = 0
    removed: int = 0
    reweighed: int = 0

    @property
    def total(self) -> int:
        return self.added + self.removed + self.reweighed


@transaction.atomic
def draft(*, based_on: RuleBook, author: User | None, note: str = "") -> RuleBook:
    """Return a new draft with the keywords and settings of another book."""
    book = new_book(based_on=based_on, author=author, note=note.strip(), settings=based_on.settings)
    _copy(based_on, book)
    audit.note("rulebook.drafted", actor=author, rule_book=book.version, based_on=based_on.version)
    return book


def set_keyword(
    book: RuleBook, *, case_type: CaseType | None, word: str, weight: float, by: User | None
) -> Edited:
    """Give a word its weight for a type (None: for nothing to mediate) in a draft.

    Raises CaseError for a book that was published, and for what cannot be a keyword.
    """
    return change(book, {(_code(case_type), clean_word(word)): weight}, by=by)


def remove_keyword(
    book: RuleBook, *, case_type: CaseType | None, word: str, by: User | None
) -> Edited:
    """Take a word of a type out of a draft. Raises CaseError for a book that was published."""
    return change(book, {(_code(case_type), word): None}, by=by)


def clean_word(word: str) -> str:
    """Return a keyword in the form in which it is kept and compared. Raises CaseError."""
    parts = [normalise(part).strip(CLAUSE_END) for part in word.split(classify.JOINT)]
    if not all(parts) or len(parts) > MOST_PARTS or any(CLAUSE_END in one for one in parts):
        raise CaseError(_("这不是关键词：要有字，最多用一个&连两个词"))
    clean = classify.JOINT.join(parts)
    if len(clean) > Keyword._meta.get_field("word").max_length:  # type: ignore[operator]
        raise CaseError(_("关键词太长了，最多40个字"))
    return clean


@transaction.atomic
def change(book: RuleBook, changes: Mapping[Key, float | None], *, by: User | None) -> Edited:
    """Set (or with None take out) keywords of a draft: the one way in which a draft is edited.

    Raises CaseError for a book that was published and for a weight that is no number, then
    nothing is changed. What changes nothing is no edit.
    """
    book_now = locked(book)
    refuse_published(book_now)
    there = _there(book_now, {word for _type, word in changes})
    wanted = {key: w for key, w in changes.items() if w != there.get(key, (0, None))[1]}
    edited = Edited(
        added=len(wanted.keys() - there.keys()),
        removed=sum(weight is None for weight in wanted.values()),
        reweighed=sum(w is not None and key in there for key, w in wanted.items()),
    )
    if edited.added and book_now.keywords.count() + edited.added > MOST_KEYWORDS:
        raise CaseError(_("一版规则最多%(most)d个关键词") % {"most": MOST_KEYWORDS})
    if wanted:
        _delete([there[key][0] for key in wanted if key in there])
        write(book_now, {key: weight for key, weight in wanted.items() if weight is not None})
        _count_edit(book_now, by, asdict(edited))
    book.revision = book_now.revision
    return edited


@transaction.atomic
def set_calibration(book: RuleBook, wanted: classify.Calibration, *, by: User | None) -> None:
    """Let the scores of a draft be read in another way. Raises CaseError when published."""
    book_now = locked(book)
    refuse_published(book_now)
    if book_now.settings != wanted.to_dict():
        book_now.settings = wanted.to_dict()
        book_now.save(update_fields=["settings"])
        _count_edit(book_now, by, {"calibration": 1})
    book.revision, book.settings = book_now.revision, book_now.settings


@transaction.atomic
def discard(book: RuleBook, *, by: User | None) -> None:
    """Delete a draft with its proposals and replays. Raises CaseError when it was published."""
    book_now = locked(book)
    refuse_published(book_now)
    if book_now.drafts.exists():
        raise CaseError(_("有别的草稿是从这份改来的，不能删"))
    audit.note("rulebook.discarded", actor=by, rule_book=book_now.version)
    book_now.delete()


# --- Rows ---


def locked(book: RuleBook) -> RuleBook:
    """Lock a book and return it as saved; edits and publication of one book wait for each other."""
    found = RuleBook.objects.select_for_update().filter(pk=book.pk).first()
    if found is None:
        raise CaseError(_("这份草稿已经被删掉了"))
    return found


def refuse_published(book: RuleBook) -> None:
    """Raise CaseError for a book that was published."""
    if not is_draft(book):
        raise CaseError(_("这一版启用过，不能再改。请以它为底稿起草新一版"))


def new_book(**fields: object) -> RuleBook:
    """Make a book with the next number; the oldest book stands for the list while it is taken."""
    RuleBook.objects.select_for_update().order_by("version").first()
    newest = RuleBook.objects.aggregate(newest=Max("version"))["newest"] or 0
    return RuleBook.objects.create(version=newest + 1, **fields)


def _count_edit(book: RuleBook, by: User | None, edited: dict[str, int]) -> None:
    book.revision += 1
    book.save(update_fields=["revision"])
    audit.note("rulebook.edited", actor=by, rule_book=book.version, edited=edited)


def write(book: RuleBook, rows: Mapping[Key, float]) -> None:
    """Write rows that the book does not have yet. Raises CaseError for what is no keyword."""
    types: dict[str, int | None] = dict(CaseType.objects.values_list("key", "pk"))
    types[classify.NOT_MEDIABLE_TYPE] = None
    if unknown := {key for key, _word in rows} - types.keys():
        raise CaseError(_("没有这个案由：%(type)s") % {"type": min(unknown)})
    try:
        checked = as_keywords(rows)
    except ValueError as error:
        raise CaseError(_("分量要是数字")) from error
    Keyword.objects.bulk_create(
        [
            Keyword(rule_book=book, case_type_id=types[k.case_type], word=k.word, weight=k.weight)
            for k in checked
        ],
        batch_size=BATCH,
    )


def _there(book: RuleBook, words: set[str]) -> dict[Key, tuple[int, float]]:
    """The rows with these words: pk and weight."""
    rows = book.keywords.all()
    if len(words) <= BATCH:  # of more it is quicker to read all, and SQLite takes no such list
        rows = rows.filter(word__in=words)
    values = rows.values_list("case_type__key", "word", "pk", "weight")
    return {(key or classify.NOT_MEDIABLE_TYPE, word): (pk, w) for key, word, pk, w in values}


def _copy(source: RuleBook, target: RuleBook) -> None:
    """Copy all keywords inside the database: tens of thousands in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_keyword (rule_book_id, case_type_id, word, weight)"
            " SELECT %s, case_type_id, word, weight FROM cases_keyword"
            " WHERE rule_book_id = %s ORDER BY id",
            [target.pk, source.pk],
        )


def _delete(pks: list[int]) -> None:
    for start in range(0, len(pks), BATCH):
        Keyword.objects.filter(pk__in=pks[start : start + BATCH]).delete()


def _code(case_type: CaseType | None) -> str:
    return case_type.key if case_type else classify.NOT_MEDIABLE_TYPE
