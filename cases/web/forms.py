"""What citizens fill in: one small form a page, each error a sentence that says what to change."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.filing import description_problem
from cases.models import Case, Party, ProxyFiler
from mediators.errors import InvalidIdentity
from mediators.identity import clean_name, clean_phone, clean_text, is_mobile
from mediators.models import Region

# Every way in which a number can be no amount of money: all are answered with one sentence.
NO_AMOUNT = (
    "invalid",
    "min_value",
    "max_digits",
    "max_decimal_places",
    "max_whole_digits",
)


class PhoneField(forms.CharField):
    """A phone number, forgiving about blanks, dashes, +86 and full-width digits."""

    widget = forms.TextInput(
        attrs={"class": "in tel", "inputmode": "tel", "autocomplete": "off", "maxlength": 30}
    )

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return clean_phone(text) if text else ""
        except InvalidIdentity as error:
            raise ValidationError(str(error)) from error


class MobileField(PhoneField):
    """A phone number that can receive a text message."""

    def clean(self, value: Any) -> str:
        phone = super().clean(value)
        if phone and not is_mobile(phone):
            raise ValidationError(gettext("验证码只能发到手机，请写11位手机号"))
        return phone


class NameField(forms.CharField):
    """A name of a person or a unit."""

    widget = forms.TextInput(attrs={"class": "in", "maxlength": 60})

    def clean(self, value: Any) -> str:
        return clean_name(super().clean(value))


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files chosen together."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        chosen = data if isinstance(data, list | tuple) else [data]
        files = [file for file in chosen if file]
        if self.required and not files:
            raise ValidationError(self.error_messages["required"])
        return files


class WhatForm(forms.Form):
    """发生了什么事."""

    description = forms.CharField(
        label=_("发生了什么事？"),
        help_text=_("什么时候、在哪里、和谁、差多少钱。可以用输入法的话筒说。"),
        error_messages={"required": _("请写发生了什么事，至少5个字")},
        widget=forms.Textarea(
            attrs={"class": "in", "rows": 8, "data-counter": "1000", "data-keep": "description"}
        ),
    )
    photos = ManyFilesField(
        label=_("加照片或PDF（可以不加）"),
        help_text=_("合同、收条、聊天截图、现场照片都可以。一次最多9张，每张最大10MB。"),
        required=False,
        widget=ManyFilesInput(
            attrs={"class": "in", "accept": "image/*,application/pdf", "data-shrink": "1600"}
        ),
    )

    def clean_description(self) -> str:
        text = clean_text(self.cleaned_data["description"]).strip()
        if why := description_problem(text):
            raise ValidationError(why)
        return text


class WishForm(forms.Form):
    """您想怎么解决."""

    wish = forms.ChoiceField(
        label=_("您想怎么解决？"),
        choices=Case.Wish.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一个您想要的结果")},
    )
    amount = forms.DecimalField(
        label=_("多少钱（元，可以不写）"),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        error_messages=dict.fromkeys(NO_AMOUNT, _("钱数只写数字，比如3400")),
        widget=forms.TextInput(attrs={"class": "in tel", "inputmode": "decimal"}),
    )
    wish_note = forms.CharField(
        label=_("想补充一句（可以不写）"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "in"}),
    )


class RespondentForm(forms.Form):
    """对方是谁."""

    kind = forms.ChoiceField(
        label=_("对方是"),
        choices=Party.Kind.choices,
        initial=Party.Kind.PERSON,
        widget=forms.RadioSelect,
    )
    name = NameField(
        label=_("姓名或单位名称"),
        help_text=_("不知道全名，写您平时怎么叫他，比如“房东马先生”。"),
        error_messages={"required": _("请写对方的姓名或单位名称")},
    )
    phone = PhoneField(
        label=_("对方手机号"),
        help_text=_("我们用它给对方发短信，请对方来调解。"),
        required=False,
    )
    unknown = forms.BooleanField(label=_("我不知道对方手机号"), required=False)
    whereabouts = forms.CharField(
        label=_("在哪里能找到他（可以不写）"),
        help_text=_("店名、门牌、车牌、网店名"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"class": "in"}),
    )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if "phone" in said and not said["phone"] and not said.get("unknown"):
            self.add_error("phone", gettext("请写对方手机号，或者勾选“我不知道对方手机号”"))
        if said.get("phone") and said.get("unknown"):
            self.add_error("phone", gettext("您写了手机号，又勾选了“不知道”。请留一个"))
        return said


class ContactForm(forms.Form):
    """怎么联系您."""

    name = NameField(
        label=_("您的姓名"),
        error_messages={"required": _("请写您的姓名")},
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "name", "maxlength": 60}),
    )
    phone = MobileField(
        label=_("您的手机号"),
        help_text=_("我们会发一条验证码。对方看不到您的手机号。"),
        error_messages={"required": _("请写您的手机号")},
        widget=forms.TextInput(
            attrs={"class": "in tel", "inputmode": "tel", "autocomplete": "tel", "maxlength": 30}
        ),
    )


class ProxyForm(forms.Form):
    """帮别人申请: whom, and who helps. Both are recorded."""

    name = NameField(
        label=_("您帮谁申请？写他的姓名"), error_messages={"required": _("请写您帮谁申请")}
    )
    phone = PhoneField(
        label=_("他的手机号（没有可以不写）"),
        required=False,
        help_text=_("我们会告诉他有人帮他申请了。"),
    )
    proxy_name = NameField(label=_("您的姓名"), error_messages={"required": _("请写您的姓名")})
    proxy_relation = forms.ChoiceField(
        label=_("您是他的"),
        choices=ProxyFiler.Relation.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选您和他的关系")},
    )
    proxy_phone = MobileField(
        label=_("您的手机号"),
        help_text=_("我们会发一条验证码。"),
        error_messages={"required": _("请写您的手机号")},
    )


class WhereForm(forms.Form):
    """在哪里发生的."""

    region = forms.ModelChoiceField(
        label=_("在哪里发生的？"),
        queryset=Region.objects.none(),
        empty_label=_("请选街道或社区"),
        error_messages={"required": _("请选街道或社区。不清楚就选“滨江区”")},
        widget=forms.Select(attrs={"class": "in"}),
    )
    place = forms.CharField(
        label=_("具体在哪里（可以不写）"),
        help_text=_("小区、楼号、店名"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"class": "in"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["region"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Region.objects.order_by("id")


class CodeForm(forms.Form):
    """A six-digit code from a text message."""

    code = forms.CharField(
        label=_("短信验证码"),
        help_text=_("6位数字，10分钟内有效。"),
        error_messages={"required": _("请写短信里的6位数字")},
        widget=forms.TextInput(
            attrs={
                "class": "in tel",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "maxlength": 12,
            }
        ),
    )

    def clean_code(self) -> str:
        code = "".join(c for c in clean_text(self.cleaned_data["code"]) if not c.isspace())
        if len(code) != 6 or not (code.isascii() and code.isdigit()):
            raise ValidationError(gettext("请写短信里的6位数字"))
        return code


class CheckForm(CodeForm):
    """看一看，对不对: the code, and one box that is never ticked for anybody."""

    consent = forms.BooleanField(
        label=_("我写的是真的。我同意请对方来调解，也看过个人信息怎么用。"),
        error_messages={"required": _("请勾选“我写的是真的”")},
    )


class PhoneForm(forms.Form):
    """The phone somebody gave before."""

    phone = MobileField(
        label=_("您的手机号"),
        error_messages={"required": _("请写您的手机号")},
        widget=forms.TextInput(
            attrs={"class": "in tel", "inputmode": "tel", "autocomplete": "tel", "maxlength": 30}
        ),
    )


class FindForm(forms.Form):
    """A code typed by hand."""

    code = forms.CharField(
        label=_("调解码"),
        help_text=_("海报、短信或回执上的11位字母和数字，大小写都可以。"),
        error_messages={"required": _("请写调解码")},
        widget=forms.TextInput(
            attrs={
                "class": "in tel",
                "autocapitalize": "characters",
                "autocomplete": "off",
                "maxlength": 40,
            }
        ),
    )


class AnswerForm(forms.Form):
    """愿意还是不愿意: two equal choices."""

    agrees = forms.ChoiceField(
        label=_("您愿意调解吗？"),
        choices=[("yes", _("愿意，谈谈看")), ("no", _("不愿意"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选“愿意”或“不愿意”")},
    )


class SignForm(CodeForm):
    """Signing: drawn by hand or typed, and the code that was sent for this text only."""

    name = NameField(
        label=_("写您的姓名"),
        help_text=_("和协议里的姓名一样。单位写经办人的姓名。"),
        error_messages={"required": _("还没有写名字")},
    )
    picture = forms.CharField(required=False, widget=forms.HiddenInput)
    shown = forms.CharField(widget=forms.HiddenInput)
    agreed = forms.BooleanField(
        label=_("我看完了协议，同意用电子方式签名。签了就要照着做。"),
        error_messages={"required": _("请先看完协议，再勾选")},
    )
    field_order = ["name", "picture", "agreed", "code", "shown"]


class FilesForm(forms.Form):
    """More photos or papers, after filing."""

    photos = ManyFilesField(
        label=_("选照片或PDF"),
        help_text=_("一次最多9张，每张最大10MB。"),
        error_messages={"required": _("还没有选文件")},
        widget=ManyFilesInput(
            attrs={"class": "in", "accept": "image/*,application/pdf", "data-shrink": "1600"}
        ),
    )
