"""What a party decides about who mediates and at what price: behind its proved phone."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import fees as prices
from cases import recusals
from cases.models import Party, Recusal
from cases.web.party import attempt, context_of, for_party


class AnotherForm(forms.Form):
    reason = forms.ChoiceField(
        label=gettext_lazy("为什么要换"),
        choices=Recusal.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选一个原因")},
    )
    note = forms.CharField(
        label=gettext_lazy("说明（可以不写）"),
        help_text=gettext_lazy("只给做决定的人看，不给调解员和对方看。"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"class": "in", "rows": 3}),
    )


class StayForm(forms.Form):
    agrees = forms.ChoiceField(
        label=gettext_lazy("您还同意由他调解吗？"),
        choices=[
            ("yes", gettext_lazy("同意，由他继续")),
            ("no", gettext_lazy("不同意，换一位")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选“同意”或“不同意”")},
    )


class PriceForm(forms.Form):
    agrees = forms.ChoiceField(
        label=gettext_lazy("您同意这个收费吗？"),
        choices=[
            ("yes", gettext_lazy("同意，由它来调解")),
            ("no", gettext_lazy("不同意，走不收费的调解")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选“同意”或“不同意”")},
    )


@for_party
def another(request: HttpRequest, party: Party) -> HttpResponse:
    """换一位调解员: a wish at once, a relation after somebody has decided."""
    if not recusals.may_ask(party):
        messages.info(request, _("现在没有调解员可以换，或者您已经提过，正在等答复。"))
        return _back(party)
    form = AnotherForm(request.POST or None)
    if form.is_valid() and attempt(
        form, lambda: recusals.ask_for_another(party, **form.cleaned_data)
    ):
        asked = party.case.recusals.filter(party=party).latest("id")
        granted = asked.state == Recusal.State.GRANTED
        messages.success(
            request,
            _("已经换了。新的调解员会和您联系。")
            if granted
            else _("已提交。决定以后发短信告诉您，这之前案件照常办。"),
        )
        return _back(party)
    more = {"used_up": recusals.has_used_up_wishes(party), "most": recusals.MOST_WISHES}
    return _page(request, "party/another.html", party, form, more)


@for_party
def disclosed(request: HttpRequest, party: Party) -> HttpResponse:
    """What the mediator disclosed: agree that he goes on, or have another one."""
    recusal = recusals.disclosures_for(party).first()
    if recusal is None:
        messages.info(request, _("现在没有要您答复的。"))
        return _back(party)
    form = StayForm(request.POST or None)
    if form.is_valid():
        agrees = form.cleaned_data["agrees"] == "yes"
        if attempt(form, lambda: recusals.answer_disclosed(party, recusal, agrees=agrees)):
            messages.success(
                request, _("已记下：由他继续。") if agrees else _("已记下，给您换一位调解员。")
            )
            return _back(party)
    return _page(request, "party/relation.html", party, form, {"recusal": recusal})


@for_party
def fees(request: HttpRequest, party: Party) -> HttpResponse:
    """The price list of a body that charges: agree to it or not."""
    offer = prices.open_offer(party.case)
    if offer is None or party not in prices.waiting(offer):
        messages.info(request, _("现在没有要您答复的。"))
        return _back(party)
    form = PriceForm(request.POST or None)
    if form.is_valid():
        agrees = form.cleaned_data["agrees"] == "yes"
        if attempt(form, lambda: prices.answer(party, agrees=agrees, actor=party)):
            messages.success(
                request,
                _("已记下：您同意收费。各方都同意后就安排。")
                if agrees
                else _("已记下：您不同意收费。我们给您安排不收费的调解。"),
            )
            return _back(party)
    return _page(request, "party/fees.html", party, form, {"offer": offer})


def _back(party: Party) -> HttpResponse:
    return redirect("party-case", party.case.mediation_code.token)


def _page(
    request: HttpRequest, template: str, party: Party, form: forms.Form, more: dict[str, Any]
) -> HttpResponse:
    status = 422 if form.is_bound else 200
    context = {**context_of(party), "form": form, **more}
    return render(request, template, context, status=status)
