"""Asking the parties about the prices of a body that charges: rows of the dispatcher's deeds."""

from django.utils.translation import gettext_lazy as _

from cases import fees
from cases.models import Case
from cases.web import people_forms as forms
from cases.web.deeds import Deed, Position
from cases.web.staff_forms import NothingForm


def _is_asking(at: Position) -> bool:
    return fees.open_offer(at.case) is not None


FEE_DEEDS: dict[str, Deed] = {
    "fees": Deed(
        _("征求收费调解意见"),
        _(
            "把收费说明发给每一位当事人（商事调解条例第16条）。都同意的，系统派给这个组织；"
            "有一位不同意就停，案件留在分流台，走不收费的调解。"
        ),
        forms.FeeOfferForm,
        lambda case, user, said: fees.offer(case, actor=user, **said),
        when=lambda at: at.case.status == Case.Status.FILED and not _is_asking(at),
    ),
    "fee_answer": Deed(
        _("记当事人对收费的答复"),
        _("当事人在电话里或当面说了同不同意，记在这里。"),
        forms.FeeAnswerForm,
        lambda case, user, said: fees.answer(
            said["party"], agrees=said["agrees"] == "yes", actor=user, means=said["means"]
        ),
        when=_is_asking,
    ),
    "fee_back": Deed(
        _("撤回收费征求意见"),
        _("不再问，案件留在分流台。已经答复的记录保留。"),
        NothingForm,
        lambda case, user, said: fees.take_back(case, actor=user),
        when=_is_asking,
    ),
}
