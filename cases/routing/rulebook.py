"""The rule book in force: keywords from the database, compiled once a version."""

from functools import lru_cache

from django.db import transaction
from django.utils.translation import gettext as _

from cases.errors import NoRuleBook
from cases.models import CaseType, Keyword, Publication, RuleBook
from cases.routing import classify


def in_force() -> RuleBook:
    """Return the rule book that was published last. Raises NoRuleBook."""
    newest = Publication.objects.select_related("rule_book").first()
    if newest is None:
        raise NoRuleBook(_("还没有启用的关键词规则，请管理员先运行 load_reference"))
    return newest.rule_book


def compiled(book: RuleBook) -> classify.RuleBook:
    """Return the matcher of a published rule book; a version never changes, so it is kept."""
    return _compiled(book.pk, book.version)


@lru_cache(maxsize=4)
def _compiled(pk: int, version: int) -> classify.RuleBook:
    rows = Keyword.objects.filter(rule_book=pk).values_list("case_type__key", "word", "weight")
    words = [classify.Keyword(key or classify.NOT_MEDIABLE_TYPE, word, w) for key, word, w in rows]
    return classify.RuleBook(words, version=version)


@transaction.atomic
def publish(keywords: list[classify.Keyword], *, note: str) -> RuleBook:
    """Put a set of keywords in force as the next version; earlier versions are kept."""
    newest = RuleBook.objects.order_by("-version").values_list("version", flat=True).first() or 0
    types = dict(CaseType.objects.values_list("key", "pk"))
    book = RuleBook.objects.create(version=newest + 1, note=note)
    Keyword.objects.bulk_create(
        Keyword(
            rule_book=book,
            case_type_id=types[k.case_type] if k.case_type != classify.NOT_MEDIABLE_TYPE else None,
            word=k.word,
            weight=k.weight,
        )
        for k in keywords
    )
    Publication.objects.create(rule_book=book)
    return book
