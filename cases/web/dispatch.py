"""The dispatcher's desk: its lists, one case with its suggestions, and every deed of it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases import clocks, duplicates
from cases.errors import DoneByAnother
from cases.faces import face_of
from cases.models import Assignment, Case, CaseEvent, CaseType
from cases.progress import deadline
from cases.querysets import CaseQuerySet
from cases.reading import open_case
from cases.timeline import timeline
from cases.web import desk_lists, desk_results
from cases.web.baskets import CountedPages
from cases.web.deeds import asked, carry_out, offered, position
from cases.web.desk_case import routing_of
from cases.web.desk_lists import BASKETS, FIRST, Filters, frame
from cases.web.desk_rows import rows
from cases.web.dispatcher_deeds import DEEDS
from mediators.models import User

PAGE = 20
MOST_ALIKE = 5


def dispatcher(request: HttpRequest) -> User:
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
    """Cases that wait, the oldest first, each with what the keywords make of it and bodies."""
    user = dispatcher(request)
    mine, today = Case.objects.visible_to(user), timezone.localdate()
    calendar = clocks.work_calendar()
    reckon = clocks.reckoner(clocks.DISTRIBUTE, calendar)
    chosen = request.GET.get("in", FIRST)
    chosen = chosen if chosen in BASKETS else FIRST
    counted = desk_lists.counts(mine, late=desk_lists.is_late(reckon, today))
    filters = Filters.of(request)
    page = _page(request, mine, chosen, filters, counted[chosen])
    types = {one.key: one for one in CaseType.objects.all()}
    context = {
        "basket": chosen,
        "heading": BASKETS[chosen][0],
        "nothing": BASKETS[chosen][1],
        "late": counted["late"] if chosen == FIRST else 0,
        "last_dispatch": None if page or filters else _last_dispatch(),
        "page_obj": page,
        "rows": rows(list(page), types, calendar=calendar, reckon=reckon),
        "filters": filters,
        "choices": filters.choices(types),
        "here": desk_lists.here(request),
        "all_ticked": "all" in request.GET,
        "sent": desk_results.recall(request) if "sent" in request.GET else None,
        "nav_items": desk_lists.nav(counted, chosen),
    }
    return render(request, "dispatch/desk.html", context)


def _page(
    request: HttpRequest, mine: CaseQuerySet, basket: str, filters: Filters, known: int
) -> Any:
    condition = desk_lists.conditions(timezone.localdate())[basket]
    cases = filters.narrow(mine.filter(condition)).with_routing()
    pages = CountedPages(desk_lists.in_order(cases, basket), PAGE, None if filters else known)
    return pages.get_page(request.GET.get("page"))


def _last_dispatch() -> CaseEvent | None:
    return CaseEvent.objects.filter(kind="case.dispatch").order_by("-id").first()


@login_required
@never_cache
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One case with its ranked types, the words that decided, and bodies that could take it."""
    user = dispatcher(request)
    case = _case(user, number)
    context = {
        **_about(case),
        **routing_of(case, asked_type=request.GET.get("type", ""), asked_body=_body(request)),
        "deeds": DEEDS.items(),
        "offered": offered(DEEDS, position(case, user)),
        "timeline": timeline(case, audience="staff"),
        **frame(Case.objects.visible_to(user)),
    }
    return render(request, "dispatch/case.html", context)


def _body(request: HttpRequest) -> int:
    """Return the body whose people a case's page shows; 0 for the first one suggested."""
    asked_for = request.GET.get("body", "")
    return int(asked_for) if asked_for.isdecimal() else 0


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
    """Show the page of one deed, or do it; whoever was second is told who was first."""
    user = dispatcher(request)
    case = _case(user, number)
    if deed not in DEEDS:
        raise Http404
    what, at = DEEDS[deed], position(case, user)
    is_open = what.when(at)
    try:
        form = carry_out(
            request, case, user, what, initial={**what.begin(at), **asked(request, what.form)}
        )
    except DoneByAnother as error:
        return _too_late(request, case, user, str(error))
    if form is None:
        return _done(request, case, what.heading)
    context = {
        **_about(case),
        "form": form,
        "deed": what,
        "is_open": is_open or form.is_bound,
        "back_url": reverse("dispatch-case", args=[case.number]),
        **(_other(user, case, request.GET.get("number", "")) if deed == "merge" else {}),
        **frame(Case.objects.visible_to(user)),
    }
    status = 422 if form.is_bound else 200 if is_open else 409
    template = "dispatch/merge.html" if deed == "merge" else "dispatch/deed.html"
    return render(request, template, context, status=status)


def _too_late(request: HttpRequest, case: Case, user: User, why: str) -> HttpResponse:
    context = {
        **_about(Case.objects.with_people().get(pk=case.pk)),
        "why": why,
        "back": back_to(request),
        **frame(Case.objects.visible_to(user)),
    }
    return render(request, "dispatch/too_late.html", context, status=409)


def _done(request: HttpRequest, case: Case, heading: object) -> HttpResponse:
    """Go back to the list where the button was; what was sent can be taken back there."""
    words = _("已办：%(deed)s %(number)s") % {"deed": heading, "number": case.number}
    given = Assignment.objects.filter(case=case, outcome=Assignment.Outcome.WAITING)
    newest = given.select_related("body").last()
    if newest is None:
        messages.success(request, words)
        return redirect(back_to(request))
    words = _("%(words)s，给了%(body)s") % {"words": words, "body": newest.body}
    messages.success(request, words)
    desk_results.keep(request, [newest])
    return redirect(with_mark(back_to(request), "sent"))


def back_to(request: HttpRequest) -> str:
    """Return the list that a form was sent from, if it is one of the desk, else the first."""
    asked_for = request.POST.get("next", "")
    ours = reverse("dispatch")
    safe = url_has_allowed_host_and_scheme(asked_for, allowed_hosts=None)
    return asked_for if safe and asked_for.startswith(ours) else ours


def with_mark(address: str, mark: str) -> str:
    """Return an address with one more parameter."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode({mark: 1})}"


def _other(user: User, case: Case, number: str) -> dict[str, Any]:
    """Return the case that this one is to be merged into, or those that could be the same."""
    others = Case.objects.visible_to(user).exclude(pk=case.pk).with_people()
    found = others.by_number(number).first() if number else None
    return {
        "number": number,
        "other": found,
        "alike": [] if found else _alike(case),
    }


def _alike(case: Case) -> list[dict[str, Any]]:
    """Return the cases that could be the same dispute, the likeliest first, and why."""
    return [
        {
            "case": match.case,
            "words": [duplicates.fact_label(fact) for fact in match.judgement.facts],
        }
        for match in duplicates.matches(case)[:MOST_ALIKE]
    ]
