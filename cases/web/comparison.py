"""Two cases side by side: what each says, whether it is the same, and which passages they share."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.duplicates.likeness import are_near
from cases.models import Case, Party
from cases.timeline import REASONS
from mediators import languages

SHORTEST_PASSAGE = 5  # characters in a row, marks and blanks left out: fewer is everyday language
SIDES = (Party.Side.APPLICANT, Party.Side.RESPONDENT)
OTHER_SIDE = {SIDES[0]: SIDES[1], SIDES[1]: SIDES[0]}


class Verdict(StrEnum):
    """Whether both cases say the same of one point."""

    SAME = "same"
    NEAR = "near"
    DIFFERENT = "different"
    MISSING = "missing"  # one of them does not say
    NEUTRAL = "neutral"  # good to know, and speaks neither way


@dataclass(frozen=True)
class Row:
    """One point: what the later case says, what the other one says, and whether it is the same."""

    label: str
    case: str
    other: str
    verdict: Verdict

    @property
    def words(self) -> str:
        """The verdict in words; the pages put a sign before them."""
        return {
            Verdict.SAME: _("相同"),
            Verdict.NEAR: _("相近"),
            Verdict.DIFFERENT: _("不同"),
            Verdict.MISSING: _("没有填"),
            Verdict.NEUTRAL: "",
        }[self.verdict]


def rows(case: Case, other: Case, *, facts: Collection[str] = ()) -> list[Row]:
    """Return every point in which two cases are compared, with names and numbers masked.

    `facts` are those of the pair: with "swapped_sides" the applicants of the one are compared with
    the respondents of the other.
    """
    swapped = "swapped_sides" in facts
    found = [row for side in SIDES for row in _of_side(case, other, side, swapped)]
    return [
        *found,
        _amounts(case, other, facts),
        _plain(_("地区"), _region(case), _region(other), case.region_id == other.region_id),
        _plain(_("具体地点"), case.place, other.place, case.place == other.place),
        Row(_("申请时间"), _moment(case), _moment(other), Verdict.NEUTRAL),
        Row(_("渠道"), str(case.channel), str(other.channel), Verdict.NEUTRAL),
        Row(_("走到哪一步"), _standing(case), _standing(other), Verdict.NEUTRAL),
    ]


def _of_side(case: Case, other: Case, side: str, swapped: bool) -> list[Row]:
    there = OTHER_SIDE[Party.Side(side)] if swapped else side
    ours = [party for party in case.parties.all() if party.side == side]
    theirs = [party for party in other.parties.all() if party.side == there]
    words = {"side": Party.Side(side).label, "other": Party.Side(there).label}
    label = _("%(side)s（对%(other)s）") % words if swapped else str(words["side"])
    points = (
        (_("姓名"), "masked_name", "name_key"),
        (_("手机号"), "masked_phone", "phone_index"),
        (_("证件号"), "masked_identity", "identity_index"),
    )
    return [
        Row(
            f"{label} · {name}",
            _joined(getattr(party, shown) for party in ours),
            _joined(getattr(party, shown) for party in theirs),
            _shared(ours, theirs, column),
        )
        for name, shown, column in points
    ]


def _shared(ours: Collection[Party], theirs: Collection[Party], column: str) -> Verdict:
    """Compare what the parties of two sides have in one column: one in common is enough."""
    here, there = ({getattr(p, column) for p in side} - {""} for side in (ours, theirs))
    if not here or not there:
        return Verdict.MISSING
    if here & there:
        return Verdict.SAME
    return Verdict.NEAR if column == "name_key" and _near(ours, theirs) else Verdict.DIFFERENT


def _near(ours: Collection[Party], theirs: Collection[Party]) -> bool:
    company = Party.Kind.COMPANY
    return any(
        are_near(one.name_key, two.name_key, company=company in (one.kind, two.kind))
        for one in ours
        for two in theirs
    )


def _joined(values: Iterable[str]) -> str:
    return _("、").join(filter(None, values))


def _amounts(case: Case, other: Case, facts: Collection[str]) -> Row:
    row = _plain(_("金额"), _money(case), _money(other), case.amount == other.amount)
    return replace(row, verdict=Verdict.NEAR) if "near_amount" in facts else row


def _plain(label: str, ours: str, theirs: str, is_same: bool) -> Row:
    if not ours or not theirs:
        return Row(label, ours, theirs, Verdict.MISSING)
    return Row(label, ours, theirs, Verdict.SAME if is_same else Verdict.DIFFERENT)


def _money(case: Case) -> str:
    return _("%(amount)s元") % {"amount": f"{case.amount:,.2f}"} if case.amount else ""


def _region(case: Case) -> str:
    return str(case.region) if case.region else ""


def _moment(case: Case) -> str:
    return f"{timezone.localtime(case.filed_at):%Y-%m-%d %H:%M}"


def _standing(case: Case) -> str:
    """Where a case stands, who has it, and how it ended."""
    parts = [str(case.get_status_display())]
    parts += [str(one) for one in (case.body, case.mediator) if one]
    parts += [str(REASONS[reason]) for reason in case.end_reasons if reason in REASONS]
    if case.ended_at:
        parts.append(languages.day(timezone.localdate(case.ended_at)))
    return " · ".join(parts)


# --- Passages ---

Pieces = list[tuple[str, bool]]


def passages(text: str, other: str) -> tuple[Pieces, Pieces]:
    """Return both texts in pieces; those that stand in the other text as well are marked.

    A passage counts wherever it stands, so that sentences in another order are found too.
    """
    ours, theirs = _grams(text), _grams(other)
    return _pieces(text, ours, set(theirs)), _pieces(other, theirs, set(ours))


def _grams(text: str) -> dict[str, list[tuple[int, int]]]:
    """Return each run of SHORTEST_PASSAGE characters with the places where it stands."""
    letters = [(place, c.casefold()) for place, c in enumerate(text) if c.isalnum()]
    found: dict[str, list[tuple[int, int]]] = {}
    for start in range(len(letters) - SHORTEST_PASSAGE + 1):
        window = letters[start : start + SHORTEST_PASSAGE]
        gram = "".join(c for _place, c in window)
        found.setdefault(gram, []).append((window[0][0], window[-1][0] + 1))
    return found


def _pieces(text: str, grams: dict[str, list[tuple[int, int]]], shared: set[str]) -> Pieces:
    spans = sorted(span for gram in grams.keys() & shared for span in grams[gram])
    pieces: Pieces = []
    at = 0
    for start, end in _merged(spans):
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [piece for piece in [*pieces, (text[at:], False)] if piece[0]]


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans that overlap or touch as one."""
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
