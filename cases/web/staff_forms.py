"""What mediators and leads fill in about a case."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import (
    Agreement,
    Case,
    Contact,
    EndReason,
    Party,
    RefuseReason,
    Session,
)
from cases.routing.assign import colleagues
from cases.web.forms import PhoneField
from mediators.models import Mediator

TEXT = {"class": "in"}


class CaseForm(forms.Form):
    """A form about one case: its choices come from that case."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        for name in ("party", "present"):
            if name in self.fields:
                self.fields[name].queryset = case.parties.all()  # type: ignore[attr-defined]
                self.fields[name].label_from_instance = _full_name  # type: ignore[attr-defined]


def _full_name(party: Party) -> str:
    return f"{party.get_side_display()} {party.name}"


class NothingForm(CaseForm):
    """A deed that needs no more than being confirmed."""


class ShownForm(CaseForm):
    """A deed for exactly the agreement that the page shows, named by its digest."""

    shown = forms.CharField(widget=forms.HiddenInput)

    def add_error(self, field: str | None, error: Any) -> None:
        """Take an error; the page then shows the text of now, so the next press is for that."""
        super().add_error(field, error)
        self.data = {**self.data, "shown": self.initial.get("shown", "")}


class RefuseForm(CaseForm):
    reason = forms.ChoiceField(
        label=_("为什么不接"),
        choices=RefuseReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选不接的原因")},
    )
    note = forms.CharField(
        label=_("说明（可以不写）"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs=TEXT),
    )


class FailForm(CaseForm):
    reasons = forms.MultipleChoiceField(
        label=_("为什么结束（可以选几个）"),
        choices=EndReason.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请选结束的原因")},
    )
    note = forms.CharField(
        label=_("说明（可以不写）"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={**TEXT, "rows": 3}),
    )


class ContactForm(CaseForm):
    party = forms.ModelChoiceField(
        label=_("联系谁"),
        queryset=Party.objects.none(),
        empty_label=None,
        widget=forms.Select(attrs=TEXT),
    )
    means = forms.ChoiceField(
        label=_("方式"), choices=Contact.Means.choices, widget=forms.Select(attrs=TEXT)
    )
    outcome = forms.ChoiceField(
        label=_("结果"), choices=Contact.Outcome.choices, widget=forms.Select(attrs=TEXT)
    )
    note = forms.CharField(
        label=_("说了什么（可以不写）"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs=TEXT),
    )


class AnswerForm(CaseForm):
    party = forms.ModelChoiceField(
        label=_("谁"),
        queryset=Party.objects.none(),
        empty_label=None,
        widget=forms.Select(attrs=TEXT),
    )
    agrees = forms.ChoiceField(
        label=_("他说"),
        choices=[("yes", _("愿意调解")), ("no", _("不愿意调解（调解随即结束）"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选“愿意”或“不愿意”")},
    )


class PhoneForm(CaseForm):
    party = forms.ModelChoiceField(
        label=_("谁的电话"),
        queryset=Party.objects.none(),
        empty_label=None,
        widget=forms.Select(attrs=TEXT),
    )
    phone = PhoneField(label=_("新号码"), error_messages={"required": _("请写手机号")})


class SessionForm(CaseForm):
    mode = forms.ChoiceField(
        label=_("方式"), choices=Session.Mode.choices, widget=forms.Select(attrs=TEXT)
    )
    starts_at = forms.DateTimeField(
        label=_("时间"),
        error_messages={"required": _("请选时间")},
        widget=forms.DateTimeInput(
            attrs={**TEXT, "type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        ),
    )
    place = forms.CharField(
        label=_("地点或电话"), required=False, max_length=120, widget=forms.TextInput(attrs=TEXT)
    )
    link = forms.URLField(
        label=_("视频链接"),
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs=TEXT),
    )


class RecordForm(CaseForm):
    present = forms.ModelMultipleChoiceField(
        label=_("到场人"),
        queryset=Party.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    course = forms.CharField(
        label=_("经过"),
        max_length=4000,
        widget=forms.Textarea(attrs={**TEXT, "rows": 5}),
        error_messages={"required": _("请写经过")},
    )
    undisputed_facts = forms.CharField(
        label=_("无争议事实"),
        required=False,
        max_length=4000,
        help_text=_("双方都认的事实。以后可以交给法院（在线调解规则第22条）。"),
        widget=forms.Textarea(attrs={**TEXT, "rows": 3}),
    )
    concessions = forms.CharField(
        label=_("让步记录（封存）"),
        required=False,
        max_length=4000,
        help_text=_(
            "谁为了谈成让了什么。只留在调解里，不给对方看，不交法院（特邀调解规定第22条）。"
        ),
        widget=forms.Textarea(attrs={**TEXT, "rows": 3}),
    )
    result = forms.ChoiceField(
        label=_("结果"),
        choices=Session.Result.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请写调解结果")},
    )


class AgreementForm(CaseForm):
    facts = forms.CharField(
        label=_("纠纷主要事实和争议"),
        max_length=4000,
        widget=forms.Textarea(attrs={**TEXT, "rows": 5}),
        error_messages={"required": _("还缺：事实和争议")},
    )
    terms = forms.CharField(
        label=_("协议内容"),
        help_text=_("一条一行。写清谁、做什么、多少钱、什么时候。"),
        max_length=8000,
        widget=forms.Textarea(attrs={**TEXT, "rows": 6}),
        error_messages={"required": _("还缺：协议内容")},
    )
    performance = forms.CharField(
        label=_("履行方式和地点"),
        max_length=200,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("还缺：履行方式")},
    )
    perform_by = forms.DateField(
        label=_("最晚哪天（可以不写）"),
        required=False,
        widget=forms.DateInput(attrs={**TEXT, "type": "date"}, format="%Y-%m-%d"),
    )
    amount = forms.DecimalField(
        label=_("涉及金额（元，可以不写）"),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        error_messages={"invalid": _("钱数只写数字，比如3400")},
        widget=forms.TextInput(attrs={"class": "in tel", "inputmode": "decimal"}),
    )


class DifficultyForm(CaseForm):
    difficulty = forms.ChoiceField(
        label=_("难度"),
        choices=Case.Difficulty.choices,
        widget=forms.RadioSelect,
        help_text=_("疑难复杂和重大，由盖章的人核定后才计分。"),
    )


class MediatorForm(CaseForm):
    mediator = forms.ModelChoiceField(
        label=_("换成谁"),
        queryset=Mediator.objects.none(),
        widget=forms.Select(attrs=TEXT),
        error_messages={"required": _("请选调解员")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["mediator"]
        assert isinstance(field, forms.ModelChoiceField)
        found = colleagues(self.case.body) if self.case.body else []
        others = [(one, open_cases) for one, open_cases in found if one != self.case.mediator]
        field.queryset = Mediator.objects.filter(pk__in=[one.pk for one, _open in others])
        named = [(one.pk, _with_load(one, open_cases)) for one, open_cases in others]
        field.choices = [("", _("请选调解员")), *named]


def _with_load(one: Mediator, open_cases: int) -> str:
    return gettext("%(name)s（在办%(count)d件）") % {"name": one, "count": open_cases}


class PaperForm(ShownForm):
    party = forms.ModelChoiceField(
        label=_("谁签的"),
        queryset=Party.objects.none(),
        empty_label=None,
        widget=forms.Select(attrs=TEXT),
    )
    scan = forms.FileField(
        label=_("签字页的照片或PDF"),
        error_messages={"required": _("请选签字页的照片或PDF")},
        widget=forms.FileInput(attrs={**TEXT, "accept": "image/*,application/pdf"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["party"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = self.case.parties.exclude(
            signatures__agreement__state=Agreement.State.FIXED
        )
