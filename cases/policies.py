"""Who stands where towards a case; the one place that answers "in what capacity"."""

from enum import StrEnum

from cases.models import Case, Party
from mediators.models import Mediator, User

Actor = User | Party | None


class Standing(StrEnum):
    SYSTEM = "system"
    APPLICANT = "applicant"
    RESPONDENT = "respondent"
    HANDLER = "handler"
    LEAD = "lead"
    DISPATCHER = "dispatcher"
    COURT = "court"


OFFICES = {User.Role.DISPATCHER: Standing.DISPATCHER, User.Role.COURT: Standing.COURT}


def standing(actor: Actor, case: Case) -> set[Standing]:
    """Return every capacity in which this actor faces this case; empty for a stranger."""
    if actor is None:
        return {Standing.SYSTEM}
    if isinstance(actor, Party):
        return {Standing(actor.side)} if actor.case_id == case.pk else set()
    return _staff_standing(actor, case) if actor.is_active else set()


def _staff_standing(user: User, case: Case) -> set[Standing]:
    found = {OFFICES[User.Role(user.role)]} if user.role in OFFICES else set()
    if user.role in (User.Role.MEDIATOR, User.Role.LEAD):
        mediator = Mediator.objects.filter(user=user).first()
        if mediator and mediator.pk == case.mediator_id:
            found.add(Standing.HANDLER)
        if mediator and mediator.body_id == case.body_id and user.role == User.Role.LEAD:
            found.add(Standing.LEAD)
    return found
