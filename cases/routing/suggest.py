"""Which bodies could take a case: for one case, or for a whole desk in the same few queries."""

import time
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from cases.models import Case, CaseType
from cases.routing import questions, roster, words
from cases.routing.choose import Candidate, Choice, Fit, Passed, choose
from cases.routing.explain import facts_of, telling
from cases.routing.questions import Asked, Wanted
from mediators.models import Body, Mediator

MOST_SUGGESTED, MOST_PASSED = 10, 20


@dataclass(frozen=True)
class Suggestion:
    """A body that could take the case, whose turn it is there, and why it is offered."""

    body: Body
    mediator: Mediator
    reason: str
    open_cases: int
    capacity: int


@dataclass(frozen=True)
class Advice:
    """What the rules say of a case: its layer and why, who could take it, who could not and why.

    `needs_person` says that the layers are used up, so that nothing goes on by itself.
    """

    tier: str
    tier_keys: tuple[str, ...]
    suggestions: list[Suggestion]
    passed: list[tuple[Body, str]]
    needs_person: bool

    @property
    def tier_why(self) -> list[str]:
        """Why the case is in its layer, in sentences. A query where rules decided: lists, which
        do not tell it, ask none."""
        return words.tier_sentences(self.tier_keys)


def suggest(case: Case, case_type: CaseType) -> list[Suggestion]:
    """Return the bodies that may take a case of this type, best first, each with its reason."""
    return advise(case, case_type).suggestions


def suggest_all(wanted: Sequence[Wanted]) -> list[list[Suggestion]]:
    """Return what `suggest` says of each of these cases."""
    return [advice.suggestions for advice in advise_all(wanted)]


def advise(case: Case, case_type: CaseType) -> Advice:
    """Return what the rules say of a case, were it of this type."""
    return advise_all([(case, case_type)])[0]


def advise_all(wanted: Sequence[Wanted], *, in_turn: bool = False) -> list[Advice]:
    """Return what `advise` says of each of these cases; `in_turn` as if those before it had been
    given to the first suggestion, so that many sent together are spread like many sent singly.

    At most seventeen queries for all of them, when the cases come `with_routing`.
    """
    if not wanted:
        return []
    asked = questions.ask(wanted)
    people = roster.read_for([one.question for one in asked])
    shown = []
    for one in asked:
        choice = choose(one.question, people.considered(one.question))
        shown.append(_shown(_taken(choice) if in_turn else choice))
    bodies = _bodies(
        one.pk
        for fits, passed in shown
        for one in (*(fit.body for fit in fits), *(other.body for other in passed))
    )
    mediators = _mediators(fit.mediator.pk for fits, _passed in shown for fit in fits)
    return [
        _advice(one, case_type, fits, passed, bodies, mediators)
        for (_case, case_type), one, (fits, passed) in zip(wanted, asked, shown, strict=True)
    ]


def _taken(choice: Choice) -> Choice:
    """Count the case as given to the best; return the choice with the best as it was before."""
    if choice.best is None:
        return choice
    best = replace(choice.best, body=deepcopy(choice.best.body))
    choice.best.mediator.open_cases += 1
    for one in (choice.best.body, choice.best.mediator):
        one.given += 1
        one.last_given = time.time()
    return replace(choice, fits=(best, *choice.fits[1:]))


def _shown(choice: Choice) -> tuple[Sequence[Fit], list[Passed]]:
    return choice.fits[:MOST_SUGGESTED], telling(choice)[:MOST_PASSED]


def _bodies(keys: Iterable[int]) -> dict[int, Body]:
    return Body.objects.select_related("region", "kind").in_bulk(set(keys))


def _mediators(keys: Iterable[int]) -> dict[int, Mediator]:
    return Mediator.objects.select_related("user").in_bulk(set(keys))


def _advice(
    asked: Asked,
    case_type: CaseType,
    fits: Sequence[Fit],
    passed: Sequence[Passed],
    bodies: Mapping[int, Body],
    mediators: Mapping[int, Mediator],
) -> Advice:
    about = {"tier": asked.placed.tier, "language": asked.question.language}
    return Advice(
        tier=asked.placed.tier,
        tier_keys=asked.placed.why,
        suggestions=[
            Suggestion(
                body=bodies[fit.body.pk],
                mediator=mediators[fit.mediator.pk],
                reason=_reason(case_type, bodies[fit.body.pk], fit.body),
                open_cases=fit.body.open_cases,
                capacity=fit.body.capacity,
            )
            for fit in fits
        ],
        passed=[
            (bodies[one.body.pk], words.passed_over(one.why, about | facts_of(one.body)))
            for one in passed
        ],
        needs_person=asked.is_exhausted,
    )


def _reason(case_type: CaseType, body: Body, known: Candidate) -> str:
    return _("%(region)s + %(type)s + 在办%(open)d件（上限%(capacity)d件）") % {
        "region": body.region,
        "type": case_type,
        "open": known.open_cases,
        "capacity": known.capacity,
    }
