"""What people corrected of automatic routing, by type and by keyword; paused types go on here."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext

from cases.admin.rulebook_forms import type_names
from cases.admin.rulebook_pages import RuleBookPages
from cases.models import CaseType, TypePause
from cases.routing import corrections
from mediators.admin.base import staff_of

REPORTED_WORDS = 30


class MisroutePages(RuleBookPages):
    """The page on which a keeper of the keywords sees where they go wrong."""

    def misroutes_view(self, request: HttpRequest) -> HttpResponse:
        """Show which types and words were corrected by people, and resume a paused type."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            if not self.has_change_permission(request):
                raise PermissionDenied
            case_type = CaseType.objects.filter(key=request.POST.get("type", "")).first()
            if case_type is None:
                raise Http404
            self.carry_out(request, lambda: _resume(request, case_type))
            return HttpResponseRedirect(request.path)
        by_type, by_word = corrections.misroutes()
        names = type_names()
        return self.page(
            request,
            "misroutes.html",
            gettext("派错的情况"),
            pauses=TypePause.objects.filter(resumed_at=None).select_related("case_type"),
            types=[(names.get(rate.case_type, rate.case_type), rate) for rate in by_type],
            words=[
                (names.get(rate.case_type, rate.case_type), rate)
                for rate in by_word[:REPORTED_WORDS]
            ],
            limits=corrections.limits(),
        )


def _resume(request: HttpRequest, case_type: CaseType) -> str:
    corrections.resume(case_type, by=staff_of(request))
    return gettext("“%(type)s”恢复自动分流") % {"type": case_type}
