"""Filing from a phone: one question a page, every answer kept on the server, no script needed."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases import documents, drafts, files
from cases.errors import CaseError, CodeRefused, FileRefused, InvalidFiling
from cases.filing import crowd_problem, description_problem
from cases.models import Attachment, Case, CaseType, FilingDraft, Poster, ProxyFiler
from cases.receipts import receipt_data
from cases.web import forms, pages, type_guess
from mediators.errors import PeopleError
from mediators.identity import mask_phone
from mediators.models import Region

COOKIE = "draft"
STEPS = ("what", "wish", "respondent", "where", "contact", "check")
FORMS = {
    "what": forms.WhatForm,
    "wish": forms.WishForm,
    "respondent": forms.RespondentForm,
    "where": forms.WhereForm,
    "check": forms.CheckForm,
}
Page = Callable[[HttpRequest, FilingDraft], HttpResponse]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, and where to begin."""
    draft = _draft(request)
    return render(request, "citizen/home.html", {"draft": draft if _is_open(draft) else None})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "citizen/privacy.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "citizen/accessibility.html")


@require_safe
def poster(request: HttpRequest, token: str) -> HttpResponse:
    """A scanned poster: the same first page, with its place filled in."""
    found = get_object_or_404(Poster.objects.select_related("region"), token=token)
    return render(
        request,
        "citizen/home.html",
        {"poster": found if found.is_active else None, "switched_off": not found.is_active},
    )


def start(request: HttpRequest) -> HttpResponse:
    """Begin a filing. Only a POST begins one, so that a link preview makes no drafts."""
    if request.method != "POST":
        return redirect("home")
    found = Poster.objects.filter(token=request.POST.get("poster", ""), is_active=True).first()
    draft = drafts.start(found)
    if request.POST.get("for") == "other":
        drafts.keep(draft, for_other=True)
    response = redirect("file-step", "what")
    _remember(response, draft)
    return response


@never_cache
def step(request: HttpRequest, step: str) -> HttpResponse:
    """Show or take one step; whoever comes too early is sent to the first open question."""
    draft = _draft(request)
    if draft is None:
        return render(request, "citizen/gone.html", status=410)
    if draft.case_id:
        return redirect("file-done")
    if step not in STEPS:
        return redirect("file-step", _first_open(draft))
    if STEPS.index(step) > STEPS.index(_first_open(draft)):
        return redirect("file-step", _first_open(draft))
    return _check(request, draft) if step == "check" else _ask(request, draft, step)


def _ask(request: HttpRequest, draft: FilingDraft, step: str) -> HttpResponse:
    form_class = _form_class(draft, step)
    if request.method != "POST":
        return _show(request, draft, step, form_class(initial=_initial(draft, step)))
    form = form_class(request.POST, request.FILES)
    kept = _take_photos(request, draft, form) if step == "what" else True
    if step == "respondent":
        _refuse_crowd(form, draft)
    answered = form.is_valid() and kept
    if answered:
        _keep(draft, step, form.cleaned_data)
    else:
        _keep_unfinished(draft, step, request)
    if "later" in request.POST and kept:
        return redirect("file-later")
    return _go_on(request, draft, step) if answered else _show(request, draft, step, form, 422)


def _go_on(request: HttpRequest, draft: FilingDraft, step: str) -> HttpResponse:
    if step == "respondent" and "add" in request.POST:
        return redirect(f"{request.path}?add=1")
    if step == "contact":
        _send_code(request, draft)
    return redirect("file-step", _next(draft, step))


def _form_class(draft: FilingDraft, step: str) -> Any:
    if step == "contact":
        other = drafts.answers(draft).get("for_other")
        return forms.ProxyForm if other else forms.ContactForm
    return FORMS[step]


def _show(
    request: HttpRequest, draft: FilingDraft, step: str, form: Any, status: int = 200
) -> HttpResponse:
    asked = _asked(draft)
    place = asked.index(step) if step in asked else asked.index("contact")
    said = drafts.answers(draft)
    others = said.get("respondents", [])
    context = {
        "form": form,
        "step": step,
        "place": place + 1,
        "total": len(asked),
        "back": asked[place - 1] if place else None,
        "draft": draft,
        "for_other": said.get("for_other"),
        "respondents": others,
        "adding": not others or "add" in request.GET or form.is_bound,
        "written": len(said.get("description", "")),
    }
    return render(request, f"citizen/steps/{step}.html", context, status=status)


def _initial(draft: FilingDraft, step: str) -> dict[str, Any]:
    said = drafts.answers(draft)
    return {} if step == "respondent" else said


def _keep(draft: FilingDraft, step: str, given: dict[str, Any]) -> None:
    if step == "respondent":
        names = ("kind", "name", "phone", "whereabouts")
        other = {name: given[name] for name in names}
        others = drafts.answers(draft).get("respondents", [])
        drafts.keep(draft, respondents=[*others, other])
        return
    if step == "where":
        given = {"region": given["region"].pk, "place": given["place"]}
    drafts.keep(draft, **{k: v for k, v in given.items() if k != "photos"})


def _refuse_crowd(form: Any, draft: FilingDraft) -> None:
    others = drafts.answers(draft).get("respondents", [])
    if why := crowd_problem(len(others) + 1):
        form.add_error(None, why)


def _keep_unfinished(draft: FilingDraft, step: str, request: HttpRequest) -> None:
    """Keep a text that was typed even when the page has an error elsewhere."""
    if step == "what" and request.POST.get("description"):
        drafts.keep(draft, description=request.POST["description"][:5000])


def _take_photos(request: HttpRequest, draft: FilingDraft, form: Any) -> bool:
    for upload in request.FILES.getlist("photos"):
        try:
            files.store(files.Upload(upload.name or "", upload.read()), draft=draft)
        except FileRefused as error:
            form.add_error("photos", str(error))
            return False
    return True


def _check(request: HttpRequest, draft: FilingDraft) -> HttpResponse:
    form = forms.CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            receipt = drafts.submit(draft, code=form.cleaned_data["code"])
        except CodeRefused as error:
            form.add_error("code", str(error))
        except InvalidFiling as error:
            form.add_error(None, str(error))
        else:
            pages.let_in(request, receipt.case, drafts.applicant_of(draft, receipt.case))
            return redirect("file-done")
    status = 422 if form.is_bound else 200
    return render(request, "citizen/steps/check.html", _overview(draft, form), status=status)


def _overview(draft: FilingDraft, form: forms.CheckForm) -> dict[str, Any]:
    said = drafts.answers(draft)
    relation = said.get("proxy_relation")
    total = len(_asked(draft))
    return {
        "form": form,
        "said": said,
        "wish": dict(Case.Wish.choices).get(said.get("wish", "")),
        "relation": ProxyFiler.Relation(relation).label if relation else "",
        "region": Region.objects.filter(pk=said.get("region") or 0).first(),
        "photos": draft.files.count(),
        **_types(said),
        "sent_to": mask_phone(drafts.contact_phone(draft)),
        "place": total,
        "total": total,
        "back": "contact",
    }


def _types(said: dict[str, Any]) -> dict[str, Any]:
    """What the text looks like, and what the person says it is."""
    types = list(CaseType.objects.all())
    return {
        "guess": type_guess.guess(said["description"]),
        "types": types,
        "type_said": next((one for one in types if one.key == said.get("case_type")), None),
        "type_unsure": said.get("case_type") == type_guess.UNSURE,
    }


def choose_type(request: HttpRequest) -> HttpResponse:
    """Take one tap on what kind of dispute it is; what is none of the types changes nothing."""
    if request.method == "POST":
        draft = _draft(request)
        if draft is None or draft.case_id:
            return redirect("home")
        key = request.POST.get("type", "")
        if key == type_guess.UNSURE or CaseType.objects.filter(key=key).exists():
            drafts.keep(draft, case_type=key)
    return redirect(f"{reverse('file-step', args=['check'])}#type")


def send_code(request: HttpRequest) -> HttpResponse:
    """Send the code again."""
    if request.method != "POST":
        return redirect("file-step", "check")
    draft = _draft(request)
    if draft is None or draft.case_id:
        return redirect("home")
    _send_code(request, draft)
    return redirect("file-step", "check")


def _send_code(request: HttpRequest, draft: FilingDraft) -> None:
    try:
        drafts.ask_code(draft)
    except (CaseError, PeopleError) as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("验证码已发出，请看手机短信"))


def remove_photo(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method == "POST":
        draft = _draft(request)
        files.remove(get_object_or_404(Attachment, pk=pk, draft=draft, draft__isnull=False))
    return redirect("file-step", "what")


def remove_respondent(request: HttpRequest, place: int) -> HttpResponse:
    if request.method == "POST" and (draft := _draft(request)):
        others = drafts.answers(draft).get("respondents", [])
        drafts.keep(draft, respondents=[o for i, o in enumerate(others) if i != place])
    return redirect("file-step", "respondent")


@never_cache
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """The code of the case just filed; opening it again shows the same."""
    draft = _draft(request)
    if draft is None or draft.case is None:
        return redirect("home")
    context = pages.code_context(request, draft.case)
    context["proxy"] = ProxyFiler.objects.filter(case=draft.case).first()
    return render(request, "citizen/done.html", context)


@never_cache
@require_safe
def receipt(request: HttpRequest) -> HttpResponse:
    """The receipt of the case just filed, as PDF."""
    draft = _draft(request)
    if draft is None or draft.case is None:
        return redirect("home")
    return pages.pdf(documents.receipt_pdf(receipt_data(draft.case)), draft.case.number)


@never_cache
@require_safe
def later(request: HttpRequest) -> HttpResponse:
    """Stop here and go on within seven days."""
    draft = _draft(request)
    return render(request, "citizen/later.html", {"draft": draft})


@never_cache
def resume(request: HttpRequest) -> HttpResponse:
    """Find an unfinished filing again by phone and code."""
    phone_form = forms.PhoneForm(request.POST or None)
    code_form = forms.CodeForm(request.POST if "code" in request.POST else None)
    phone = phone_form.cleaned_data["phone"] if phone_form.is_valid() else ""
    if phone and "code" not in request.POST:
        phone = _sent_to(phone, phone_form)
    elif phone and code_form.is_valid() and (draft := _resumed(phone, code_form)):
        response = redirect("file-step", _first_open(draft))
        _remember(response, draft)
        return response
    status = 422 if phone_form.errors or code_form.errors else 200
    context = {"phone_form": phone_form, "code_form": code_form, "sent_to": phone}
    return render(request, "citizen/resume.html", context, status=status)


def _sent_to(phone: str, form: forms.PhoneForm) -> str:
    try:
        return drafts.ask_resume_code(phone)
    except (CaseError, PeopleError) as error:
        form.add_error("phone", str(error))
        return ""


def _resumed(phone: str, form: forms.CodeForm) -> FilingDraft | None:
    try:
        return drafts.resume(phone, code=form.cleaned_data["code"])
    except CodeRefused as error:
        form.add_error("code", str(error))
        return None


def _draft(request: HttpRequest) -> FilingDraft | None:
    token = request.get_signed_cookie(COOKIE, default="", salt=COOKIE)
    return drafts.find(token) if token else None


def _remember(response: HttpResponse, draft: FilingDraft) -> None:
    response.set_signed_cookie(
        COOKIE,
        draft.token,
        salt=COOKIE,
        max_age=drafts.DAYS_KEPT * 86_400,
        httponly=True,
        samesite="Lax",
        secure=not settings.DEBUG,
    )


def _is_open(draft: FilingDraft | None) -> bool:
    return draft is not None and draft.case_id is None and bool(drafts.answers(draft))


def _asked(draft: FilingDraft) -> list[str]:
    """The steps this person is asked: the place is left out when the poster knows it."""
    known = draft.poster is not None and draft.poster.region_id is not None
    return [step for step in STEPS if not (known and step == "where")]


ANSWERED_BY = {
    "what": "description",
    "wish": "wish",
    "respondent": "respondents",
    "where": "region",
    "contact": "name",
}


def _first_open(draft: FilingDraft) -> str:
    said = drafts.answers(draft)
    if not _described(said):
        return "what"
    for step, answer in ANSWERED_BY.items():
        if not said.get(answer):
            return step
    return "check"


def _described(said: dict[str, Any]) -> bool:
    return not description_problem(said.get("description", ""))


def _next(draft: FilingDraft, step: str) -> str:
    """Go on with the next question, or back to the overview when all has been answered."""
    if _first_open(draft) == "check":
        return "check"
    asked = _asked(draft)
    return asked[asked.index(step) + 1] if step in asked else "check"
