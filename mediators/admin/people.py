"""Accounts, bodies and mediators in the admin; and the trail of who did what, to be read only."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.forms import AdminUserCreationForm
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mediators import audit, roles
from mediators.admin.base import HouseAdmin, HouseInline, ReadOnlyAdmin
from mediators.models import AuditEntry, Body, Language, Leave, Mediator, Relation, User

ROSTER = (User.Role.MEDIATOR, User.Role.LEAD)

if TYPE_CHECKING:
    NewUserFormBase = AdminUserCreationForm[User]
    StockUserAdmin = auth_admin.UserAdmin[User]
    MediatorFormBase = forms.ModelForm[Mediator]
else:
    MediatorFormBase = forms.ModelForm
    NewUserFormBase = AdminUserCreationForm
    StockUserAdmin = auth_admin.UserAdmin


class NewUserForm(NewUserFormBase):
    class Meta:
        model = User
        fields = ("username", "name", "role")


@admin.register(User)
class UserAdmin(HouseAdmin, StockUserAdmin):
    """People who sign in. What they may do follows from their role, so there is nothing to tick."""

    add_form = NewUserForm
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("人员"), {"fields": ("name", "role", "is_active")}),
        (_("使用"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "name", "role")}),
        (_("密码"), {"fields": ("usable_password", "password1", "password2")}),
    )
    readonly_fields = ("last_login", "date_joined")
    list_display = ("username", "name", "role", "body", "is_active", "last_login")
    list_filter = ("role", "is_active")
    list_select_related = ("mediator__body",)
    search_fields = ("username", "name", "mediator__body__name")
    ordering = ("username",)
    filter_horizontal = ()

    @admin.display(description=_("调解组织"))
    def body(self, user: User) -> str:
        mediator: Mediator | None = getattr(user, "mediator", None)
        return str(mediator.body) if mediator else "—"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Nobody takes away his or her own account by mistake.
        own = ("role", "is_active") if obj == request.user else ()
        return (*self.readonly_fields, *own)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.is_staff = roles.enters_admin(obj)
        super().save_model(request, obj, form, change)


@admin.register(Body)
class BodyAdmin(HouseAdmin):
    list_display = ("name", "kind", "region", "phone", "roster", "is_active", "is_demo")
    list_filter = ("kind", "is_active", "is_demo")
    list_select_related = ("kind", "region")
    search_fields = ("name", "abbreviation")

    @admin.display(description=_("调解员"))
    def roster(self, body: Body) -> str:
        address = reverse("admin:mediators_mediator_changelist")
        return format_html(
            '<a href="{}?body__id__exact={}">{}</a>', address, body.pk, gettext("名册")
        )


class MediatorForm(MediatorFormBase):
    """A mediator whose days off and languages are ticked."""

    days_off = forms.MultipleChoiceField(
        label=_("每周休息"),
        choices=[(str(number + 1), name) for number, name in WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    languages = forms.MultipleChoiceField(
        label=_("会说的话"),
        help_text=_("普通话不用选"),
        choices=Language.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def clean_days_off(self) -> str:
        return "".join(sorted(self.cleaned_data["days_off"]))


class LeaveInline(HouseInline):
    model = Leave


class RelationInline(HouseInline):
    """What a mediator declared; the phone can be written, and is shown to nobody afterwards."""

    model = Relation
    fields = ("kind", "name", "phone")


@admin.register(Mediator)
class MediatorAdmin(HouseAdmin):
    form = MediatorForm
    inlines = (LeaveInline, RelationInline)
    list_display = ("user", "body", "phone", "capacity", "days_off", "is_demo")
    list_filter = ("body__kind", "is_demo")
    list_select_related = ("user", "body")
    search_fields = ("user__name", "user__username", "body__name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("user",) if obj else ()

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> "ModelChoiceField[Any] | None":
        """Offer only accounts that belong on a roster and stand on none yet."""
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.filter(role__in=ROSTER, mediator=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return lookup == "body__id__exact" or super().lookup_allowed(lookup, value, request)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """The audit trail. Choosing one chain also proves that nothing in it was changed."""

    list_display = ("at", "chain_link", "seq", "actor", "capacity", "deed")
    list_select_related = ("actor",)
    search_fields = ("=chain", "=deed", "=actor__username")
    search_help_text = _("链（如 house 或 case:12）、行为或用户名")
    ordering = ("-id",)
    fields = ("at", "chain", "seq", "actor", "capacity", "deed", "facts", "previous", "digest")

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return lookup == "chain__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("链"), ordering="chain")
    def chain_link(self, entry: AuditEntry) -> str:
        return format_html('<a href="?chain__exact={0}">{0}</a>', entry.chain)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if chain := request.GET.get("chain__exact"):
            self._prove(request, chain)
        return super().changelist_view(request, extra_context)

    def _prove(self, request: HttpRequest, chain: str) -> None:
        if not self.has_view_permission(request):
            return
        entries = AuditEntry.objects.filter(chain=chain).order_by("seq")
        broken = audit.first_broken(entries.iterator())
        if broken:
            words = gettext("链“%(chain)s”从第%(seq)d条起对不上，可能被改过")
            self.message_user(request, words % {"chain": chain, "seq": broken.seq}, messages.ERROR)
        else:
            words = gettext("链“%(chain)s”完好：每一条都接得上")
            self.message_user(request, words % {"chain": chain}, messages.SUCCESS)
