"""What the house counted: entries, closed months, ranks; to be read, never edited."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from mediators.admin.base import ReadOnlyAdmin
from scoring.models import Month, MonthResult, PointEntry


@admin.register(PointEntry)
class PointEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "mediator", "rule", "points", "case_number", "month")
    list_filter = ("month", "rule")
    list_select_related = ("mediator__user", "rule", "event__case")
    search_fields = ("mediator__user__name", "=rule__code")
    fields = ("at", "mediator", "body", "rule", "points", "case_number", "month")

    @admin.display(description=_("案件"))
    def case_number(self, entry: PointEntry) -> str:
        return entry.event.case.number


@admin.register(Month)
class MonthAdmin(ReadOnlyAdmin):
    list_display = ("month", "closed_at")


@admin.register(MonthResult)
class MonthResultAdmin(ReadOnlyAdmin):
    list_display = ("month", "rank", "mediator", "body", "points")
    list_filter = ("month",)
    list_select_related = ("month", "mediator__user", "body")
    search_fields = ("mediator__user__name", "body__name")
