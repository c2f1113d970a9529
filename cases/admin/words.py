"""How cases are told in the admin's lists and pages: deadlines, parties and events in words."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.faces import face_of
from cases.lifecycle import Action
from cases.models import Case, CaseEvent, Party
from mediators import languages

Status = Case.Status
EVENTS = {
    "case.filed": gettext_lazy("登记"),
    "case.classified": gettext_lazy("按关键词分类"),
    "case.received_merge": gettext_lazy("并入另一件"),
    "case.mediator_changed": gettext_lazy("换调解员"),
    "case.classed": gettext_lazy("定难度"),
    "party.answered": gettext_lazy("当事人回话"),
    "party.phone_proved": gettext_lazy("当事人验证手机"),
    "party.phone_changed": gettext_lazy("更正手机号"),
    "contact.logged": gettext_lazy("联系当事人"),
    "session.planned": gettext_lazy("约调解时间"),
    "session.recorded": gettext_lazy("写调解记录"),
    "agreement.drafted": gettext_lazy("写协议草稿"),
    "agreement.signed": gettext_lazy("签字"),
    "agreement.sealed": gettext_lazy("盖章"),
    "confirmation.requested": gettext_lazy("一方申请司法确认"),
}


@dataclass(frozen=True)
class Told:
    """One event of a case, as `components/timeline.html` shows it."""

    at: dt.datetime
    who: str
    text: str


def timeline(case: Case) -> Iterator[Told]:
    """Yield what happened to a case, newest first; of concessions it holds nothing."""
    rows = case.events.exclude(kind="code.recoloured").select_related("actor", "party")
    for event in rows.order_by("-id"):
        yield Told(event.at, _who(event), event_words(event.kind))


def _who(event: CaseEvent) -> str:
    if event.party:
        return f"{event.party.get_side_display()} {event.party.masked_name}"
    return str(event.actor) if event.actor else _("系统")


def event_words(kind: str) -> str:
    """Return what an event is called; a step of the table by the name of its action."""
    action = kind.removeprefix("case.")
    if kind in EVENTS:
        return str(EVENTS[kind])
    return str(Action(action).label) if action in Action.values else kind


def tag(case: Case) -> SafeString:
    """Return the coloured tag of a case: its word and icon, never the colour alone."""
    return SafeString(render_to_string("components/tag.html", {"face": face_of(case.status)}))


def parties(case: Case) -> str:
    """Return who faces whom, with masked names: 张** 对 某某物业公司 等2方."""
    sides = {side: [p for p in case.parties.all() if p.side == side] for side in Party.Side}
    return _("%(applicants)s 对 %(respondents)s") % {
        "applicants": _named(sides[Party.Side.APPLICANT]),
        "respondents": _named(sides[Party.Side.RESPONDENT]),
    }


def _named(side: list[Party]) -> str:
    if len(side) > 1:
        return _("%(name)s等%(count)d方") % {"name": side[0].masked_name, "count": len(side)}
    return side[0].masked_name if side else "—"


def days_left(case: Case) -> SafeString | str:
    """Return how long the running clock of a case still has, in words; a dash when none runs."""
    running = {
        Status.DISPATCHED: case.respond_by,
        Status.INVITING: case.mediate_by,
        Status.MEDIATING: case.mediate_by,
        Status.AGREED: case.mediate_by,
        Status.SETTLED: case.confirm_by,
    }
    day = running.get(Status(case.status))
    if day is None or (case.status == Status.SETTLED and day < timezone.localdate()):
        return "—"  # that nobody applied for confirmation in time is nobody's delay
    return left_until(day)


def left_until(day: dt.date) -> SafeString:
    """Return a last day in words: 还剩3天（11月25日）, 今天到期, 超时2天."""
    left = (day - timezone.localdate()).days
    if left < 0:
        words, level = _("超时%(count)d天") % {"count": -left}, "late"
    elif left == 0:
        words, level = _("今天到期"), "soon"
    else:
        words, level = _("还剩%(count)d天") % {"count": left}, "soon" if left <= 3 else "ok"
    shown = _("（%(day)s）") % {"day": languages.day(day)}
    return format_html('<span class="left {}"><b>{}</b>{}</span>', level, words, shown)
