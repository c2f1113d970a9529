"""The map of load: how much each body has to do, and a body's cases handed to another one."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases.faces import face_of
from cases.models import Case, CaseType
from cases.progress import deadline
from cases.querysets import CaseQuerySet
from cases.routing import load, roster
from cases.routing.between_bodies import MOVABLE, hand_over_all
from cases.web import desk_results
from cases.web.baskets import CountedPages
from cases.web.desk_lists import frame
from cases.web.dispatch import dispatcher
from cases.web.dispatcher_forms import HandOverManyForm
from mediators.models import Body, BodyKind, Region, User

PAGE = 30
MOST = 200  # cases handed over by one press
UNACCEPTED = "unaccepted"


@login_required
@never_cache
@require_safe
def bodies(request: HttpRequest) -> HttpResponse:
    """Every body with its load, the heaviest first."""
    user = dispatcher(request)
    found = load.heaviest_first(_narrowed(request), on=roster.day_of_presence())
    page = Paginator(found.select_related("kind", "region"), PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": load.loads(list(page)),
        "q": request.GET.get("q", "")[:60],
        "choices": _choices(request),
        **frame(Case.objects.visible_to(user), "load"),
    }
    return render(request, "dispatch/load.html", context)


def _narrowed(request: HttpRequest) -> QuerySet[Body]:
    found = Body.objects.active()
    if words := request.GET.get("q", "").strip()[:60]:
        found = found.filter(name__icontains=words)
    if kind := request.GET.get("kind"):
        found = found.filter(kind__key=kind)
    if region := request.GET.get("region"):
        found = found.filter(Q(region__key=region) | Q(region__parent__key=region))
    if case_type := request.GET.get("type"):
        found = found.filter(case_types__key=case_type)
    return found


def _choices(request: HttpRequest) -> dict[str, list[tuple[str, str, bool]]]:
    regions = Region.objects.exclude(level=Region.Level.COMMUNITY).order_by("level", "code")
    rows: dict[str, QuerySet[Any]] = {
        "kind": BodyKind.objects.all(),
        "region": regions,
        "type": CaseType.objects.all(),
    }
    return {
        name: [(one.key, str(one), one.key == request.GET.get(name)) for one in found]
        for name, found in rows.items()
    }


@login_required
@never_cache
@require_safe
def body(request: HttpRequest, pk: int) -> HttpResponse:
    """One body: its load, and the cases it has, to be handed over where needed."""
    user = dispatcher(request)
    found = load.heaviest_first(Body.objects.filter(pk=pk), on=roster.day_of_presence())
    (its_load,) = load.loads([get_object_or_404(found.select_related("kind", "region"))])
    only = request.GET.get("only", "")
    cases = _movable(user, its_load.body, only).with_people().by_clock()
    page = CountedPages(cases, PAGE).get_page(request.GET.get("page"))
    context = {
        "load": its_load,
        "only": only,
        "page_obj": page,
        "rows": [
            {"case": one, "face": face_of(one.status), "deadline": deadline(one)} for one in page
        ],
        "all_ticked": "all" in request.GET,
        **frame(Case.objects.visible_to(user), "load"),
    }
    return render(request, "dispatch/body.html", context)


def _movable(user: User, body: Body, only: str) -> CaseQuerySet:
    """The cases of a body that can be handed over; `only` those that it has not accepted."""
    statuses = (Case.Status.DISPATCHED,) if only == UNACCEPTED else MOVABLE
    return Case.objects.visible_to(user).filter(body=body, status__in=statuses)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask to which body the chosen cases of this one go and why, and hand them over."""
    user = dispatcher(request)
    body = get_object_or_404(Body, pk=pk)
    cases = list(_chosen(request, user, body))
    accepted = [one for one in cases if one.status != Case.Status.DISPATCHED]
    form = HandOverManyForm(request.POST or None, giver=body, has_accepted=bool(accepted))
    if form.is_valid() and cases:
        results = hand_over_all(
            cases, to=form.cleaned_data["body"], actor=user, reason=form.cleaned_data["reason"]
        )
        sent = [one.assignment for one in results if one.assignment]
        desk_results.keep(request, sent, [one for one in results if not one.assignment])
        return redirect("dispatch-sent")
    context = {
        "body": body,
        "cases": cases,
        "accepted": len(accepted),
        "form": form,
        "back_url": reverse("dispatch-body", args=[body.pk]),
        **frame(Case.objects.visible_to(user), "load"),
    }
    return render(request, "dispatch/hand_over.html", context, status=422 if form.errors else 200)


def _chosen(request: HttpRequest, user: User, body: Body) -> CaseQuerySet:
    """The ticked cases of the body, or all of a scope (`every`: unaccepted, open)."""
    given = request.POST if request.method == "POST" else request.GET
    every = given.get("every", "")
    cases = _movable(user, body, every).with_people().order_by("pk")
    if every:
        return cases[:MOST]
    ticked = [int(pk) for pk in given.getlist("case")[:MOST] if pk.isdecimal()]
    return cases.filter(pk__in=ticked)
