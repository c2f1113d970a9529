"""Cases that go from one body to another, whether it has accepted them yet or not."""

from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from cases import holding
from cases.errors import CaseError
from cases.lifecycle import Action, Status, move
from cases.models import Assignment, Case
from cases.policies import Standing, standing
from cases.routing.assign import dispatch
from cases.routing.desk import Result, result
from mediators.identity import clean_text
from mediators.models import Body, User

HANDED_OVER = "handover"  # why a case was given back, on its event
MOVABLE = (Status.DISPATCHED, Status.INVITING, Status.MEDIATING)


@transaction.atomic
def hand_over(case: Case, *, to: Body, actor: User, reason: str) -> Case:
    """Take a case from the body that has it, and dispatch it to another one.

    The new body has its own days to answer (在线调解规则 12); a clock of mediation that runs and
    what the parties have answered stay as they are (`handling.accept`). An agreement that waits
    for signatures bears the number of its body, so it is taken back first. `reason` is for the
    record. Raises CaseError, and what `assign.dispatch` raises.
    """
    reason = clean_text(reason).strip()[:200]
    if not reason:
        raise CaseError(_("请写转交的原因"))
    case = holding.locked(case)
    _require_movable(case, to, actor)
    case_type = case.case_type
    assert case_type  # a body has it, so it was dispatched under a type
    if case.status == Status.DISPATCHED:
        facts = holding.holder(case)
        holding.close_assignment(case, Assignment.Outcome.TAKEN_BACK)
        case = holding.without_body(move(case, Action.TAKE_BACK, actor=actor, **facts))
    else:
        case = holding.give_back(case, why=HANDED_OVER)
    return dispatch(case, body=to, case_type=case_type, actor=actor, reason=reason)


def _require_movable(case: Case, to: Body, actor: User) -> None:
    if Standing.DISPATCHER not in standing(actor, case):
        raise CaseError(_("只有矛调中心分流员可以在组织之间转交案件"))
    if case.status == Status.AGREED:
        raise CaseError(_("协议已经定稿，等签字。先收回协议，再转交"))
    if case.status not in MOVABLE:
        raise CaseError(_("案件不在组织手里，不能转交"))
    if case.body_id == to.pk:
        raise CaseError(_("案件已经在%(body)s") % {"body": to})


def hand_over_all(cases: Iterable[Case], *, to: Body, actor: User, reason: str) -> list[Result]:
    """Hand over each case by itself: what cannot go says why, and stops none of the others."""
    return [
        result(one, partial(hand_over, one, to=to, actor=actor, reason=reason)) for one in cases
    ]
