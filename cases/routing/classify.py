"""From a text to ranked case types, with the words that decided and what may be done with them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cases.routing.matcher import Hit, Matcher, normalise

NOT_MEDIABLE_TYPE = "none"

# Weights are fitted as natural log-odds: 1.0 makes a type 2.7 times as likely against the others.
# However an editor weighs it, one word alone must not decide against several.
WEIGHT_LIMIT = 4.0
# Up to this many different keywords count in full; beyond it the sum grows with the square root of
# their number only: a long text is not surer than its words, and stuffing pays less and less.
FULL_KEYWORDS = 4
# A text routes itself when its first type leads the next (or 0, what a type without any word has)
# by this much. Chosen by cross-validation on labelled texts: the smallest lead, in quarters, at
# which 95 in 100 were right. One word alone was right in 8 of 10 only, so two must speak for it.
AUTO_LEAD = 2.25
AUTO_KEYWORDS = 2
# Nothing to mediate is said only to a person (the dispatcher), so that less certainty will do:
# at this lead 78 in 100 were labelled so, and for 92 in 100 it was an acceptable answer.
NOT_MEDIABLE_LEAD = 1.5


class Decision(StrEnum):
    """What may be done with a classified text."""

    AUTO = "auto"
    REVIEW = "review"
    NOT_MEDIABLE = "not_mediable"


@dataclass(frozen=True)
class Keyword:
    """A word that speaks for a case type, or with a negative weight against it.

    `case_type` is the code of one of the 25 types or `NOT_MEDIABLE_TYPE`. Raises `ValueError` for a
    weight that is no number.
    """

    case_type: str
    word: str
    weight: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.weight):
            raise ValueError(f"weight of {self.word!r} is not a number: {self.weight}")


@dataclass(frozen=True)
class Ranked:
    """A case type that the text speaks for; `keywords` are those for it, strongest first."""

    case_type: str
    score: float
    keywords: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """The judgement on a text; `hits` are places in its normalised form, left to right."""

    ranked: tuple[Ranked, ...]
    decision: Decision
    hits: tuple[Hit, ...]


class RuleBook:
    """One version of the keywords, ready to classify; immutable, so threads may share it."""

    def __init__(self, keywords: Iterable[Keyword], *, version: int = 0) -> None:
        """Index `keywords`. Of two for the same type and word the later one counts."""
        self.version = version
        self._weights: dict[str, dict[str, float]] = {}
        for keyword in keywords:
            weight = max(-WEIGHT_LIMIT, min(WEIGHT_LIMIT, keyword.weight))
            self._weights.setdefault(normalise(keyword.word), {})[keyword.case_type] = weight
        self._matcher = Matcher(self._weights)

    def classify(self, text: str) -> Verdict:
        """Rank the case types of `text`; any string has a verdict, at worst an empty `review`.

        A keyword counts once, however often it stands there. Equal scores are ranked by code.
        """
        hits = self._matcher.find(normalise(text))
        ranked = self._rank(sorted({hit.word for hit in hits}))
        return Verdict(ranked=ranked, decision=_decide(ranked), hits=tuple(hits))

    def _rank(self, words: list[str]) -> tuple[Ranked, ...]:
        sums: dict[str, float] = {}
        speaking: dict[str, list[tuple[float, str]]] = {}
        for word in words:
            for case_type, weight in self._weights[word].items():
                sums[case_type] = sums.get(case_type, 0.0) + weight
                if weight > 0:
                    speaking.setdefault(case_type, []).append((-weight, word))
        damping = max(1.0, len(words) / FULL_KEYWORDS) ** 0.5
        scores = {code: round(total / damping, 3) for code, total in sums.items()}
        return tuple(
            Ranked(code, score, tuple(word for _, word in sorted(speaking[code])))
            for code, score in sorted(scores.items(), key=lambda item: (-item[1], item[0]))
            if score > 0
        )


def load_keywords(path: Path) -> list[Keyword]:
    """Read a table of keywords: UTF-8, tab-separated, with the header case_type, word, weight.

    Raises `ValueError` where the header or a row is not of that form.
    """
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    if header.split("\t") != ["case_type", "word", "weight"]:
        raise ValueError(f"not a table of keywords: {path.name}")
    return [_keyword(row) for row in rows]


def _keyword(row: str) -> Keyword:
    case_type, word, weight = row.split("\t")
    return Keyword(case_type, word, float(weight))


def _decide(ranked: tuple[Ranked, ...]) -> Decision:
    if not ranked:
        return Decision.REVIEW
    first = ranked[0]
    lead = first.score - (ranked[1].score if len(ranked) > 1 else 0.0)
    if first.case_type == NOT_MEDIABLE_TYPE:
        return Decision.NOT_MEDIABLE if lead >= NOT_MEDIABLE_LEAD else Decision.REVIEW
    if lead >= AUTO_LEAD and len(first.keywords) >= AUTO_KEYWORDS:
        return Decision.AUTO
    return Decision.REVIEW
