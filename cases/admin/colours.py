"""The colours of the codes in the admin (Y6): what they say, how they look, which set is used."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases import colours, qr
from cases.errors import CaseError
from cases.models import Case, CodeColour, ColourScheme
from cases.models.reference import contrast
from mediators.admin.base import staff_of
from mediators.admin.reference import ReferenceAdmin

HEX = r"#[0-9A-Fa-f]{6}"
SAID = {"word", "word_en", "line", "line_en", "badge", "badge_en"}
FRAMES = [
    ("dotted", _("点线")),
    ("dashed", _("虚线")),
    ("double", _("双线")),
    ("solid", _("实线")),
    ("bars", _("只有上下")),
]
ENOUGH = 4.5  # WCAG 2.2, 1.4.3


@admin.register(ColourScheme)
class ColourSchemeAdmin(ReferenceAdmin):
    list_display = ("name", "swatches", "is_active")
    readonly_fields = ("is_active", "swatches")
    actions = ("put_in_force",)

    @admin.display(description=_("五色"))
    def swatches(self, scheme: ColourScheme) -> SafeString:
        drawn = [swatch(c.hex, c.text_hex, c.name) for c in scheme.colours.all()]
        return SafeString(" ".join(drawn))

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("colours")

    @admin.action(description=_("启用选中的方案"), permissions=["change"])
    def put_in_force(self, request: HttpRequest, chosen: Any) -> None:
        if chosen.count() != 1:
            self.message_user(request, gettext("请只选一个方案"), messages.ERROR)
            return
        try:
            scheme = colours.switch(chosen.get(), by=staff_of(request))
        except CaseError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            words = gettext("已启用“%(scheme)s”，所有调解码从现在起用它的颜色")
            self.message_user(request, words % {"scheme": scheme.name}, messages.SUCCESS)


if TYPE_CHECKING:
    ColourForm = forms.ModelForm[CodeColour]
else:
    ColourForm = forms.ModelForm


class CodeColourForm(ColourForm):
    """One colour; it refuses what people could not read, and statuses that do not exist."""

    hex = forms.RegexField(HEX, label=_("色值"), help_text=_("像 #1D6AB3"))
    text_hex = forms.RegexField(HEX, label=_("文字色值"))
    dark_hex = forms.RegexField(HEX, label=_("深色屏色值"))
    icon = forms.ChoiceField(label=_("图标"), choices=[(name, name) for name in qr.ICONS])
    frame = forms.ChoiceField(label=_("边框"), choices=FRAMES)

    class Meta:
        model = CodeColour
        fields = "__all__"
        help_texts = {
            "faces": _(
                "这种颜色表示哪些状态。可以给每个状态另写 word（字）、line（第二行）、"
                "badge（标记），英文加 _en。写到这里的状态会从同一方案的别的颜色里移过来"
            )
        }

    def clean_faces(self) -> dict[str, dict[str, str]]:
        faces = self.cleaned_data["faces"]
        if not isinstance(faces, dict) or not faces.keys() <= set(Case.Status.values):
            statuses = gettext("、").join(Case.Status.values)
            raise ValidationError(gettext("只能写这些状态：%(all)s") % {"all": statuses})
        if not all(isinstance(s, dict) and s.keys() <= SAID for s in faces.values()):
            raise ValidationError(
                gettext("每个状态下只能写：%(all)s") % {"all": gettext("、").join(sorted(SAID))}
            )
        return faces

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if not self.errors:
            others = CodeColour.objects.filter(scheme=self.instance.scheme)
            changed = CodeColour(faces=self.cleaned_data["faces"])
            try:
                colours.refuse_gaps([*others.exclude(pk=self.instance.pk), changed])
            except CaseError as error:
                self.add_error("faces", str(error))
        return cleaned


@admin.register(CodeColour)
class CodeColourAdmin(ReferenceAdmin):
    form = CodeColourForm
    list_display = ("name", "scheme", "look", "word", "statuses", "icon", "frame", "readable")
    list_filter = ("scheme",)
    list_select_related = ("scheme",)
    fixed_once_made = ("key", "scheme", "colour")
    readonly_fields = ("look", "readable")
    fieldsets = (
        (None, {"fields": ("scheme", "colour", "key", "name", "name_en")}),
        (
            _("颜色"),
            {"fields": ("look", "hex", "text_hex", "readable", "dark_hex", "icon", "frame")},
        ),
        (_("码上的字"), {"fields": ("word", "word_en", "line", "line_en", "faces")}),
        (_("版本"), {"fields": ("order", "version", "origin")}),
    )

    class Media:
        js = ("js/admin_contrast.js",)

    @admin.display(description=_("样子"))
    def look(self, colour: CodeColour) -> SafeString:
        return swatch(colour.hex, colour.text_hex, colour.word)

    @admin.display(description=_("状态"))
    def statuses(self, colour: CodeColour) -> str:
        return gettext("、").join(str(Case.Status(status).label) for status in colour.faces)

    @admin.display(description=_("文字对比"))
    def readable(self, colour: CodeColour) -> SafeString:
        ratio = contrast(colour.hex, colour.text_hex)
        verdict = gettext("看得清") if ratio >= ENOUGH else gettext("看不清，要4.5以上")
        return format_html(
            '<span class="contrast" data-good="{}" data-bad="{}">{} : 1 {}</span>',
            gettext("看得清"),
            gettext("看不清，要4.5以上"),
            f"{ratio:.1f}",
            verdict,
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        colours.repaint(obj, by=staff_of(request))


def swatch(background: str, text: str, word: str) -> SafeString:
    """Return a small picture of a colour with its word; an SVG, since pages carry no styles."""
    return format_html(
        '<svg class="swatch" viewBox="0 0 96 32" role="img" aria-label="{2}">'
        '<rect width="96" height="32" rx="4" fill="{0}" stroke="#16202A"/>'
        '<text x="48" y="22" text-anchor="middle" font-size="16" fill="{1}">{2}</text></svg>',
        background,
        text,
        word,
    )
