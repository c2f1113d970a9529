"""What a body sees of itself: cases it let lapse, and the cases of a mediator who leaves."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases import handover
from cases.handover import Given
from cases.querysets import WORKED_ON
from cases.web.people_forms import HandoverForm
from cases.web.workbench import SILENT_DAYS, frame, reader_of, unanswered_of
from mediators.models import Mediator, User


@login_required
@never_cache
@require_safe
def unanswered(request: HttpRequest) -> HttpResponse:
    """未响应: what was taken back because nobody answered. The cases are others' now: no links."""
    reader = reader_of(request)
    rows = unanswered_of(reader).select_related("case", "mediator__user").order_by("-answered_at")
    context = {"rows": rows[:100], "days": SILENT_DAYS, **frame(reader, "unanswered")}
    return render(request, "workbench/unanswered.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest) -> HttpResponse:
    """交接: choose who leaves, see the cases, and give them all away at once."""
    reader = reader_of(request)
    if reader.user.role != User.Role.LEAD:
        raise Http404
    people = Mediator.objects.filter(body=reader.body_id).select_related("user")
    if "from" not in request.GET:
        load = Count("cases", filter=Q(cases__status__in=WORKED_ON))
        rows = people.annotate(open_cases=load).order_by("-open_cases", "pk")
        context = {"people": rows, **frame(reader, "handover")}
        return render(request, "workbench/handover.html", context)
    mediator = get_object_or_404(people, pk=_number(request.GET["from"]))
    form = HandoverForm(request.POST or None, mediator=mediator)
    if form.is_valid():
        to = form.cleaned_data["to"]
        _say(request, handover.hand_over(mediator, actor=reader.user, to=to))
        return redirect("workbench-handover")
    cases = handover.in_hand(mediator)
    context = {"mediator": mediator, "cases": cases, "form": form, **frame(reader, "handover")}
    status = 422 if form.is_bound else 200
    return render(request, "workbench/handover_of.html", context, status=status)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Http404
    return int(text)


def _say(request: HttpRequest, given: list[Given]) -> None:
    done = [one for one in given if one.to]
    if done:
        messages.success(request, _("交接了%(count)d件") % {"count": len(done)})
    for one in given:
        if not one.to:
            words = {"number": one.case.number, "why": one.why}
            messages.warning(request, _("%(number)s没有交出去：%(why)s") % words)
