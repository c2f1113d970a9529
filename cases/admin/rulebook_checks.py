"""The pages that judge a draft: proposals, trying a text, differences, and the replay."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.admin.rulebook_forms import NONE, ReplayForm, TextForm, type_names
from cases.admin.rulebook_pages import RuleBookPages, in_force_or_none, in_words, to
from cases.errors import CaseError
from cases.models import Case, KeywordProposal, Replay, ReplayMove, RuleBook
from cases.querysets import EVERYWHERE
from cases.routing import classify, proposals, replay, rulebook, tables
from cases.routing.classify import Decision
from cases.routing.labelled import BadLine, read_jsonl
from mediators.admin.base import staff_of
from mediators.models import User

PROPOSALS_A_PAGE, DIFFERENCES_A_PAGE, MOVES_A_PAGE, MOST_PAIRS, SHOWN_TYPES = 50, 100, 50, 40, 5
DECISIONS = {
    Decision.AUTO: _("自动分流"),
    Decision.REVIEW: _("交给人看"),
    Decision.NOT_MEDIABLE: _("提醒可能不能调解"),
}
# The figures of `measure.evaluate` that people see, each with what it says.
FIGURES = [
    ("top1_lenient", _("第一个就猜对")),
    ("top3", _("前三个里有对的")),
    ("macro_f1", _("各类平均成绩（F1）")),
    ("auto_share", _("自动分流的占比")),
    ("auto_precision", _("自动分流里分对的")),
    ("none_recall", _("不能调解的认出多少")),
    ("none_precision", _("说不能调解，说对多少")),
]
Piece = tuple[str, bool]


class CheckPages(RuleBookPages):
    """Pages that show what a draft would do before it does it."""

    # --- Proposals ---

    def proposals_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what was learned for a draft, with the evidence; take it over or put it aside."""
        book = self.book(request, pk, to_change=request.method == "POST")
        if request.method == "POST":
            self.carry_out(request, lambda: self._decide(request, book))
            return HttpResponseRedirect(request.get_full_path())
        rows = book.proposals.filter(state=KeywordProposal.State.OPEN)
        rows = rows.select_related("case_type")
        names = type_names()
        page = Paginator(rows, PROPOSALS_A_PAGE).get_page(request.GET.get("page"))
        return self.page(
            request,
            "proposals.html",
            gettext("学来的建议"),
            book,
            page_obj=page,
            rows=[(one, _found_in(one, names)) for one in page],
            sees_cases=staff_of(request).role in EVERYWHERE,
            decided=book.proposals.exclude(state=KeywordProposal.State.OPEN).count(),
        )

    def _decide(self, request: HttpRequest, book: RuleBook) -> str:
        by, deed = staff_of(request), request.POST.get("deed", "")
        chosen = [int(pk) for pk in request.POST.getlist("chosen") if pk.isdecimal()]
        if deed == "accept_all":
            return in_words(proposals.accept(book, by=by))
        if not chosen:
            raise CaseError(gettext("还没有勾选建议"))
        if deed == "accept":
            return in_words(proposals.accept(book, chosen, by=by))
        count = proposals.decline(book, chosen, by=by)
        return gettext("%(n)d条建议不采纳") % {"n": count}

    # --- Trying a text ---

    def try_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what a book makes of a text, and the book in force beside it; nothing is kept."""
        book = self.book(request, pk)
        form = TextForm(request.POST or None)
        answers = []
        if request.method == "POST" and form.is_valid():
            names, text = type_names(), form.cleaned_data["text"]
            answers = [_answer(one, text, names) for one in _compared(book)]
        return self.page(request, "try.html", gettext("试一段话"), book, form=form, answers=answers)

    # --- Differences ---

    def diff_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what differs between the book in force and this one."""
        book = self.book(request, pk)
        current = in_force_or_none()
        found = tables.differences(current, book) if current else []
        page = Paginator(found, DIFFERENCES_A_PAGE).get_page(request.GET.get("page"))
        names = type_names()
        return self.page(
            request,
            "diff.html",
            gettext("和现行版比"),
            book,
            page_obj=page,
            rows=[(names.get(one.case_type, one.case_type), one) for one in page],
        )

    # --- Replay ---

    def replay_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Start a replay of a draft, or show how the newest one went."""
        book = self.book(request, pk, to_change=request.method == "POST")
        form = ReplayForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid() and self._started(request, book, form):
            return to("replay", book)
        newest = book.replays.select_related("against", "by").first()
        return self.page(
            request,
            "replay.html",
            gettext("重放"),
            book,
            form=form,
            replay=newest,
            is_stale=bool(newest and newest.revision != book.revision),
            is_running=bool(newest and newest.state in replay.UNFINISHED),
            **(_shown(newest, request) if newest else {}),
        )

    def _started(self, request: HttpRequest, book: RuleBook, form: ReplayForm) -> bool:
        file = form.cleaned_data["labelled"]
        try:
            texts = read_jsonl(file) if file else None
            replay.start(
                book, by=staff_of(request), texts=texts, file_name=file.name if file else ""
            )
        except BadLine as error:
            form.add_error("labelled", gettext("第%(line)d行读不懂") % {"line": error.number})
            return False
        except CaseError as error:
            form.add_error(None, str(error))
            return False
        self.message_user(request, gettext("已开始重放，刷新这一页看进度"), messages.SUCCESS)
        return True


def _found_in(proposal: KeywordProposal, names: dict[str, str]) -> str:
    """Return in which types the labelled texts with this word are: 物业服务12、邻里纠纷3."""
    counts = proposal.evidence.get("per_type", {})
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return gettext("、").join(f"{names.get(code, code)}{count}" for code, count in ordered[:4])


def _compared(book: RuleBook) -> list[RuleBook]:
    """This book, and the one in force where that is another."""
    current = in_force_or_none()
    return [book, current] if current and current != book else [book]


def _answer(book: RuleBook, text: str, names: dict[str, str]) -> dict[str, Any]:
    verdict = rulebook.compiled(book).classify(text)
    return {
        "book": book,
        "decision": DECISIONS[verdict.decision],
        "confidence": round(100 * verdict.confidence),
        "ranked": [(names.get(r.case_type, r.case_type), r) for r in verdict.ranked[:SHOWN_TYPES]],
        "pieces": list(_pieces(text, verdict)),
    }


def _pieces(text: str, verdict: classify.Verdict) -> Iterator[Piece]:
    """Cut a text into pieces, keywords marked."""
    at = 0
    for hit in sorted(verdict.hits, key=lambda hit: hit.start):
        if hit.start >= at:
            yield text[at : hit.start], False
            yield text[hit.start : hit.end], True
            at = hit.end
    yield text[at:], False


# --- What a replay found ---


def _shown(found: Replay, request: HttpRequest) -> dict[str, Any]:
    names = type_names()
    pairs = _pairs(found, names)
    moves = found.moves.select_related("case")
    chosen = request.GET.get("from", ""), request.GET.get("to", "")
    if "from" in request.GET:
        moves = moves.filter(before=chosen[0], after=chosen[1])
    page = Paginator(moves, MOVES_A_PAGE).get_page(request.GET.get("page"))
    return {
        "figures": [
            (label, list(_compared_figures(found, part)), list(_per_type(found, part, names)))
            for part, label in (
                ("file", gettext("标注文件")),
                ("cases", gettext("人定过案由的案件")),
            )
            if part in found.before
        ],
        "texts": {part: found.after[part]["texts"] for part in found.after},
        "pairs": pairs[:MOST_PAIRS],
        "moved": sum(count for _names, _query, count in pairs),
        "page_obj": page,
        "rows": _rows(list(page), names, staff_of(request)),
    }


def _compared_figures(found: Replay, part: str) -> Iterator[tuple[Any, float, float, str, float]]:
    """Yield each figure's name, in percent before and after, and how much better or worse."""
    before, after = found.before[part], found.after[part]
    has_none = after["per_type"].get(NONE, {}).get("support")
    for key, label in FIGURES:
        if key.startswith(NONE) and not has_none:
            continue
        was, becomes = 100 * (before.get(key) or 0), 100 * (after.get(key) or 0)
        gain = round(becomes - was, 1)
        way = gettext("升") if gain > 0 else gettext("降") if gain < 0 else gettext("持平")
        yield label, was, becomes, way, abs(gain)


def _per_type(
    found: Replay, part: str, names: dict[str, str]
) -> Iterator[tuple[str, int, dict[str, Any], dict[str, Any]]]:
    """Yield each type with how many texts it has, and its figures in percent before and after."""
    before, after = found.before[part]["per_type"], found.after[part]["per_type"]
    for code, name in names.items():
        if code in after and after[code]["support"]:
            was, becomes = (_percent(one.get(code, {})) for one in (before, after))
            yield name, after[code]["support"], was, becomes


def _percent(figures: dict[str, Any]) -> dict[str, float]:
    return {key: 100 * (figures.get(key) or 0) for key in ("precision", "recall", "f1")}


def _pairs(found: Replay, names: dict[str, str]) -> list[tuple[str, str, int]]:
    """Return from which type to which how many cases would move, the most first."""
    counted = found.moves.order_by().values_list("before", "after").annotate(n=Count("pk"))
    return [
        (
            _way(names, before, after),
            urlencode({"from": before, "to": after}),
            count,
        )
        for before, after, count in counted.order_by("-n", "before", "after")
    ]


def _way(names: dict[str, str], before: str, after: str) -> str:
    unknown = gettext("没有认出来")
    was, becomes = names.get(before, unknown), names.get(after, unknown)
    if was == becomes:
        return gettext("%(type)s，处理方式不同") % {"type": was}
    return gettext("%(was)s → %(becomes)s") % {"was": was, "becomes": becomes}


def _rows(moves: Sequence[ReplayMove], names: dict[str, str], reader: User) -> list[dict[str, Any]]:
    """Moved cases for the page; only who may see a case gets its number, as a link."""
    cases = Case.objects.visible_to(reader).filter(pk__in=[one.case_id for one in moves])
    visible = set(cases.values_list("pk", flat=True))
    return [
        {
            "number": one.case.number if one.case_id in visible else "",
            "url": reverse("dispatch-case", args=[one.case.number]),
            "way": _way(names, one.before, one.after),
            "was": DECISIONS[Decision(one.before_decision)],
            "becomes": DECISIONS[Decision(one.after_decision)],
            "decided": names.get(one.decided, ""),
            "is_right": bool(one.decided) and one.decided == one.after,
        }
        for one in moves
    ]
