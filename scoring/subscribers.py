"""Scoring hears what happens to cases."""

from cases.events import subscribe
from cases.models import CaseEvent
from scoring import ledger


@subscribe(*ledger.SCORED, name="scoring.award")
def award_points(event: CaseEvent) -> None:
    ledger.award(event)
