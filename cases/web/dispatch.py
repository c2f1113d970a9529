"""The dispatcher's desk: what the keywords left open, with their suggestions and their words."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases import documents, duplicates, handling
from cases.faces import face_of
from cases.lifecycle import offered_actions
from cases.models import Case, CaseType, Poster
from cases.querysets import CaseQuerySet
from cases.reading import open_case
from cases.routing.assign import dispatch, suggest
from cases.routing.matcher import Matcher, normalise
from cases.web import pages, staff_forms
from cases.web.deeds import Deed, carry_out
from cases.web.progress import deadline
from cases.web.timeline import timeline
from mediators.models import User

SURE = {
    "auto": gettext_lazy("很像"),
    "review": gettext_lazy("说不准"),
    "not_mediable": gettext_lazy("可能不能调解"),
}
BASKETS = {
    "waiting": gettext_lazy("等分流"),
    "unresponded": gettext_lazy("未响应"),
    "dispatched": gettext_lazy("已分流，等接案"),
}

DEEDS: dict[str, Deed] = {
    "dispatch": Deed(
        gettext_lazy("派给调解组织"),
        gettext_lazy("派出后，组织要在3个工作日内接案或说明不接。"),
        staff_forms.DispatchForm,
        lambda case, user, said: dispatch(
            case, actor=user, reason=_("分流员 %(name)s 指派") % {"name": user}, **said
        ),
    ),
    "reject": Deed(
        gettext_lazy("不予受理"),
        gettext_lazy("申请人会收到短信，看到原因。这一步不能撤销。"),
        staff_forms.RejectForm,
        lambda case, user, said: handling.reject(case, actor=user, **said),
    ),
    "lapse": Deed(
        gettext_lazy("收回"),
        gettext_lazy("从现在的组织收回，重新分流。"),
        staff_forms.NothingForm,
        lambda case, user, said: handling.lapse(case, actor=user),
    ),
    "merge": Deed(
        gettext_lazy("并案"),
        gettext_lazy("同一件事从两处来，并成一件。申请时间各算各的，回执都有效。"),
        staff_forms.MergeForm,
        lambda case, user, said: duplicates.merge(case, into=said["number"], actor=user),
    ),
}


def _dispatcher(request: HttpRequest) -> User:
    """Return the dispatcher who asks; nobody else comes to the desk."""
    user = request.user
    if not isinstance(user, User) or user.role != User.Role.DISPATCHER:
        raise Http404
    return user


def _baskets(user: User) -> dict[str, CaseQuerySet]:
    cases = Case.objects.visible_to(user)
    return {
        "waiting": cases.on_the_desk(),
        "unresponded": cases.unresponded(timezone.localdate()),
        "dispatched": cases.filter(status=Case.Status.DISPATCHED),
    }


def _nav(user: User, current: str) -> list[tuple[Any, str, Any, bool]]:
    items = [
        (BASKETS[key], f"{reverse('dispatch')}?in={key}", cases.count(), key == current)
        for key, cases in _baskets(user).items()
    ]
    return [*items, (_("海报"), reverse("posters"), "", current == "posters")]


@login_required
@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Cases that wait, the oldest first."""
    user = _dispatcher(request)
    basket = request.GET.get("in", "waiting")
    basket = basket if basket in BASKETS else "waiting"
    cases = _baskets(user)[basket].with_people().prefetch_related("classifications")
    page = Paginator(cases.order_by("id"), 20).get_page(request.GET.get("page"))
    names = dict(CaseType.objects.values_list("key", "name"))
    context = {
        "heading": BASKETS[basket],
        "basket": basket,
        "page_obj": page,
        "rows": [_row(case, names) for case in page],
        "nav_items": _nav(user, basket),
    }
    return render(request, "dispatch/desk.html", context)


def _row(case: Case, names: dict[str, str]) -> dict[str, Any]:
    verdict = next(iter(case.classifications.all()), None)
    best = verdict.ranked[0] if verdict and verdict.ranked else None
    return {
        "case": case,
        "face": face_of(case.status),
        "deadline": deadline(case),
        "guess": names.get(best["case_type"], _("不能调解")) if best else _("没有认出来"),
        "words": best["keywords"] if best else [],
        "sure": SURE.get(verdict.decision, "") if verdict else "",
    }


def _case(request: HttpRequest, number: str) -> Case:
    user = _dispatcher(request)
    try:
        return open_case(Case.objects.visible_to(user).with_people(), number, reader=user)
    except Case.DoesNotExist:
        raise Http404 from None


@login_required
@never_cache
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One case with its ranked types, the words that decided, and bodies that could take it."""
    user, case = _dispatcher(request), _case(request, number)
    names = {t.key: t for t in CaseType.objects.all()}
    verdict = case.classifications.first()
    ranked = [{**r, "type": names.get(r["case_type"])} for r in (verdict.ranked if verdict else [])]
    best = case.case_type or next((r["type"] for r in ranked if r["type"]), None)
    context = {
        **_row(case, {key: t.name for key, t in names.items()}),
        "ranked": ranked,
        "marked": _marked(case.description, [w for r in ranked[:1] for w in r["keywords"]]),
        "best": best,
        "suggestions": suggest(case, best)[:3] if best else [],
        "assignments": case.assignments.select_related("body", "mediator__user"),
        "offered": {action.value for action in offered_actions(case, user)},
        "timeline": timeline(case, audience="staff"),
        "nav_items": _nav(user, ""),
    }
    return render(request, "dispatch/case.html", context)


def _marked(text: str, words: list[str]) -> list[tuple[str, bool]]:
    """Return the text in pieces, those that decided marked."""
    plain = normalise(text)
    pieces, at = [], 0
    for hit in Matcher(words).find(plain) if words else []:
        pieces += [(plain[at : hit.start], False), (plain[hit.start : hit.end], True)]
        at = hit.end
    return [*pieces, (plain[at:], False)]


@login_required
@never_cache
def act(request: HttpRequest, number: str, deed: str) -> HttpResponse:
    """Show the page of one deed, or do it."""
    user, case = _dispatcher(request), _case(request, number)
    if deed not in DEEDS:
        raise Http404
    form = carry_out(request, case, user, DEEDS[deed], initial=request.GET.dict())
    if form is None:
        messages.success(request, _("已办：%(deed)s") % {"deed": DEEDS[deed].heading})
        return redirect("dispatch")
    context = {
        "case": case,
        "form": form,
        "heading": DEEDS[deed].heading,
        "text": DEEDS[deed].text,
        "back_url": reverse("dispatch-case", args=[case.number]),
        "nav_items": _nav(user, ""),
    }
    status = 422 if form.is_bound else 200
    return render(request, "dispatch/deed.html", context, status=status)


@login_required
@require_safe
def posters(request: HttpRequest) -> HttpResponse:
    """Every poster, to print."""
    user = _dispatcher(request)
    rows = Poster.objects.select_related("region", "body", "channel").order_by("id")
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    context = {"page_obj": page, "nav_items": _nav(user, "posters")}
    return render(request, "dispatch/posters.html", context)


@login_required
@require_safe
def poster_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """One poster as A4 PDF; its QR opens the filing form with place and channel filled in."""
    _dispatcher(request)
    poster = get_object_or_404(Poster, token=token)
    return pages.pdf(documents.poster_pdf(pages.poster_data(poster)), f"poster-{poster.token}")
