"""The dispatcher's desk: what the keywords left open, with their suggestions and their words."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases import clocks, documents
from cases.faces import face_of
from cases.models import Assignment, Case, CaseEvent, CaseType, Poster
from cases.progress import deadline
from cases.querysets import GIVEN_BACK, is_unresponded
from cases.reading import open_case
from cases.routing.suggest import Suggestion, suggest, suggest_all
from cases.timeline import timeline
from cases.web import pages
from cases.web.baskets import CountedPages
from cases.web.deeds import asked, carry_out, offered, position
from cases.web.dispatcher_deeds import DEEDS
from cases.web.guesses import Guess, guess_of, marked
from mediators.models import User

PAGE, POSTERS_A_PAGE = 20, 30
BASKETS = {
    "waiting": (gettext_lazy("等分流"), gettext_lazy("没有等分流的案件。")),
    "returned": (gettext_lazy("退回的"), gettext_lazy("没有退回的。")),
    "unresponded": (gettext_lazy("未响应"), gettext_lazy("全部按时响应。")),
    "dispatched": (gettext_lazy("已分流，等接案"), gettext_lazy("没有等接案的。")),
}
FIRST = "waiting"


def _baskets() -> dict[str, Q]:
    filed = Q(status=Case.Status.FILED)
    return {
        "waiting": filed,
        "returned": filed & Q(assignments__outcome__in=GIVEN_BACK),
        "unresponded": is_unresponded(timezone.localdate()),
        "dispatched": Q(status=Case.Status.DISPATCHED),
    }


def _dispatcher(request: HttpRequest) -> User:
    """Return the dispatcher who asks; nobody else comes to the desk."""
    user = request.user
    if not isinstance(user, User) or user.role != User.Role.DISPATCHER:
        raise Http404
    return user


def _case(user: User, number: str) -> Case:
    try:
        return open_case(Case.objects.visible_to(user).with_people(), number, reader=user)
    except Case.DoesNotExist:
        raise Http404 from None


@login_required
@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Cases that wait, the oldest first, each with what the keywords make of it and a body."""
    user = _dispatcher(request)
    mine, baskets = Case.objects.visible_to(user), _baskets()
    chosen = request.GET.get("in", FIRST)
    chosen = chosen if chosen in baskets else FIRST
    counts = mine.count_each(**baskets)
    cases = mine.filter(baskets[chosen]).with_routing().distinct().order_by("id")
    page = CountedPages(cases, PAGE, counts[chosen]).get_page(request.GET.get("page"))
    context = {
        "heading": BASKETS[chosen][0],
        "nothing": BASKETS[chosen][1],
        "last_dispatch": None if page else _last_dispatch(),
        "page_obj": page,
        "rows": _rows(list(page)),
        "nav_items": _nav(counts, chosen),
    }
    return render(request, "dispatch/desk.html", context)


def _last_dispatch() -> CaseEvent | None:
    return CaseEvent.objects.filter(kind="case.dispatch").order_by("-id").first()


def _rows(cases: Sequence[Case]) -> list[dict[str, Any]]:
    types = {one.key: one for one in CaseType.objects.all()}
    guesses = {case.pk: guess_of(case, types) for case in cases}
    suggested = _first_suggestions(cases, guesses)
    given = any(case.status == Case.Status.DISPATCHED for case in cases)
    calendar = clocks.work_calendar() if given else None
    return [
        {
            "case": case,
            "face": face_of(case.status),
            "deadline": deadline(case, calendar=calendar),
            "guess": guesses[case.pk],
            "marked": marked(case.description, guesses[case.pk].words),
            "suggestion": suggested.get(case.pk),
            "returned": sum(one.outcome in GIVEN_BACK for one in case.assignments.all()),
        }
        for case in cases
    ]


def _first_suggestions(
    cases: Sequence[Case], guesses: dict[int, Guess]
) -> dict[int, Suggestion | None]:
    """The first body for each case that waits for one and whose type is guessed."""
    wanted = [
        (case, case_type)
        for case in cases
        if case.status == Case.Status.FILED and (case_type := guesses[case.pk].case_type)
    ]
    found = suggest_all(wanted) if wanted else []
    return {
        case.pk: next(iter(bodies), None)
        for (case, _type), bodies in zip(wanted, found, strict=True)
    }


def _nav(counts: dict[str, int], chosen: str) -> list[tuple[object, str, object, bool]]:
    items: list[tuple[object, str, object, bool]] = [
        (name, f"{reverse('dispatch')}?in={key}", counts[key], key == chosen)
        for key, (name, _nothing) in BASKETS.items()
    ]
    return [*items, (_("海报"), reverse("posters"), "", chosen == "posters")]


def _frame(user: User, chosen: str = "") -> dict[str, Any]:
    """Return what every page of the desk has around it."""
    counts = Case.objects.visible_to(user).count_each(**_baskets())
    return {"nav_items": _nav(counts, chosen)}


@login_required
@never_cache
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One case with its ranked types, the words that decided, and bodies that could take it."""
    user = _dispatcher(request)
    case = _case(user, number)
    types = {one.key: one for one in CaseType.objects.all()}
    guess = guess_of(case, types)
    chosen = types.get(request.GET.get("type", "")) or guess.case_type or case.case_type
    at = position(case, user)
    context = {
        **_about(case),
        "guess": guess,
        "chosen": chosen,
        "marked": marked(case.description, guess.words_for(chosen)),
        "suggestions": suggest(case, chosen)[:3] if chosen else [],
        "assignments": case.assignments.select_related("body", "mediator__user").order_by("-id"),
        "offered": offered(DEEDS, at),
        "timeline": timeline(case, audience="staff"),
        **_frame(user),
    }
    return render(request, "dispatch/case.html", context)


def _about(case: Case) -> dict[str, Any]:
    return {
        "case": case,
        "face": face_of(case.status),
        "deadline": deadline(case, calendar=clocks.work_calendar()),
    }


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, number: str, deed: str) -> HttpResponse:
    """Show the page of one deed, or do it."""
    user = _dispatcher(request)
    case = _case(user, number)
    if deed not in DEEDS:
        raise Http404
    what = DEEDS[deed]
    is_open = what.when(position(case, user))
    form = carry_out(request, case, user, what, initial=asked(request, what.form))
    if form is None:
        _say_done(request, case, what.heading)
        return redirect("dispatch")
    context = {
        **_about(case),
        "form": form,
        "deed": what,
        "is_open": is_open or form.is_bound,
        "back_url": reverse("dispatch-case", args=[case.number]),
        **(_other(user, case, request.GET.get("number", "")) if deed == "merge" else {}),
        **_frame(user),
    }
    status = 422 if form.is_bound else 200 if is_open else 409
    template = "dispatch/merge.html" if deed == "merge" else "dispatch/deed.html"
    return render(request, template, context, status=status)


def _say_done(request: HttpRequest, case: Case, heading: object) -> None:
    words = _("已办：%(deed)s %(number)s") % {"deed": heading, "number": case.number}
    given = Assignment.objects.filter(case=case, outcome=Assignment.Outcome.WAITING)
    if newest := given.select_related("body").last():
        words = _("%(words)s，给了%(body)s") % {"words": words, "body": newest.body}
    messages.success(request, words)


def _other(user: User, case: Case, number: str) -> dict[str, Any]:
    """Return the case that this one is to be merged into, or those that could be the same."""
    others = Case.objects.visible_to(user).exclude(pk=case.pk).with_people()
    found = others.by_number(number).first() if number else None
    return {
        "number": number,
        "other": found,
        "alike": [] if found else others.sharing_a_phone_with(case)[:5],
    }


@login_required
@never_cache
@require_safe
def posters(request: HttpRequest) -> HttpResponse:
    """Every poster, to print."""
    user = _dispatcher(request)
    words = request.GET.get("q", "").strip()[:60]
    rows = Poster.objects.select_related("region", "body", "channel").order_by("id")
    rows = rows.filter(label__icontains=words) if words else rows
    page = Paginator(rows, POSTERS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "q": words, **_frame(user, "posters")}
    return render(request, "dispatch/posters.html", context)


@login_required
@require_safe
def poster_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """One poster as A4 PDF; its QR opens the filing form with place and channel filled in."""
    _dispatcher(request)
    poster = get_object_or_404(Poster, token=token)
    return pages.pdf(documents.poster_pdf(pages.poster_data(poster)), f"poster-{poster.token}")
