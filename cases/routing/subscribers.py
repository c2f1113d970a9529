"""Routing hears of what people decided on case types."""

from cases.events import subscribe
from cases.models import CaseEvent
from cases.routing import corrections


@subscribe("case.reject", name="routing.label")
def hear_of_a_rejection(event: CaseEvent) -> None:
    corrections.record_rejection(event)
