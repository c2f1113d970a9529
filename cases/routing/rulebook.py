"""The rule book in force: keywords from the database, compiled once for each content.

In force is the book of the newest publication. Every case asks anew, so that a worker follows a
publication without a restart. Books are written in `drafting`, and put in force in `publishing`.
"""

import logging
from collections.abc import Mapping
from functools import lru_cache

from django.db import DatabaseError, connections
from django.utils.translation import gettext as _

from cases.errors import NoRuleBook
from cases.models import Keyword, Publication, RuleBook
from cases.routing import classify

logger = logging.getLogger(__name__)
KEPT_COMPILED = 8  # the one in force, and those that pages and replays compare it with

# A keyword by the code of its case type (`classify.NOT_MEDIABLE_TYPE` for none) and its word.
Key = tuple[str, str]


def in_force() -> RuleBook:
    """Return the rule book that was published last. Raises NoRuleBook."""
    newest = Publication.objects.select_related("rule_book").first()
    if newest is None:
        raise NoRuleBook(_("还没有启用的关键词规则，请管理员先运行 load_reference"))
    return newest.rule_book


def compiled(book: RuleBook) -> classify.RuleBook:
    """Return the classifier of a rule book, which threads may share.

    It is kept for the content that `book` says it has: a draft that was edited is compiled anew.
    """
    return _compiled(book.pk, book.created_at.isoformat(), book.revision)


@lru_cache(maxsize=KEPT_COMPILED)
def _compiled(pk: int, created_at: str, revision: int) -> classify.RuleBook:
    book = RuleBook.objects.get(pk=pk)
    return classify.RuleBook(
        as_keywords(table(book)), calibration=calibration(book), version=book.version
    )


def calibration(book: RuleBook) -> classify.Calibration:
    """Return how the scores of a book are read; what its settings leave out has its default."""
    return classify.Calibration.from_dict(book.settings)


def warm_up() -> None:
    """Compile the book in force before a worker forks: its children share the memory.

    Connections are closed again, because two processes must not talk on one. A database that is
    not ready yet stops nobody: the first case compiles then.
    """
    try:
        compiled(in_force())
    except (NoRuleBook, DatabaseError):
        logger.warning("rulebook_not_warmed_up")
    finally:
        connections.close_all()


def table(book: RuleBook) -> dict[Key, float]:
    """Return the keywords of a book with their weights, in one query."""
    rows = Keyword.objects.filter(rule_book=book).order_by("pk")
    values = rows.values_list("case_type__key", "word", "weight")
    return {(key or classify.NOT_MEDIABLE_TYPE, word): weight for key, word, weight in values}


def as_keywords(rows: Mapping[Key, float]) -> list[classify.Keyword]:
    """Return a table as the keywords that the classifier and the learner take."""
    return [classify.Keyword(key, word, weight) for (key, word), weight in rows.items()]


def is_draft(book: RuleBook) -> bool:
    """Say whether a book has never been published, so that it may be edited."""
    return not book.publications.exists()
