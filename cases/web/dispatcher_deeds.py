"""What the dispatcher of the centre does with a case, one row a deed."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases import duplicates, handling
from cases.lifecycle import Action
from cases.models import Case
from cases.routing.between_bodies import MOVABLE, hand_over
from cases.routing.desk import Order, send, take_back
from cases.web import dispatcher_forms as forms
from cases.web.deeds import Deed, Position
from cases.web.desk_rows import seen
from cases.web.fee_deeds import FEE_DEEDS
from cases.web.mediator_deeds import RULING
from cases.web.staff_forms import NothingForm
from mediators.models import User

UNMERGED = (
    Case.Status.FILED,
    Case.Status.DISPATCHED,
    Case.Status.INVITING,
    Case.Status.MEDIATING,
)


def _send(case: Case, user: User, said: dict[str, Any]) -> object:
    return send(Order(case, **said), actor=user)


def _is_overdue(at: Position) -> bool:
    """The body's days to answer are over: taking the case back is then its silence."""
    return bool(at.case.respond_by and at.case.respond_by < timezone.localdate())


DEEDS: dict[str, Deed] = {
    "dispatch": Deed(
        _("派给调解组织"),
        _("派出后，组织要在3个工作日内接案或说明不接。"),
        forms.DispatchForm,
        _send,
        when=lambda at: at.case.status in (Case.Status.FILED, Case.Status.DISPATCHED),
        begin=lambda at: {"seen": seen(at.case)},
    ),
    "reject": Deed(
        _("不予受理"),
        _("申请人会收到短信，看到原因。这一步不能撤销。"),
        forms.RejectForm,
        lambda case, user, said: handling.reject(case, actor=user, **said),
        when=lambda at: Action.REJECT in at.actions,
    ),
    "take_back": Deed(
        _("收回"),
        _("从现在的组织收回，放回分流台重新派。不算它没有响应。"),
        forms.SeenForm,
        lambda case, user, said: take_back(case, actor=user, seen=said["seen"]),
        when=lambda at: Action.TAKE_BACK in at.actions and not _is_overdue(at),
        begin=lambda at: {"seen": seen(at.case)},
    ),
    "lapse": Deed(
        _("记未响应，收回"),
        _("组织过了最后一天没有响应。记下来，放回分流台重新派。"),
        NothingForm,
        lambda case, user, said: handling.lapse(case, actor=user),
        when=lambda at: Action.LAPSE in at.actions and _is_overdue(at),
    ),
    "hand_over": Deed(
        _("转交别的组织"),
        _("新的组织要在3个工作日内接案。双方的回答和调解期限不变，当事人会收到短信。"),
        forms.HandOverForm,
        lambda case, user, said: hand_over(
            case, to=said["body"], actor=user, reason=said["reason"]
        ),
        when=lambda at: at.case.status in MOVABLE,
    ),
    "merge": Deed(
        _("并案"),
        _(
            "同一件事从两处来，并成一件。时效从较早的一次申请算，两张回执都有效。并错了可以在“疑似重复”里撤销。"
        ),
        forms.MergeForm,
        lambda case, user, said: duplicates.merge(case, into=said["number"], actor=user),
        when=lambda at: at.case.status in UNMERGED,
    ),
    "rule": RULING,
    **FEE_DEEDS,
}
