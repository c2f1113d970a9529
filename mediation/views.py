"""Pages of the house itself: colours as a stylesheet, staff's front door, developer's letterbox."""

import re

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from cases.faces import all_faces
from cases.models import Notice
from mediation import responses, samples
from mediators.models import User

LINK = re.compile(r"(https?://[!-~]+)")  # splits a text: every second piece is an address
HOMES = {
    User.Role.MEDIATOR: "workbench",
    User.Role.LEAD: "workbench",
    User.Role.DISPATCHER: "dispatch",
    User.Role.COURT: "admin:index",
    User.Role.ADMINISTRATOR: "admin:index",
    User.Role.ASSESSOR: "points-board",
    User.Role.LEADER: "points-board",
}


@require_safe
@cache_control(max_age=300, public=True)
def theme(request: HttpRequest) -> HttpResponse:
    """The colours of the codes, which are data, as CSS variables."""
    colours = {face.colour: face for face in all_faces().values()}
    lines = [f"--c-{k}:{face.hex};--t-{k}:{face.text_hex};" for k, face in colours.items()]
    return HttpResponse(f":root{{{''.join(lines)}}}", content_type="text/css")


@login_required
def staff_home(request: HttpRequest) -> HttpResponseRedirect:
    """Send a member of staff to the page that his or her work begins on."""
    assert isinstance(request.user, User)
    return redirect(HOMES.get(User.Role(request.user.role or "administrator"), "admin:index"))


def dev_messages(request: HttpRequest) -> HttpResponse:
    """Every message written so far, newest first; only where DEBUG is on."""
    if not settings.DEBUG:
        raise Http404
    notices = Notice.objects.select_related("user")
    page = Paginator(notices, 30).get_page(request.GET.get("page"))
    rows = [(notice, LINK.split(notice.text)) for notice in page]
    return render(request, "dev/messages.html", {"page_obj": page, "rows": rows})


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in all its states."""
    return render(request, "styleguide.html", samples.context())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A page that lay open too long: say that going back and sending again helps."""
    return render(request, "errors/403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(responses.API):
        return responses.api_server_error()
    return render(request, "errors/500.html", status=500)
