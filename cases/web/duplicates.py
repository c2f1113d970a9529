"""The duplicate desk: pairs of cases that may be one dispute, side by side, for a person to say."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases import duplicates
from cases.errors import CaseError
from cases.faces import face_of
from cases.models import Case, DuplicatePair
from cases.reading import note_read
from cases.web import comparison
from cases.web.desk_lists import frame
from cases.web.staff_forms import TEXT
from mediators.models import User

PAGE = 20
LISTS = {"open": gettext_lazy("等核对"), "merged": gettext_lazy("已并案")}
State = DuplicatePair.State


class ReasonForm(forms.Form):
    """Why two cases are not one dispute after all."""

    reason = forms.CharField(
        label=gettext_lazy("为什么不是同一件"),
        max_length=200,
        error_messages={"required": gettext_lazy("请写为什么不是同一件")},
        widget=forms.TextInput(attrs=TEXT),
    )


def _dispatcher(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or user.role != User.Role.DISPATCHER:
        raise Http404
    return user


def _merged_pairs() -> QuerySet[DuplicatePair]:
    """Pairs that were merged, the newest first."""
    rows = DuplicatePair.objects.filter(state=State.MERGED).order_by("-decided_at", "-id")
    return rows.select_related("case__channel", "other__channel", "decided_by")


@login_required
@never_cache
@require_safe
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """Pairs that wait for a person, the strongest first, or those that have been merged."""
    user = _dispatcher(request)
    chosen = request.GET.get("in", "open")
    chosen = chosen if chosen in LISTS else "open"
    strongest = duplicates.open_pairs().order_by("-score", "pk")
    pairs = strongest if chosen == "open" else _merged_pairs()
    words = request.GET.get("q", "").strip()[:60]
    if words:
        found = Case.objects.visible_to(user).search(words).values("pk")
        pairs = pairs.filter(Q(case__in=found) | Q(other__in=found))
    page = Paginator(pairs, PAGE).get_page(request.GET.get("page"))
    context = {
        "lists": [(key, name, key == chosen) for key, name in LISTS.items()],
        "chosen": chosen,
        "q": words,
        "page_obj": page,
        "rows": [_row(pair) for pair in page],
        **_frame(user),
    }
    return render(request, "dispatch/duplicates.html", context)


def _frame(user: User) -> dict[str, Any]:
    return frame(Case.objects.visible_to(user), "duplicates")


def _row(pair: DuplicatePair) -> dict[str, Any]:
    merged = _merged_of(pair)
    return {
        "pair": pair,
        "sure": _how_sure(pair),
        "facts": _facts(pair),
        "merged": merged,
        "kept": pair.other if merged == pair.case else pair.case,
    }


def _merged_of(pair: DuplicatePair) -> Case | None:
    """Return which of the two was merged into the other, while it is."""
    both = (pair.case, pair.other)
    return next((one for one in both if one.status == Case.Status.MERGED), None)


def _how_sure(pair: DuplicatePair) -> str:
    if pair.score >= 0.9:
        return _("很像")
    return _("可能") if pair.score >= 0.7 else _("说不准")


def _facts(pair: DuplicatePair) -> list[dict[str, Any]]:
    """Return what agrees and what does not, in words, what agrees first."""
    facts = [
        {"words": duplicates.fact_label(fact), "against": duplicates.speaks_against(fact)}
        for fact in pair.facts
    ]
    return sorted(facts, key=lambda fact: bool(fact["against"]))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def duplicate_pair(request: HttpRequest, pk: int) -> HttpResponse:
    """One pair side by side, to be called one dispute or two."""
    user = _dispatcher(request)
    pair = _pair(user, pk)
    status = 200
    if request.method == "POST":
        try:
            said = _decide(request, pair, user)
        except CaseError as error:
            messages.warning(request, str(error))
            pair, status = _pair(user, pk), 409
        else:
            messages.success(request, said)
            return redirect(_next_address(pair))
    else:
        for case in (pair.case, pair.other):
            note_read(case, reader=user)
    return render(request, "dispatch/duplicate.html", _side_by_side(user, pair), status=status)


def _pair(user: User, pk: int) -> DuplicatePair:
    beside = ("region", "channel", "body", "mediator__user", "case_type")
    joined = [f"{side}__{name}" for side in ("case", "other") for name in beside]
    rows = DuplicatePair.objects.select_related("case", "other", "decided_by", *joined)
    pair = rows.prefetch_related("case__parties", "other__parties").filter(pk=pk).first()
    if pair is None or not Case.objects.visible_to(user).filter(pk=pair.case_id).exists():
        raise Http404
    return pair


def _decide(request: HttpRequest, pair: DuplicatePair, user: User) -> str:
    """Do what was pressed, and return what to say of it. Raises CaseError."""
    pressed = request.POST.get("do")
    words = {"case": pair.case.number, "other": pair.other.number}
    if pressed == "apart":
        duplicates.keep_apart(pair, actor=user)
        return _("已定：%(case)s 和 %(other)s 不是同一件，接着分流。") % words
    if pressed not in ("same", "reversed"):
        raise CaseError(_("请选“是同一件”或“不是同一件”"))
    merged = duplicates.merge_pair(
        pair, actor=user, into=pair.case if pressed == "reversed" else None
    )
    words = {"case": merged.number, "other": str(merged.merged_into)}
    return _("已并案：%(case)s 并入 %(other)s，两张回执都有效。") % words


def _next_address(pair: DuplicatePair) -> str:
    """Return where the next open pair is; the list when there is none."""
    following = duplicates.open_pairs().exclude(pk=pair.pk).order_by("-score", "pk").first()
    return reverse("duplicate-pair", args=[following.pk]) if following else reverse("duplicates")


def _side_by_side(user: User, pair: DuplicatePair) -> dict[str, Any]:
    case, other = pair.case, pair.other
    marked = comparison.passages(case.description, other.description)
    before, after = _neighbours(pair)
    return {
        **_row(pair),
        "is_open": pair.state == State.OPEN,
        "sides": [
            (_("后来的"), case, face_of(case.status), marked[0]),
            (_("先来的"), other, face_of(other.status), marked[1]),
        ],
        "points": comparison.rows(case, other, facts=pair.facts),
        "applied_at": min(duplicates.applied_at(case), duplicates.applied_at(other)),
        "before": before,
        "after": after,
        **_frame(user),
    }


def _neighbours(pair: DuplicatePair) -> tuple[int | None, int | None]:
    """Return the pairs before and after this one, as the list has them."""
    pks = list(duplicates.open_pairs().order_by("-score", "pk").values_list("pk", flat=True)[:500])
    if pair.pk not in pks:
        return None, next(iter(pks), None)
    place = pks.index(pair.pk)
    return (pks[place - 1] if place else None), next(iter(pks[place + 1 :]), None)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unmerge(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a merged case out again, after saying why."""
    user = _dispatcher(request)
    pair = _pair(user, pk)
    row = _row(pair)
    form = ReasonForm(request.POST or None)
    if row["merged"] and form.is_valid():
        try:
            duplicates.unmerge(row["merged"], actor=user, reason=form.cleaned_data["reason"])
        except CaseError as error:
            form.add_error(None, str(error))
        else:
            words = {"case": row["merged"].number}
            messages.success(request, _("已撤销并案：%(case)s 回到分流台，重新分流。") % words)
            return redirect(f"{reverse('duplicates')}?in=merged")
    status = 422 if form.is_bound else 200
    context = {**row, "form": form, **_frame(user)}
    status = 409 if not row["merged"] else status
    return render(request, "dispatch/unmerge.html", context, status=status)
