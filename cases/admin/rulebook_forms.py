"""What is filled in on the pages of rule books."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import CaseType
from cases.routing import classify

NONE = classify.NOT_MEDIABLE_TYPE
MOST_UPLOADED = 20_000_000  # bytes; labelled texts, measured in the request


def type_names() -> dict[str, str]:
    """Return what each code of a type is called, nothing to mediate last."""
    names = {one.key: str(one) for one in CaseType.objects.all()}
    return {**names, NONE: gettext("不能调解（不是民事纠纷）")}


class BookForm(forms.Form):
    """A form whose labels end without a colon, as on the other pages."""

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, label_suffix="")


class DraftForm(BookForm):
    note = forms.CharField(
        label=_("这次想改什么"), max_length=200, help_text=_("像“区分物业和邻里的漏水”")
    )


class KeywordForm(BookForm):
    """One keyword with its weight for one type; `case_type` is cleaned to a row, or to None."""

    case_type = forms.ChoiceField(label=_("案由"))
    word = forms.CharField(
        label=_("关键词"),
        max_length=60,
        help_text=_("用&连两个词，表示两个都出现才算，像“交通事故&伤残”"),
    )
    weight = forms.FloatField(
        label=_("分量"),
        min_value=-10,
        max_value=10,
        help_text=_("1是有点像，2是很像，超过4按4算；负数是不像，0是不起作用"),
        widget=forms.NumberInput(attrs={"step": "any"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.types = {one.key: one for one in CaseType.objects.all()}
        choices = [(key, str(one)) for key, one in self.types.items()]
        self.fields["case_type"].choices = [  # type: ignore[attr-defined]
            ("", gettext("请选择")),
            *choices,
            (NONE, gettext("不能调解（不是民事纠纷）")),
        ]

    def clean_case_type(self) -> CaseType | None:
        return self.types.get(self.cleaned_data["case_type"])


class ThresholdForm(BookForm):
    """From which confidence on a draft decides; shown and typed in percent."""

    auto_from = forms.FloatField(
        label=_("自动分流，把握至少（%）"),
        min_value=50,
        max_value=100,
        help_text=_("越高越稳，交给人看的也越多"),
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    not_mediable_from = forms.FloatField(
        label=_("提醒可能不能调解，把握至少（%）"),
        min_value=50,
        max_value=100,
        help_text=_("只提醒分流员，不会自动退回"),
        widget=forms.NumberInput(attrs={"step": "any"}),
    )

    def __init__(self, data: Any, calibration: classify.Calibration) -> None:
        super().__init__(data)
        self.calibration = calibration
        for name, field in self.fields.items():
            field.initial = round(100 * getattr(calibration, name), 2)

    def chosen(self) -> classify.Calibration:
        """Return the calibration with the thresholds that were typed; call after is_valid()."""
        typed = {name: self.cleaned_data[name] / 100 for name in self.fields}
        return replace(self.calibration, **typed)


class TableForm(BookForm):
    table = forms.FileField(label=_("关键词表"), help_text=_("先导出一份，改好以后再导入"))
    replace = forms.BooleanField(
        label=_("表里没有的词从草稿里删掉"),
        required=False,
        help_text=_("不勾的话，表里没有的词照旧保留"),
    )


class TextForm(BookForm):
    text = forms.CharField(
        label=_("纠纷经过"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("只在这里看结果，不会保存"),
    )


class ReplayForm(BookForm):
    labelled = forms.FileField(
        label=_("标注文件"),
        required=False,
        help_text=_("每行一条JSON：id、text、case_type。只留成绩，文字不保存"),
    )

    def clean_labelled(self) -> Any:
        file = self.cleaned_data["labelled"]
        if file and file.size > MOST_UPLOADED:
            most = MOST_UPLOADED // 1_000_000
            raise forms.ValidationError(gettext("文件太大，最多%(size)dMB") % {"size": most})
        return file


class PublishForm(BookForm):
    unreplayed = forms.BooleanField(label=_("我知道没有重放过，仍然启用"), required=False)
