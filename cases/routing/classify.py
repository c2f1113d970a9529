"""From a text to ranked case types, with the words that decided and what may be done with them."""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from cases.routing.matcher import Hit, Matcher, normalise

NOT_MEDIABLE_TYPE = "none"
JOINT = "&"  # of a compound keyword: both parts stand anywhere in the text

# Weights are fitted as natural log-odds: 1.0 makes a type 2.7 times as likely against the others.
# However an editor weighs it, one word alone must not decide against several.
WEIGHT_LIMIT = 4.0
# One word alone never routes a text by itself, and a single character means too many things.
AUTO_KEYWORDS, AUTO_LENGTH = 2, 2
# A text that is stuffed with the words of many types has large scores, so that even its lead is
# large; but the lead is a small part of the score.
AUTO_SHARE = 0.2
MOST_RANKED = 3  # nobody reads further, and explaining costs time
LONGEST_TEXT = 20_000  # characters that are read: the longest filing has a quarter of them
# Up to this many different keywords count in full, see `Calibration.damping`.
FULL_KEYWORDS = 4


class Decision(StrEnum):
    """What may be done with a classified text."""

    AUTO = "auto"
    REVIEW = "review"
    NOT_MEDIABLE = "not_mediable"


@dataclass(frozen=True)
class Keyword:
    """A word that speaks for a case type, or with a negative weight against it.

    `case_type` is the code of one of the 25 types or `NOT_MEDIABLE_TYPE`. A longer word adds to the
    shorter ones inside it, or takes away from what they say. Two words joined by `JOINT` speak when
    both stand in the text. Raises `ValueError` for a weight that is no number and for more
    than two joined.
    """

    case_type: str
    word: str
    weight: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.weight):
            raise ValueError(f"weight of {self.word!r} is not a number: {self.weight}")
        if self.word.count(JOINT) > 1:
            raise ValueError(f"more than two words joined: {self.word!r}")


@dataclass(frozen=True)
class Calibration:
    """How the scores of one rule book are read; fitted together with its weights.

    The confidence that the first answer is right is the logistic function of `intercept` +
    `lead` x (first score - next) + `share` x (that lead / first score) + `words` x ln(1 + number of
    keywords for the first). The defaults suit a small book made by hand.
    """

    # Beyond FULL_KEYWORDS different keywords the sum of n weights is divided by
    # (n / FULL_KEYWORDS) ** damping: a long text is not surer than its words, and stuffing pays
    # less and less.
    damping: float = 0.5
    scale: float = 1.0  # what a weight of 1 counts, so that weights stay between -4 and 4
    # What the score of a type begins with where a word speaks for it: how common it is.
    prior: Mapping[str, float] = field(default_factory=dict)
    intercept: float = -1.5
    lead: float = 2.0
    share: float = 0.0
    words: float = 0.0
    auto_from: float = 0.95  # a text is routed by itself from this confidence on
    not_mediable_from: float = 0.8  # that there is nothing to mediate is only told to a person

    def to_dict(self) -> dict[str, Any]:
        """Return the values by name, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Calibration":
        """Return what `to_dict` gave; a missing value has its default. Raises ValueError."""
        if unknown := values.keys() - {one.name for one in fields(cls)}:
            raise ValueError(f"not a value of a calibration: {min(unknown)}")
        prior = values.get("prior", {})
        if not isinstance(prior, Mapping):
            raise ValueError("prior of a calibration is not a table")
        rest = {name: _number(name, value) for name, value in values.items() if name != "prior"}
        return cls(**rest, prior={code: _number(code, value) for code, value in prior.items()})

    def strength(self, keywords: int) -> float:
        """Return what a weight of 1 counts in a text with so many different keywords."""
        return float(self.scale * max(1.0, keywords / FULL_KEYWORDS) ** -self.damping)

    def confidence(self, first: float, following: float, words: int) -> float:
        """Return how sure (0 to 1) an answer is with this score above 0 and that of the next."""
        sure = self.intercept + self.lead * (first - following)
        sure += self.share * (first - following) / first + self.words * math.log1p(words)
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, sure))))


class Ranked(NamedTuple):
    """A case type that the text speaks for; `keywords` are those for it, strongest first."""

    case_type: str
    score: float
    keywords: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """The judgement on a text: at most `MOST_RANKED` types, how sure the first of them is (0 to 1)
    and what may be done.

    `hits` are the keywords' places in the text as written, left to right; they may overlap, and
    the longest of those that begin together comes first.
    """

    ranked: tuple[Ranked, ...]
    decision: Decision
    hits: tuple[Hit, ...]
    confidence: float = 0.0


class _Placed(Verdict):
    """A verdict that looks for the places when they are asked for: few callers show them."""

    def __init__(
        self,
        ranked: tuple[Ranked, ...],
        decision: Decision,
        confidence: float,
        find: Callable[[], tuple[Hit, ...]],
    ) -> None:
        values = {"ranked": ranked, "decision": decision, "confidence": confidence, "_find": find}
        self.__dict__.update(values)

    @cached_property
    def hits(self) -> tuple[Hit, ...]:
        return cast("Callable[[], tuple[Hit, ...]]", self.__dict__["_find"])()


class RuleBook:
    """One version of the keywords, ready to classify; immutable, so threads may share it."""

    def __init__(
        self,
        keywords: Iterable[Keyword],
        *,
        calibration: Calibration | None = None,
        version: int = 0,
    ) -> None:
        """Index `keywords`. Of two for the same type and word the later one counts."""
        self.version = version
        self.calibration = calibration or Calibration()
        weights = _by_word(keywords)
        self._codes = sorted({code for row in weights.values() for code in row})
        single = {part for word in weights for part in word.split(JOINT)}
        self._matcher = Matcher(single)
        joined = sorted(word for word in weights if JOINT in word)
        self._words = [*self._matcher.words, *joined]
        self._place = {word: at for at, word in enumerate(self._words)}
        self._weights = self._weigh(weights)
        self._parts = self._compounds(joined)
        self._parts_only = {at for at, word in enumerate(self._words) if word not in weights}
        prior = [self.calibration.prior.get(code, 0.0) for code in self._codes]
        self._prior = np.array(prior)

    def classify(self, text: str) -> Verdict:
        """Rank the case types of `text`; any string has a verdict, at worst an empty `review`.

        A keyword counts once, however often it stands there. Equal scores are ranked by code.
        """
        text = text[:LONGEST_TEXT]
        speaking = self._speaking(self._matcher.words_in(normalise(text)))
        ranked = self._rank(speaking) if speaking else ()
        confidence = self._confidence(ranked)
        decision = self._decide(ranked, confidence)
        return _Placed(ranked, decision, confidence, partial(self._hits, text))

    def _weigh(self, weights: Mapping[str, Mapping[str, float]]) -> NDArray[np.float32]:
        """The weights of all words, a row each, by type."""
        column = {code: at for at, code in enumerate(self._codes)}
        table = np.zeros((len(self._words), len(self._codes)), np.float32)
        for row, word in zip(table, self._words, strict=True):
            for code, weight in weights.get(word, {}).items():
                row[column[code]] = weight
        return table

    def _compounds(self, joined: list[str]) -> dict[int, tuple[int, int]]:
        """The places of the two parts of each compound, by its own place."""
        place = self._place
        parts = {place[word]: word.split(JOINT) for word in joined}
        return {at: (place[one], place[other]) for at, (one, other) in parts.items()}

    def _speaking(self, present: set[int]) -> list[int]:
        """The keywords that count, by their place: words that carry a weight, and compounds."""
        both = self._parts.items()
        joined = [at for at, (one, two) in both if one in present and two in present]
        return sorted(present - self._parts_only) + joined

    def _rank(self, speaking: list[int]) -> tuple[Ranked, ...]:
        """The types that a word speaks for, with their scores, the highest first."""
        words = [self._words[word] for word in speaking]
        weights = self._weights[speaking]
        strength = self.calibration.strength(len(speaking))
        scores = (weights.sum(axis=0, dtype=float) * strength + self._prior).round(3)
        counts = (weights > 0).sum(axis=0)
        scores *= counts > 0
        first = np.argsort(-scores, kind="stable")[:MOST_RANKED]
        strongest = np.argsort(-weights.T[first]).tolist()
        values = first.tolist(), scores[first].tolist(), strongest, counts[first].tolist()
        return tuple(
            Ranked(self._codes[code], score, tuple([words[at] for at in places[:count]]))
            for code, score, places, count in zip(*values, strict=True)
            if score > 0
        )

    def _hits(self, text: str) -> tuple[Hit, ...]:
        """The places of the words that count, and of the parts of compounds that do."""
        found = self._matcher.all_found(normalise(text))
        speaking = self._speaking({word for word, _start, _end in found})
        shown = set(speaking).union(*(self._parts.get(word, ()) for word in speaking))
        return tuple(self._matcher.placed(text, [hit for hit in found if hit[0] in shown]))

    def _confidence(self, ranked: tuple[Ranked, ...]) -> float:
        if not ranked:
            return 0.0
        following = ranked[1].score if len(ranked) > 1 else 0.0
        return self.calibration.confidence(ranked[0].score, following, len(ranked[0].keywords))

    def _decide(self, ranked: tuple[Ranked, ...], confidence: float) -> Decision:
        if not ranked:
            return Decision.REVIEW
        if ranked[0].case_type == NOT_MEDIABLE_TYPE:
            enough = confidence >= self.calibration.not_mediable_from
            return Decision.NOT_MEDIABLE if enough else Decision.REVIEW
        sure = confidence >= self.calibration.auto_from
        return Decision.AUTO if sure and may_be_auto(ranked) else Decision.REVIEW


def may_be_auto(ranked: Sequence[Ranked]) -> bool:
    """Say whether an answer has the words and the lead without which no text routes itself."""
    following = ranked[1].score if len(ranked) > 1 else 0.0
    words = whole_words(ranked[0].keywords)
    several = sum(len(word) >= AUTO_LENGTH for word in words) >= AUTO_KEYWORDS
    return several and ranked[0].score - following >= AUTO_SHARE * ranked[0].score


def whole_words(keywords: Sequence[str]) -> tuple[str, ...]:
    """Return these keywords without those that stand inside another one: what people are shown."""
    return tuple(
        word for word in keywords if not any(word in other and word != other for other in keywords)
    )


def _number(name: str, value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    raise ValueError(f"{name} of a calibration is not a number")


def _by_word(keywords: Iterable[Keyword]) -> dict[str, dict[str, float]]:
    weights: dict[str, dict[str, float]] = {}
    for keyword in keywords:
        parts = [normalise(part) for part in keyword.word.split(JOINT)]
        if all(parts):
            weight = max(-WEIGHT_LIMIT, min(WEIGHT_LIMIT, keyword.weight))
            weights.setdefault(JOINT.join(parts), {})[keyword.case_type] = weight
    return weights


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


def load_calibration(path: Path) -> Calibration:
    """Read the calibration that belongs to a table: one JSON object. Raises ValueError."""
    return Calibration.from_dict(json.loads(path.read_text(encoding="utf-8")))
