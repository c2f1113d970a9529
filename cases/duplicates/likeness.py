"""How alike two texts or two names are: characters only, no dictionary, nothing learned."""

import re
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import pairwise

NUMBER = re.compile(r"\d+(?:\.\d+)?")
# Numbers as people write them out, and times that move with the day of filing: "三月", "去年".
WRITTEN = re.compile(
    r"[一二三四五六七八九十百千万两零〇]+(?=[年月日号元块千万楼幢栋室户]|个月|季度)"
    r"|[去前今明]年|[上本下这](?:个)?(?:月|季度|半年)"
)
MONEY = re.compile(r"(?<![\d.])(\d[\d,]*(?:\.\d+)?)(万|千)?(?![年月日号栋幢楼室\d])")
# What a company's name may lack or have and still mean the same company.
COMPANY_WORDS = re.compile(r"(股份|有限|责任|公司|集团|分公司|杭州市?|浙江省?|滨江区?)")
UNITS = {"": 1, "千": 1000, "万": 10_000}
LEAST_SUM = 100
SHORTEST_CORE = 4  # characters of a company's name once the common words are gone


def pairs(text: str) -> frozenset[str]:
    """Return the neighbouring characters of a text: no punctuation, no blanks, lower case."""
    return frozenset(a + b for a, b in pairwise(_letters(text)))


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def share(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how much of two texts' pairs is common to both, 0 to 1 (Dice's coefficient).

    The order of sentences does not count.
    """
    return 2 * len(one & other) / ((len(one) + len(other)) or 1)


def has_other_words(one: str, other: str) -> bool:
    """Say whether each text says something that the other does not: 左手 here, 右手 there.

    What the one only adds is nothing else, nor are single characters lost on either side. Slow
    (quadratic): for texts that are nearly the same.
    """
    first, second = _letters(one), _letters(other)
    steps = SequenceMatcher(None, first, second, autojunk=False).get_opcodes()
    lost = max((b - a for step, a, b, _c, _d in steps if step == "delete"), default=0)
    added = max((d - c for step, _a, _b, c, d in steps if step == "insert"), default=0)
    return any(step == "replace" for step, *_places in steps) or min(lost, added) > 1


def numbers(text: str) -> frozenset[str]:
    """Return the numbers and dates that a text names: what tells two rents of one flat apart."""
    found = {f"{float(number):g}" for number in NUMBER.findall(text) if len(number) < 20}
    return frozenset(found | set(WRITTEN.findall(text)))


def sums(text: str) -> frozenset[Decimal]:
    """Return the sums that a text names, in yuan: "3,400元", "3400块", "0.34万". None below 100,
    which are dates, floors and counts."""
    found = set()
    for digits, unit in MONEY.findall(text):
        if len(digits) < 16:
            found.add(Decimal(digits.replace(",", "")) * UNITS[unit])
    return frozenset(one for one in found if one >= LEAST_SUM)


def are_near(one: str, other: str, *, company: bool = False) -> bool:
    """Say whether two name keys could be one name mistyped or shortened; equal ones are not near.

    A person's name of three characters or more may differ in one of them, never in a digit. A
    company's may lack its legal form, its city, or one character.
    """
    if one == other or _digits(one) != _digits(other):
        return False
    if company:
        short, long = sorted((_core(one), _core(other)), key=len)
        if len(short) < SHORTEST_CORE:
            return False
        return short in long or _one_edit_apart(short, long)
    return min(len(one), len(other)) >= 2 < max(len(one), len(other)) and _one_edit_apart(
        one, other
    )


def _digits(name: str) -> str:
    return "".join(c for c in name if c.isdigit())


def _core(name: str) -> str:
    return COMPANY_WORDS.sub("", name)


def _one_edit_apart(one: str, other: str) -> bool:
    """Say whether one character put in, left out, changed or swapped with its neighbour does it."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    start = next((i for i, c in enumerate(short) if c != long[i]), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    swapped = short[start : start + 2] == long[start : start + 2][::-1]
    return short[start + 1 :] == long[start + 1 :] or (
        swapped and short[start + 2 :] == long[start + 2 :]
    )
