"""What the dispatcher of the centre does with a case, one row a deed."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases import duplicates, handling
from cases.lifecycle import Action
from cases.models import Case
from cases.routing.assign import dispatch
from cases.web import dispatcher_forms as forms
from cases.web.deeds import Deed
from cases.web.staff_forms import NothingForm
from mediators.models import User

UNMERGED = (
    Case.Status.FILED,
    Case.Status.DISPATCHED,
    Case.Status.INVITING,
    Case.Status.MEDIATING,
)


def _dispatch(case: Case, user: User, said: dict[str, Any]) -> object:
    reason = gettext("分流员%(name)s指派") % {"name": user}
    return dispatch(case, actor=user, reason=reason, **said)


DEEDS: dict[str, Deed] = {
    "dispatch": Deed(
        _("派给调解组织"),
        _("派出后，组织要在3个工作日内接案或说明不接。"),
        forms.DispatchForm,
        _dispatch,
        when=lambda at: at.case.status in (Case.Status.FILED, Case.Status.DISPATCHED),
    ),
    "reject": Deed(
        _("不予受理"),
        _("申请人会收到短信，看到原因。这一步不能撤销。"),
        forms.RejectForm,
        lambda case, user, said: handling.reject(case, actor=user, **said),
        when=lambda at: Action.REJECT in at.actions,
    ),
    "lapse": Deed(
        _("收回"),
        _("从现在的组织收回，放回分流台重新派。"),
        NothingForm,
        lambda case, user, said: handling.lapse(case, actor=user),
        when=lambda at: Action.LAPSE in at.actions,
    ),
    "merge": Deed(
        _("并案"),
        _("同一件事从两处来，并成一件。申请时间各算各的，两张回执都有效。这一步不能撤销。"),
        forms.MergeForm,
        lambda case, user, said: duplicates.merge(case, into=said["number"], actor=user),
        when=lambda at: at.case.status in UNMERGED,
    ),
}
