"""The admin's front door: the same sign-in as everywhere, so its limits and checks hold here."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _


def sign_in(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """Send people to the sign-in page and back; refuse those who are signed in and not of here."""
    if request.user.is_authenticated and not admin.site.has_permission(request):
        raise PermissionDenied
    wanted = request.GET.get("next", "")
    inside = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return redirect_to_login(wanted if inside else reverse("admin:index"), reverse("sign-in"))


admin.site.login = sign_in  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = _("一码解纠纷 · 法院与管理")
admin.site.enable_nav_sidebar = False  # lists of cases need the width; the index is one click away
admin.site.index_title = _("今天从哪里开始")
admin.site.unregister(Group)  # rights come from mediators/roles.py alone
