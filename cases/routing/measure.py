"""How well a rule book routes labelled texts: the figures by which it is judged."""

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from cases.routing.classify import NOT_MEDIABLE_TYPE, Decision, RuleBook, Verdict
from cases.routing.labelled import Labelled

Judged = tuple[Labelled, Verdict]
DIGITS = 4


def answer(verdict: Verdict) -> str:
    """Return the first type of a verdict; empty when no keyword spoke."""
    return verdict.ranked[0].case_type if verdict.ranked else ""


def is_right(text: Labelled, said: str) -> bool:
    """Say whether an answer is right or also right; `none` counts only where it is the label."""
    return said == text.case_type or (said in text.acceptable and said != NOT_MEDIABLE_TYPE)


def evaluate(book: RuleBook, texts: Sequence[Labelled]) -> dict[str, Any]:
    """Classify every text and return all figures, ready for JSON; shares are between 0 and 1.

    `top1_strict`: the first answer is the label; `top1_lenient`: or another right type; `top3`:
    the label is among the first three; `macro_f1`: the mean over all types that are a label or an
    answer; `auto_share` and `auto_precision` (lenient) of what the book would route by itself;
    `none_precision` and `none_recall` of the first answer `none`; `per_type`; `confusion`
    {label: {answer: count}}; `texts`; `texts_per_second`. Raises ValueError without texts.
    """
    if not texts:
        raise ValueError("no labelled texts")
    start = time.perf_counter()
    verdicts = [book.classify(text.text) for text in texts]
    seconds = time.perf_counter() - start
    return {**figures(list(zip(texts, verdicts, strict=True))), **_speed(len(texts), seconds)}


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return the figures of `evaluate` but speed, of texts that have been classified."""
    said = [(text, answer(verdict)) for text, verdict in judged]
    auto = [(text, answer(v)) for text, v in judged if v.decision == Decision.AUTO]
    confusion = Counter((text.case_type, one) for text, one in said)
    per_type = _per_type(confusion)
    none = per_type.get(NOT_MEDIABLE_TYPE, {"precision": 0.0, "recall": 0.0})
    return {
        "texts": len(judged),
        "top1_strict": _share(one == text.case_type for text, one in said),
        "top1_lenient": _share(is_right(text, one) for text, one in said),
        "top3": _share(
            text.case_type in [r.case_type for r in verdict.ranked[:3]] for text, verdict in judged
        ),
        "macro_f1": _mean([row["f1"] for row in per_type.values()]),
        "auto_share": round(len(auto) / len(judged), DIGITS),
        "auto_precision": _share(is_right(text, one) for text, one in auto),
        "auto_precision_strict": _share(one == text.case_type for text, one in auto),
        "none_precision": none["precision"],
        "none_recall": none["recall"],
        "per_type": per_type,
        "confusion": _table(confusion),
    }


def _per_type(confusion: Counter[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    labels, answers = Counter[str](), Counter[str]()
    for (label, said), count in confusion.items():
        labels[label] += count
        answers[said] += count
    rows = {}
    for code in sorted(labels.keys() | (answers.keys() - {""})):
        right = confusion[code, code]
        rows[code] = {
            "support": labels[code],
            "precision": _ratio(right, answers[code]),
            "recall": _ratio(right, labels[code]),
            "f1": _ratio(2 * right, labels[code] + answers[code]),
        }
    return rows


def _table(confusion: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    for (label, said), count in sorted(confusion.items()):
        table.setdefault(label, {})[said] = count
    return table


def _speed(texts: int, seconds: float) -> dict[str, float]:
    return {"seconds": round(seconds, DIGITS), "texts_per_second": round(texts / seconds, 1)}


def _share(right: Any) -> float:
    return _mean([float(one) for one in right])


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), DIGITS) if values else 0.0


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, DIGITS) if whole else 0.0
