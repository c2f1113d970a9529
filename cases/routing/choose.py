"""Which body, and which of its people, a case goes to: the rules, over plain values.

Knows no database. `roster` reads the live one, the simulation makes one up, and both are judged by
these functions alone. Filters come first, each with a key that says why a body is passed over;
what is left is put in order, and the first criterion in which two differ decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b

from cases.routing.layers import HEIGHT

INDUSTRY = "industry"  # the family of bodies that are only ever asked for their own field
# Loads within one step count as equal, and so do shares of answers: otherwise the finest
# difference of load would always decide, and neither answering nor fairness over time would count.
LOAD_STEPS = 50
ANSWER_STEPS = 10
PRIOR_ANSWERS = 2  # a body of which little is known counts as one that answers


class Why(StrEnum):
    """Why a body is passed over. Those up to FULL rule it out; the rest say what decided."""

    BARRED_KIND = "barred_kind"
    CHARGES = "charges"
    NOT_THEIR_REGION = "not_their_region"
    NOT_THEIR_FIELD = "not_their_field"
    BELOW_TIER = "below_tier"
    REFUSED_BEFORE = "refused_before"
    SILENT_BEFORE = "silent_before"
    HAD_BEFORE = "had_before"
    NO_PRESENT_MEDIATOR = "no_present_mediator"
    CONFLICT = "conflict"
    LANGUAGE = "language"
    FULL = "full"
    CHANNEL = "channel"
    KIND = "kind"
    TIER = "tier"
    FIELD = "field"
    LOAD = "load"
    ANSWERS = "answers"
    LATELY = "lately"
    TURN = "turn"
    LOT = "lot"
    PERSON = "person"


# What the parts of `_rank` stand for, in order.
CRITERIA = (
    Why.CHANNEL,
    Why.KIND,
    Why.TIER,
    Why.FIELD,
    Why.LOAD,
    Why.ANSWERS,
    Why.LATELY,
    Why.TURN,
    Why.LOT,
)


@dataclass(slots=True)
class Person:
    """A mediator as the rules see one. `given` counts cases of late, `last_given` is a time."""

    pk: int
    capacity: int
    open_cases: int = 0
    given: int = 0
    last_given: float = 0.0
    present: bool = True
    fields: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()

    @property
    def room(self) -> int:
        return max(0, self.capacity - self.open_cases)


@dataclass(slots=True)
class Candidate:
    """A body as the rules see one; kinds, types and languages by key, regions by number.

    `unassigned` are open cases that nobody of the body has yet; `answered` and `silent` count the
    assignments of late that it answered in time, or let lapse.
    """

    pk: int
    kind: str
    tier: str
    family: str
    region: int
    may_charge: bool = False
    share: float = 1.0
    fields: frozenset[str] = frozenset()
    people: list[Person] = field(default_factory=list)
    unassigned: int = 0
    answered: int = 0
    silent: int = 0
    given: int = 0
    last_given: float = 0.0

    @property
    def open_cases(self) -> int:
        return self.unassigned + sum(one.open_cases for one in self.people)

    @property
    def capacity(self) -> int:
        """How many open cases those of its people take who are present."""
        return sum(one.capacity for one in self.people if one.present)

    @property
    def load(self) -> float:
        """Open cases of those present for each place they have, by the share the body is due."""
        at_work = self.unassigned + sum(one.open_cases for one in self.people if one.present)
        return at_work / (max(self.capacity, 1) * self.share)

    @property
    def answer_rate(self) -> float:
        """How often it answers in time, from 0 to 1."""
        asked = self.answered + self.silent
        return (self.answered + PRIOR_ANSWERS) / (asked + PRIOR_ANSWERS)

    @property
    def given_by_share(self) -> float:
        """Cases given of late for each place of its people, by the share it is due."""
        places = sum(one.capacity for one in self.people)
        return self.given / (max(places, 1) * self.share)


@dataclass(frozen=True)
class Question:
    """A case as the rules see one. `bodies_out` and `people_out` give each its reason key.

    `kinds` are the kinds of body that the type goes to, in order; `places` the region of the
    dispute and those above it; `fees_agreed` the bodies whose price every party has accepted.
    """

    case: int
    case_type: str
    kinds: tuple[str, ...]
    tier: str
    places: frozenset[int]
    barred: frozenset[str] = frozenset()
    channel_kinds: frozenset[str] = frozenset()
    channel_bodies: frozenset[int] = frozenset()
    language: str = ""
    bodies_out: Mapping[int, str] = field(default_factory=dict)
    people_out: Mapping[int, str] = field(default_factory=dict)
    fees_agreed: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Fit:
    """A body that may have the case, with the one of its people whose turn it is."""

    body: Candidate
    mediator: Person
    rank: tuple[float, ...]


@dataclass(frozen=True)
class Passed:
    """A body that does not get the case, and why."""

    body: Candidate
    why: Why


@dataclass(frozen=True)
class Choice:
    """What the rules say of a case: the bodies that fit, best first, and those ruled out."""

    fits: tuple[Fit, ...]
    passed: tuple[Passed, ...]

    @property
    def best(self) -> Fit | None:
        return self.fits[0] if self.fits else None

    def behind(self) -> list[Passed]:
        """Return the other fitting bodies, each with the criterion in which the best was ahead."""
        if not self.fits:
            return []
        first = self.fits[0].rank
        return [Passed(fit.body, _decided(first, fit.rank)) for fit in self.fits[1:]]


def choose(question: Question, candidates: Iterable[Candidate]) -> Choice:
    """Put the bodies that may have a case in order, and say why each other one may not.

    The order: bodies named for the channel, its kinds; the type's kinds as they are listed; the
    nearest tier; those named for the type; the least load; those who answer; who had the fewest
    of late by its share; whose last case is longest ago; and then a lot that the case's number
    draws anew for each case, so that no body is always first.
    """
    fits, passed = [], []
    for body in candidates:
        if why := ruled_out(question, body):
            passed.append(Passed(body, why))
            continue
        mediator = pick_able(question, body.people) if has_room(body) else None
        if mediator is None:
            passed.append(Passed(body, _nobody(question, body)))
        else:
            fits.append(Fit(body, mediator, _rank(question, body)))
    fits.sort(key=lambda fit: fit.rank)
    return Choice(tuple(fits), tuple(passed))


def ruled_out(question: Question, body: Candidate) -> Why | None:
    """Return why a body may not have the case whoever is there; None when it may.

    Barred and charging kinds: facts §3.4, 商事调解条例. Who refused, was silent or gave the case
    back is not asked again by itself (在线调解规则 12).
    """
    if body.kind in question.barred:
        return Why.BARRED_KIND
    if body.may_charge and body.pk not in question.fees_agreed:
        return Why.CHARGES
    if body.region not in question.places:
        return Why.NOT_THEIR_REGION
    if not _theirs(question, body):
        return Why.NOT_THEIR_FIELD
    if HEIGHT[body.tier] < HEIGHT[question.tier]:
        return Why.BELOW_TIER
    out = question.bodies_out.get(body.pk)
    return Why(out) if out else None


def has_room(body: Candidate) -> bool:
    """Say whether a body can take one more: cases that nobody has yet will take room as well."""
    return sum(one.room for one in body.people if one.present) > body.unassigned


def _theirs(question: Question, body: Candidate) -> bool:
    """Industry bodies have their fields only; so has any other body that fields are named for."""
    if body.pk in question.channel_bodies:
        return True
    if body.kind not in question.kinds and body.pk not in question.fees_agreed:
        return False
    named = body.fields or body.family == INDUSTRY
    return not named or question.case_type in body.fields


def pick_able(question: Question, people: Iterable[Person]) -> Person | None:
    """Return whose turn it is among the people of a body; None when nobody can take the case.

    Who is away, must step aside, lacks the language or has no room is left out. Then in order:
    those named for the type while they have half of their room, the least load, the fewest of
    late, the longest ago, a lot.
    """
    able = [
        one for one in people if one.open_cases < one.capacity and not _person_out(question, one)
    ]
    return min(able, key=lambda one: person_rank(question, one), default=None)


def person_rank(question: Question, one: Person) -> tuple[float, ...]:
    """Return where a mediator stands among colleagues for this case; the smallest goes first."""
    return (
        question.case_type not in one.fields or one.open_cases * 2 >= one.capacity,
        one.open_cases / max(one.capacity, 1),
        one.given / max(one.capacity, 1),
        one.last_given,
        _lot(question.case, one.pk),
    )


def _person_out(question: Question, one: Person) -> bool:
    """Say whether somebody may not have the case: away, bound to a party, another language."""
    if not one.present or one.pk in question.people_out:
        return True
    return bool(question.language) and question.language not in one.languages


def _nobody(question: Question, body: Candidate) -> Why:
    """Return why nobody of a body can take the case: the last hurdle that all fell at."""
    present = [one for one in body.people if one.present]
    if not present:
        return Why.NO_PRESENT_MEDIATOR
    free = [one for one in present if one.pk not in question.people_out]
    if not free:
        return Why.CONFLICT
    if question.language and all(question.language not in one.languages for one in free):
        return Why.LANGUAGE
    return Why.FULL


def _rank(question: Question, body: Candidate) -> tuple[float, ...]:
    kinds = question.kinds
    return (
        0
        if body.pk in question.channel_bodies
        else 1
        if body.kind in question.channel_kinds
        else 2,
        kinds.index(body.kind) if body.kind in kinds else len(kinds),
        HEIGHT[body.tier] - HEIGHT[question.tier] + (body.tier != question.tier) / 2,
        question.case_type not in body.fields,
        int(body.load * LOAD_STEPS),
        -int(body.answer_rate * ANSWER_STEPS),
        body.given_by_share,
        body.last_given,
        _lot(question.case, body.pk),
    )


def _lot(case: int, pk: int) -> float:
    """Return a number between 0 and 1 that is fixed for a case and a body, and follows neither."""
    digest = blake2b(f"{case}:{pk}".encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48


def _decided(first: tuple[float, ...], other: tuple[float, ...]) -> Why:
    pairs = zip(CRITERIA, first, other, strict=True)
    return next((why for why, mine, theirs in pairs if mine != theirs), Why.LOT)
