"""Lists of cases in pages, whose length the counts of the navigation already tell."""

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.utils.functional import cached_property

from cases.models import Case
from cases.querysets import CaseQuerySet

if TYPE_CHECKING:
    Pages = Paginator[Case]
else:
    Pages = Paginator


class CountedPages(Pages):
    """Pages of cases; a known count spares the query that would ask for it again."""

    def __init__(self, cases: CaseQuerySet, per_page: int, known: int | None = None) -> None:
        super().__init__(cases, per_page)
        self.known = known

    @cached_property
    def count(self) -> int:
        return super().count if self.known is None else self.known
