"""Posters with a QR code that opens the filing form of their place, for the dispatcher to print."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases import documents
from cases.models import Case, Poster
from cases.web import pages
from cases.web.desk_lists import frame
from cases.web.dispatch import dispatcher

PAGE = 30


@login_required
@never_cache
@require_safe
def posters(request: HttpRequest) -> HttpResponse:
    """Every poster, to print."""
    user = dispatcher(request)
    words = request.GET.get("q", "").strip()[:60]
    rows = Poster.objects.select_related("region", "body", "channel").order_by("id")
    rows = rows.filter(label__icontains=words) if words else rows
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "q": words,
        **frame(Case.objects.visible_to(user), "posters"),
    }
    return render(request, "dispatch/posters.html", context)


@login_required
@require_safe
def poster_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """One poster as A4 PDF; its QR opens the filing form with place and channel filled in."""
    dispatcher(request)
    poster = get_object_or_404(Poster, token=token)
    return pages.pdf(documents.poster_pdf(pages.poster_data(poster)), f"poster-{poster.token}")
