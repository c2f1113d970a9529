"""What labelled texts would change in a table of keywords: proposals with evidence, for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from cases.routing.classify import (
    JOINT,
    WEIGHT_LIMIT,
    Calibration,
    Keyword,
    RuleBook,
    Verdict,
)
from cases.routing.labelled import Labelled
from cases.routing.matcher import Matcher, normalise
from cases.routing.measure import answer, is_right
from cases.routing.softmax import Rows, Table, regression
from cases.routing.train import DEFAULT, Recipe, shares_of, text_weights
from cases.routing.vocabulary import choose_words

Key = tuple[str, str]  # case type and word
NEW_WORDS = 1500  # that are looked at
LEAST_CHANGE = 0.3  # of a weight: less changes hardly an answer
NOTHING = 0.1  # a weight below this is taken out
STEPS = 25
HELD = 0.01  # of the column for the prior: so small that moving its weights does not pay
MOST_TRIED = 300  # changes; each is tried on its texts with a table of its own
MOST_NAMED = 20  # texts in the evidence


class ProposalKind(StrEnum):
    """What becomes of a keyword."""

    ADD = "add"
    REMOVE = "remove"
    REWEIGH = "reweigh"


@dataclass(frozen=True)
class Proposal:
    """One change to a table; `old` or `new` is None where the keyword is not there.

    `evidence`: `texts` with the word, `per_type` how many of each label, `fixed` and `broken` how
    many answers this change alone makes right or wrong, and `fixes` and `breaks` their ids.
    """

    kind: ProposalKind
    case_type: str
    word: str
    old: float | None
    new: float | None
    evidence: dict[str, Any]


def propose(
    current: Sequence[Keyword],
    texts: Sequence[Labelled],
    *,
    calibration: Calibration | None = None,
    recipe: Recipe = DEFAULT,
    limit: int = 200,
) -> list[Proposal]:
    """Return changes to a table that make more labelled texts right than wrong, the best first.

    The weights are fitted to the texts, held to those of `current`; then each change is tried
    alone. Deterministic; some minutes for thousands of texts.
    """
    if not texts:
        return []
    table = {(row.case_type, row.word): row.weight for row in current}
    reading = calibration or Calibration()
    trial = _Trial(table, texts, reading)
    wanted = _fitted(table, texts, reading, recipe)
    order = sorted(wanted, key=lambda key: (-abs(wanted[key] - table.get(key, 0.0)), key))
    found = [trial.proposal(key, wanted[key]) for key in order[:MOST_TRIED]]
    useful = [one for one in found if one.evidence["fixed"] > one.evidence["broken"]]
    return sorted(useful, key=_usefulness)[:limit]


def apply_proposals(current: Sequence[Keyword], proposals: Sequence[Proposal]) -> list[Keyword]:
    """Return the table with these changes carried out, by type and word."""
    table = {(row.case_type, row.word): row.weight for row in current}
    for one in proposals:
        table = _changed(table, (one.case_type, one.word), one.new)
    return _rows(table)


def _usefulness(one: Proposal) -> tuple[int, int, str, str]:
    gain = one.evidence["fixed"] - one.evidence["broken"]
    return -gain, -one.evidence["texts"], one.case_type, one.word


def _changed(table: dict[Key, float], key: Key, new: float | None) -> dict[Key, float]:
    rest = {one: weight for one, weight in table.items() if one != key}
    return rest if new is None else {**rest, key: new}


def _rows(table: dict[Key, float]) -> list[Keyword]:
    return [Keyword(code, word, weight) for (code, word), weight in sorted(table.items())]


def _fitted(
    table: dict[Key, float], texts: Sequence[Labelled], reading: Calibration, recipe: Recipe
) -> dict[Key, float]:
    """The weights that fit the texts better, where they differ enough to matter.

    A new word is proposed for the one type that it says most for, beyond the words inside it.
    """
    plain = [normalise(text.text) for text in texts]
    labels = {code for text in texts for code in (text.case_type, *text.acceptable)}
    types = sorted({code for code, _word in table} | labels)
    shares, counts = shares_of(texts, types, recipe), text_weights(texts, recipe)
    _seen, telling = choose_words(
        plain,
        shares * counts,
        longest=recipe.longest,
        min_texts=recipe.min_texts,
        most=NEW_WORDS,
    )
    old_words = {word for _code, word in table if JOINT not in word}
    matcher = Matcher([*old_words, *telling])
    start = _start(table, types, matcher.words, reading)
    prior = len(matcher.words)
    found = [sorted(matcher.words_in(one)) for one in plain]
    rows = Rows([_row(words, prior, reading) for words in found], prior + 1)
    new = regression(rows, shares, counts, penalty=recipe.penalty, steps=STEPS, start=start)
    return _differences(table, types, old_words, matcher.words, new)


def _start(
    table: dict[Key, float], types: Sequence[str], words: Sequence[str], reading: Calibration
) -> Table:
    """The weights that the fit begins with and is held to; the last row is the prior."""
    rows = [[table.get((code, word), 0.0) for code in types] for word in words]
    prior = [reading.prior.get(code, 0.0) / HELD for code in types]
    return np.array([*rows, prior], np.float32)


def _row(words: Sequence[int], prior: int, reading: Calibration) -> dict[int, float]:
    return {**dict.fromkeys(words, reading.strength(len(words))), prior: HELD}


def _differences(
    table: dict[Key, float],
    types: Sequence[str],
    old_words: set[str],
    words: Sequence[str],
    new: Table,
) -> dict[Key, float]:
    wanted: dict[Key, float] = {}
    weights = np.clip(np.round(new.astype(float), 2), -WEIGHT_LIMIT, WEIGHT_LIMIT)
    for word, row in zip(words, weights, strict=False):
        if word in old_words:
            for code, weight in zip(types, row, strict=True):
                if abs(weight - table.get((code, word), 0.0)) >= LEAST_CHANGE:
                    wanted[code, word] = float(weight)
        elif row.max() >= LEAST_CHANGE:
            wanted[types[int(row.argmax())], word] = float(row.max())
    return wanted


class _Trial:
    """A table and labelled texts, on which changes are tried one at a time."""

    def __init__(
        self, table: dict[Key, float], texts: Sequence[Labelled], reading: Calibration
    ) -> None:
        self._table, self._texts, self._reading = table, texts, reading
        self._plain = [normalise(text.text) for text in texts]
        self._before = self._right(RuleBook(_rows(table), calibration=reading), range(len(texts)))

    def proposal(self, key: Key, weight: float) -> Proposal:
        """Return the change of one keyword to this weight, with its evidence."""
        old, new = self._table.get(key), weight if abs(weight) >= NOTHING else None
        kind = ProposalKind.REWEIGH if new is not None else ProposalKind.REMOVE
        kind = ProposalKind.ADD if old is None else kind
        return Proposal(kind, *key, old, new, self._evidence(key, new))

    def _evidence(self, key: Key, new: float | None) -> dict[str, Any]:
        with_it = [at for at, plain in enumerate(self._plain) if key[1] in plain]
        book = RuleBook(_rows(_changed(self._table, key, new)), calibration=self._reading)
        after = self._right(book, with_it)
        fixed = [self._texts[at].id for at in with_it if after[at] and not self._before[at]]
        broken = [self._texts[at].id for at in with_it if self._before[at] and not after[at]]
        labels = sorted(self._texts[at].case_type for at in with_it)
        return {
            "texts": len(with_it),
            "per_type": {code: labels.count(code) for code in dict.fromkeys(labels)},
            "fixed": len(fixed),
            "broken": len(broken),
            "fixes": fixed[:MOST_NAMED],
            "breaks": broken[:MOST_NAMED],
        }

    def _right(self, book: RuleBook, places: Sequence[int]) -> dict[int, bool]:
        return {at: self._is_right(at, book.classify(self._texts[at].text)) for at in places}

    def _is_right(self, at: int, verdict: Verdict) -> bool:
        return is_right(self._texts[at], answer(verdict))
