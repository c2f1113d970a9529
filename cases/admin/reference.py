"""Reference data of cases in the admin: types, clocks, calendar, channels, posters."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cases.models import (
    CalendarDay,
    CaseType,
    Channel,
    Clock,
    Keyword,
    Poster,
    RuleBook,
    TypeKind,
)
from mediators import reference
from mediators.admin.base import HouseAdmin, HouseInline, ReadOnlyAdmin, column, staff_of
from mediators.admin.reference import ReferenceAdmin


class TypeKindInline(HouseInline):
    model = TypeKind
    fields = ("kind", "order", "is_barred")


@admin.register(CaseType)
class CaseTypeAdmin(ReferenceAdmin):
    """A case type with its kinds of body: saved as one version."""

    list_display = ("name", "name_en", "statistic", "cause", "clock", "start_tier", "order")
    list_filter = ("statistic", "start_tier", "is_signed_on_paper")
    list_select_related = ("clock",)
    search_fields = ("name", "name_en", "cause", "=key")
    inlines = (TypeKindInline,)
    related_labels = {"kinds": _("承办组织种类"), "bodies": _("专门办这类的组织")}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:  # the lines below it need its number; the version is written with them
            obj.save()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        touched = any(f.has_changed() for f in formsets) or "bodies" in form.changed_data
        related = _related(form.instance) if touched else reference.NOTHING
        reference.revise(form.instance, by=staff_of(request), related=related)


def _related(case_type: CaseType) -> dict[str, Any]:
    rows = case_type.type_kinds.select_related("kind").order_by("is_barred", "order", "id")
    return {
        "kinds": [f"{'✕' if row.is_barred else row.order} {row.kind.name}" for row in rows],
        "bodies": list(case_type.bodies.order_by("name").values_list("name", flat=True)),
    }


@admin.register(Clock)
class ClockAdmin(ReferenceAdmin):
    list_display = ("name", "name_en", "days", "unit", "article", "effective_from")
    search_fields = ("name", "article", "=key")


@admin.register(CalendarDay)
class CalendarDayAdmin(ReferenceAdmin):
    list_display = ("day", "is_working", "note")
    list_filter = ("is_working",)
    date_hierarchy = "day"
    exclude = ("key",)
    fixed_once_made = ("day",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.key = obj.day.isoformat()
        super().save_model(request, obj, form, change)


@admin.register(Channel)
class ChannelAdmin(ReferenceAdmin):
    list_display = ("name", "name_en", "origin", "is_public", "order")


@admin.register(Poster)
class PosterAdmin(HouseAdmin):
    list_display = ("label", "token", "channel", "region", "body", "is_active")
    list_filter = ("is_active", "channel")
    list_select_related = ("channel", "region", "body")
    search_fields = ("label", "=token", "body__name", "region__name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("token",) if obj else ()  # it is printed on paper


@admin.register(RuleBook)
class RuleBookAdmin(ReadOnlyAdmin):
    list_display = ("version", "note", "author", "created_at")


@admin.register(Keyword)
class KeywordAdmin(ReadOnlyAdmin):
    """Every keyword of the books, found by the word itself."""

    book = column("rule_book", _("规则版本"))
    fields = ("word", "case_type", "weight", "book")
    list_display = ("word", "case_type", "weight", "book")
    list_filter = ("rule_book__version", "case_type")
    list_select_related = ("case_type", "rule_book")
    search_fields = ("word",)
    ordering = ("-rule_book__version", "word")
