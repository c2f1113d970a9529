"""What the desk shows of a case: how it was understood, who could take it, who not and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cases import clocks
from cases.codes import Face
from cases.deadlines import WorkCalendar
from cases.faces import face_of
from cases.models import Case, CaseType, TypeDecision
from cases.progress import Deadline, deadline, to_be_sent
from cases.querysets import GIVEN_BACK
from cases.routing.desk import newest_assignment
from cases.routing.suggest import Advice, Suggestion, advise_all
from cases.web.guesses import Guess, guess_of, marked

OFFERED = 3  # bodies offered as buttons; number keys choose among them
PASSED = 6  # bodies of which a row says why they were passed over; the case's page tells of all


@dataclass(frozen=True)
class Row:
    """A case on a list of the desk. `seen` is its newest assignment, to notice who was first."""

    case: Case
    face: Face
    deadline: Deadline | None
    guess: Guess
    marked: list[tuple[str, bool]]
    case_type: CaseType | None
    advice: Advice | None
    seen: int
    returned: int

    @property
    def suggestions(self) -> Sequence[Suggestion]:
        return self.advice.suggestions[:OFFERED] if self.advice else []

    @property
    def passed(self) -> Sequence[Any]:
        return self.advice.passed[:PASSED] if self.advice else []


def rows(
    cases: Sequence[Case],
    types: dict[str, CaseType],
    *,
    calendar: WorkCalendar,
    reckon: clocks.Reckon,
    in_turn: bool = False,
) -> list[Row]:
    """Return a row for each case; the cases come `with_routing`.

    `in_turn` suggests for each as if those before it had been sent as suggested.
    """
    guesses = {case.pk: guess_of(case, types) for case in cases}
    decided = decided_types(cases)
    to_send = {
        case.pk: type_to_send(case, guesses[case.pk], decided.get(case.pk)) for case in cases
    }
    advice = advice_for(cases, to_send, in_turn=in_turn)
    return [
        Row(
            case=case,
            face=face_of(case.status),
            deadline=_clock(case, calendar, reckon),
            guess=guesses[case.pk],
            marked=marked(case.description, guesses[case.pk].words),
            case_type=to_send[case.pk],
            advice=advice.get(case.pk),
            seen=seen(case),
            returned=sum(one.outcome in GIVEN_BACK for one in case.assignments.all()),
        )
        for case in cases
    ]


def _clock(case: Case, calendar: WorkCalendar, reckon: clocks.Reckon) -> Deadline | None:
    if case.status == Case.Status.FILED:
        return to_be_sent(case, reckon=reckon, calendar=calendar)
    return deadline(case, calendar=calendar)


def seen(case: Case) -> int:
    """Return the id of a case's newest assignment, 0 without one: what a button was offered on."""
    newest = newest_assignment(case)
    return newest.pk if newest else 0


def decided_types(cases: Iterable[Case]) -> dict[int, CaseType]:
    """Return the type that a person decided on last, for those cases that have one."""
    rows = TypeDecision.objects.filter(case__in=cases)
    decided = rows.select_related("case_type").order_by("id")
    return {one.case_id: one.case_type for one in decided if one.case_type}


def type_to_send(case: Case, guess: Guess, decided: CaseType | None) -> CaseType | None:
    """Return the type to send a case under: a person's, else the one of before, else the guess.

    A type under which the case went out by itself gives way to what its applicant says instead.
    """
    if decided:
        return decided
    said = case.case_type_said
    if case.case_type and said and said != case.case_type:
        return said
    return case.case_type or guess.case_type


def advice_for(
    cases: Sequence[Case], types: dict[int, CaseType | None], *, in_turn: bool
) -> dict[int, Advice]:
    """Return what the rules say of each case that waits and has a type to be sent under."""
    wanted = [
        (case, case_type)
        for case in cases
        if case.status == Case.Status.FILED and (case_type := types[case.pk])
    ]
    found = zip(wanted, advise_all(wanted, in_turn=in_turn), strict=True)
    return {case.pk: advice for (case, _type), advice in found}
