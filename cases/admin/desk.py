"""The first page of court staff: what waits for the court, each with its count."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case, Confirmation
from mediators import roles
from mediators.admin.base import staff_of
from mediators.models import User

stock_index = admin.site.index


def index(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
    """Show the stock index; for those who may see cases, what waits for them above it."""
    seen = roles.may(request.user, roles.Deed.VIEW, Case)
    todos = _todos(staff_of(request)) if seen else []
    return stock_index(request, {**(extra_context or {}), "todos": todos})


def _todos(user: User) -> list[tuple[str, str, int | None]]:
    cases = Case.objects.visible_to(user)
    applied = Confirmation.objects.filter(case__in=cases, state=Confirmation.State.APPLIED)
    failed = cases.filter(status=Case.Status.FAILED)
    listed = reverse("admin:cases_case_changelist")
    return [
        (_("登记诉前调"), reverse("admin:cases_case_add"), None),
        (_("等审查的司法确认"), reverse("admin:cases_confirmation_changelist"), applied.count()),
        (_("调解不成，可转立案"), f"{listed}?status__exact=failed", failed.count()),
        (_("法院诉前调案件"), f"{listed}?track__exact=court", cases.filter(track="court").count()),
    ]


admin.site.index = index  # type: ignore[method-assign]
