"""The life of a case: one table of what may happen, and the one function that makes it happen."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases import events
from cases.errors import TransitionNotAllowed
from cases.faces import colour_of
from cases.models import Agreement, Case, Confirmation, Party
from cases.policies import Actor, Standing, standing
from mediators import audit
from mediators.models import Tier, User

Status = Case.Status
SYSTEM, APPLICANT, RESPONDENT = Standing.SYSTEM, Standing.APPLICANT, Standing.RESPONDENT
HANDLER, LEAD = Standing.HANDLER, Standing.LEAD
DISPATCHER, COURT = Standing.DISPATCHER, Standing.COURT


class Action(models.TextChoices):
    DISPATCH = "dispatch", _("分流")
    REJECT = "reject", _("不予受理")
    ACCEPT = "accept", _("接案")
    REFUSE = "refuse", _("不接")
    LAPSE = "lapse", _("超时收回")
    TAKE_BACK = "take_back", _("收回")
    RETYPE = "retype", _("说不是这一类")
    GIVE_BACK = "give_back", _("交回分流")
    HAND_UP = "hand_up", _("交给上一级")
    BEGIN = "begin", _("开始调解")
    AGREE = "agree", _("定稿协议")
    SETTLE_ORALLY = "settle_orally", _("口头协议结案")
    REVISE = "revise", _("改协议")
    SETTLE = "settle", _("协议生效")
    FAIL = "fail", _("没有谈成，结束")
    DECLINE = "decline", _("不愿调解")
    WITHDRAW = "withdraw", _("撤回申请")
    MERGE = "merge", _("并案")
    UNMERGE = "unmerge", _("取消并案")
    APPLY = "apply", _("共同申请司法确认")
    GRANT = "grant", _("确认有效")
    REFUSE_CONFIRMATION = "refuse_confirmation", _("不予确认")
    LITIGATE = "litigate", _("转立案")


def _nothing(case: Case) -> str:
    return ""


def _no_body(case: Case) -> str:
    return "" if case.body_id else gettext("还没有选调解组织")


def _no_mediator(case: Case) -> str:
    return "" if case.mediator_id else gettext("还没有指定调解员")


def _waiting_for_answers(case: Case) -> str:
    answers = set(case.parties.values_list("answer", flat=True))
    return "" if answers == {Party.Answer.AGREES} else gettext("还有当事人没有同意调解")


def _not_fixed(case: Case) -> str:
    fixed = case.agreements.filter(state=Agreement.State.FIXED).exists()
    return "" if fixed else gettext("协议还没有定稿")


def _not_effective(case: Case) -> str:
    effective = case.agreements.filter(state=Agreement.State.EFFECTIVE).exists()
    return "" if effective else gettext("签字和盖章还没有齐")


def _not_applied(case: Case) -> str:
    applied = case.confirmations.filter(state=Confirmation.State.APPLIED).exists()
    return "" if applied else gettext("还没有各方共同申请")


def _top_layer(case: Case) -> str:
    below = case.tier in (Tier.COMMUNITY, Tier.STREET)
    return "" if below else gettext("上面没有可以接着调解的层级了")


def _not_merged(case: Case) -> str:
    return "" if case.merged_into_id else gettext("还没有选并入哪一件")


@dataclass(frozen=True)
class Step:
    """One row of the table: from where, what, to where, in what capacity, and why perhaps not."""

    source: Status
    action: Action
    target: Status
    who: frozenset[Standing]
    refusal: Callable[[Case], str] = _nothing


def _steps(
    sources: Iterable[Status],
    action: Action,
    target: Status,
    who: Iterable[Standing],
    refusal: Callable[[Case], str] = _nothing,
) -> list[Step]:
    return [Step(source, action, target, frozenset(who), refusal) for source in sources]


UNSETTLED = (Status.DISPATCHED, Status.INVITING, Status.MEDIATING, Status.AGREED)
IN_HAND = (Status.DISPATCHED, Status.INVITING, Status.MEDIATING)
BEFORE_AGREEMENT = (Status.FILED, *IN_HAND)
IN_TALKS = (Status.INVITING, Status.MEDIATING)
CENTRE = (SYSTEM, DISPATCHER)
HANDLERS = (HANDLER, LEAD)

TRANSITIONS: tuple[Step, ...] = (
    *_steps(
        [Status.FILED, Status.DISPATCHED], Action.DISPATCH, Status.DISPATCHED, CENTRE, _no_body
    ),
    *_steps([Status.FILED], Action.REJECT, Status.REJECTED, [DISPATCHER]),
    *_steps([Status.DISPATCHED], Action.ACCEPT, Status.INVITING, HANDLERS, _no_mediator),
    *_steps([Status.DISPATCHED], Action.REFUSE, Status.FILED, HANDLERS),
    *_steps([Status.DISPATCHED], Action.LAPSE, Status.FILED, CENTRE),
    *_steps([Status.DISPATCHED], Action.TAKE_BACK, Status.FILED, [DISPATCHER]),
    *_steps([Status.DISPATCHED], Action.RETYPE, Status.FILED, [APPLICANT]),
    *_steps([Status.DISPATCHED, *IN_TALKS], Action.GIVE_BACK, Status.FILED, [SYSTEM]),
    *_steps(IN_TALKS, Action.HAND_UP, Status.FILED, HANDLERS, _top_layer),
    *_steps(
        [Status.INVITING],
        Action.BEGIN,
        Status.MEDIATING,
        [HANDLER, LEAD, APPLICANT, RESPONDENT],
        _waiting_for_answers,
    ),
    *_steps([Status.MEDIATING], Action.AGREE, Status.AGREED, [HANDLER], _not_fixed),
    *_steps([Status.MEDIATING], Action.SETTLE_ORALLY, Status.SETTLED, [HANDLER], _not_effective),
    *_steps([Status.AGREED], Action.REVISE, Status.MEDIATING, [HANDLER]),
    *_steps([Status.AGREED], Action.SETTLE, Status.SETTLED, [SYSTEM], _not_effective),
    *_steps(
        [Status.INVITING, Status.MEDIATING, Status.AGREED],
        Action.FAIL,
        Status.FAILED,
        [SYSTEM, HANDLER, LEAD],
    ),
    *_steps(
        [Status.INVITING, Status.MEDIATING, Status.AGREED],
        Action.DECLINE,
        Status.FAILED,
        [APPLICANT, RESPONDENT],
    ),
    *_steps([*BEFORE_AGREEMENT, Status.AGREED], Action.WITHDRAW, Status.WITHDRAWN, [APPLICANT]),
    *_steps([Status.FILED], Action.MERGE, Status.MERGED, CENTRE, _not_merged),
    *_steps(IN_HAND, Action.MERGE, Status.MERGED, [DISPATCHER], _not_merged),
    *_steps([Status.MERGED], Action.UNMERGE, Status.FILED, [DISPATCHER]),
    *_steps([Status.SETTLED], Action.APPLY, Status.CONFIRMING, [SYSTEM], _not_applied),
    *_steps([Status.CONFIRMING], Action.GRANT, Status.CONFIRMED, [COURT]),
    *_steps([Status.CONFIRMING], Action.REFUSE_CONFIRMATION, Status.SETTLED, [COURT]),
    *_steps([Status.FAILED], Action.LITIGATE, Status.LITIGATING, [COURT]),
)
STEPS = {(step.source, step.action): step for step in TRANSITIONS}


@transaction.atomic
def move(case: Case, action: Action, *, actor: Actor, **facts: object) -> Case:
    """Take one step of the table, in one transaction with its event and its audit entry.

    Locks the row and reads it anew, so the answer is the case as saved. `facts` go into the event
    (ids, codes, never personal data). Raises TransitionNotAllowed with words fit for the person.
    """
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    capacities = standing(actor, case)
    step = _allowed(case, action, capacities)
    source, case.status = case.status, step.target
    case.save(update_fields=["status"])
    events.record(
        case, f"case.{action.value}", actor=actor, source=source, target=case.status, **facts
    )
    _record_colour(case, source, actor)
    audit.note(
        f"case.{action.value}",
        actor=actor if isinstance(actor, User) else None,
        chain=f"case:{case.pk}",
        capacity=",".join(sorted(capacities & step.who)),
        source=source,
        target=case.status,
    )
    return case


def _allowed(case: Case, action: Action, capacities: set[Standing]) -> Step:
    step = STEPS.get((Status(case.status), action))
    if step is None or not step.who & capacities:
        raise TransitionNotAllowed(
            gettext("案件现在是“%(status)s”，不能“%(action)s”")
            % {"status": case.get_status_display(), "action": action.label}
        )
    if why := step.refusal(case):
        raise TransitionNotAllowed(why)
    return step


def _record_colour(case: Case, source: str, actor: Actor) -> None:
    before, after = colour_of(source), colour_of(case.status)
    if before != after:
        events.record(case, "code.recoloured", actor=actor, source=before, target=after)


# What these miss is made by the deed itself (a dispatch brings its body, a conclusion fixes the
# draft): they refuse a bare move, and are no reason to hide the button.
MADE_BY_THE_DEED = (_no_body, _no_mediator, _not_fixed, _not_effective, _not_merged)


def offered_actions(case: Case, actor: Actor) -> list[Action]:
    """Return the steps this actor may take now, in the order of the table."""
    capacities = standing(actor, case)
    return [
        step.action
        for step in TRANSITIONS
        if step.source == case.status
        and step.who & capacities
        and (step.refusal in MADE_BY_THE_DEED or not step.refusal(case))
    ]
