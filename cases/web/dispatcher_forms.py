"""What the dispatcher fills in about a case."""

from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseType, RejectReason
from cases.web.staff_forms import TEXT, CaseForm
from mediators.models import Body


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


class DispatchForm(CaseForm):
    case_type = forms.ModelChoiceField(
        label=_("案由"),
        queryset=CaseType.objects.order_by("order"),
        empty_label=_("请选案由"),
        widget=forms.Select(attrs=TEXT),
        error_messages={"required": _("请选案由")},
    )
    body = forms.ModelChoiceField(
        label=_("调解组织"),
        queryset=Body.objects.active(),
        empty_label=_("请选组织"),
        widget=forms.Select(attrs=TEXT),
        error_messages={"required": _("请选调解组织")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = Body.objects.active().select_related("kind").order_by("kind__order", "name")
        groups = [
            (str(kind), [(body.pk, body.name) for body in ours])
            for kind, ours in groupby(bodies, key=lambda body: body.kind)
        ]
        field = self.fields["body"]
        assert isinstance(field, forms.ModelChoiceField)
        field.choices = [("", field.empty_label), *groups]


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
