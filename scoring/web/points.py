"""Points pages: a mediator's own with the reason of each (M11), and the ranking (A3)."""

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mediators.languages import named
from mediators.models import Mediator, User
from scoring import ranking
from scoring.models import Month, PointEntry

ENTRIES_A_PAGE = 30
PLACES_A_PAGE = 50
Role = User.Role
RANKED = {Role.MEDIATOR, Role.LEAD}
READERS = RANKED | {Role.ASSESSOR, Role.LEADER, Role.ADMINISTRATOR}
HOMES = {
    Role.MEDIATOR: (_("工作台"), "workbench"),
    Role.LEAD: (_("工作台"), "workbench"),
    Role.ASSESSOR: (_("积分管理"), "admin:index"),
    Role.ADMINISTRATOR: (_("系统管理"), "admin:index"),
}


@login_required
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show the signed-in mediator's own points, entry by entry; nobody else's can be asked for."""
    user = _staff(request)
    mediator = _own_account(user)
    today = timezone.localdate()
    months = ranking.months(mediator, today=today)
    month = _chosen(request, months) or months[0]
    entries = ranking.entries(mediator).filter(month=month)
    page = Paginator(entries, ENTRIES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "month": month,
        "months": months,
        "is_open": month == months[0],
        "totals": ranking.totals(mediator, month=month),
        "year": month.year,
        "place": ranking.last_place(mediator),
        "page_obj": page,
        "rows": [_row(entry, mediator) for entry in page],
        "nav_items": _nav(user, "points"),
    }
    return render(request, "scoring/mine.html", context)


@login_required
@never_cache
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Show the ranking of a closed month: names, bodies and points, no cases."""
    user = _staff(request)
    if not (user.role in READERS or user.is_superuser):
        raise PermissionDenied
    closed = {month.month: month for month in Month.objects.all()}
    chosen = _chosen(request, list(closed)) or next(iter(closed), None)
    words = request.GET.get("q", "").strip()
    places = ranking.board(closed[chosen] if chosen else None, named=words)
    context = {
        "month": chosen,
        "months": list(closed),
        "q": words,
        "page_obj": Paginator(places, PLACES_A_PAGE).get_page(request.GET.get("page")),
        "own": user.pk,
        "nav_items": _nav(user, "points-board"),
    }
    return render(request, "scoring/board.html", context)


def _staff(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _own_account(user: User) -> Mediator:
    mediator: Mediator | None = getattr(user, "mediator", None)
    if mediator is None or user.role not in RANKED:
        raise PermissionDenied
    return mediator


def _chosen(request: HttpRequest, months: list[dt.date]) -> dt.date | None:
    """Return the month asked for as 2026-11, if there is such a one to show."""
    wanted = request.GET.get("month", "")
    return next((month for month in months if f"{month:%Y-%m}" == wanted), None)


def _row(entry: PointEntry, mediator: Mediator) -> dict[str, Any]:
    case = entry.event.case
    own = case.mediator_id == mediator.pk
    return {
        "what": named(entry.rule.name, entry.rule.name_en),
        "source": entry.rule.source,
        "points": f"{entry.points.normalize():+f}",
        "number": case.number,
        "case_url": reverse("workbench-case", args=[case.number]) if own else "",
        "at": entry.at,
    }


def _nav(user: User, current: str) -> list[tuple[str, str, str, bool]]:
    items = [HOMES[Role(user.role)]] if user.role in HOMES else []
    if user.role in RANKED:
        items.append((_("我的积分"), "points"))
    items.append((_("积分榜"), "points-board"))
    return [(str(label), reverse(name), "", name == current) for label, name in items]
