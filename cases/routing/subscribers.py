"""Routing hears of cases that wait for a body."""

from cases.events import subscribe
from cases.models import CaseEvent
from cases.routing.assign import route


@subscribe("case.filed", "case.refuse", "case.lapse", name="routing.route")
def route_waiting_case(event: CaseEvent) -> None:
    route(event.case)
