"""What staff fill in about who mediates a case, and about prices."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases import fees
from cases.models import CaseType, Contact, Party, Recusal
from cases.routing.assign import colleagues
from cases.web.staff_forms import TEXT, CaseForm
from mediators.models import Body, Mediator

RELATIONS = [one for one in Recusal.Reason.choices if one[0] != Recusal.Reason.WISH]
LONG = {**TEXT, "rows": 3}


class DiscloseForm(CaseForm):
    reason = forms.ChoiceField(
        label=_("是什么关系"),
        choices=RELATIONS,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选是什么关系")},
    )
    note = forms.CharField(
        label=_("说明（各方会看到）"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs=LONG),
    )
    steps_aside = forms.ChoiceField(
        label=_("接下来"),
        choices=[
            ("yes", _("我回避，换别的调解员")),
            ("no", _("告诉各方，都同意的由我继续")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选回避还是告诉各方")},
    )


class RuleForm(CaseForm):
    recusal = forms.ModelChoiceField(
        label=_("哪一项"),
        queryset=Recusal.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选决定哪一项")},
    )
    granted = forms.ChoiceField(
        label=_("决定"),
        choices=[("yes", _("换调解员")), ("no", _("不换"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选换还是不换")},
    )
    ruling = forms.CharField(
        label=_("理由（不换的要写）"),
        help_text=_("提出的当事人会看到。各方都同意由他继续的，也写在这里。"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs=LONG),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["recusal"]
        assert isinstance(field, forms.ModelChoiceField)
        asked = self.case.recusals.filter(state=Recusal.State.ASKED)
        field.queryset = asked.select_related("party", "mediator__user")
        field.label_from_instance = recusal_in_words  # type: ignore[method-assign, assignment]


def recusal_in_words(recusal: Recusal) -> str:
    """Say who asks for what and why: 申请人张三丰：是一方的近亲属（调解员王五）。说明."""
    party = recusal.party
    words = {
        "who": f"{party.get_side_display()}{party.name}" if party else gettext("调解员申报"),
        "reason": recusal.get_reason_display(),
        "mediator": recusal.mediator,
        "note": recusal.note,
    }
    return gettext("%(who)s：%(reason)s（调解员%(mediator)s）。%(note)s") % words


class HandUpForm(CaseForm):
    note = forms.CharField(
        label=_("为什么交给上一级（可以不写）"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs=LONG),
    )


class FeeOfferForm(CaseForm):
    case_type = forms.ModelChoiceField(
        label=_("案由"),
        queryset=CaseType.objects.order_by("order"),
        empty_label=_("请选案由"),
        widget=forms.Select(attrs=TEXT),
        error_messages={"required": _("请选案由")},
    )
    body = forms.ModelChoiceField(
        label=_("收费的调解组织"),
        queryset=Body.objects.active().filter(kind__may_charge=True).select_related("kind"),
        empty_label=_("请选组织"),
        widget=forms.Select(attrs=TEXT),
        help_text=_("各方看到的就是它公开的收费说明。"),
        error_messages={"required": _("请选调解组织")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["body"]
        assert isinstance(field, forms.ModelChoiceField)
        field.label_from_instance = priced  # type: ignore[method-assign, assignment]


def priced(body: Body) -> str:
    """Return a body with its price list, or that it has published none."""
    words = {"body": body, "price": body.fee_note or gettext("没有公开收费说明，不能选")}
    return gettext("%(body)s：%(price)s") % words


class FeeAnswerForm(CaseForm):
    party = forms.ModelChoiceField(
        label=_("谁"),
        queryset=Party.objects.none(),
        empty_label=None,
        widget=forms.Select(attrs=TEXT),
    )
    agrees = forms.ChoiceField(
        label=_("他说"),
        choices=[("yes", _("同意收费说明")), ("no", _("不同意，走不收费的调解"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选“同意”或“不同意”")},
    )
    means = forms.ChoiceField(
        label=_("怎么说的"), choices=Contact.Means.choices, widget=forms.Select(attrs=TEXT)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["party"]
        assert isinstance(field, forms.ModelChoiceField)
        asked = fees.open_offer(self.case)
        waiting = fees.waiting(asked) if asked else []
        field.queryset = self.case.parties.filter(pk__in=[party.pk for party in waiting])


class HandoverForm(forms.Form):
    """To whom the cases of one mediator go: a colleague, or each by the rules."""

    to = forms.ModelChoiceField(
        label=_("交给谁"),
        queryset=Mediator.objects.none(),
        required=False,
        empty_label=_("按规则分给在岗的同事（推荐）"),
        widget=forms.Select(attrs=TEXT),
    )

    def __init__(self, *args: Any, mediator: Mediator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        others = [(one, count) for one, count in colleagues(mediator.body) if one != mediator]
        field.queryset = Mediator.objects.filter(pk__in=[one.pk for one, _count in others])
        named = [(one.pk, _with_load(one, count)) for one, count in others]
        field.choices = [("", field.empty_label), *named]


def _with_load(one: Mediator, open_cases: int) -> str:
    return gettext("%(name)s（在办%(count)d件）") % {"name": one, "count": open_cases}
