"""Keywords and their weights from labelled texts: a whole table, its calibration, its figures.

The model behind a table is a softmax regression (one weight per word and type, the types compete)
on the words that stand in a text. Words may overlap: a longer one learns what it adds to the
shorter ones inside it, so that rare phrases lean on their parts.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cases.routing.calibrate import Answered, calibrate
from cases.routing.classify import (
    NOT_MEDIABLE_TYPE,
    WEIGHT_LIMIT,
    Calibration,
    Keyword,
    RuleBook,
)
from cases.routing.labelled import Labelled
from cases.routing.matcher import Matcher, normalise
from cases.routing.measure import Judged, figures
from cases.routing.softmax import Rows, Table, regression
from cases.routing.vocabulary import choose_words, rarity

CONSTANT = 5.0  # of the column that is in every text, see `_row`


@dataclass(frozen=True)
class Recipe:
    """How a table is learned; the defaults were chosen by cross-validation (docs/routing.md)."""

    keywords: int = 20_000  # at most so many words
    rows: int = 48_000  # at most so many weights, the most useful ones
    longest: int = 4  # characters of a word
    min_texts: int = 3  # a word stands in so many texts at least
    penalty: float = 1.0  # on the squares of the weights
    rarity: float = 0.75  # how much more freely a rare word may weigh
    damping: float = 0.6  # this and the scale: see Calibration
    scale: float = 2.5
    balance: float = 0.7  # 0: types count by their texts; 1: all types count the same
    also_right: float = 0.35  # share of a text that goes to its other right types
    steps: int = 60
    settling_steps: int = 25  # of the second fit, when only the kept weights are left
    none_recall: float = 0.65  # what share of the texts without a dispute is to be found
    auto_precision: float = 0.955  # how often a text that routes itself is to be right
    none_precision: float = 0.8
    folds: int = 4  # in which the calibration is fitted

    def reading(self, prior: Mapping[str, float] | None = None) -> Calibration:
        """Return how scores are read before anything is fitted to them."""
        return Calibration(damping=self.damping, scale=self.scale, prior=dict(prior or {}))


DEFAULT = Recipe()


@dataclass(frozen=True)
class Learned:
    """A table, and what each type has in advance where a word speaks for it."""

    keywords: list[Keyword]
    prior: dict[str, float]


def fit(
    texts: Sequence[Labelled], *, extra: Sequence[Labelled] = (), recipe: Recipe = DEFAULT
) -> tuple[list[Keyword], Calibration]:
    """Learn a table of keywords and its calibration.

    `texts` are like those that the table will meet; `extra` (texts of the field, surplus, single
    words as texts) only teach. The calibration comes from answers to texts that the answering
    table has not seen. Deterministic; minutes for 10,000 texts.
    """
    parts = _learn_in_parts(texts, extra, recipe.folds, seed=1, recipe=recipe)
    calibration = _calibrate(parts, recipe)
    learned = learn([*texts, *extra], recipe)
    prior = _with_none(learned.prior, calibration)
    return learned.keywords, replace(calibration, prior=prior)


def cross_validate(
    texts: Sequence[Labelled],
    *,
    extra: Sequence[Labelled] = (),
    folds: int = 5,
    seed: int = 0,
    recipe: Recipe = DEFAULT,
) -> dict[str, Any]:
    """Return the figures of `measure.figures` for texts that the answering table has not seen.

    The choice of words and the weights are learned anew for each part from the other ones, and
    its answers are read by a calibration of theirs; `extra` only teaches.
    """
    parts = _learn_in_parts(texts, extra, folds, seed, recipe)
    judged: list[Judged] = []
    for at, (learned, asked) in enumerate(parts):
        calibration = _calibrate([*parts[:at], *parts[at + 1 :]], recipe)
        calibration = replace(calibration, prior=_with_none(learned.prior, calibration))
        book = RuleBook(learned.keywords, calibration=calibration)
        judged += [(text, book.classify(text.text)) for text in asked]
    return figures(judged)


Part = tuple[Learned, list[Labelled]]  # a table, and texts that it has not seen


def _learn_in_parts(
    texts: Sequence[Labelled], extra: Sequence[Labelled], folds: int, seed: int, recipe: Recipe
) -> list[Part]:
    return [
        (learn([*taught, *extra], recipe), asked) for taught, asked in _folds(texts, folds, seed)
    ]


def _calibrate(parts: Sequence[Part], recipe: Recipe) -> Calibration:
    """Fit a calibration on what each table says of the texts that it has not seen. Its prior holds
    only what none must get more."""
    unseen = []
    for learned, asked in parts:
        book = RuleBook(learned.keywords, calibration=recipe.reading(learned.prior))
        unseen += [Answered(text, book.classify(text.text).ranked) for text in asked]
    return calibrate(
        unseen,
        recipe.reading(),
        none_recall=recipe.none_recall,
        auto_precision=recipe.auto_precision,
        none_precision=recipe.none_precision,
    )


def _with_none(prior: Mapping[str, float], calibration: Calibration) -> dict[str, float]:
    more = calibration.prior.get(NOT_MEDIABLE_TYPE, 0.0)
    return {**prior, NOT_MEDIABLE_TYPE: round(prior.get(NOT_MEDIABLE_TYPE, 0.0) + more, 3)}


def learn(texts: Sequence[Labelled], recipe: Recipe = DEFAULT) -> Learned:
    """Choose keywords from labelled texts and weigh them; the table is by type and word."""
    plain = [normalise(text.text) for text in texts]
    types = sorted({code for text in texts for code in (text.case_type, *text.acceptable)})
    shares, counts = shares_of(texts, types, recipe), text_weights(texts, recipe)
    texts_with, chosen = choose_words(
        plain,
        shares * counts,
        longest=recipe.longest,
        min_texts=recipe.min_texts,
        most=recipe.keywords,
    )
    matcher = Matcher(chosen)
    rare = rarity(matcher.words, texts_with, len(texts), recipe.rarity) / recipe.scale
    found = [sorted(matcher.words_in(one)) for one in plain]
    rows = Rows([_row(words, rare, recipe) for words in found], len(rare) + 1)
    fitted = regression(rows, shares, counts, penalty=recipe.penalty, steps=recipe.steps)
    weights = fitted[:-1] * rare[:, None]
    heard = np.bincount([word for words in found for word in words], minlength=len(rare))
    kept = _kept(weights, heard, recipe)
    settled = regression(  # without the weights that were dropped
        rows,
        shares,
        counts,
        penalty=recipe.penalty,
        start=np.vstack([np.where(kept, weights, 0) / rare[:, None], fitted[-1:]]),
        free=np.vstack([kept, np.ones_like(kept[:1])]),
        steps=recipe.settling_steps,
    )
    prior = settled[-1] * CONSTANT
    return Learned(
        _table(matcher.words, types, settled[:-1] * rare[:, None], kept),
        {code: round(float(one - prior.min()), 3) for code, one in zip(types, prior, strict=True)},
    )


# --- The texts ---


def shares_of(texts: Sequence[Labelled], types: Sequence[str], recipe: Recipe) -> Table:
    """Return what part of a text speaks for which type: most for its label, some for those that
    are also right (texts x types)."""
    place = {code: at for at, code in enumerate(types)}
    shares = np.zeros((len(texts), len(types)), np.float32)
    for row, text in zip(shares, texts, strict=True):
        others = [place[code] for code in text.acceptable if code != NOT_MEDIABLE_TYPE]
        row[place[text.case_type]] += 1 - recipe.also_right if others else 1
        for other in others:
            row[other] += recipe.also_right / len(others)
    return shares


def text_weights(texts: Sequence[Labelled], recipe: Recipe) -> Table:
    """Return how much each text counts, types with few texts a little more (texts x 1)."""
    total: dict[str, float] = defaultdict(float)
    for text in texts:
        total[text.case_type] += text.weight
    mean = sum(total.values()) / len(total)
    weights = [text.weight * (mean / total[text.case_type]) ** recipe.balance for text in texts]
    return np.array(weights, np.float32)[:, None]


def _row(words: Sequence[int], rare: Table, recipe: Recipe) -> dict[int, float]:
    """A text as the regression sees it: its words, as strong as in `classify`.

    The last column is in every text: what a type has in advance. It is written so large that the
    penalty hardly holds it.
    """
    strength = recipe.reading().strength(len(words))
    return {**{word: strength * float(rare[word]) for word in words}, len(rare): CONSTANT}


def _kept(weights: Table, heard: NDArray[np.int64], recipe: Recipe) -> NDArray[np.bool_]:
    """The weights that matter most. Changes `weights`: types compete, so what a word gives to all
    of them alike changes no answer and is taken away."""
    weights -= np.median(weights, axis=1, keepdims=True)
    worth = np.abs(weights) * np.sqrt(heard + 0.5)[:, None]
    least = np.sort(worth, axis=None)[-recipe.rows] if worth.size > recipe.rows else 0.0
    kept: NDArray[np.bool_] = worth >= least
    return kept


def _table(
    words: Sequence[str], types: Sequence[str], weights: Table, kept: NDArray[np.bool_]
) -> list[Keyword]:
    weights = np.clip(np.round(weights.astype(float), 2), -WEIGHT_LIMIT, WEIGHT_LIMIT)
    rows = [
        Keyword(types[code], words[word], float(weights[word, code]))
        for word, code in zip(*np.nonzero(kept & (weights != 0)), strict=True)
    ]
    return sorted(rows, key=lambda row: (row.case_type, row.word))


def _folds(
    texts: Sequence[Labelled], folds: int, seed: int
) -> Iterator[tuple[list[Labelled], list[Labelled]]]:
    """Yield (the others, one part) for each of `folds` parts with the same mix of types."""
    order = np.random.default_rng(seed).permutation(len(texts))
    dealt = sorted(order, key=lambda at: texts[at].case_type)
    part = {at: place % folds for place, at in enumerate(dealt)}
    for fold in range(folds):
        yield (
            [text for at, text in enumerate(texts) if part[at] != fold],
            [text for at, text in enumerate(texts) if part[at] == fold],
        )
