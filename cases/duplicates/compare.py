"""Whether two filings tell of one dispute: points for what agrees, and what speaks against it.

Pure: the same two accounts give the same judgement. The parties decide first, because a duplicate
is told in other words and two tenants tell of one landlord in the same ones. `manage.py
simulate_duplicates` measures what these points find.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from functools import cached_property
from itertools import pairwise
from math import exp

from cases.duplicates.likeness import are_near, has_other_words, numbers, pairs, share, sums
from cases.models import DuplicatePair, Party

Grade = DuplicatePair.Grade
COMPANY, PERSON = Party.Kind.COMPANY, Party.Kind.PERSON
SIDES = (Party.Side.APPLICANT, Party.Side.RESPONDENT)


@dataclass(frozen=True)
class Who:
    """A party as far as it is compared; phone and identity as blind indexes, empty if unknown."""

    side: str
    kind: str
    name: str  # the key of the name
    phone: str = ""
    identity: str = ""
    whereabouts: str = ""


@dataclass(frozen=True)
class Account:
    """What one filing says of its dispute."""

    people: Sequence[Who]
    text: str
    day: dt.date
    amount: Decimal | None = None
    street: int | None = None
    place: str = ""

    @cached_property
    def pairs(self) -> frozenset[str]:
        """The neighbouring characters of the text."""
        return pairs(self.text)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers and dates that the text names."""
        return numbers(self.text)

    @cached_property
    def sums(self) -> frozenset[Decimal]:
        """The sums at stake, from the form and from the text."""
        return sums(self.text) | ({self.amount} if self.amount else frozenset())


@dataclass(frozen=True)
class Judgement:
    """The probability that two filings are one dispute, its grade ("" when apart), and why.

    `facts` are keys that `fact_label` puts in words; they hold no personal data.
    """

    score: float
    grade: str
    facts: tuple[str, ...]


class Bond(IntEnum):
    """How surely two people are one, the surer the higher."""

    OTHER = -1  # numbers of both are known, and nothing is in common
    UNKNOWN = 0  # nothing in common, but it may be the same under another name
    NAMED = 1  # the one filing names the other's party in its text: a relative filed
    HOUSEHOLD = 2  # same surname at the same address
    SHARED_PHONE = 3  # another name at the same phone: family, or a firm and its owner
    NEAR_NAME = 4
    NAME_OTHER_PHONE = 5  # a common name, or a changed phone
    NAME = 6
    COMPANY_NAME = 7  # the register allows a company's full name once
    PHONE = 8  # and the same or nearly the same name
    IDENTITY = 9


STRONG = {Bond.COMPANY_NAME, Bond.PHONE, Bond.IDENTITY}
LONGEST_SHOP_NAME = 5  # characters: "老王面馆" is no registered name, "杭州某某公司" is

# Points are natural log-odds. Set by hand so that either side known for certain, or both by name,
# needs the same dispute beside it; checked on made-up pairs, see docs/duplicates.md.
BASE = -4.0
POINTS = {
    Bond.OTHER: -3.5,
    Bond.UNKNOWN: -1.0,
    Bond.NAMED: 2.0,
    Bond.HOUSEHOLD: 1.0,
    Bond.SHARED_PHONE: 2.0,
    Bond.NEAR_NAME: 2.0,
    Bond.NAME_OTHER_PHONE: 2.1,
    Bond.NAME: 2.6,
    Bond.COMPANY_NAME: 3.0,
    Bond.PHONE: 3.5,
    Bond.IDENTITY: 3.5,
}
TEXT_POINTS = ((0.04, -1.0), (0.12, 0.3), (0.3, 1.5), (0.6, 3.0), (1.0, 4.0))
SAME_AMOUNT, NEAR_AMOUNT, OTHER_AMOUNT = 1.5, 0.7, -2.0
NEAR = Decimal("0.1")  # of the larger amount: interest added, or a round figure
SAME_NUMBERS, OTHER_NUMBERS = 0.7, -0.3
SAME_PLACE, OTHER_STREET = 0.8, -0.7
LIKELY = 0.5
AGAINST = {"other_amount", "near_amount", "other_numbers", "other_street"}

# A merge without a person. The sum decides nothing here: a rent of the same height is owed anew
# every month, told in other words by another voice.
CERTAIN_DAYS = 25  # what falls due every month comes again in the same words
CERTAIN_TEXT = 0.75
PASSED_ON = 0.7  # alike enough for a text to have been copied


def judge(case: Account, other: Account) -> Judgement:
    """Compare the filing of `case` with another one's. `facts` name its own sides."""
    straight = [_bond_of_side(case, other, side, side) for side in SIDES]
    swapped = [_bond_of_side(case, other, *sides) for sides in (SIDES, SIDES[::-1])]
    is_swapped = _weight(swapped) > _weight(straight)
    bonds = swapped if is_swapped else straight
    evidence = [*_text(case, other), *_amount(case, other), *_where(case, other)]
    points = BASE + _weight(bonds) + sum(points for _fact, points in evidence)
    facts = [*_named_bonds(bonds), *(["swapped_sides"] if is_swapped else [])]
    facts += [fact for fact, _points in evidence if fact]
    score = 1 / (1 + exp(-points))
    certain = not is_swapped and _is_certain(case, other, bonds, set(facts))
    grade = _grade(score, bonds, is_swapped)
    if grade and _is_passed_on(case, other, bonds, set(facts)):
        grade = ""
    return Judgement(round(score, 3), Grade.CERTAIN if grade and certain else grade, tuple(facts))


def _weight(bonds: Iterable[Bond]) -> float:
    return sum(POINTS[bond] for bond in bonds)


def _grade(score: float, bonds: Sequence[Bond], is_swapped: bool) -> str:
    """Other applicants are another dispute, however alike the words: each tenant has its own.

    The other side may be called by another name ("房东", a firm and its owner), except where the
    sides have changed places: then both must be known.
    """
    needed = bonds if is_swapped else bonds[:1]
    if score < LIKELY or min(needed) < Bond.NAMED:
        return ""
    return Grade.LIKELY


def _is_passed_on(case: Account, other: Account, bonds: Sequence[Bond], facts: set[str]) -> bool:
    """Say whether the same words with other numbers came by one phone from two people: each of a
    group files for itself, by the phone of the one who speaks for them."""
    copied = share(case.pairs, other.pairs) >= PASSED_ON
    return (
        copied and bonds[0] <= Bond.SHARED_PHONE and bool(facts & {"other_numbers", "other_amount"})
    )


def _is_certain(case: Account, other: Account, bonds: Sequence[Bond], facts: set[str]) -> bool:
    """The same people with the same words: sent again, or passed on by another channel.

    The applicant is known by number, the other side at least by name, nobody is left out, the
    same numbers are named, and no word stands for another: text was only added or lost. A
    counter-application (sides swapped) never is certain: it may carry a claim of its own.
    """
    known = bonds[0] in STRONG and bonds[1] in {*STRONG, Bond.NAME}
    if not known or facts & AGAINST or not _all_known(case, other):
        return False
    if abs(case.day - other.day) > dt.timedelta(days=CERTAIN_DAYS):
        return False
    if case.numbers != other.numbers or share(case.pairs, other.pairs) < CERTAIN_TEXT:
        return False
    return not has_other_words(case.text, other.text)


def _all_known(case: Account, other: Account) -> bool:
    """Say whether every party of the one is a party of the other on the same side."""
    return all(is_known(a, other) for a in case.people) and all(
        is_known(b, case) for b in other.people
    )


# --- Parties ---


def is_known(who: Who, account: Account) -> bool:
    """Say whether a filing names this party on the same side, by number or by name."""
    return any(_bond(who, b) >= Bond.NEAR_NAME for b in account.people if b.side == who.side)


def _bond_of_side(case: Account, other: Account, side: str, other_side: str) -> Bond:
    ours = [who for who in case.people if who.side == side]
    theirs = [who for who in other.people if who.side == other_side]
    best = max((_bond(a, b) for a in ours for b in theirs), default=Bond.UNKNOWN)
    # With the sides swapped, each text names the other side as a matter of course.
    if (
        side == other_side
        and best < Bond.NAMED
        and (_named_in(other.text, ours) or _named_in(case.text, theirs))
    ):
        return Bond.NAMED
    return best


def _bond(one: Who, other: Who) -> Bond:
    if one.identity and other.identity and one.kind == other.kind:
        return Bond.IDENTITY if one.identity == other.identity else Bond.OTHER
    same_phone = bool(one.phone) and one.phone == other.phone
    company = COMPANY in (one.kind, other.kind)
    if one.name == other.name:
        return _same_name(one, other, same_phone, company)
    if are_near(one.name, other.name, company=company):
        return Bond.PHONE if same_phone else Bond.NEAR_NAME
    if same_phone:
        return Bond.SHARED_PHONE
    same_home = bool(one.whereabouts) and one.whereabouts == other.whereabouts
    related = not company and one.name[:1] == other.name[:1]
    if same_home and related:
        return Bond.HOUSEHOLD
    return Bond.OTHER if one.phone and other.phone else Bond.UNKNOWN


def _same_name(one: Who, other: Who, same_phone: bool, company: bool) -> Bond:
    if same_phone:
        return Bond.PHONE
    if company and len(one.name) > LONGEST_SHOP_NAME:
        return Bond.COMPANY_NAME
    both_phones = bool(one.phone and other.phone)
    return Bond.NAME_OTHER_PHONE if both_phones else Bond.NAME


def _named_in(text: str, people: Iterable[Who]) -> bool:
    return any(who.kind == PERSON and len(who.name) > 1 and who.name in text for who in people)


def _named_bonds(bonds: Sequence[Bond]) -> list[str]:
    return [
        f"{side}_{bond.name.lower()}"
        for side, bond in zip(SIDES, bonds, strict=True)
        if bond >= Bond.NAMED
    ]


# --- The dispute ---

Evidence = list[tuple[str, float]]


def _text(case: Account, other: Account) -> Evidence:
    likeness = share(case.pairs, other.pairs)
    said = [(f"text_{round(likeness * 100)}", _between(likeness))]
    ours, theirs = case.numbers, other.numbers
    if ours - theirs and theirs - ours:
        said.append(("other_numbers", OTHER_NUMBERS))
    elif ours & theirs:
        said.append(("same_numbers", SAME_NUMBERS))
    return said


def _between(likeness: float) -> float:
    """Return the points of a likeness, on straight lines between those of TEXT_POINTS."""
    if likeness <= TEXT_POINTS[0][0]:
        return TEXT_POINTS[0][1]
    for (x0, y0), (x1, y1) in pairwise(TEXT_POINTS):
        if likeness <= x1:
            return y0 + (y1 - y0) * (likeness - x0) / (x1 - x0)
    return TEXT_POINTS[-1][1]


def _amount(case: Account, other: Account) -> Evidence:
    if not case.amount or not other.amount:
        return [("same_amount", SAME_AMOUNT)] if case.sums & other.sums else []
    if case.amount == other.amount:
        return [("same_amount", SAME_AMOUNT)]
    if abs(case.amount - other.amount) <= NEAR * max(case.amount, other.amount):
        return [("near_amount", NEAR_AMOUNT)]
    return [("other_amount", OTHER_AMOUNT)]


def _where(case: Account, other: Account) -> Evidence:
    if case.place and case.place == other.place:
        return [("same_place", SAME_PLACE)]
    if case.street and other.street and case.street != other.street:
        return [("other_street", OTHER_STREET)]
    return []
