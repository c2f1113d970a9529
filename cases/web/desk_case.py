"""What the desk shows of one case: its types, its layer, who could take it, who had it and why."""

from dataclasses import dataclass
from typing import Any

from cases import conflicts
from cases.models import Assignment, Case, CaseType
from cases.routing.assign import colleagues
from cases.routing.suggest import Advice, advise
from cases.routing.words import explanation_in_words, tier_in_words, tier_name
from cases.web.desk_rows import OFFERED, decided_types, seen, type_to_send
from cases.web.guesses import guess_of, marked
from mediators.models import Body, Mediator

MOST_PEOPLE = 20


@dataclass(frozen=True)
class Colleague:
    """A present mediator of a body, with what speaks against giving him the case."""

    mediator: Mediator
    open_cases: int
    must_step_aside: bool

    @property
    def is_full(self) -> bool:
        return self.open_cases >= self.mediator.capacity


@dataclass(frozen=True)
class Round:
    """One time that the case was given to a body: what came of it and how it was chosen."""

    assignment: Assignment
    tier_why: list[str]
    considered: list[tuple[str, str]]


def routing_of(case: Case, *, asked_type: str, asked_body: int) -> dict[str, Any]:
    """Return how a case was understood and who could take it, were it of the type asked for."""
    types = {one.key: one for one in CaseType.objects.all()}
    guess = guess_of(case, types)
    chosen = types.get(asked_type) or type_to_send(case, guess, decided_types([case]).get(case.pk))
    waits = case.status in (Case.Status.FILED, Case.Status.DISPATCHED)
    advice = advise(case, chosen) if chosen and waits else None
    body = _body(advice, asked_body) if waits else None
    return {
        "guess": guess,
        "types": list(types.values()),
        "chosen": chosen,
        "marked": marked(case.description, guess.words_for(chosen)),
        "advice": advice,
        "tier_why": advice.tier_why if advice else [],
        "tier_name": tier_name(advice.tier) if advice else "",
        "suggestions": advice.suggestions[:OFFERED] if advice else [],
        "body": body,
        "people": _people(case, body) if body else [],
        "rounds": _rounds(case),
        "seen": seen(case),
    }


def _body(advice: Advice | None, asked: int) -> Body | None:
    """The body whose people are shown: the one asked for, else the first that is suggested."""
    if asked:
        return Body.objects.active().filter(pk=asked).first()
    return advice.suggestions[0].body if advice and advice.suggestions else None


def _people(case: Case, body: Body) -> list[Colleague]:
    barred = conflicts.find([case])[case.pk]
    return [
        Colleague(one, open_cases, one.pk in barred)
        for one, open_cases in colleagues(body)[:MOST_PEOPLE]
    ]


def _rounds(case: Case) -> list[Round]:
    """Every assignment of the case, the newest first."""
    rows = case.assignments.select_related("body", "mediator__user").order_by("-id")
    return [Round(one, tier_in_words(one.explanation), explanation_in_words(one)) for one in rows]
