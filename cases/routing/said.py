"""What the applicant says of the case type (案由): kept beside the keywords' judgement, and heeded.

The keywords may be steered by words that are put into a text, and the applicant may not know the
types: so both are kept, and where they differ a person decides.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from cases import events, holding
from cases.errors import CaseError
from cases.lifecycle import Action, move
from cases.models import Assignment, Case, CaseType, Party

OPEN_TO_WORD = (Case.Status.FILED, Case.Status.DISPATCHED)


def may_say(party: Party) -> bool:
    """Say whether this party may still say that the type is wrong.

    The applicant may, until a body has accepted the case or a person has decided on the type.
    """
    case = party.case
    return (
        party.side == Party.Side.APPLICANT
        and case.status in OPEN_TO_WORD
        and not case.type_decisions.exists()
    )


@transaction.atomic
def say_type(party: Party, *, case_type: CaseType | None) -> Case:
    """Record that the applicant finds the case under a wrong type, and perhaps under which it is.

    A case that waits at a body comes back to the dispatcher's desk as it was filed; the body is
    not blamed for it. Raises CaseError when it is too late.
    """
    party.case = case = holding.locked(party.case)
    if not may_say(party):
        raise CaseError(_("案由已经有人定了，或者调解员已经接了案。不对的话请打电话告诉我们"))
    case.case_type_said = case_type
    case.save(update_fields=["case_type_said"])
    facts: dict[str, object] = {"case_type": case_type.key if case_type else ""}
    if case.status == Case.Status.FILED:
        events.record(case, "case.type_said", actor=party, **facts)
        return case
    facts |= holding.holder(case)
    holding.close_assignment(case, Assignment.Outcome.TAKEN_BACK)
    return holding.without_body(move(case, Action.RETYPE, actor=party, **facts))
