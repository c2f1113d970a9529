"""A small rule book for tests: what it says is plain, however the shipped one is learned."""

from cases.models import RuleBook
from cases.routing import publishing, rulebook
from cases.routing.classify import Keyword

LEASE_TEXT = "房东不退押金，租房合同到期了还拖着。"
QUARREL = "楼上天天拉二胡，吵得睡不着。"  # no word of the small book is in it
KEYWORDS = (
    Keyword("housing_lease", "房东", 3.0),
    Keyword("housing_lease", "押金", 3.0),
    Keyword("housing_lease", "租房", 3.0),
    Keyword("labour", "工资", 3.0),
    Keyword("labour", "拖欠", 3.0),
    Keyword("labour", "押金", 0.5),
    Keyword("property_service", "物业", 3.0),
    Keyword("none", "罚款", 3.0),
)


def in_force() -> RuleBook:
    """Put the small book in force and return it."""
    return publishing.ship(KEYWORDS, note="测试用")


def first_of(book: RuleBook, text: str) -> str:
    """Return the type that a book puts first; empty without one."""
    ranked = rulebook.compiled(book).classify(text).ranked
    return ranked[0].case_type if ranked else ""
