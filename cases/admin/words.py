"""How cases are told in the admin's lists and pages: colour, parties and deadlines in words."""

import datetime as dt

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cases.faces import face_of
from cases.models import Case, Party
from cases.progress import Deadline, deadline, in_words


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
    running = deadline(case)
    return _left(running) if running else "—"


def left_until(day: dt.date) -> SafeString:
    """Return a last day in words: 还剩3天（11月25日）, 今天到期, 超时2天."""
    return _left(in_words("", day))


def _left(running: Deadline) -> SafeString:
    return format_html('<b class="left {}">{}</b>', running.level, running.words)
