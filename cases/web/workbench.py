"""The mediator's workbench: what is in hand by its clock, and one page for everything of a case."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases import clocks
from cases.faces import face_of
from cases.holding import unanswered_by
from cases.models import Agreement, Assignment, Case, Notice
from cases.progress import deadline
from cases.querysets import is_late
from cases.reading import open_case
from cases.routing.words import why_chosen
from cases.timeline import timeline
from cases.web import pages
from cases.web.baskets import CountedPages
from cases.web.deeds import IN_HAND, Deed, asked, carry_out, offered, position
from cases.web.mediator_deeds import DEEDS, DRAFTING, recording
from cases.web.next_steps import next_steps, open_meetings
from mediators.models import Mediator, User

Status = Case.Status
PAGE = 30
SILENT_DAYS = 30  # how far back the list of unanswered cases goes
MOST_NAMED = 2  # of one side, in a heading
OPEN = [Status.DISPATCHED, *IN_HAND]
ENDED = [status for status in Status if status not in (Status.FILED, *OPEN)]
BASKETS = {
    "accept": (gettext_lazy("等我接案"), gettext_lazy("没有等您接的案件。")),
    "mediating": (gettext_lazy("调解中"), gettext_lazy("没有在谈的案件。")),
    "signing": (gettext_lazy("等签字"), gettext_lazy("没有等签字的案件。")),
    "late": (gettext_lazy("已超时"), gettext_lazy("没有超时的案件。")),
    "unassigned": (gettext_lazy("还没有调解员"), gettext_lazy("每件都有调解员了。")),
    "open": (gettext_lazy("全部在办"), gettext_lazy("现在没有在办的案件。")),
    "ended": (gettext_lazy("已结束"), gettext_lazy("还没有办结的案件。")),
    "all": (gettext_lazy("全部"), gettext_lazy("还没有案件。")),
}
FIRST = "open"


def _baskets() -> dict[str, Q]:
    return {
        "accept": Q(status=Status.DISPATCHED),
        "mediating": Q(status__in=[Status.INVITING, Status.MEDIATING]),
        "signing": Q(status=Status.AGREED),
        "late": is_late(timezone.localdate()),
        "unassigned": Q(mediator=None, status__in=OPEN),
        "open": Q(status__in=OPEN),
        "ended": Q(status__in=ENDED),
        "all": Q(),
    }


def reader_of(request: HttpRequest) -> Mediator:
    """Return the mediator or lead who asks; to everybody else there is no workbench."""
    user = request.user
    if not isinstance(user, User) or user.role not in (User.Role.MEDIATOR, User.Role.LEAD):
        raise Http404
    try:
        return user.mediator
    except Mediator.DoesNotExist:
        raise Http404 from None


def _case(reader: Mediator, number: str) -> Case:
    mine = Case.objects.visible_to(reader.user).with_people()
    try:
        return open_case(mine, number, reader=reader.user)
    except Case.DoesNotExist:
        raise Http404 from None


@login_required
@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Cases in hand, the one with the nearest last day first."""
    reader = reader_of(request)
    mine, baskets = Case.objects.visible_to(reader.user), _baskets()
    chosen = request.GET.get("in", FIRST)
    chosen = chosen if chosen in baskets else FIRST
    counts = mine.count_each(**baskets)
    words = request.GET.get("q", "").strip()[:60]
    cases = (mine.search(words) if words else mine.filter(baskets[chosen])).with_people()
    known = None if words else counts[chosen]
    page = CountedPages(cases.by_clock(), PAGE, known).get_page(request.GET.get("page"))
    context = {
        "heading": _("找到的案件") if words else BASKETS[chosen][0],
        "nothing": BASKETS[chosen][1],
        "in_hand": counts[FIRST] if chosen != FIRST else 0,
        "page_obj": page,
        "rows": _rows(page, reader),
        "q": words,
        "nav_items": _nav(reader, counts, "" if words else chosen),
    }
    return render(request, "workbench/inbox.html", context)


def _rows(page: Page[Case], reader: Mediator) -> list[dict[str, Any]]:
    cases = list(page)
    steps, calendar = next_steps(cases, reader=reader), clocks.work_calendar()
    return [
        {
            "case": case,
            "face": face_of(case.status),
            **_sides(case),
            "next": steps[case.pk],
            "deadline": deadline(case, calendar=calendar),
        }
        for case in cases
    ]


def _sides(case: Case) -> dict[str, str]:
    """Return both sides by full names: whoever handles a case calls people by them."""
    sides: dict[str, list[str]] = {"applicant": [], "respondent": []}
    for party in case.parties.all():
        sides[party.side].append(party.name)
    return {f"{side}s": _named(names) for side, names in sides.items()}


def _named(names: list[str]) -> str:
    """Return the names of one side for a heading: of many only the first, and how many."""
    if len(names) <= MOST_NAMED:
        return "、".join(names)
    return _("%(name)s等%(count)d方") % {"name": names[0], "count": len(names)}


def _nav(
    reader: Mediator, counts: dict[str, int], chosen: str
) -> list[tuple[object, str, object, bool]]:
    names: dict[str, object] = {key: name for key, (name, _nothing) in BASKETS.items()}
    leads = reader.user.role == User.Role.LEAD
    if leads:
        names["accept"] = _("等接案")
    else:
        del names["unassigned"]
    items: list[tuple[object, str, object, bool]] = [
        (name, f"{reverse('workbench')}?in={key}", counts[key], key == chosen)
        for key, name in names.items()
    ]
    silent = unanswered_of(reader).count()
    unanswered = (_("未响应"), reverse("workbench-unanswered"), silent, chosen == "unanswered")
    handing = (_("交接案件"), reverse("workbench-handover"), "", chosen == "handover")
    points = (_("我的积分"), reverse("points"), "", False)
    return [*items, unanswered, *([handing] if leads else []), points]


def unanswered_of(reader: Mediator) -> QuerySet[Assignment]:
    """Return what this mediator, or this lead's body, let lapse of late."""
    leads = reader.user.role == User.Role.LEAD
    return unanswered_by(reader, whole_body=leads, days=SILENT_DAYS)


def frame(reader: Mediator, chosen: str = "") -> dict[str, Any]:
    """Return what every page of the workbench has around it."""
    counts = Case.objects.visible_to(reader.user).count_each(**_baskets())
    return {"nav_items": _nav(reader, counts, chosen)}


@login_required
@never_cache
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Everything of one case on one page."""
    reader = reader_of(request)
    case = _case(reader, number)
    at = position(case, reader.user)
    agreement = at.agreement
    context = {
        **_about(case),
        "at": at,
        "offered": offered(DEEDS, at),
        "may_write": DRAFTING.when(at),
        "next": next_steps([case], reader=reader)[case.pk],
        "meeting": open_meetings([case]).get(case.pk),
        "agreement": agreement,
        "signatures": agreement.signatures.select_related("party", "user") if agreement else [],
        "contacts": case.contacts.select_related("party", "by").order_by("-id"),
        "sessions": case.sessions.prefetch_related("present").order_by("-starts_at"),
        "files": case.files.select_related("party"),
        "why_here": _why_here(case),
        "recusals": case.recusals.select_related("party", "mediator__user", "ruled_by"),
        "layer_is_over": bool(case.layer_by and case.layer_by < timezone.localdate()),
        "not_delivered": case.notices.filter(state=Notice.State.FAILED).select_related("party"),
        "timeline": timeline(case, audience="staff"),
        **frame(reader),
    }
    return render(request, "workbench/case.html", context)


def _why_here(case: Case) -> str:
    """Why the case was given to this body last, in words."""
    newest = case.assignments.last()
    return why_chosen(newest) if newest else ""


def _about(case: Case) -> dict[str, Any]:
    return {
        "case": case,
        "face": face_of(case.status),
        "deadline": deadline(case, calendar=clocks.work_calendar()),
        **_sides(case),
    }


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, number: str, deed: str) -> HttpResponse:
    """Show the page of one deed, or do it; a rule's refusal stands on the same page."""
    reader = reader_of(request)
    case = _case(reader, number)
    if deed not in DEEDS:
        raise Http404
    return _deed_page(request, reader, case, DEEDS[deed])


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Write the record of a meeting."""
    reader = reader_of(request)
    case = _case(reader, number)
    meeting = get_object_or_404(case.sessions, pk=pk)
    more = {"meeting": meeting}
    return _deed_page(request, reader, case, recording(meeting), "workbench/record.html", more)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def agreement(request: HttpRequest, number: str) -> HttpResponse:
    """Write the draft of the agreement, with what the parties said beside it."""
    reader = reader_of(request)
    case = _case(reader, number)
    more = {"sessions": case.sessions.exclude(held_at=None).order_by("-starts_at")}
    return _deed_page(request, reader, case, DRAFTING, "workbench/agreement.html", more)


def _deed_page(
    request: HttpRequest,
    reader: Mediator,
    case: Case,
    deed: Deed,
    template: str = "workbench/deed.html",
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    at = position(case, reader.user)
    is_open = deed.when(at)
    initial = {**asked(request, deed.form), **deed.begin(at)}
    form = carry_out(request, case, reader.user, deed, initial=initial)
    if form is None:
        messages.success(request, _("已办：%(deed)s") % {"deed": deed.heading})
        return _after(reader, case.number)
    context = {
        **_about(case),
        "at": at,
        "form": form,
        "deed": deed,
        "is_open": is_open or form.is_bound,
        "agreement": case.agreements.exclude(state=Agreement.State.VOID).first(),
        "back_url": reverse("workbench-case", args=[case.number]),
        **(more or {}),
        **frame(reader),
    }
    status = 422 if form.is_bound else 200 if is_open else 409
    return render(request, template, context, status=status)


def _after(reader: Mediator, number: str) -> HttpResponse:
    """Back to the case, or to the inbox when it is no longer this person's."""
    if Case.objects.visible_to(reader.user).by_number(number).exists():
        return redirect("workbench-case", number)
    return redirect("workbench")


@login_required
@never_cache
@require_safe
def agreement_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The agreement in force, as the document that was kept."""
    case = _case(reader_of(request), number)
    kept = get_object_or_404(case.agreements.exclude(document=""), state=Agreement.State.EFFECTIVE)
    with kept.document.open("rb") as opened:
        return pages.pdf(opened.read(), f"agreement-{case.number}")


@login_required
@never_cache
@require_safe
def file(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One of the parties' photos or papers."""
    kept = get_object_or_404(_case(reader_of(request), number).files, pk=pk)
    return pages.stored_file(kept.stored, kept.content_type, f"file-{kept.pk}")
