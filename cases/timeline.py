"""What happened to a case, in sentences: one line an event, fit for who reads."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, CaseEvent, EndReason, RefuseReason, RejectReason

SAID = {
    "case.filed": gettext_lazy("提交了申请"),
    "case.dispatch": gettext_lazy("案件已安排给调解组织"),
    "case.accept": gettext_lazy("调解员接了案件"),
    "case.type_said": gettext_lazy("说了这件事是哪一类"),
    "case.retype": gettext_lazy("说不是这一类，请分流员重新看"),
    "case.give_back": gettext_lazy("换一个组织接着办"),
    "case.hand_up": gettext_lazy("交给上一级接着调解"),
    "case.mediator_changed": gettext_lazy("换了调解员"),
    "recusal.asked": gettext_lazy("提出换调解员"),
    "recusal.disclosed": gettext_lazy("说明了自己和当事人的关系"),
    "recusal.accepted": gettext_lazy("知道这层关系，仍同意由他调解"),
    "recusal.granted": gettext_lazy("同意换调解员"),
    "recusal.refused": gettext_lazy("决定不换调解员"),
    "fee.offered": gettext_lazy("请各方看收费说明"),
    "fee.agreed": gettext_lazy("同意收费说明"),
    "fee.declined": gettext_lazy("不同意收费"),
    "fee.taken_back": gettext_lazy("不再征求收费意见"),
    "case.begin": gettext_lazy("各方都同意，开始调解"),
    "party.answered": gettext_lazy("回答了愿不愿意调解"),
    "party.phone_proved": gettext_lazy("验证了手机号"),
    "session.planned": gettext_lazy("约了调解时间"),
    "session.recorded": gettext_lazy("开了调解会"),
    "case.agree": gettext_lazy("协议定稿，等各方签字"),
    "case.revise": gettext_lazy("收回协议修改，签字作废"),
    "agreement.signed": gettext_lazy("签了字"),
    "agreement.sealed": gettext_lazy("盖了章"),
    "case.settle": gettext_lazy("协议生效，调解成功"),
    "case.settle_orally": gettext_lazy("达成口头协议，调解成功"),
    "case.fail": gettext_lazy("没有谈成，调解结束"),
    "case.decline": gettext_lazy("不愿意调解，调解结束"),
    "case.withdraw": gettext_lazy("撤回了申请"),
    "case.reject": gettext_lazy("这件事不能在这里调解"),
    "case.merge": gettext_lazy("和另一件是同一件事，一起办"),
    "case.received_merge": gettext_lazy("另一件相同的案件并到这里"),
    "case.unmerge": gettext_lazy("不是同一件事，重新单独办"),
    "confirmation.requested": gettext_lazy("申请了司法确认"),
    "case.apply": gettext_lazy("各方都已申请，法院开始审查"),
    "case.grant": gettext_lazy("法院确认协议有效"),
    "case.refuse_confirmation": gettext_lazy("法院没有确认协议"),
    "case.litigate": gettext_lazy("转到法院立案"),
}
STAFF_ONLY = {
    "case.classified": gettext_lazy("系统按关键词分了类"),
    "case.maybe_duplicate": gettext_lazy("可能和另一件是同一件事，等人核对"),
    "case.kept_apart": gettext_lazy("核对过，和另一件不是同一件事"),
    "case.lost_merge": gettext_lazy("并来的一件又分出去单独办了"),
    "case.refuse": gettext_lazy("调解组织没有接"),
    "case.lapse": gettext_lazy("超过时限没有响应，收回"),
    "case.take_back": gettext_lazy("分流员收回，重新分流"),
    "fee.stuck": gettext_lazy("各方同意了收费，但没有派成，请分流员处理"),
    "case.classed": gettext_lazy("定了难度"),
    "contact.logged": gettext_lazy("联系了当事人"),
    "party.phone_changed": gettext_lazy("改了当事人电话"),
    "agreement.drafted": gettext_lazy("写了协议草稿"),
}
REASONS = dict([*EndReason.choices, *RefuseReason.choices, *RejectReason.choices])


@dataclass(frozen=True)
class Line:
    """One thing that happened: when, who, what."""

    at: dt.datetime
    who: str
    text: str


def timeline(case: Case, *, audience: str) -> list[Line]:
    """Return what happened, newest first. `audience` is "party" or "staff"; a party reads nothing
    of the other side's contacts or of the staff's own steps."""
    said = SAID if audience == "party" else {**SAID, **STAFF_ONLY}
    rows = case.events.filter(kind__in=said).select_related("actor", "party").order_by("-id")
    return [Line(e.at, _who(e), _text(e, str(said[e.kind]))) for e in rows]


def _who(event: CaseEvent) -> str:
    if event.party:
        names = {"side": event.party.get_side_display(), "name": event.party.masked_name}
        return _("%(side)s%(name)s") % names
    return str(event.actor) if event.actor else ""


def _text(event: CaseEvent, said: str) -> str:
    facts = event.facts
    if "agrees" in facts:
        answer = _("愿意调解") if facts["agrees"] else _("不愿意调解")
        recorded = facts.get("means") == "recorded"  # the line then begins with the mediator
        return _("记下当事人的回答：%(answer)s") % {"answer": answer} if recorded else answer
    reasons = facts.get("reasons") or [facts.get("reason")]
    named = [str(REASONS[reason]) for reason in reasons if reason in REASONS]
    if not named:
        return said
    return _("%(text)s：%(reasons)s") % {"text": said, "reasons": _("；").join(named)}
