"""What every admin of the house shares: rights by role, deeds in the audit trail, plain dates."""

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

from mediators import audit, roles
from mediators.models import User
from mediators.roles import Deed

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    FormSet = BaseInlineFormSet[Any, Any, Any]
    Options = admin.options.BaseModelAdmin[Any]
else:
    ModelAdmin, TabularInline, Options = admin.ModelAdmin, admin.TabularInline, object
    FormSet = BaseInlineFormSet


def staff_of(request: HttpRequest) -> User:
    """Return who is signed in; the admin lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def column(path: str, label: Any) -> Callable[[Any, Any], Any]:
    """Return a read-only column of an admin that shows `path` of a row under a label of its own."""

    @admin.display(description=label, ordering=path.replace(".", "__"))
    def shown(self: Any, row: Any) -> Any:
        value = attrgetter(path)(row)
        return "—" if value is None else value

    return shown


class ByRole(Options):
    """Ask the table of roles, not Django's permissions, who may do what."""

    def _may(self, request: HttpRequest, deed: Deed) -> bool:
        return roles.may(request.user, deed, self.opts.model)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer what is there to choose from; other tables are kept on their own pages."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        widget = field.widget if field else None
        if isinstance(widget, RelatedFieldWidgetWrapper):
            widget.can_add_related = widget.can_change_related = widget.can_view_related = False
        return field

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, Deed.VIEW)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self._may(request, Deed.ADD)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, Deed.CHANGE)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, Deed.DELETE)


class NamedFormSet(FormSet):
    """Lines of a table whose inputs say which column they are: the table gives them no labels."""

    def add_fields(self, form: Any, index: Any) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            widget = getattr(field.widget, "widget", field.widget)  # out of its wrapper
            widget.attrs.setdefault("aria-label", field.label)


class HouseInline(ByRole, TabularInline):
    formset = NamedFormSet
    extra = 0


class HouseAdmin(ByRole, ModelAdmin):
    """A table kept in the admin: whatever is changed here is noted in the audit trail too."""

    list_per_page = 50
    show_full_result_count = False
    # One native date field each: the stock calendar pop-ups have targets that are too small.
    formfield_overrides = {
        models.DateField: {"widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})},
        models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple},
    }

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._note(request, "added", obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        if message:  # an edit that changed nothing is none
            self._note(request, "changed", obj, message)
        return super().log_change(request, obj, message)

    def _note(self, request: HttpRequest, deed: str, obj: Any, message: Any) -> None:
        audit.note(
            f"{self.opts.model_name}.{deed}",
            actor=staff_of(request),
            capacity="admin",
            row=obj.pk,
            what=message,
        )


class ReadOnlyAdmin(HouseAdmin):
    """A table that the house writes by itself: to be read, never edited here."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
