"""What the house counted: entries, closed months, ranks; to be read, never edited."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from mediators.admin.base import ReadOnlyAdmin, column
from scoring.models import Month, MonthResult, PointEntry


@admin.register(PointEntry)
class PointEntryAdmin(ReadOnlyAdmin):
    who = column("mediator", _("调解员"))
    where = column("body", _("调解组织"))
    why = column("rule", _("项目"))
    list_display = ("at", "who", "why", "points", "case_number", "month")
    list_filter = (("month", admin.AllValuesFieldListFilter), "rule__code")
    list_select_related = ("mediator__user", "rule", "event__case", "body")
    search_fields = ("mediator__user__name", "=rule__code")
    fields = ("at", "who", "where", "why", "points", "case_number", "month")

    @admin.display(description=_("案件"))
    def case_number(self, entry: PointEntry) -> str:
        return entry.event.case.number


@admin.register(Month)
class MonthAdmin(ReadOnlyAdmin):
    list_display = ("month", "closed_at")


@admin.register(MonthResult)
class MonthResultAdmin(ReadOnlyAdmin):
    when = column("month", _("计分月"))
    who = column("mediator", _("调解员"))
    where = column("body", _("调解组织"))
    fields = ("when", "rank", "who", "where", "points")
    list_display = ("when", "rank", "who", "where", "points")
    list_filter = (("month__month", admin.AllValuesFieldListFilter),)
    list_select_related = ("month", "mediator__user", "body")
    search_fields = ("mediator__user__name", "body__name")
