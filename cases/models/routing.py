from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case, RefuseReason
from cases.models.reference import CaseType
from mediators.models import Body, Mediator


class RuleBook(models.Model):
    """One version of the keywords that route cases; one is in force, old ones are kept."""

    version = models.PositiveIntegerField(_("版本"), unique=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    published_at = models.DateTimeField(_("启用时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("关键词规则")
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"v{self.version}"


class Keyword(models.Model):
    """A word that speaks for a case type, or against it when its weight is negative.

    Without a case type it speaks for there being nothing to mediate.
    """

    rule_book = models.ForeignKey(RuleBook, models.CASCADE, related_name="keywords")
    case_type = models.ForeignKey(
        CaseType,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="keywords",
        verbose_name=_("案由"),
    )
    word = models.CharField(_("关键词"), max_length=40)
    weight = models.FloatField(_("分量"), help_text=_("负数表示不像这一类"))

    class Meta:
        verbose_name = verbose_name_plural = _("关键词")
        constraints = [
            models.UniqueConstraint(
                fields=["rule_book", "case_type", "word"], name="one_weight_a_type_and_word"
            ),
            models.UniqueConstraint(
                fields=["rule_book", "word"],
                condition=models.Q(case_type=None),
                name="one_weight_a_word_for_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.word} {self.weight:+g}"


class Classification(models.Model):
    """What the keywords said of a case, under which rule book: kept as it was decided."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="classifications")
    rule_book = models.ForeignKey(RuleBook, models.PROTECT)
    ranked = models.JSONField(_("排序和关键词"))
    decision = models.CharField(_("结论"), max_length=14)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = _("分类结论")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.decision}"


class Assignment(models.Model):
    """A case given to a body: when, by when it must answer, and what it answered."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("等接案")
        ACCEPTED = "accepted", _("已接案")
        REFUSED = "refused", _("不接")
        LAPSED = "lapsed", _("超时未响应")
        TAKEN_BACK = "taken_back", _("已收回")

    case = models.ForeignKey(Case, models.PROTECT, related_name="assignments")
    body = models.ForeignKey(Body, models.PROTECT, related_name="assignments")
    mediator = models.ForeignKey(Mediator, models.PROTECT, null=True, related_name="assignments")
    reason = models.CharField(_("为什么派给它"), max_length=200)
    at = models.DateTimeField(default=timezone.now)
    respond_by = models.DateField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    refuse_reason = models.CharField(max_length=10, choices=RefuseReason.choices, blank=True)
    note = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("派案")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(outcome__in=["waiting", "accepted"]),
                name="one_open_assignment_a_case",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.body_id} {self.outcome}"
