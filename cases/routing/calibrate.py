"""How sure an answer is, fitted on answers to texts that the answering table has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cases.routing.classify import NOT_MEDIABLE_TYPE, Calibration, Ranked, may_be_auto
from cases.routing.labelled import Labelled
from cases.routing.measure import is_right

NEVER = 1.0  # a confidence that no answer reaches
FEWEST = 20  # answers that a threshold must rest on
NEWTON_STEPS = 30


@dataclass(frozen=True)
class Answered:
    """A labelled text with the types that a table ranks for it, without any offset."""

    text: Labelled
    ranked: tuple[Ranked, ...]


def calibrate(
    answers: Sequence[Answered],
    start: Calibration,
    *,
    none_recall: float,
    auto_precision: float,
    none_precision: float,
) -> Calibration:
    """Fit a calibration: what none must get more (its `prior`), the confidence, the thresholds.

    None gets so much that it finds the share `none_recall` of the texts that are labelled none.
    A text routes itself from the least confidence at which `auto_precision` of such answers were
    right, and is called not mediable from the least at which `none_precision` were labelled so.
    """
    offset = _none_offset(answers, none_recall)
    prior = {NOT_MEDIABLE_TYPE: offset}
    moved = [replace(one, ranked=_moved(one.ranked, offset)) for one in answers]
    told = [one for one in moved if one.ranked]
    right = np.array([is_right(one.text, one.ranked[0].case_type) for one in told], float)
    slopes = _logistic(np.array([_signs(one.ranked) for one in told]), right)
    intercept, lead, share, words = (round(float(value), 4) for value in slopes)
    found = replace(start, prior=prior, intercept=intercept, lead=lead, share=share, words=words)
    auto, none = _confidences(told, found)
    return replace(
        found,
        auto_from=_threshold(auto, auto_precision),
        not_mediable_from=_threshold(none, none_precision),
    )


def _none_offset(answers: Sequence[Answered], recall: float) -> float:
    """What none must get more, so that it comes first in this share of the texts labelled so."""
    lacking = []
    for one in answers:
        scores = {ranked.case_type: ranked.score for ranked in one.ranked}
        none = scores.pop(NOT_MEDIABLE_TYPE, None)
        if one.text.case_type == NOT_MEDIABLE_TYPE:
            lacking.append(max(scores.values(), default=0.0) - none if none else np.inf)
    if not lacking:
        return 0.0
    offset = float(np.quantile(lacking, recall, method="lower"))
    return round(max(-2.0, min(2.0, offset)), 3)


def _moved(ranked: Sequence[Ranked], offset: float) -> tuple[Ranked, ...]:
    moved = [
        one._replace(score=one.score + offset) if one.case_type == NOT_MEDIABLE_TYPE else one
        for one in ranked
    ]
    moved = [one for one in moved if one.score > 0]
    return tuple(sorted(moved, key=lambda one: (-one.score, one.case_type)))


def _signs(ranked: Sequence[Ranked]) -> list[float]:
    """What the confidence is computed from, see `Calibration`."""
    following = ranked[1].score if len(ranked) > 1 else 0.0
    lead = ranked[0].score - following
    return [1.0, lead, lead / ranked[0].score, float(np.log1p(len(ranked[0].keywords)))]


def _logistic(signs: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic regression by Newton's method, barely held to 0."""
    slopes = np.zeros(signs.shape[1])
    held = np.eye(signs.shape[1])
    for _step in range(NEWTON_STEPS):
        share = 1 / (1 + np.exp(-signs @ slopes))
        bend = signs.T @ (signs * (share * (1 - share))[:, None]) + held
        slopes = slopes + np.linalg.solve(bend, signs.T @ (right - share) - held @ slopes)
    return slopes


Sure = list[tuple[float, bool]]


def _confidences(told: Sequence[Answered], found: Calibration) -> tuple[Sure, Sure]:
    """How sure each answer is, and whether it was right: of those that could route themselves,
    and of those that say none."""
    auto, none = [], []
    for one in told:
        first = one.ranked[0]
        following = one.ranked[1].score if len(one.ranked) > 1 else 0.0
        sure = found.confidence(first.score, following, len(first.keywords))
        if first.case_type == NOT_MEDIABLE_TYPE:
            none.append((sure, one.text.case_type == NOT_MEDIABLE_TYPE))
        elif may_be_auto(one.ranked):
            auto.append((sure, is_right(one.text, first.case_type)))
    return auto, none


def _threshold(answers: Sure, precision: float) -> float:
    """The least confidence from which on this share of the answers was right."""
    right, least = 0, NEVER
    for count, (sure, is_so) in enumerate(sorted(answers, reverse=True), 1):
        right += is_so
        if count >= FEWEST and right / count >= precision:
            least = sure
    return round(least, 4)
