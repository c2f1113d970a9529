"""A party's own pages: behind the code and a proved phone, each party sees only its own side."""

import base64
import binascii
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases import (
    access,
    documents,
    duplicates,
    fees,
    handling,
    judicial,
    recusals,
)
from cases.errors import CaseError, TooOften
from cases.files import Upload, store
from cases.lifecycle import Action, offered_actions
from cases.models import Agreement, Case, Confirmation, Party
from cases.progress import deadline, next_for, steps
from cases.receipts import receipt_data
from cases.routing import said
from cases.signing import requests as signing
from cases.timeline import timeline
from cases.web import forms, pages
from cases.web.party_todo import agreement_of, has_signed, meeting, next_layer, todo_of
from mediators.errors import PeopleError
from mediators.identity import mask_phone

PNG_URL = "data:image/png;base64,"
Refusals = (CaseError, PeopleError)
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Party, P], HttpResponse]


@never_cache
@require_safe
def invitation(request: HttpRequest, link: str) -> HttpResponse:
    """Where a message leads: who invites to what, and that nothing costs; no names, no details."""
    party = access.by_link(link)
    if party is None:
        return render(request, "party/broken_link.html", status=404)
    if pages.party_of(request, party.case) == party:
        return redirect("party-case", party.case.mediation_code.token)
    others = party.case.parties.exclude(side=party.side)
    context = {
        "party": party,
        "case": party.case,
        "token": party.case.mediation_code.token,
        "deadline": deadline(party.case),
        "other": next((p.masked_name for p in others), ""),
        "invited": party.side == Party.Side.RESPONDENT,
        "charges": fees.is_charged(party.case),
    }
    response = render(request, "party/invitation.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@never_cache
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Prove one's phone by a one-time code: the only way to a party's own papers."""
    case = _case(token)
    link, phone = _by_link(case, request.POST.get("link", ""))
    phone_form = forms.PhoneForm(None if phone else request.POST or None)
    code_form = forms.CodeForm(request.POST if "code" in request.POST else None)
    if phone_form.is_valid():
        phone = phone_form.cleaned_data["phone"]
    status = 422 if phone_form.errors or code_form.errors else 200
    if phone and "code" not in request.POST:
        phone, status = _send(request, case, phone)
    elif phone and code_form.is_valid():
        if _entered(request, case, phone, code_form):
            return redirect("party-case", token)
        status = 422
    context = {
        "case": case,
        "token": token,
        "phone_form": phone_form,
        "code_form": code_form,
        "phone": "" if link else phone,
        "link": link,
        "sent_to": mask_phone(phone) if phone else "",
    }
    return render(request, "party/enter.html", context, status=status)


def _by_link(case: Case, link: str) -> tuple[str, str]:
    """Return the link and the phone behind it, or two blanks when it leads to no phone here."""
    party = access.by_link(link) if link else None
    return (link, party.phone) if party and party.phone and party.case == case else ("", "")


def _send(request: HttpRequest, case: Case, phone: str) -> tuple[str, int]:
    """Return the phone whose code is now to be typed, and the status of the answer."""
    try:
        return access.ask_code(case, phone=phone), 200
    except TooOften as error:  # a code sent a moment ago can still be typed
        messages.warning(request, str(error))
        return phone, 429
    except PeopleError as error:  # a landline known from the filing gets no messages
        messages.warning(request, str(error))
        return "", 422


def _entered(request: HttpRequest, case: Case, phone: str, form: forms.CodeForm) -> bool:
    try:
        party = access.prove_phone(case, phone=phone, code=form.cleaned_data["code"])
    except Refusals as error:
        form.add_error("code", str(error))
        return False
    pages.let_in(request, case, party)
    return True


def for_party(view: View[P]) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
    """Let only a party of the case in that has proved its phone in this browser."""

    def guarded(
        request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        case = _case(token)
        party = pages.party_of(request, case)
        if party is None:
            return redirect("party-enter", token)
        party.case = case
        return view(request, party, *args, **kwargs)

    return never_cache(guarded)  # type: ignore[return-value]  # addresses give `token` by name


def _case(token: str) -> Case:
    case = access.by_token(token)
    if case is None:
        raise Http404
    return case


def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Leave one's papers: for a borrowed phone."""
    case = _case(token)
    if request.method == "POST":
        pages.let_out(request, case)
    return redirect("code", token)


@require_safe
@for_party
def case(request: HttpRequest, party: Party) -> HttpResponse:
    """A party's case page: what to do, where it stands, who mediates, own papers."""
    case = party.case
    context = pages.code_context(request, case)
    context |= {
        "party": party,
        "next": next_for(party),
        "steps": steps(case, named=True),
        "deadline": deadline(case),
        "charges": fees.is_charged(case),
        "todo": todo_of(party),
        "others": case.parties.exclude(pk=party.pk),
        "files": case.files.filter(party=party),
        "session": meeting(case),
        "may_change_mediator": recusals.may_ask(party),
        "asked_for": case.recusals.filter(party=party).last(),
        "next_layer": next_layer(case),
        "agreement": agreement_of(case),
        "timeline": timeline(case, audience="party"),
        "may_withdraw": Action.WITHDRAW in offered_actions(case, party),
        "may_say_type": said.may_say(party),
        "goes_on": _in_the_other_case(party),
        "confirmation": case.confirmations.first(),
    }
    return render(request, "party/case.html", context)


def _in_the_other_case(party: Party) -> Party | None:
    """Return who this party is in the case that its own was merged into, if it is one there."""
    kept = duplicates.root(party.case)
    return access.same_party(party, kept) if kept != party.case else None


@require_POST
@for_party
def goes_on(request: HttpRequest, party: Party) -> HttpResponse:
    """Go from a merged case to the one it goes on in: for whoever is a party there as well."""
    there = _in_the_other_case(party)
    if there is None:
        raise Http404
    pages.let_in(request, there.case, there)
    return redirect("party-case", there.case.mediation_code.token)


@for_party
def answer(request: HttpRequest, party: Party) -> HttpResponse:
    """愿意还是不愿意: refusing is as easy as agreeing, and may be done at any time."""
    form = forms.AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        agrees = form.cleaned_data["agrees"] == "yes"
        if attempt(form, lambda: handling.answer_invitation(party, agrees=agrees, actor=party)):
            messages.success(
                request,
                _("已记下：您愿意调解。调解员会约时间。")
                if agrees
                else _("已告诉对方。调解到此结束。"),
            )
            return redirect("party-case", party.case.mediation_code.token)
    return _form_page(request, "party/answer.html", party, form)


@for_party
def withdraw(request: HttpRequest, party: Party) -> HttpResponse:
    """Take the application back, after reading what that means."""
    if request.method == "POST":
        handling.withdraw(party.case, actor=party, note=request.POST.get("note", ""))
        messages.success(request, _("申请已撤回。以后还可以再申请。"))
        return redirect("party-case", party.case.mediation_code.token)
    return render(request, "party/withdraw.html", context_of(party))


@for_party
def files(request: HttpRequest, party: Party) -> HttpResponse:
    """One's own photos and papers: see and add."""
    form = forms.FilesForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        chosen = request.FILES.getlist("photos")
        if chosen and all([_stored(form, party, upload) for upload in chosen]):
            messages.success(request, _("已收到%(count)d个文件") % {"count": len(chosen)})
            return redirect("party-files", party.case.mediation_code.token)
    context = {**context_of(party), "form": form, "files": party.case.files.filter(party=party)}
    status = 422 if form.is_bound else 200
    return render(request, "party/files.html", context, status=status)


def _stored(form: Any, party: Party, upload: Any) -> bool:
    file = Upload(upload.name or "", upload.read())
    return attempt(form, lambda: store(file, case=party.case, party=party))


@require_safe
@for_party
def file(request: HttpRequest, party: Party, pk: int) -> HttpResponse:
    own = get_object_or_404(party.case.files.filter(party=party), pk=pk)
    return pages.stored_file(own.stored, own.content_type, f"file-{own.pk}")


@for_party
def sign(request: HttpRequest, party: Party) -> HttpResponse:
    """Read the whole agreement, then sign it: drawn or typed, with a code for this text only."""
    agreement = agreement_of(party.case)
    if agreement is None:
        messages.info(request, _("现在没有要签的协议。写好了我们发短信。"))
        return redirect("party-case", party.case.mediation_code.token)
    if "send" in request.POST:
        return _send_signing_code(request, party, agreement)
    form = forms.SignForm(request.POST or None, initial={"shown": agreement.digest})
    if form.is_valid() and _signed(request, party, agreement, form):
        messages.success(request, _("签好了。各方都签完、盖章以后生效，我们会告诉您。"))
        return redirect("party-case", party.case.mediation_code.token)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.data.get("shown") != agreement.digest:
        # What was ticked and typed was meant for the old text; for the new one all is asked anew.
        form, status = forms.SignForm(initial={"shown": agreement.digest}), 409
        messages.warning(request, _("协议刚改过，请看新的一版。"))
    context = {
        **context_of(party),
        "form": form,
        "agreement": agreement,
        "parties": party.case.parties.all(),
        "signed": has_signed(party),
        "on_paper": party.case.case_type and party.case.case_type.is_signed_on_paper,
        "missing": signing.missing_signers(agreement),
    }
    return render(request, "party/sign.html", context, status=status)


def _signed(request: HttpRequest, party: Party, agreement: Agreement, form: forms.SignForm) -> bool:
    said = form.cleaned_data
    hand = signing.Hand(name=said["name"], picture=_picture(said["picture"]))
    given = {"code": said["code"], "shown": said["shown"]}
    device = request.headers.get("User-Agent", "")
    return attempt(form, lambda: signing.sign(party, agreement, hand=hand, device=device, **given))


def _send_signing_code(request: HttpRequest, party: Party, agreement: Agreement) -> HttpResponse:
    try:
        signing.ask_code(party, agreement)
    except Refusals as error:
        messages.warning(request, str(error))
    else:
        messages.success(
            request, _("签字验证码已发到%(phone)s") % {"phone": mask_phone(party.phone)}
        )
    return redirect(pages.path("party-sign", party.case.mediation_code.token) + "#sign")


def _picture(url: str) -> bytes:
    """Return the PNG of a drawn signature; what is none of ours counts as not drawn."""
    if not url.startswith(PNG_URL):
        return b""
    try:
        return base64.b64decode(url.removeprefix(PNG_URL), validate=True)
    except binascii.Error:
        return b""


@require_safe
@for_party
def agreement(request: HttpRequest, party: Party) -> HttpResponse:
    """The agreement in force, as the PDF that was made then."""
    kept = get_object_or_404(
        party.case.agreements.exclude(document=""), state=Agreement.State.EFFECTIVE
    )
    with kept.document.open("rb") as opened:
        return pages.pdf(opened.read(), f"agreement-{party.case.number}")


@require_safe
@for_party
def receipt(request: HttpRequest, party: Party) -> HttpResponse:
    data = receipt_data(party.case)
    return pages.pdf(documents.receipt_pdf(data), party.case.number)


@for_party
def confirm(request: HttpRequest, party: Party) -> HttpResponse:
    """Apply for judicial confirmation, each party for itself."""
    if request.method == "POST":
        confirmation = judicial.apply(party)
        waiting = confirmation.state == Confirmation.State.GATHERING
        messages.success(
            request,
            _("您已申请。等另一方也申请后，法院开始审查。")
            if waiting
            else _("各方都已申请，法院开始审查，有结果会告诉您。"),
        )
        return redirect("party-case", party.case.mediation_code.token)
    return render(request, "party/confirm.html", context_of(party))


def attempt(form: Any, deed: Callable[[], object]) -> bool:
    """Do something that a rule may refuse; a refusal becomes the form's error."""
    try:
        deed()
    except Refusals as error:
        form.add_error(None, str(error))
        return False
    return True


def context_of(party: Party) -> dict[str, Any]:
    """Return what every page of a party's own shows of its case."""
    return {
        "party": party,
        "case": party.case,
        "token": party.case.mediation_code.token,
        "deadline": deadline(party.case),
        "charges": fees.is_charged(party.case),
    }


def _form_page(request: HttpRequest, template: str, party: Party, form: Any) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, template, {**context_of(party), "form": form}, status=status)
