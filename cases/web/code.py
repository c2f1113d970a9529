"""The mediation code: what everybody who scans or types it may see, and nothing personal."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases import access, qr
from cases.codes import Face, grouped
from cases.errors import TooOften
from cases.faces import face_of
from cases.models import Case
from cases.progress import deadline, steps
from cases.receipts import code_url
from cases.web import forms, pages
from mediators import languages
from mediators.web.addresses import client_address


@never_cache
def find(request: HttpRequest) -> HttpResponse:
    """Type a code to come to its page."""
    form = forms.FindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = access.by_short_code(form.cleaned_data["code"], address=client_address(request))
        except TooOften as error:
            form.add_error("code", str(error))
            return render(request, "code/find.html", {"form": form}, status=429)
        if found:
            return redirect("code", found.token)
        form.add_error("code", _("没查到。请看调解码是不是11位字母和数字，或者打电话问"))
    status = 422 if form.is_bound else 200
    return render(request, "code/find.html", {"form": form}, status=status)


@never_cache
@require_safe
def show(request: HttpRequest, token: str) -> HttpResponse:
    """The page that the QR opens: colour, word, icon, step and next deadline."""
    case = _case(token)
    context = pages.code_context(request, case)
    context |= {"steps": steps(case, named=False), "deadline": deadline(case)}
    response = render(request, "code/show.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@require_safe
def svg(request: HttpRequest, token: str) -> HttpResponse:
    case = _case(token)
    picture = qr.svg(code_url(case), face_of(case.status), caption=_caption(case))
    return _picture(picture.encode(), "image/svg+xml", f"{case.number}.svg")


@never_cache
@require_safe
def png(request: HttpRequest, token: str) -> HttpResponse:
    case = _case(token)
    face = face_of(case.status)
    picture = qr.png(code_url(case), face, caption=_caption(case), note=_note(face))
    return _picture(picture, "image/png", f"{case.number}.png")


def _caption(case: Case) -> str:
    return f"{case.number}  {grouped(case.mediation_code.short)}"


def _note(face: Face) -> str:
    """A saved picture cannot change its colour, so it says when it was saved."""
    return _("保存时：%(word)s，%(day)s。最新状态请扫码。") % {
        "word": face.word,
        "day": languages.day(timezone.localdate()),
    }


def _picture(data: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Robots-Tag"] = "noindex"
    return response


def _case(token: str) -> Case:
    case = access.by_token(token)
    if case is None:
        raise Http404
    return case
