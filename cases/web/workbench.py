"""The mediator's workbench: what is in hand by its clock, and one page for everything of a case."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases import agreements, handling
from cases.errors import CaseError
from cases.faces import face_of
from cases.files import Upload, store
from cases.lifecycle import offered_actions
from cases.models import Agreement, Case
from cases.policies import Standing, standing
from cases.querysets import CaseQuerySet
from cases.reading import open_case
from cases.signing import requests as signing
from cases.web import pages, staff_forms
from cases.web.deeds import Deed, carry_out
from cases.web.progress import deadline
from cases.web.timeline import timeline
from mediators.models import User

Status = Case.Status
BASKETS = {
    "accept": (gettext_lazy("等我接案"), [Status.DISPATCHED]),
    "mediating": (gettext_lazy("调解中"), [Status.INVITING, Status.MEDIATING]),
    "signing": (gettext_lazy("等签字"), [Status.AGREED]),
    "open": (
        gettext_lazy("全部在办"),
        [
            Status.DISPATCHED,
            Status.INVITING,
            Status.MEDIATING,
            Status.AGREED,
        ],
    ),
    "ended": (
        gettext_lazy("已结束"),
        [
            Status.SETTLED,
            Status.CONFIRMING,
            Status.CONFIRMED,
            Status.FAILED,
            Status.LITIGATING,
            Status.WITHDRAWN,
            Status.REJECTED,
            Status.MERGED,
        ],
    ),
}
NEXT_STEP = {
    Status.DISPATCHED: gettext_lazy("接案或不接"),
    Status.INVITING: gettext_lazy("请对方回话"),
    Status.MEDIATING: gettext_lazy("约时间，写协议"),
    Status.AGREED: gettext_lazy("等各方签字"),
}


def _fixed(case: Case) -> Agreement:
    agreement = case.agreements.filter(state=Agreement.State.FIXED).first()
    if agreement is None:
        raise CaseError(_("协议还没有定稿"))
    return agreement


def _sign_on_paper(case: Case, user: User, said: dict[str, Any]) -> object:
    scan = store(Upload(said["scan"].name, said["scan"].read()), case=case, party=said["party"])
    agreement = _fixed(case)
    return signing.sign_on_paper(
        said["party"], agreement, scan=scan, actor=user, shown=agreement.digest
    )


def _text(said: dict[str, Any]) -> agreements.Text:
    return agreements.Text(**said)


DEEDS: dict[str, Deed] = {
    "accept": Deed(
        gettext_lazy("接案"),
        gettext_lazy(
            "接案后开始计调解期限，并请对方来调解。和当事人有亲属、利害关系的，请不要接。"
        ),
        staff_forms.NothingForm,
        lambda case, user, said: handling.accept(case, actor=user),
    ),
    "refuse": Deed(
        gettext_lazy("不接"),
        gettext_lazy("写明原因，案件会派给别的组织（在线调解规则第12条）。"),
        staff_forms.RefuseForm,
        lambda case, user, said: handling.refuse(case, actor=user, **said),
    ),
    "contact": Deed(
        gettext_lazy("记一次联系"),
        "",
        staff_forms.ContactForm,
        lambda case, user, said: handling.log_contact(said.pop("party"), actor=user, **said),
    ),
    "answer": Deed(
        gettext_lazy("记当事人的回答"),
        gettext_lazy("当事人在电话里或当面说了愿不愿意，记在这里。"),
        staff_forms.AnswerForm,
        lambda case, user, said: handling.answer_invitation(
            said["party"], agrees=said["agrees"] == "yes", actor=user
        ),
    ),
    "phone": Deed(
        gettext_lazy("改电话"),
        "",
        staff_forms.PhoneForm,
        lambda case, user, said: handling.correct_phone(
            said["party"], phone=said["phone"], actor=user
        ),
    ),
    "plan": Deed(
        gettext_lazy("约调解时间"),
        gettext_lazy("约好后各方会收到短信。"),
        staff_forms.SessionForm,
        lambda case, user, said: handling.plan_session(case, actor=user, **said),
    ),
    "difficulty": Deed(
        gettext_lazy("定难度"),
        "",
        staff_forms.DifficultyForm,
        lambda case, user, said: handling.set_difficulty(case, actor=user, **said),
    ),
    "mediator": Deed(
        gettext_lazy("换调解员"),
        "",
        staff_forms.MediatorForm,
        lambda case, user, said: handling.assign_mediator(case, actor=user, **said),
    ),
    "conclude": Deed(
        gettext_lazy("协议定稿"),
        gettext_lazy("定稿后发给各方签字。要改，得收回重签。"),
        staff_forms.NothingForm,
        lambda case, user, said: agreements.conclude(case, actor=user),
    ),
    "revise": Deed(
        gettext_lazy("收回协议修改"),
        gettext_lazy("已经签的字都作废，各方要重新签。"),
        staff_forms.NothingForm,
        lambda case, user, said: agreements.revise(case, actor=user),
    ),
    "oral": Deed(
        gettext_lazy("口头协议结案"),
        gettext_lazy("各方认为不用书面协议时，由您记下内容（人民调解法第28条），马上生效。"),
        staff_forms.AgreementForm,
        lambda case, user, said: agreements.settle_orally(case, text=_text(said), actor=user),
    ),
    "sign": Deed(
        gettext_lazy("调解员签字"),
        gettext_lazy("您在这份协议上签字。"),
        staff_forms.NothingForm,
        lambda case, user, said: signing.sign_as_mediator(
            _fixed(case), actor=user, shown=_fixed(case).digest
        ),
    ),
    "paper": Deed(
        gettext_lazy("登记纸上签字"),
        gettext_lazy("当事人当着您的面在纸上签了字，把签字页拍下来存这里。"),
        staff_forms.PaperForm,
        _sign_on_paper,
    ),
    "seal": Deed(
        gettext_lazy("盖章"),
        gettext_lazy("盖章后协议生效，调解码变绿。请先看一遍协议和难度。"),
        staff_forms.NothingForm,
        lambda case, user, said: signing.seal(_fixed(case), actor=user, shown=_fixed(case).digest),
    ),
    "fail": Deed(
        gettext_lazy("没有谈成，结束"),
        gettext_lazy("结束后当事人可以去法院。让步记录不会交给法院。"),
        staff_forms.FailForm,
        lambda case, user, said: handling.fail(case, actor=user, **said),
    ),
}


def staff(request: HttpRequest) -> User:
    """Return the member of staff who asks; the views are behind login_required."""
    assert isinstance(request.user, User)
    return request.user


def _mine(user: User) -> CaseQuerySet:
    if user.role not in (User.Role.MEDIATOR, User.Role.LEAD):
        raise Http404
    return Case.objects.visible_to(user)


def _case(request: HttpRequest, number: str) -> Case:
    user = staff(request)
    try:
        return open_case(_mine(user).with_people(), number, reader=user)
    except Case.DoesNotExist:
        raise Http404 from None


@login_required
@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Cases in hand, the one with the nearest last day first."""
    user = staff(request)
    mine = _mine(user)
    basket = request.GET.get("in", "open")
    name, statuses = BASKETS.get(basket, BASKETS["open"])
    cases = mine.filter(status__in=statuses).with_people().by_clock()
    if words := request.GET.get("q", "").strip():
        cases = cases.search(words)
    page = Paginator(cases, 30).get_page(request.GET.get("page"))
    rows = [_row(case) for case in page]
    context = {
        "heading": name,
        "page_obj": page,
        "rows": rows,
        "q": words,
        "nav_items": _nav(user, mine, basket),
    }
    return render(request, "workbench/inbox.html", context)


def _row(case: Case) -> dict[str, Any]:
    sides: dict[str, list[str]] = {"applicant": [], "respondent": []}
    for party in case.parties.all():
        sides[party.side].append(party.name)
    return {
        "case": case,
        "face": face_of(case.status),
        "applicants": "、".join(sides["applicant"]),
        "respondents": "、".join(sides["respondent"]),
        "next": NEXT_STEP.get(Status(case.status), ""),
        "deadline": deadline(case),
    }


def _nav(user: User, mine: CaseQuerySet, current: str) -> list[tuple[Any, str, Any, bool]]:
    counts = mine.count_by_status()
    items = [
        (
            name,
            f"{reverse('workbench')}?in={key}",
            sum(counts.get(s, 0) for s in statuses),
            key == current,
        )
        for key, (name, statuses) in BASKETS.items()
    ]
    return [*items, (_("我的积分"), reverse("points"), "", False)]


@login_required
@never_cache
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Everything of one case on one page."""
    user, case = staff(request), _case(request, number)
    agreement = case.agreements.exclude(state=Agreement.State.VOID).first()
    actions = offered_actions(case, user)
    capacities = standing(user, case)
    context = {
        **_row(case),
        "agreement": agreement,
        "signatures": agreement.signatures.select_related("party", "user") if agreement else [],
        "missing": signing.missing_signers(agreement) if agreement else [],
        "mediator_signed": bool(agreement and agreement.signatures.filter(party=None).exists()),
        "offered": {action.value for action in actions},
        "is_handler": Standing.HANDLER in capacities,
        "is_lead": Standing.LEAD in capacities,
        "in_hand": case.status in (Status.INVITING, Status.MEDIATING, Status.AGREED),
        "contacts": case.contacts.select_related("party", "by"),
        "sessions": case.sessions.prefetch_related("present"),
        "files": case.files.select_related("party"),
        "timeline": timeline(case, audience="staff"),
        "assignment": case.assignments.last(),
        "nav_items": _nav(user, _mine(user), ""),
    }
    return render(request, "workbench/case.html", context)


@login_required
@never_cache
def act(request: HttpRequest, number: str, deed: str) -> HttpResponse:
    """Show the page of one deed, or do it; a rule's refusal stands on the same page."""
    case = _case(request, number)
    if deed not in DEEDS:
        raise Http404
    return _deed_page(request, case, DEEDS[deed], {})


def _deed_page(
    request: HttpRequest, case: Case, deed: Deed, initial: dict[str, Any]
) -> HttpResponse:
    user = staff(request)
    form = carry_out(request, case, user, deed, initial=initial)
    if form is None:
        messages.success(request, _("已办：%(deed)s") % {"deed": deed.heading})
        return _after(request, case.number)
    context = {
        "case": case,
        "form": form,
        "heading": deed.heading,
        "text": deed.text,
        "back_url": reverse("workbench-case", args=[case.number]),
        "nav_items": _nav(user, _mine(user), ""),
    }
    status = 422 if form.is_bound else 200
    return render(request, "workbench/deed.html", context, status=status)


def _after(request: HttpRequest, number: str) -> HttpResponse:
    """Back to the case, or to the inbox when it is no longer this person's."""
    if _mine(staff(request)).by_number(number).exists():
        return redirect("workbench-case", number)
    return redirect("workbench")


@login_required
@never_cache
def session(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Write the record of a meeting."""
    case = _case(request, number)
    meeting = get_object_or_404(case.sessions, pk=pk)
    deed = Deed(
        _("调解记录"),
        "",
        staff_forms.RecordForm,
        lambda case, user, said: handling.record_session(meeting, actor=user, **said),
    )
    return _deed_page(request, case, deed, {"present": case.parties.all()})


@login_required
@never_cache
def agreement(request: HttpRequest, number: str) -> HttpResponse:
    """Write the draft of the agreement."""
    case = _case(request, number)
    draft = case.agreements.filter(state=Agreement.State.DRAFT).first()
    names = ("facts", "terms", "performance", "perform_by", "amount")
    written = {name: getattr(draft, name) for name in names} if draft else {}
    deed = Deed(
        _("写调解协议"),
        _("写好先存草稿，看过再定稿发给各方签字。"),
        staff_forms.AgreementForm,
        lambda case, user, said: agreements.draft(case, text=_text(said), actor=user),
    )
    return _deed_page(
        request, case, deed, written or {"facts": case.description, "amount": case.amount}
    )


@login_required
@never_cache
@require_safe
def agreement_pdf(request: HttpRequest, number: str) -> HttpResponse:
    case = _case(request, number)
    kept = get_object_or_404(case.agreements.exclude(document=""), state=Agreement.State.EFFECTIVE)
    with kept.document.open("rb") as opened:
        return pages.pdf(opened.read(), f"agreement-{case.number}")


@login_required
@never_cache
@require_safe
def file(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    kept = get_object_or_404(_case(request, number).files, pk=pk)
    return pages.stored_file(kept.stored, kept.content_type, f"file-{kept.pk}")
