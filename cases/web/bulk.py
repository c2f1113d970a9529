"""Many cases of the desk at once: sent as suggested, taken back; each row has its own answer."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases import clocks
from cases.models import Assignment, Case, CaseType
from cases.routing.desk import Order, Result, send_all, take_back_all
from cases.web import desk_results
from cases.web.desk_lists import frame
from cases.web.desk_rows import Row, rows
from cases.web.dispatch import back_to, dispatcher, with_mark
from mediators.models import Body, Mediator, User

MOST = 200  # cases of one press


@login_required
@never_cache
@require_safe
def confirm(request: HttpRequest) -> HttpResponse:
    """List what would go where, before anything is sent."""
    user = dispatcher(request)
    ticked = [int(pk) for pk in request.GET.getlist("case") if pk.isdecimal()][:MOST]
    cases = Case.objects.visible_to(user).filter(pk__in=ticked, status=Case.Status.FILED)
    found = _rows(cases.with_routing().order_by("filed_at", "pk"))
    ready = [row for row in found if row.suggestions]
    context = {
        "ready": ready,
        "open_rows": [row for row in found if not row.suggestions],
        "gone": len(set(ticked)) - len(found),
        "totals": _totals(ready),
        "here": request.GET.get("next", ""),
        **frame(Case.objects.visible_to(user)),
    }
    return render(request, "dispatch/bulk.html", context)


def _rows(cases: Any) -> list[Row]:
    types = {one.key: one for one in CaseType.objects.all()}
    calendar = clocks.work_calendar()
    reckon = clocks.reckoner(clocks.DISTRIBUTE, calendar)
    return rows(list(cases), types, calendar=calendar, reckon=reckon, in_turn=True)


def _totals(ready: Sequence[Row]) -> list[dict[str, Any]]:
    """Return each body with how many of these cases it gets, and its load with them."""
    counted = Counter(row.suggestions[0].body.pk for row in ready)
    lasts = {row.suggestions[0].body.pk: row.suggestions[0] for row in ready}  # in turn: the most
    return [
        {
            "body": lasts[pk].body,
            "count": count,
            "after": lasts[pk].open_cases + 1,
            "capacity": lasts[pk].capacity,
        }
        for pk, count in counted.most_common()
    ]


@login_required
@never_cache
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Send each of the listed cases as it was listed; what cannot be sent says why."""
    user = dispatcher(request)
    results = send_all(_orders(request, user), actor=user)
    sent = [one.assignment for one in results if one.assignment]
    desk_results.keep(request, sent, [one for one in results if not one.assignment])
    return redirect("dispatch-sent")


def _orders(request: HttpRequest, user: User) -> list[Order]:
    """Read case.type.body.mediator.seen of each row; what names nothing known is left out."""
    given = [row.split(".") for row in request.POST.getlist("order")[:MOST]]
    numbers = [
        tuple(map(int, row))
        for row in given
        if len(row) == 5 and all(part.isdecimal() for part in row)
    ]
    cases = Case.objects.visible_to(user).in_bulk([row[0] for row in numbers])
    types = CaseType.objects.in_bulk([row[1] for row in numbers])
    bodies = Body.objects.active().select_related("kind").in_bulk([row[2] for row in numbers])
    mediators = Mediator.objects.in_bulk([row[3] for row in numbers])
    return [
        Order(cases[case], bodies[body], types[case_type], seen, mediators.get(mediator))
        for case, case_type, body, mediator, seen in numbers
        if case in cases and case_type in types and body in bodies
    ]


@login_required
@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Show what became of each case of the last press, with the way to take it back."""
    user = dispatcher(request)
    context = {
        **desk_results.recall_all(request),
        "here": reverse("dispatch-sent"),
        **frame(Case.objects.visible_to(user)),
    }
    return render(request, "dispatch/sent.html", context)


@login_required
@never_cache
@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Take back what was just sent, as long as nobody has accepted it."""
    user = dispatcher(request)
    asked = [int(pk) for pk in request.POST.getlist("assignment")[:MOST] if pk.isdecimal()]
    mine = Case.objects.visible_to(user)
    given = Assignment.objects.filter(pk__in=asked, case__in=mine).select_related("case")
    _say(request, take_back_all(given, actor=user))
    return redirect(with_mark(back_to(request), "sent"))


def _say(request: HttpRequest, results: Sequence[Result]) -> None:
    done = [one for one in results if one.assignment]
    count = len(done)
    if count:
        words = ngettext("收回了%(count)d件：%(numbers)s", "收回了%(count)d件：%(numbers)s", count)
        numbers = _("、").join(one.case.number for one in done)
        messages.success(request, words % {"count": count, "numbers": numbers})
    for one in results:
        if not one.assignment:
            messages.warning(request, f"{one.case.number} {one.why}")
