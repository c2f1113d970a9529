from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mediators.languages import named
from mediators.models import Body, BodyKind, Mediator, Reference, Region, Tier


class Clock(Reference):
    """A legal period: how long, in which days, and the article it comes from."""

    class Unit(models.TextChoices):
        CALENDAR = "calendar", _("日")
        WORKING = "working", _("工作日")

    key = models.CharField(_("标识"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=80)
    days = models.PositiveSmallIntegerField(_("天数"))
    unit = models.CharField(pgettext_lazy("days", "单位"), max_length=10, choices=Unit.choices)
    article = models.CharField(_("依据"), max_length=120)
    effective_from = models.DateField(_("施行日期"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("时限")
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{named(self.name, self.name_en)} {self.days} {self.get_unit_display()}"


class CalendarDay(Reference):
    """A day that differs from the week's pattern: a holiday, or a weekend moved to work."""

    key = models.CharField(_("日期标识"), max_length=10, unique=True)
    day = models.DateField(_("日期"), unique=True)
    is_working = models.BooleanField(_("上班"))
    note = models.CharField(_("说明"), max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("放假和调休")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.note}"


class CaseType(Reference):
    """One of the 25 case types (案由) by which disputes are routed."""

    key = models.CharField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    name_en = models.CharField(_("英文名称"), max_length=60)
    scope = models.TextField(_("范围"), blank=True)
    statistic = models.CharField(_("统计类别"), max_length=20)
    cause = models.CharField(_("法院案由"), max_length=60)
    cause_version = models.CharField(
        _("案由规定版本"), max_length=40, help_text=_("如“法〔2025〕227号，2026-01-01施行”")
    )
    clock = models.ForeignKey(Clock, models.PROTECT, related_name="+", verbose_name=_("调解期限"))
    start_tier = models.CharField(_("起始层级"), max_length=12, choices=Tier.choices)
    is_signed_on_paper = models.BooleanField(
        _("当面签字"),
        default=False,
        help_text=_("涉及婚姻、收养、继承等人身关系的文书不用电子签名（电子签名法第3条）"),
    )
    kinds = models.ManyToManyField(BodyKind, through="TypeKind", related_name="case_types")
    bodies = models.ManyToManyField(
        Body, blank=True, related_name="case_types", verbose_name=_("专门办这类的组织")
    )
    mediators = models.ManyToManyField(
        Mediator, blank=True, related_name="case_types", verbose_name=_("擅长这类的调解员")
    )
    order = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("案由")
        ordering = ["order"]

    def __str__(self) -> str:
        return named(self.name, self.name_en)


class TypeKind(models.Model):
    """Which kinds of body a case type goes to, in order, and which may never have it."""

    case_type = models.ForeignKey(CaseType, models.CASCADE, related_name="type_kinds")
    kind = models.ForeignKey(BodyKind, models.PROTECT, verbose_name=_("组织种类"))
    order = models.PositiveSmallIntegerField(_("次序"), default=0)
    is_barred = models.BooleanField(_("不得承办"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("承办组织种类")
        ordering = ["is_barred", "order"]
        constraints = [
            models.UniqueConstraint(fields=["case_type", "kind"], name="one_row_a_type_and_kind")
        ]

    def __str__(self) -> str:
        return f"{self.case_type} → {self.kind}"


class Channel(Reference):
    """A way by which disputes reach us: the public, court, police, procuratorate and others."""

    key = models.CharField(_("标识"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=20)
    name_en = models.CharField(_("英文名称"), max_length=40)
    origin = models.CharField(_("来源"), max_length=60)
    is_public = models.BooleanField(_("群众自己提交"), default=False)
    kinds = models.ManyToManyField(
        BodyKind, blank=True, related_name="channels", verbose_name=_("优先派给哪种组织")
    )
    bodies = models.ManyToManyField(
        Body, blank=True, related_name="channels", verbose_name=_("优先派给哪个组织")
    )
    order = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("渠道")
        ordering = ["order"]

    def __str__(self) -> str:
        return named(self.name, self.name_en)


class Layer(Reference):
    """A layer of filtering (分层过滤): how long a case stays there before the next is offered.

    The days are a part of the clock of mediation and end with it (facts §2.4); no number is laid
    down by law. Without days the layer has the rest of the clock.
    """

    key = models.CharField(_("层级"), max_length=12, choices=Tier.choices, unique=True)
    days = models.PositiveSmallIntegerField(_("天数"), null=True, blank=True)
    silent_rounds = models.PositiveSmallIntegerField(_("几次没有响应就上移一层"), default=2)
    order = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("层级")
        ordering = ["order"]

    def __str__(self) -> str:
        return self.get_key_display()


class TierRule(Reference):
    """What makes a case start higher than its type does, or move higher."""

    class Condition(models.TextChoices):
        AMOUNT = "amount", _("金额不少于（元）")
        PEOPLE = "people", _("当事人不少于（人）")
        WORDS = "words", _("文字里有这些词")
        TRACK = "track", _("法院诉前调案件")
        FAILED = "failed", _("下一层没有谈成，不少于（次）")

    key = models.CharField(_("标识"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=80)
    condition = models.CharField(_("条件"), max_length=8, choices=Condition.choices)
    threshold = models.DecimalField(_("数"), max_digits=14, decimal_places=2, null=True, blank=True)
    words = models.TextField(_("词"), blank=True, help_text=_("一行一个"))
    tier = models.CharField(_("至少到哪一层"), max_length=12, choices=Tier.choices)
    is_active = models.BooleanField(_("在用"), default=True)
    order = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("起始层级规则")
        ordering = ["order"]

    def __str__(self) -> str:
        return named(self.name, self.name_en)

    def clean(self) -> None:
        counted = {self.Condition.AMOUNT, self.Condition.PEOPLE, self.Condition.FAILED}
        if self.condition in counted and self.threshold is None:
            raise ValidationError({"threshold": _("请写数字")})
        if self.condition == self.Condition.WORDS and not self.words.split():
            raise ValidationError({"words": _("请至少写一个词")})


class Poster(models.Model):
    """A printed QR code: it opens the filing form with the place and the channel filled in."""

    token = models.CharField(_("海报号"), max_length=12, unique=True)
    label = models.CharField(_("张贴处"), max_length=100)
    channel = models.ForeignKey(Channel, models.PROTECT, verbose_name=_("渠道"))
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, verbose_name=_("地区")
    )
    body = models.ForeignKey(
        Body, models.PROTECT, null=True, blank=True, verbose_name=_("调解组织")
    )
    is_active = models.BooleanField(_("在用"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("海报")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.label


class ColourScheme(Reference):
    """One set of colours for the codes; exactly one is in force."""

    key = models.CharField(_("标识"), max_length=10, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    is_active = models.BooleanField(_("在用"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("五色方案")
        constraints = [
            models.UniqueConstraint(
                fields=["is_active"],
                condition=models.Q(is_active=True),
                name="one_colour_scheme_in_force",
            )
        ]

    def __str__(self) -> str:
        return self.name


class CodeColour(Reference):
    """One colour of a scheme: what it means, how it is drawn, which statuses show it.

    `faces` maps each status to its word, line and badge where they differ from the colour's own.
    """

    key = models.CharField(_("标识"), max_length=20, unique=True)
    scheme = models.ForeignKey(
        ColourScheme, models.PROTECT, related_name="colours", verbose_name=_("方案")
    )
    colour = models.CharField(_("颜色"), max_length=10)
    name = models.CharField(_("名称"), max_length=10)
    name_en = models.CharField(_("英文名称"), max_length=20)
    word = models.CharField(_("码上的字"), max_length=12)
    word_en = models.CharField(_("码上的英文"), max_length=40)
    line = models.CharField(_("第二行"), max_length=40)
    line_en = models.CharField(_("英文第二行"), max_length=80)
    icon = models.CharField(_("图标"), max_length=12)
    frame = models.CharField(_("边框"), max_length=10)
    hex = models.CharField(_("色值"), max_length=7)
    text_hex = models.CharField(_("文字色值"), max_length=7)
    dark_hex = models.CharField(_("深色屏色值"), max_length=7)
    faces = models.JSONField(_("各状态的字"), default=dict)
    order = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("码色")
        ordering = ["scheme", "order"]

    def __str__(self) -> str:
        return f"{self.scheme_id} {named(self.name, self.name_en)}"

    def clean(self) -> None:
        if contrast(self.hex, self.text_hex) < 4.5:
            raise ValidationError({"text_hex": _("文字和底色对比不到4.5比1，看不清，请换一个颜色")})


def contrast(one: str, other: str) -> float:
    """Return the WCAG 2 contrast ratio of two colours written as #RRGGBB."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
