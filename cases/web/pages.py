"""What the citizens' pages share: the code card, who has proved which phone, PDF answers."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from cases import qr
from cases.codes import grouped
from cases.documents import PosterData
from cases.faces import face_of
from cases.models import Case, Party, Poster
from cases.receipts import code_url

SESSION_KEY = "parties"


def code_context(request: HttpRequest, case: Case) -> dict[str, Any]:
    """Return what the code card shows: nothing of it is personal."""
    return {
        "case": case,
        "face": face_of(case.status),
        "qr": mark_safe(qr.bare_svg(code_url(case), label=_("本案调解码二维码"))),  # noqa: S308
        "short_code": grouped(case.mediation_code.short),
        "token": case.mediation_code.token,
        "party": party_of(request, case),
    }


def let_in(request: HttpRequest, case: Case, party: Party | None) -> None:
    """Remember in this browser's session which party of the case has proved its phone."""
    if party is None:
        return
    known = request.session.get(SESSION_KEY, {})
    request.session.cycle_key()
    request.session[SESSION_KEY] = {**known, str(case.pk): party.pk}


def let_out(request: HttpRequest, case: Case) -> None:
    """Forget the party in this browser."""
    known = request.session.get(SESSION_KEY, {})
    request.session[SESSION_KEY] = {k: v for k, v in known.items() if k != str(case.pk)}


def party_of(request: HttpRequest, case: Case) -> Party | None:
    """Return the party that this browser has proved to be, if any."""
    pk = request.session.get(SESSION_KEY, {}).get(str(case.pk))
    return Party.objects.filter(pk=pk, case=case).first() if pk else None


def pdf(data: bytes, name: str) -> HttpResponse:
    """Return a PDF to open or save, never to be cached."""
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def stored_file(file: Any, content_type: str, name: str) -> HttpResponse:
    """Return a stored file as a download that no browser runs."""
    with file.open("rb") as opened:
        response = HttpResponse(opened.read(), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def path(name: str, token: str) -> str:
    """Return the path of one of a case's pages."""
    return reverse(name, args=[token])


def poster_data(poster: Poster) -> PosterData:
    """Return what a poster says: its place, and the address of the filing form for that place."""
    return PosterData(
        place=poster.label,
        url=f"{settings.SITE_URL}{reverse('poster', args=[poster.token])}",
        centre=settings.CENTRE_NAME,
        phone=settings.HELP_PHONE,
    )
