"""The layers of filtering (分层过滤): in which one a case belongs, why, and which comes next.

Pure: plain values in, plain values out. Law fixes no layer and no number of days; what stands in
`Layer` and `TierRule` is the district's own to change (facts §2.4). 人民调解工作若干规定 21 is the
rule behind it: what is difficult, or reaches beyond one community, goes to the next committee up.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cases.routing.matcher import normalise

COMMUNITY, STREET, DISTRICT, COURT = "community", "street", "district", "court"
ORDER = (COMMUNITY, STREET, DISTRICT, COURT)
# The centre itself gives cases to industry bodies and to bodies that the court has invited, so a
# court case may also go to the district's bodies and the other way round: one height.
HEIGHT = {COMMUNITY: 0, STREET: 1, DISTRICT: 2, COURT: 2}
NEXT = {COMMUNITY: STREET, STREET: DISTRICT}
SILENT, HANDED_UP = "lapsed", "handed_up"  # outcomes of an assignment, `Assignment.Outcome`
DEFAULT_SILENT_ROUNDS = 2
Rounds = tuple[tuple[str, str], ...]  # the tier and the outcome of each assignment so far


@dataclass(frozen=True)
class Rule:
    """What raises a case to a tier: one row of `TierRule`."""

    key: str
    condition: str
    tier: str
    threshold: Decimal | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What is known of a case where its tier is asked.

    `people` counts the parties, `amount` is in yuan.
    """

    start_tier: str
    amount: Decimal | None = None
    people: int = 0
    text: str = ""
    is_court: bool = False
    rounds: Rounds = ()


@dataclass(frozen=True)
class Placed:
    """The tier of a case with the keys of what led there, in order: see `words`."""

    tier: str
    why: tuple[str, ...]


def place(facts: Facts, rules: Sequence[Rule], silent_rounds: dict[str, int]) -> Placed:
    """Return the tier of a case: its type's, raised by rules, then above each layer it has left.

    `silent_rounds` says for each tier after how many rounds without an answer the next one is
    asked. Nothing ever lowers a tier.
    """
    tier, why = facts.start_tier, [f"type:{facts.start_tier}"]
    for rule in rules:
        if is_above(rule.tier, tier) and _holds(rule, facts):
            tier = rule.tier
            why.append(f"rule:{rule.key}")
    left = layers_left(facts.rounds, silent_rounds)
    for gone in sorted(left, key=ORDER.index):
        if is_above(next_tier(gone), tier):
            tier = next_tier(gone)
            why.append(f"{left[gone]}:{gone}")
    return Placed(tier, tuple(why))


def is_above(tier: str, other: str) -> bool:
    """Say whether a tier stands above another; none at all stands above nothing."""
    return bool(tier) and ORDER.index(tier) > ORDER.index(other)


def next_tier(tier: str) -> str:
    """Return the layer that is asked after this one; empty after the last."""
    return NEXT.get(tier, "")


def layers_left(rounds: Sequence[tuple[str, str]], silent_rounds: dict[str, int]) -> dict[str, str]:
    """Return the tiers that a case has been through, each with why: "handed_up" or "silent"."""
    silent = Counter(tier for tier, outcome in rounds if outcome == SILENT)
    left = {
        tier: "silent"
        for tier, count in silent.items()
        if count >= silent_rounds.get(tier, DEFAULT_SILENT_ROUNDS)
    }
    return left | {tier: HANDED_UP for tier, outcome in rounds if outcome == HANDED_UP}


def exhausted(rounds: Rounds, silent_rounds: dict[str, int]) -> bool:
    """Say whether a layer has been left above which there is none, so that a person must go on."""
    return any(not next_tier(tier) for tier in layers_left(rounds, silent_rounds))


def _holds(rule: Rule, facts: Facts) -> bool:
    if rule.condition == "words":
        text = normalise(facts.text)
        return any(normalise(word) in text for word in rule.words)
    if rule.condition == "track":
        return facts.is_court
    if rule.threshold is None:
        return False
    if rule.condition == "amount":
        return facts.amount is not None and facts.amount >= rule.threshold
    if rule.condition == "people":
        return facts.people >= rule.threshold
    failed = sum(outcome == HANDED_UP for _tier, outcome in facts.rounds)
    return rule.condition == "failed" and failed >= rule.threshold
