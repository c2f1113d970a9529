from django.db import models
from django.utils.translation import gettext_lazy as _


class PointBook(models.Model):
    """One version of the points rules (积分规则), in force from a day on; never edited after."""

    version = models.PositiveIntegerField(_("版本"), unique=True)
    effective_from = models.DateField(_("施行日期"), unique=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("积分规则版本")
        ordering = ["-effective_from"]

    def __str__(self) -> str:
        return f"v{self.version} ({self.effective_from})"


class PointRule(models.Model):
    """What earns or costs points: an event, a condition on its facts, and how much."""

    book = models.ForeignKey(PointBook, models.PROTECT, related_name="rules")
    code = models.CharField(_("编号"), max_length=8)
    name = models.CharField(_("项目"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120)
    event = models.CharField(_("事件"), max_length=40)
    condition = models.JSONField(
        _("条件"),
        default=dict,
        blank=True,
        help_text=_('事件事实必须等于这些值，如 {"in_time": true}'),
    )
    points = models.DecimalField(_("分值"), max_digits=6, decimal_places=2)
    monthly_cap = models.DecimalField(
        _("每月上限"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    free_per_quarter = models.PositiveSmallIntegerField(
        _("每季度前几次不计"), default=0, help_text=_("如“第3次起扣分”填2")
    )
    source = models.CharField(_("依据"), max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("积分规则")
        ordering = ["book", "code"]
        constraints = [
            models.UniqueConstraint(fields=["book", "code"], name="one_rule_a_code_and_book")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
