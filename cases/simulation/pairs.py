"""Made-up pairs of filings: one dispute filed twice, and two disputes that look alike.

To measure what `cases.duplicates` finds. The same seed gives the same pairs.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from random import Random

from cases.duplicates.compare import Account, Judgement, Who
from cases.models import DuplicatePair, Party
from cases.simulation import lookalikes, twice
from cases.simulation.retelling import Filing
from mediators.identity import name_key

Grade = DuplicatePair.Grade
APART = "apart"
GRADES = (*Grade.values, APART)


@dataclass(frozen=True)
class Pair:
    """Two filings, whether they are one dispute, and by what way they came to look alike."""

    way: str
    is_same: bool
    first: Filing
    second: Filing


def draw(count: int, *, seed: int) -> Iterator[Pair]:
    """Yield so many pairs, half of them one dispute, every way as often as the others."""
    rng = Random(seed)  # noqa: S311
    for number in range(count):
        is_same = number % 2 == 0
        ways = twice.WAYS if is_same else lookalikes.WAYS
        way = list(ways)[number // 2 % len(ways)]
        first, second = ways[way](rng)
        yield Pair(way, is_same, first, second)


def account_of(filing: Filing) -> Account:
    """Return a filing as it is compared; numbers stand for their blind indexes."""
    sides = {Party.Side.APPLICANT: filing.applicants, Party.Side.RESPONDENT: filing.respondents}
    people = [
        Who(side, p.kind, name_key(p.name), p.phone, p.identity, p.whereabouts)
        for side, persons in sides.items()
        for p in persons
    ]
    return Account(
        people, filing.text, filing.day, filing.amount, filing.street, place=filing.place
    )


# --- What is found ---


@dataclass(frozen=True)
class Findings:
    """How pairs were graded: (is one dispute, way) → grade → how many."""

    graded: dict[tuple[bool, str], Counter[str]]

    def count(self, *grades: str, same: bool) -> int:
        """Return how many pairs that are one dispute, or are not, have one of these grades."""
        return sum(
            counts[grade]
            for (is_same, _way), counts in self.graded.items()
            for grade in grades
            if is_same == same
        )

    @property
    def certain_precision(self) -> float:
        """Of the pairs that the rules would merge, the share that is one dispute."""
        right = self.count(Grade.CERTAIN, same=True)
        return right / ((right + self.count(Grade.CERTAIN, same=False)) or 1)

    @property
    def recall(self) -> float:
        """Of the pairs that are one dispute, the share that is merged or shown to a person."""
        return self.count(*Grade.values, same=True) / (self.count(*GRADES, same=True) or 1)


def measure(pairs: Iterable[Pair], judge: Callable[[Account, Account], Judgement]) -> Findings:
    """Judge each pair as its second filing would be, and count."""
    graded: dict[tuple[bool, str], Counter[str]] = defaultdict(Counter)
    for pair in pairs:
        judgement = judge(account_of(pair.second), account_of(pair.first))
        graded[pair.is_same, pair.way][judgement.grade or APART] += 1
    return Findings(graded)
