"""What a dispatcher does with cases at the desk: send them as the page showed, take them back."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import holding
from cases.errors import CaseError, DoneByAnother
from cases.lifecycle import Action, move
from cases.models import Assignment, Case, CaseEvent, CaseType
from cases.routing.assign import dispatch
from mediators.errors import PeopleError
from mediators.models import Body, Mediator, User


@dataclass(frozen=True)
class Order:
    """A case to send, as the page offered it.

    `seen` is the id of the case's newest assignment when the page was shown, 0 when it had none.
    """

    case: Case
    body: Body
    case_type: CaseType
    seen: int
    mediator: Mediator | None = None


@dataclass(frozen=True)
class Result:
    """What became of one case of many: its assignment now, or why nothing was done."""

    case: Case
    assignment: Assignment | None
    why: str = ""


def newest_assignment(case: Case) -> Assignment | None:
    """Return to whom the case was given last; `case.assignments` may be fetched before."""
    return max(case.assignments.all(), key=lambda one: one.pk, default=None)


@transaction.atomic
def send(order: Order, *, actor: User) -> Case:
    """Dispatch a case unless somebody dealt with it since the page was shown.

    A second press finds the case where it was to go, and changes nothing. Raises DoneByAnother,
    and what `assign.dispatch` raises.
    """
    case = holding.locked(order.case)
    newest = newest_assignment(case)
    if newest and newest.pk != order.seen:
        if case.status == Case.Status.DISPATCHED and case.body_id == order.body.pk:
            return case
        raise DoneByAnother(_what_happened(newest))
    return dispatch(
        case,
        body=order.body,
        mediator=order.mediator,
        case_type=order.case_type,
        actor=actor,
    )


def _what_happened(newest: Assignment) -> str:
    event = CaseEvent.objects.filter(case=newest.case_id, kind="case.dispatch").last()
    who = event.actor if event and event.actor else _("系统")
    at = timezone.localtime(newest.at)
    words = {"time": f"{at:%H:%M}", "who": who, "body": newest.body}
    return _("%(who)s%(time)s已经派给%(body)s，请看新的情况") % words


def send_all(orders: Iterable[Order], *, actor: User) -> list[Result]:
    """Send each case by itself: what cannot be sent says why, and stops none of the others."""
    return [result(order.case, partial(send, order, actor=actor)) for order in orders]


@transaction.atomic
def take_back(case: Case, *, actor: User, seen: int) -> Case:
    """Take a case back from a body that has not answered yet, for the desk to send anew.

    The body is not blamed: it was not silent, and may be given the case again. Raises
    DoneByAnother when the case is no longer where assignment `seen` put it, TransitionNotAllowed.
    """
    case = holding.locked(case)
    if not case.assignments.filter(pk=seen, outcome=Assignment.Outcome.WAITING).exists():
        raise DoneByAnother(_("案件已经不在那里了，不能收回。请看新的情况"))
    facts = holding.holder(case)
    holding.close_assignment(case, Assignment.Outcome.RECALLED)
    return holding.without_body(move(case, Action.TAKE_BACK, actor=actor, **facts))


def take_back_all(assignments: Iterable[Assignment], *, actor: User) -> list[Result]:
    """Take back each of these by itself; what has been accepted meanwhile says so and stays."""
    return [
        result(one.case, partial(take_back, one.case, actor=actor, seen=one.pk))
        for one in assignments
    ]


def result(case: Case, do: Callable[[], Case]) -> Result:
    """Do one deed of many, and return what became of the case."""
    try:
        done = do()
    except (CaseError, PeopleError) as error:
        return Result(case, None, str(error))
    return Result(done, newest_assignment(done))
