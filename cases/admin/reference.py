"""Reference data of cases in the admin: types, layers, clocks, calendar, channels, posters."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import (
    CalendarDay,
    CaseType,
    Channel,
    Clock,
    Layer,
    Poster,
    TierRule,
    TypeKind,
)
from mediators import reference
from mediators.admin.base import HouseAdmin, HouseInline, staff_of
from mediators.admin.reference import ReferenceAdmin

MOST_WORDS = 5  # shown of a rule in the list


class TypeKindInline(HouseInline):
    model = TypeKind
    fields = ("kind", "order", "is_barred")


HELP = {
    "mediators": _("同一个组织里先轮到他们。打姓名、用户名或组织名来找"),
    "bodies": _("写了的，先派给它们；没有写，按种类和地区选。打名称来找"),
    "silent_rounds": _("本层派出几次都没有响应，就请上一层的组织办"),
    "days": _("从接案算起，到期提醒调解员可以交给上一级，不强行移走。空着就用完整个调解期限"),
    "tier": _("只会往上移，不会往下移"),
    "threshold": _("金额写元，人数写人，没有谈成写次数；别的条件不用写"),
}


class VersionedWithTargets(ReferenceAdmin):
    """A row and what it names in other tables: saved as one version.

    `targets` are those fields and lines, each with what it says for the record.
    """

    targets: Mapping[str, Callable[[Any], list[str]]] = {}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:  # what belongs to it needs its number; the version is written with that
            obj.save()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        touched = any(f.has_changed() for f in formsets) or set(form.changed_data) & set(
            self.targets
        )
        said = {name: tell(form.instance) for name, tell in self.targets.items()}
        related = said if touched else reference.NOTHING
        reference.revise(form.instance, by=staff_of(request), related=related)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.autocomplete_fields:
            kwargs.pop("widget", None)  # the house's boxes to tick: too many where all are listed
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name in HELP:
            field.help_text = HELP[db_field.name]
        return field


def _names(rows: Iterable[Any]) -> list[str]:
    return sorted(str(row) for row in rows)


def _kinds(case_type: CaseType) -> list[str]:
    rows = case_type.type_kinds.select_related("kind").order_by("is_barred", "order", "id")
    return [f"{'✕' if row.is_barred else row.order} {row.kind.name}" for row in rows]


@admin.register(CaseType)
class CaseTypeAdmin(VersionedWithTargets):
    """A case type with its kinds of body: saved as one version."""

    list_display = ("name", "name_en", "statistic", "cause", "clock", "start_tier", "order")
    list_filter = ("statistic", "start_tier", "is_signed_on_paper")
    list_select_related = ("clock",)
    search_fields = ("name", "name_en", "cause", "=key")
    autocomplete_fields = ("bodies", "mediators")
    inlines = (TypeKindInline,)
    related_labels = {
        "kinds": _("承办组织种类"),
        "bodies": _("专门办这类的组织"),
        "mediators": _("擅长这类的调解员"),
    }
    targets = {
        "kinds": _kinds,
        "bodies": lambda row: _names(row.bodies.all()),
        "mediators": lambda row: _names(row.mediators.select_related("user")),
    }


@admin.register(Layer)
class LayerAdmin(VersionedWithTargets):
    """The layers of filtering, from below: how long a case stays, when the next one is asked."""

    list_display = ("key", "days", "silent_rounds", "order")


@admin.register(TierRule)
class TierRuleAdmin(VersionedWithTargets):
    """What makes a case start higher: each row reads as a sentence."""

    list_display = ("name", "sentence", "is_active", "order")
    list_filter = ("condition", "tier", "is_active")
    search_fields = ("name", "words", "=key")

    @admin.display(description=_("规则"))
    def sentence(self, rule: TierRule) -> str:
        words = {
            "number": "" if rule.threshold is None else f"{rule.threshold.normalize():f}",
            "words": _first_words(rule.words.split()),
            "tier": rule.get_tier_display(),
        }
        return str(SENTENCES[TierRule.Condition(rule.condition)]) % words


SENTENCES = {
    TierRule.Condition.AMOUNT: _("金额%(number)s元以上的，至少到%(tier)s"),
    TierRule.Condition.PEOPLE: _("当事人%(number)s人以上的，至少到%(tier)s"),
    TierRule.Condition.WORDS: _("写到%(words)s的，至少到%(tier)s"),
    TierRule.Condition.TRACK: _("法院诉前调来的，至少到%(tier)s"),
    TierRule.Condition.FAILED: _("下面%(number)s次没有谈成的，至少到%(tier)s"),
}


def _first_words(words: list[str]) -> str:
    shown = gettext("、").join(words[:MOST_WORDS])
    if len(words) <= MOST_WORDS:
        return shown
    return gettext("%(words)s等%(count)d个词") % {"words": shown, "count": len(words)}


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
class ChannelAdmin(VersionedWithTargets):
    """A way in, with the kinds of body or the bodies that its cases go to first."""

    list_display = ("name", "name_en", "origin", "is_public", "order")
    autocomplete_fields = ("bodies",)
    related_labels = {"kinds": _("优先派给哪种组织"), "bodies": _("优先派给哪个组织")}
    targets = {
        "kinds": lambda row: _names(row.kinds.all()),
        "bodies": lambda row: _names(row.bodies.all()),
    }


@admin.register(Poster)
class PosterAdmin(HouseAdmin):
    list_display = ("label", "token", "channel", "region", "body", "is_active")
    list_filter = ("is_active", "channel")
    list_select_related = ("channel", "region", "body")
    search_fields = ("label", "=token", "body__name", "region__name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("token",) if obj else ()  # it is printed on paper
