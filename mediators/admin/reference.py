"""Reference data in the admin: every save is a version, nothing is deleted, history is shown."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mediators import reference
from mediators.admin.base import HouseAdmin, staff_of
from mediators.models import BodyKind, Reference, Region


class ReferenceAdmin(HouseAdmin):
    """Shows where a row came from and all it has said; saves through `reference.revise`."""

    change_form_template = "admin/reference/change_form.html"
    fixed_once_made: tuple[str, ...] = ("key",)
    related_labels: Mapping[str, Any] = {}  # what `related` content is called in the history

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return (*super().get_list_display(request), "version", "origin")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        fixed = self.fixed_once_made if obj else ()
        return (*self.readonly_fields, *fixed, "version", "origin")

    @admin.display(description=_("来自"))
    def origin(self, row: Reference) -> str:
        if row.shipped:
            return str(_("随%(release)s版发布")) % {"release": row.shipped}
        return str(_("本地改过，升级时不覆盖")) if row.pk else "-"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        reference.revise(obj, by=staff_of(request))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context.get("original")
        context["revisions"] = list(self._told(row)) if row else []
        return super().render_change_form(request, context, *args, **kwargs)

    def _told(self, row: Reference) -> Iterator[dict[str, Any]]:
        for revision in reference.history(row):
            yield {
                "version": revision.version,
                "changes": [
                    (self._label(name), self._words(name, before), self._words(name, after))
                    for name, (before, after) in revision.changes.items()
                ],
            }

    def _label(self, name: str) -> str:
        try:
            return str(self.opts.get_field(name.removesuffix("_id")).verbose_name)  # type: ignore[union-attr]
        except FieldDoesNotExist:
            return str(self.related_labels.get(name, name))

    def _words(self, name: str, value: Any) -> str:
        """Return a stored value as a person would read it."""
        if value in (None, "", "None"):
            return "—"
        if isinstance(value, list):
            return _("、").join(map(str, value))
        try:
            field = self.opts.get_field(name.removesuffix("_id"))
        except FieldDoesNotExist:
            return str(value)
        if isinstance(field, ForeignKey):
            return str(field.related_model._default_manager.filter(pk=value).first() or value)
        choices = dict(getattr(field, "flatchoices", ()))
        return str(choices.get(value, value))


@admin.register(Region)
class RegionAdmin(ReferenceAdmin):
    list_display = ("name", "name_en", "level", "parent", "code", "is_verified")
    list_filter = ("level", "is_verified")
    list_select_related = ("parent",)
    search_fields = ("name", "name_en", "=code", "=key")


@admin.register(BodyKind)
class BodyKindAdmin(ReferenceAdmin):
    list_display = ("name", "name_en", "family", "tier", "may_charge", "order")
    list_filter = ("family", "tier")
