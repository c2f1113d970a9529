"""What court staff fill in: a pre-litigation case, and the two answers to an application."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from cases.errors import InvalidFiling
from cases.filing import Dispute, FilingKey, Person, clean_identity
from cases.models import Case, Channel, Confirmation, Consent, Party
from mediators.errors import InvalidIdentity
from mediators.identity import clean_phone
from mediators.models import Region

RESPONDENTS = (1, 2, 3)
PARTS = ("name", "kind", "phone", "identity")
COURT = "court"  # the key of the channel 诉调, and the scope of its filing keys


class CourtForm(forms.Form):
    """A form whose labels end without a colon, as on the other pages."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


class PhoneField(forms.CharField):
    """A phone as people type it; the error says what to change."""

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        try:
            return clean_phone(text) if text else ""
        except InvalidIdentity as error:
            raise ValidationError(str(error)) from error


def _identity_field() -> forms.CharField:
    return forms.CharField(
        label=_("身份证号或统一社会信用代码"),
        max_length=30,
        required=False,
        help_text=_("加密保存，用来认出从别的渠道来的同一件事；不知道就空着"),
    )


class RegistrationForm(CourtForm):
    """A pre-litigation case (诉前调) as the court's clerk registers it."""

    court_number = forms.CharField(
        label=_("诉前调案号"), max_length=60, help_text=_("像（2026）浙0108诉前调123号")
    )
    applicant_name = forms.CharField(label=_("申请人姓名或单位名称"), max_length=60)
    applicant_kind = forms.ChoiceField(label=_("申请人是"), choices=Party.Kind.choices)
    applicant_phone = PhoneField(
        label=_("申请人手机号"), max_length=20, help_text=_("调解码和进度发到这个手机")
    )
    applicant_identity = _identity_field()
    description = forms.CharField(
        label=_("纠纷情况"),
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": 1000}),
        help_text=_("照诉状写清时间、经过和争议，5到1000字。按它里面的词分流"),
    )
    wish = forms.ChoiceField(label=_("想怎么解决"), choices=Case.Wish.choices)
    amount = forms.DecimalField(
        label=_("金额（元）"),
        required=False,
        min_value=Decimal(0),
        max_digits=14,
        decimal_places=2,
    )
    region = forms.ModelChoiceField(
        Region.objects.exclude(level=Region.Level.DISTRICT),
        label=_("发生地"),
        required=False,
        empty_label=_("不清楚"),
    )
    consents = forms.BooleanField(
        label=_("申请人已同意先行调解，同意书在卷"),
        required=False,
        help_text=_("没有勾的，调解员受理后再征求申请人意见"),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for place in RESPONDENTS:
            self.fields |= _respondent_fields(place)

    def sections(self) -> Iterator[tuple[Any, list[BoundField]]]:
        """Yield the parts of the page, each with its fields."""
        yield _("案号"), [self["court_number"]]
        yield _("申请人"), [self[f"applicant_{part}"] for part in PARTS]
        for place in RESPONDENTS:
            label = _("被申请人") if place == 1 else _("另一个被申请人（没有就空着）")
            yield label, [self[f"respondent{place}_{part}"] for part in PARTS]
        rest = ("description", "wish", "amount", "region", "consents")
        yield _("纠纷"), [self[name] for name in rest]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for place in RESPONDENTS[1:]:
            if cleaned.get(f"respondent{place}_phone") and not cleaned[f"respondent{place}_name"]:
                self.add_error(f"respondent{place}_name", _("写了手机号，请也写姓名或单位名称"))
        for who in ("applicant", *(f"respondent{place}" for place in RESPONDENTS)):
            self._clean_identity(who, cleaned)
        return cleaned

    def _clean_identity(self, who: str, cleaned: dict[str, Any]) -> None:
        number, kind = cleaned.get(f"{who}_identity", ""), cleaned.get(f"{who}_kind", "")
        try:
            cleaned[f"{who}_identity"] = clean_identity(number, kind=kind)
        except InvalidIdentity as error:
            self.add_error(f"{who}_identity", str(error))

    def dispute(self) -> Dispute:
        """Return what was typed as a dispute of the court's track."""
        said = self.cleaned_data
        return Dispute(
            description=said["description"],
            applicants=[self._person("applicant")],
            respondents=[
                self._person(f"respondent{place}")
                for place in RESPONDENTS
                if said[f"respondent{place}_name"]
            ],
            channel=Channel.objects.get(key=COURT),
            wish=said["wish"],
            amount=said["amount"],
            region=said["region"],
            track=Case.Track.COURT,
            court_number=said["court_number"],
            consents=(Consent.Purpose.MEDIATION,) if said["consents"] else (),
            means=COURT,
        )

    def filing_key(self) -> FilingKey:
        """The court's own number makes a registration unique, so sending twice is one case."""
        return FilingKey(COURT, self.cleaned_data["court_number"])

    def refuse(self, error: InvalidFiling) -> None:
        """Show what the rules of filing refuse at the fields it is about."""
        for name, words in error.fields.items():
            field = name.replace("respondent", "respondent1")
            if name in ("applicant", "respondent"):
                field = f"{field}_name"
            self.add_error(field if field in self.fields else None, words)

    def _person(self, who: str) -> Person:
        return Person(**{part: self.cleaned_data[f"{who}_{part}"] for part in PARTS})


def _respondent_fields(place: int) -> dict[str, forms.Field]:
    return {
        f"respondent{place}_name": forms.CharField(
            label=_("姓名或单位名称"), max_length=60, required=place == 1
        ),
        f"respondent{place}_kind": forms.ChoiceField(
            label=_("是个人还是单位"), choices=Party.Kind.choices
        ),
        f"respondent{place}_phone": PhoneField(
            label=_("手机号"), max_length=20, required=False, help_text=_("不知道就空着")
        ),
        f"respondent{place}_identity": _identity_field(),
    }


class GrantForm(CourtForm):
    """Confirm an agreement: every point of the review ticked, and the number of the ruling.

    The points are those of 民事诉讼法 205 and 206, 民诉法解释 on refusals, 在线调解规则 23.
    """

    prefix = "grant"
    who = forms.BooleanField(label=_("各方当事人都申请了，身份、代理权核对过"))
    voluntary = forms.BooleanField(label=_("各方自愿，知道确认以后可以强制执行"))
    scope = forms.BooleanField(label=_("属于民事纠纷，属于本院管辖，调解组织依法设立"))
    confirmable = forms.BooleanField(
        label=_("不涉及身份关系、物权或知识产权确权，不适用其他特别程序")
    )
    content = forms.BooleanField(
        label=_("内容明确、能执行，不违反强制性规定，不损害国家、公共和他人利益")
    )
    genuine = forms.BooleanField(
        label=_("没有虚假调解的迹象：串通、编造债务、转移财产、争议太顺"),
    )
    ruling_number = forms.CharField(
        label=_("裁定书案号"),
        max_length=60,
        help_text=_("像（2026）浙0108诉前调确1号，半角括号会自动换成全角"),
    )
    POINTS = ("who", "voluntary", "scope", "confirmable", "content", "genuine")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for name in self.POINTS:
            self.fields[name].error_messages["required"] = _("这一项还没有核对")

    def points(self) -> list[BoundField]:
        return [self[name] for name in self.POINTS]


class RefuseForm(CourtForm):
    """Refuse to confirm: one reason of the closed list, and what the parties should know."""

    prefix = "refuse"
    refusal = forms.ChoiceField(
        label=_("不予确认的理由"), choices=[("", _("请选")), *Confirmation.Refusal.choices]
    )
    note = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("当事人可以变更协议、重新达成协议，或者起诉（民事诉讼法第206条）"),
    )
