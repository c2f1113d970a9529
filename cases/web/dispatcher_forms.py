"""What the dispatcher fills in about a case."""

from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseType, RejectReason
from cases.web.staff_forms import TEXT, CaseForm
from mediators.models import Body, Mediator


class RejectForm(CaseForm):
    reason = forms.ChoiceField(
        label=_("为什么不能调解"),
        choices=RejectReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选不受理的原因")},
    )
    note = forms.CharField(
        label=_("告诉申请人还能怎么办（可以不写）"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={**TEXT, "rows": 3}),
    )


class SeenForm(CaseForm):
    """A deed for the case as it was shown: `seen` is the assignment that was its newest then."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


def body_field() -> "forms.ModelChoiceField[Body]":
    """Return the choice of an active body."""
    return forms.ModelChoiceField(
        label=_("调解组织"),
        queryset=Body.objects.active(),
        empty_label=_("请选组织"),
        widget=forms.Select(attrs=TEXT),
        error_messages={"required": _("请选调解组织")},
    )


def group_by_kind(field: forms.Field, bodies: QuerySet[Body]) -> None:
    """Offer these bodies, grouped by what kind they are."""
    assert isinstance(field, forms.ModelChoiceField)
    rows = bodies.select_related("kind").order_by("kind__order", "name")
    groups = [
        (str(kind), [(body.pk, body.name) for body in ours])
        for kind, ours in groupby(rows, key=lambda body: body.kind)
    ]
    field.choices = [("", field.empty_label), *groups]


class DispatchForm(SeenForm):
    case_type = forms.ModelChoiceField(
        label=_("案由"),
        queryset=CaseType.objects.order_by("order"),
        empty_label=_("请选案由"),
        widget=forms.Select(attrs=TEXT),
        error_messages={"required": _("请选案由")},
    )
    body = body_field()
    mediator = forms.ModelChoiceField(
        queryset=Mediator.objects.all(), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group_by_kind(self.fields["body"], Body.objects.active())


def reason_field() -> forms.CharField:
    """Return the reason of a hand-over, in the dispatcher's own words."""
    return forms.CharField(
        label=_("为什么转交"),
        max_length=200,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("请写转交的原因")},
    )


class HandOverForm(CaseForm):
    body = body_field()
    reason = reason_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Body.objects.active().exclude(cases=self.case)
        group_by_kind(self.fields["body"], others)


class HandOverManyForm(forms.Form):
    """To which body many cases of one body go, and why."""

    body = body_field()
    reason = reason_field()
    sure = forms.BooleanField(
        label=_("里面有已经接了的案件，当事人要等新的组织接案，还是要转交"),
        error_messages={"required": _("请勾选，确认已经接了的也要转交")},
    )

    def __init__(self, *args: Any, giver: Body, has_accepted: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group_by_kind(self.fields["body"], Body.objects.active().exclude(pk=giver.pk))
        if not has_accepted:
            del self.fields["sure"]


class MergeForm(CaseForm):
    number = forms.CharField(
        label=_("并入哪一件（写编号）"),
        help_text=_("如2026-003417"),
        widget=forms.TextInput(attrs={"class": "in tel"}),
        error_messages={"required": _("请写要并入的案件编号")},
    )

    def clean_number(self) -> Case:
        case = Case.objects.by_number(self.cleaned_data["number"]).first()
        if case is None:
            raise ValidationError(gettext("没有这个编号的案件，请核对"))
        return case
