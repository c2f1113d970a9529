"""What staff do with a case: a table row a deed, what is offered to whom, and doing it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from cases import handover, recusals
from cases.errors import CaseError, DoneByAnother
from cases.lifecycle import Action, offered_actions
from cases.models import Agreement, Case, Recusal
from cases.policies import Standing, standing
from cases.signing.requests import missing_signers
from cases.web.staff_forms import CaseForm
from mediators.errors import PeopleError
from mediators.models import User

Status = Case.Status
IN_HAND = (Status.INVITING, Status.MEDIATING, Status.AGREED)


@dataclass(frozen=True)
class Position:
    """How a case stands towards one member of staff: what its pages offer, never what is allowed.

    What is allowed the domain decides again when the deed is done.
    """

    case: Case
    actions: frozenset[Action]
    capacities: frozenset[Standing]
    agreement: Agreement | None  # the living one: draft, fixed or in force
    missing: tuple[str, ...]  # who has not signed the fixed one
    mediator_signed: bool
    to_rule_on: tuple[Recusal, ...] = ()  # what this person decides about its mediator
    next_layer: str = ""  # the name of the layer above, where the case could go up

    @property
    def is_handler(self) -> bool:
        return Standing.HANDLER in self.capacities

    @property
    def is_lead(self) -> bool:
        return Standing.LEAD in self.capacities

    @property
    def is_at_work(self) -> bool:
        """The case is in hand, and in this person's hand."""
        return self.case.status in IN_HAND and (self.is_handler or self.is_lead)

    def is_writing(self, *states: str) -> bool:
        """The mediator of a case in mediation, whose agreement is in one of these states."""
        state = self.agreement.state if self.agreement else ""
        return self.is_handler and self.case.status == Status.MEDIATING and state in states


def position(case: Case, user: User) -> Position:
    """Return how this case stands towards this person now."""
    agreement = case.agreements.exclude(state=Agreement.State.VOID).first()
    fixed = agreement if agreement and agreement.state == Agreement.State.FIXED else None
    return Position(
        case=case,
        actions=frozenset(offered_actions(case, user)),
        capacities=frozenset(standing(user, case)),
        agreement=agreement,
        missing=tuple(missing_signers(fixed)) if fixed else (),
        mediator_signed=bool(agreement and agreement.signatures.filter(party=None).exists()),
        to_rule_on=tuple(recusals.to_rule_on(case, user)),
        next_layer=handover.next_layer(case),
    )


Do = Callable[[Case, User, dict[str, Any]], object]


def _nothing(at: Position) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Deed:
    """What a page of one deed says and does; `do` takes the case, the person and the form.

    `when` says whether it is offered, `begin` what its form starts with, `shows` which part of
    the case must be before the eyes of whoever does it.
    """

    heading: Any
    text: Any
    form: type[CaseForm]
    do: Do
    when: Callable[[Position], bool]
    begin: Callable[[Position], dict[str, Any]] = _nothing
    shows: str = ""


def offered(deeds: dict[str, Deed], at: Position) -> set[str]:
    """Return the keys of the deeds that a page offers."""
    return {key for key, deed in deeds.items() if deed.when(at)}


def carry_out(
    request: HttpRequest, case: Case, user: User, deed: Deed, *, initial: dict[str, Any]
) -> CaseForm | None:
    """Do the deed when its form came in and is right; None when done, else the form to show.

    A rule's refusal stands on the form in the rule's own words, with what was typed kept.
    Raises DoneByAnother: then there is nothing more to fill in.
    """
    came_in = request.method == "POST"
    form = deed.form(
        request.POST if came_in else None,
        request.FILES if came_in else None,
        initial=initial,
        case=case,
    )
    if not came_in or not form.is_valid():
        return form
    try:
        deed.do(case, user, dict(form.cleaned_data))
    except DoneByAnother:
        raise
    except (CaseError, PeopleError) as error:
        form.add_error(None, str(error))
        return form
    return None


def asked(request: HttpRequest, form: type[CaseForm]) -> dict[str, Any]:
    """Return what a link already says about a form: which party, which body."""
    return {name: request.GET[name] for name in form.base_fields if name in request.GET}
