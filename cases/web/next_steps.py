"""What a case in hand needs next, in words for the staff who have it."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Agreement, Case, Party, Session
from mediators import languages
from mediators.models import Mediator

Status = Case.Status


def next_steps(cases: Sequence[Case], *, reader: Mediator) -> dict[int, str]:
    """Return one sentence a case, by its key; the cases come with their parties.

    Two queries, however many cases there are.
    """
    meetings = open_meetings(cases)
    agreements = _agreements_under_way(cases)
    return {
        case.pk: _next_step(case, meetings.get(case.pk), agreements.get(case.pk), reader)
        for case in cases
    }


def open_meetings(cases: Sequence[Case]) -> dict[int, Session]:
    """Return the earliest meeting of each case that has no record yet, with its present body."""
    planned = Session.objects.filter(case__in=cases, held_at=None)
    rows = planned.filter(by__mediator__body=F("case__body")).order_by("-starts_at")
    return {session.case_id: session for session in rows}


def _agreements_under_way(cases: Sequence[Case]) -> dict[int, Agreement]:
    rows = Agreement.objects.filter(
        case__in=cases, state__in=(Agreement.State.DRAFT, Agreement.State.FIXED)
    ).annotate(
        by_parties=Count("signatures", filter=Q(signatures__party__isnull=False)),
        by_mediator=Count("signatures", filter=Q(signatures__party=None)),
    )
    return {agreement.case_id: agreement for agreement in rows}


def _next_step(
    case: Case, meeting: Session | None, agreement: Agreement | None, reader: Mediator
) -> str:
    is_own = case.mediator_id == reader.pk
    if case.status == Status.DISPATCHED:
        return _answer_the_centre(case, is_own)
    if case.status == Status.INVITING:
        return _reach_the_parties(case)
    if case.status == Status.MEDIATING:
        return _mediate(meeting, agreement)
    if case.status == Status.AGREED and agreement:
        return _sign(case, agreement, is_own)
    if case.status == Status.SETTLED and case.confirm_by:
        return _("双方可以请法院确认") if timezone.localdate() <= case.confirm_by else ""
    return ""


def _answer_the_centre(case: Case, is_own: bool) -> str:
    if case.mediator is None:
        return _("指定调解员，或者自己接")
    return _("接案或不接") if is_own else _("等%(name)s接案") % {"name": case.mediator}


def _reach_the_parties(case: Case) -> str:
    waiting = [p.name for p in case.parties.all() if p.answer != Party.Answer.AGREES]
    if len(waiting) == 1:
        return _("请%(name)s回话") % {"name": waiting[0]}
    return _("请%(count)d个人回话") % {"count": len(waiting)}


def _mediate(meeting: Session | None, agreement: Agreement | None) -> str:
    if meeting and meeting.starts_at <= timezone.now():
        return _("写%(when)s的调解记录") % {"when": when(meeting.starts_at)}
    if meeting:
        return f"{when(meeting.starts_at)} {meeting.get_mode_display()}"
    if agreement:
        return _("看一遍协议草稿，定稿")
    return _("约调解时间，或者写协议")


def _sign(case: Case, agreement: Agreement, is_own: bool) -> str:
    waiting = len(case.parties.all()) - agreement.by_parties  # type: ignore[attr-defined]
    if waiting:
        return _("等%(count)d人签字") % {"count": waiting}
    if not agreement.by_mediator:  # type: ignore[attr-defined]
        return _("请您签字") if is_own else _("等调解员签字")
    return _("签字齐了，等负责人盖章")


def when(at: dt.datetime) -> str:
    """Return a time as staff say it: 今天14:30, 11月25日14:30."""
    local = timezone.localtime(at)
    if local.date() == timezone.localdate():
        return _("今天%(time)s") % {"time": f"{local:%H:%M}"}
    return languages.moment(at)
