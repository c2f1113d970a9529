"""How the rules chose, as it is stored beside an assignment: keys and counts, nobody's words.

It says what the rules said at that moment, whoever decided; `words` turns it into sentences.
"""

from collections import Counter
from typing import Any

from cases.routing.choose import Candidate, Choice, Passed, Why, ruled_out
from cases.routing.questions import Asked

MOST_KEPT = 20
# What tells most about a choice comes first; where a body merely does something else comes last.
LEAST_TELLING = (Why.BELOW_TIER, Why.NOT_THEIR_FIELD, Why.NOT_THEIR_REGION)


def telling(choice: Choice) -> list[Passed]:
    """Return the bodies that were passed over, those first of which there is most to say."""
    ruled = sorted(choice.passed, key=lambda one: one.why in LEAST_TELLING)
    return choice.behind() + ruled


def facts_of(body: Candidate) -> dict[str, int]:
    """Return what a sentence about a body needs: counts only."""
    return {
        "open": body.open_cases,
        "capacity": body.capacity,
        "answers": round(body.answer_rate * 100),
        "given": body.given,
    }


def explained(asked: Asked, choice: Choice, body: Candidate, *, by_person: bool) -> dict[str, Any]:
    """Return the explanation of giving a case to a body, as JSON.

    tier, tier_why  where the case stands among the layers, and the keys that led there
    chosen          `why`: in what it was ahead of the next one ("" when it stood alone);
                    `against`: why the rules would have passed it over, when a person chose it
    considered      the most telling of the others: body, why, facts; `more` counts the rest
    """
    passed = telling(choice)
    is_first = choice.best is not None and choice.best.body.pk == body.pk
    if choice.best and not is_first:
        passed.insert(0, Passed(choice.best.body, Why.PERSON))
    others = [one for one in passed if one.body.pk != body.pk]
    return {
        "tier": asked.placed.tier,
        "tier_why": list(asked.placed.why),
        "language": asked.question.language,
        "by": "person" if by_person else "rules",
        "chosen": {
            "why": str(others[0].why) if is_first and len(choice.fits) > 1 else "",
            "against": "" if is_first else _against(asked, passed, body),
            "facts": facts_of(body),
        },
        "considered": [
            {"body": one.body.pk, "why": str(one.why), "facts": facts_of(one.body)}
            for one in others[:MOST_KEPT]
        ],
        "more": Counter(str(one.why) for one in others[MOST_KEPT:]),
    }


def _against(asked: Asked, passed: list[Passed], body: Candidate) -> str:
    """Return what the rules held against a body that a person chose; empty for nothing."""
    why = next((one.why for one in passed if one.body.pk == body.pk), None)
    return str(why or ruled_out(asked.question, body) or "")
