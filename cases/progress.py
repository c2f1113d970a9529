"""Where a case stands, for people who are not lawyers: steps done and to come, next last day."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.clocks import Reckon
from cases.deadlines import WorkCalendar, working_days_left
from cases.models import Case, Party
from mediators import languages

Status = Case.Status
OVER_BEFORE_MEDIATION = {Status.REJECTED, Status.MERGED, Status.WITHDRAWN}
SUCCEEDED = {Status.SETTLED, Status.CONFIRMING, Status.CONFIRMED}
REACHED = {
    Status.FILED: 0,
    Status.DISPATCHED: 1,
    Status.INVITING: 2,
    Status.MEDIATING: 3,
    Status.AGREED: 4,
    Status.SETTLED: 5,
    Status.CONFIRMING: 5,
    Status.CONFIRMED: 5,
}


@dataclass(frozen=True)
class Step:
    """One line of the way a case goes: `state` is done, now or todo."""

    title: str
    detail: str
    state: str


@dataclass(frozen=True)
class Deadline:
    """The next last day: in words, and how near (ok, soon, late)."""

    what: str
    day: dt.date
    words: str
    level: str


def steps(case: Case, *, named: bool) -> list[Step]:
    """Return the way of this case, with what is done and what comes; nothing personal.

    Only for the parties is the body `named`: a street's or a profession's committee would tell a
    stranger where and what about.
    """
    if case.status in OVER_BEFORE_MEDIATION or case.status in (Status.FAILED, Status.LITIGATING):
        return _ended(case)
    titles = [
        (_("收到申请"), _when(case.filed_at)),
        (_("安排调解员"), case.body.name if named and case.body else ""),
        (_("请对方来调解"), ""),
        (_("双方一起谈"), ""),
        (_("签调解协议"), _("在手机上签，不用到现场")),
    ]
    reached = REACHED[Status(case.status)]
    line = [
        Step(title, detail, "done" if i < reached else "now" if i == reached else "todo")
        for i, (title, detail) in enumerate(titles)
    ]
    if case.status in SUCCEEDED:
        line.append(Step(_("协议生效"), _when(case.settled_at), "done"))
        if case.status == Status.CONFIRMING:
            line.append(Step(_("法院审查司法确认"), "", "now"))
        if case.status == Status.CONFIRMED:
            line.append(Step(_("法院确认有效"), _("可以申请强制执行"), "done"))
    return line


def _ended(case: Case) -> list[Step]:
    line = [Step(_("收到申请"), _when(case.filed_at), "done")]
    reasons = _("；").join(_reasons(case))
    line.append(Step(str(case.get_status_display()), reasons, "done"))
    return line


def _reasons(case: Case) -> list[str]:
    """Reasons that a stranger may read too: only that it ended, not who would not."""
    return [] if case.status != Status.MERGED else [_("和另一件是同一件事，一起办")]


def _when(at: dt.datetime | None) -> str:
    return languages.moment(at) if at else ""


def deadline(case: Case, *, calendar: WorkCalendar | None = None) -> Deadline | None:
    """Return the next last day that counts for a case, or None when nothing runs.

    With a calendar, a clock of working days says how many of those are left, as staff count.
    """
    running = {
        Status.DISPATCHED: (_("调解员最晚回应"), case.respond_by),
        Status.INVITING: (_("最晚谈到"), case.mediate_by),
        Status.MEDIATING: (_("最晚谈到"), case.mediate_by),
        Status.AGREED: (_("最晚签字"), case.mediate_by),
        Status.SETTLED: (_("最晚申请司法确认"), case.confirm_by),
    }
    what, day = running.get(Status(case.status), ("", None))
    if day and case.status == Status.SETTLED and day < timezone.localdate():
        return None  # a right that has lapsed is nobody's delay
    if day and calendar and case.status == Status.DISPATCHED:
        return _in_working_days(what, day, calendar)
    return in_words(what, day) if day else None


def to_be_sent(case: Case, *, reckon: Reckon, calendar: WorkCalendar) -> Deadline:
    """Return until when the centre has to find a body for a case that waits (clock distribute)."""
    day = reckon(timezone.localdate(case.filed_at))
    return _in_working_days(_("最晚派出"), day, calendar)


def in_words(what: str, day: dt.date) -> Deadline:
    """Return a last day in words: 还剩3天（11月25日）, 今天到期, 超时2天."""
    left = (day - timezone.localdate()).days
    shown = languages.day(day)
    if left < 0:
        return Deadline(
            what, day, _("超时%(count)d天（%(day)s）") % {"count": -left, "day": shown}, "late"
        )
    if left == 0:
        return Deadline(what, day, _("今天到期（%(day)s）") % {"day": shown}, "soon")
    words = _("还剩%(count)d天（%(day)s）") % {"count": left, "day": shown}
    return Deadline(what, day, words, "soon" if left <= 3 else "ok")


def _in_working_days(what: str, day: dt.date, calendar: WorkCalendar) -> Deadline:
    left = working_days_left(timezone.localdate(), day, calendar)
    if left == 0:
        return in_words(what, day)
    shown = languages.day(day)
    words = _("还剩%(count)d个工作日（%(day)s）") % {"count": left, "day": shown}
    return Deadline(what, day, words, "soon" if left <= 1 else "ok")


def next_for(party: Party) -> str:
    """Say in one sentence what happens next, to a party."""
    case = party.case
    applicant = party.side == Party.Side.APPLICANT
    said = {
        Status.FILED: _("我们正在安排调解员，3个工作日内告诉您。"),
        Status.DISPATCHED: _("调解员3个工作日内回应。现在不用您做什么。"),
        Status.INVITING: _("正在请对方来调解。对方回话后我们告诉您。")
        if applicant or party.answer == Party.Answer.AGREES
        else _("请看看是什么事，再告诉我们您愿不愿意调解。"),
        Status.MEDIATING: _("调解员会约时间，和双方一起谈。"),
        Status.AGREED: _("协议写好了，请看清楚再签。"),
        Status.SETTLED: _("协议已生效，请按约定做。双方可以一起请法院确认。"),
        Status.CONFIRMING: _("法院正在审查，有结果会告诉您。"),
        Status.CONFIRMED: _("法院已经确认。对方不做的，您可以申请强制执行。"),
        Status.FAILED: _("这次没有谈成。您可以去法院起诉，也可以再申请一次。"),
        Status.LITIGATING: _("已经转到法院立案，请留意法院的通知。"),
        Status.WITHDRAWN: _("申请已撤回。以后还可以再申请。"),
        Status.REJECTED: _("这件事不能在这里调解。您可以打电话问别的办法。"),
        Status.MERGED: _("这件事和另一件一起办，进度看那一件。"),
    }
    return said[Status(case.status)]
