"""The books of points rules (A1): one is drafted from the last; what counts already is fixed."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mediators.admin.base import HouseAdmin, HouseInline, staff_of
from scoring import rules
from scoring.errors import ScoringError
from scoring.models import PointBook, PointRule

if TYPE_CHECKING:
    BookForm = forms.ModelForm[PointBook]
else:
    BookForm = forms.ModelForm


class PointBookForm(BookForm):
    def clean_effective_from(self) -> Any:
        day = self.cleaned_data["effective_from"]
        try:
            rules.refuse_settled(day, timezone.localdate())
        except ScoringError as error:
            raise ValidationError(str(error)) from error
        return day


class PointRuleInline(HouseInline):
    """The lines of a book: to be edited until the book counts."""

    model = PointRule

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return super().has_add_permission(request) and _is_draft(*args)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request) and _is_draft(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request) and _is_draft(obj)


@admin.register(PointBook)
class PointBookAdmin(HouseAdmin):
    form = PointBookForm
    change_form_template = "admin/scoring/pointbook/change_form.html"
    list_display = ("version", "effective_from", "note", "state")
    inlines = (PointRuleInline,)

    @admin.display(description=_("状态"))
    def state(self, book: PointBook) -> str:
        return str(_("起草中，可以改") if _is_draft(book) else _("已施行，不能改"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request) and _is_draft(obj)

    def get_urls(self) -> list[URLPattern]:
        copy = path(
            "<int:pk>/copy/",
            self.admin_site.admin_view(self.copy_view),
            name="scoring_pointbook_copy",
        )
        return [copy, *super().get_urls()]

    def copy_view(self, request: HttpRequest, pk: int) -> HttpResponseRedirect:
        """Draft the next book from this one (存成新版本)."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        book = self.get_object(request, str(pk))
        if book is None or request.method != "POST":
            return HttpResponseRedirect(reverse("admin:scoring_pointbook_changelist"))
        copy = rules.next_book(book, by=staff_of(request))
        self.log_addition(request, copy, [{"added": {}}])
        self.message_user(request, _("已起草新一版，请改好分值"), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:scoring_pointbook_change", args=[copy.pk]))


def _is_draft(book: PointBook | None = None) -> bool:
    """Say whether a book may still be edited; a new one may."""
    return book is None or not rules.is_settled(book, timezone.localdate())
