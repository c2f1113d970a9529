"""Joint applications for judicial confirmation, decided by court staff (J4, J5)."""

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases import clocks, judicial
from cases.admin import words
from cases.admin.forms import GrantForm, RefuseForm
from cases.errors import CaseError
from cases.models import Case, Confirmation
from cases.reading import note_read
from mediators.admin.base import HouseAdmin, column, staff_of

DECIDE = "court_decide"  # the clock of the review: 15 days as a target (法释〔2011〕5号 5)


class StateFilter(admin.SimpleListFilter):
    """By state; without a choice, those that wait for the court."""

    title = _("状态")
    parameter_name = "state"
    EVERY = "all"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(self.EVERY, _("全部")), *Confirmation.State.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value() or Confirmation.State.APPLIED
        return queryset if chosen == self.EVERY else queryset.filter(state=chosen)

    def choices(self, changelist: Any) -> Any:
        chosen = self.value() or Confirmation.State.APPLIED
        for value, label in self.lookup_choices:
            yield {
                "selected": value == chosen,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }


@admin.register(Confirmation)
class ConfirmationAdmin(HouseAdmin):
    """The court reads agreement and checklist side by side, then grants or refuses."""

    list_display = ("number", "state", "parties", "agreed", "applied_at", "result")
    list_display_links = ("number",)
    list_filter = (StateFilter,)
    list_select_related = ("case", "agreement")
    search_fields = ("ruling_number", "agreement__number", "case__parties__name")
    search_help_text = _("案件编号、协议编号、裁定书案号，或者当事人姓名")
    ordering = ("applied_at", "id")

    agreed = column("agreement.number", _("协议编号"))

    def get_queryset(self, request: HttpRequest) -> Any:
        visible = Case.objects.visible_to(staff_of(request))
        rows = Confirmation.objects.filter(case__in=visible)
        return rows.prefetch_related("case__parties")

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        numbered = Case.objects.by_number(search_term)
        if search_term and numbered.exists():
            return queryset.filter(case__in=numbered), False
        return super().get_search_results(request, queryset, search_term)

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        last_day = cache(lambda: clocks.reckoner(DECIDE))  # read once for all rows

        @admin.display(description=_("审查期限"))
        def days_left(confirmation: Confirmation) -> SafeString | str:
            return _days_left(confirmation, last_day())

        return (*self.list_display, days_left)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("司法确认"), **(extra_context or {})})

    @admin.display(description=_("案件"), ordering="case")
    def number(self, confirmation: Confirmation) -> str:
        return confirmation.case.number

    @admin.display(description=_("当事人"))
    def parties(self, confirmation: Confirmation) -> str:
        return words.parties(confirmation.case)

    @admin.display(description=_("结果"))
    def result(self, confirmation: Confirmation) -> str:
        return confirmation.ruling_number or confirmation.get_refusal_display() or "—"

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False  # the parties apply, each from its own phone

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show an application with its agreement, or decide it."""
        confirmation = self._application(request, object_id)
        grant = GrantForm(request.POST if "grant" in request.POST else None)
        refuse = RefuseForm(request.POST if "refuse" in request.POST else None)
        if request.method == "POST":
            if not self.has_change_permission(request):
                raise PermissionDenied
            if self._decided(request, confirmation, grant, refuse):
                return HttpResponseRedirect(request.path)
            confirmation.refresh_from_db()
        else:
            note_read(confirmation.case, reader=staff_of(request))
        return self._page(request, confirmation, grant, refuse)

    def _decided(
        self, request: HttpRequest, row: Confirmation, grant: GrantForm, refuse: RefuseForm
    ) -> bool:
        actor = staff_of(request)
        if grant.is_bound:
            number = "ruling_number"
            return self._carry_out(
                request,
                grant,
                lambda said: judicial.grant(row, ruling_number=said[number], actor=actor),
                number,
            )
        return self._carry_out(
            request,
            refuse,
            lambda said: judicial.refuse(
                row, refusal=said["refusal"], note=said["note"], actor=actor
            ),
            None,
        )

    def _carry_out(
        self,
        request: HttpRequest,
        form: forms.Form,
        decide: Callable[[dict[str, Any]], Confirmation],
        field: str | None,
    ) -> bool:
        if not form.is_valid():
            return False
        try:
            decided = decide(form.cleaned_data)
        except CaseError as error:
            form.add_error(field, str(error))
            return False
        told = gettext("已作出：%(result)s。当事人会收到通知")
        self.message_user(request, told % {"result": decided.get_state_display()}, messages.SUCCESS)
        return True

    def _application(self, request: HttpRequest, pk: str) -> Confirmation:
        if not self.has_view_permission(request):
            raise PermissionDenied
        confirmation: Confirmation | None = self.get_object(request, pk)
        if confirmation is None:
            raise Http404
        return confirmation

    def _page(
        self, request: HttpRequest, row: Confirmation, grant: GrantForm, refuse: RefuseForm
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("司法确认审查 %(number)s") % {"number": row.case.number},
            "original": row,
            "case": row.case,
            "case_url": reverse("admin:cases_case_change", args=[row.case_id]),
            "tag": words.tag(row.case),
            "days_left": _days_left(row, clocks.reckoner(DECIDE)),
            "agreement": row.agreement,
            "signatures": row.agreement.signatures.select_related("party"),
            "in_time": _applied_in_time(row),
            "open": row.state == Confirmation.State.APPLIED,
            "grant": grant,
            "refuse": refuse,
        }
        refused = grant.is_bound or refuse.is_bound
        template = "admin/cases/confirmation/page.html"
        return TemplateResponse(request, template, context, status=422 if refused else 200)


def _days_left(
    confirmation: Confirmation, last_day: Callable[[dt.date], dt.date]
) -> SafeString | str:
    if confirmation.state != Confirmation.State.APPLIED or confirmation.applied_at is None:
        return "—"
    return words.left_until(last_day(timezone.localdate(confirmation.applied_at)))


def _applied_in_time(confirmation: Confirmation) -> bool:
    last = confirmation.case.confirm_by
    applied = confirmation.applied_at
    return bool(last and applied and timezone.localdate(applied) <= last)
