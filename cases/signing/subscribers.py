"""Signing hears of settled cases: the agreement's document is made then, once."""

from cases.events import subscribe
from cases.models import Agreement, CaseEvent
from cases.signing.requests import store_document


@subscribe("case.settle", "case.settle_orally", name="signing.document")
def make_document(event: CaseEvent) -> None:
    agreement = event.case.agreements.filter(state=Agreement.State.EFFECTIVE).first()
    if agreement:
        store_document(agreement)
