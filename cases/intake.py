"""The way of a filed case to a body: first whether it is known already, then who may take it.

Above `duplicates` and `routing`, which do not know each other.
"""

from cases import duplicates
from cases.events import subscribe
from cases.models import Case, CaseEvent
from cases.routing.assign import route


def receive(case: Case) -> Case:
    """Look for the same dispute among the known cases; route the case when nothing holds it.

    Safe to run again: a case that is no longer filed is left alone.
    """
    return route(case) if duplicates.settle(case) else case


def go_on(case: Case) -> Case:
    """Route a case that waits for a body again, unless a person must compare it first."""
    return case if duplicates.waits(case) else route(case)


@subscribe("case.filed", "case.unmerge", name="intake.receive")
def hear_of_a_filing(event: CaseEvent) -> None:
    receive(event.case)


@subscribe(
    "case.refuse",
    "case.lapse",
    "case.give_back",
    "case.hand_up",
    "case.kept_apart",
    name="intake.go_on",
)
def hear_that_a_case_waits(event: CaseEvent) -> None:
    go_on(event.case)
