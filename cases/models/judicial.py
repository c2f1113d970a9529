from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.agreement import Agreement
from cases.models.case import Case
from cases.models.party import Party


class Confirmation(models.Model):
    """A joint application for judicial confirmation (民事诉讼法 205, 206)."""

    class State(models.TextChoices):
        GATHERING = "gathering", _("等各方都申请")
        APPLIED = "applied", _("法院审查中")
        GRANTED = "granted", _("确认有效")
        REFUSED = "refused", _("不予确认")

    class Refusal(models.TextChoices):
        """民诉法解释 on refusal, and what a review may find (facts §3.8)."""

        SCOPE = "scope", _("不属于人民法院受理范围")
        JURISDICTION = "jurisdiction", _("不属于本院管辖")
        IDENTITY = "identity", _("涉及婚姻、亲子、收养等身份关系")
        PROCEDURE = "procedure", _("应适用其他特别程序、公示催告或破产程序")
        TITLE = "title", _("涉及物权或知识产权确权")
        UNLAWFUL = "unlawful", _("违反强制性规定或损害他人利益")
        UNWILLING = "unwilling", _("违背自愿原则")
        UNCLEAR = "unclear", _("协议内容不明确")
        OTHER = "other", _("其他")

    case = models.ForeignKey(Case, models.PROTECT, related_name="confirmations")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="confirmations")
    state = models.CharField(
        _("状态"), max_length=10, choices=State.choices, default=State.GATHERING
    )
    applicants = models.ManyToManyField(Party, through="ConfirmationApplicant")
    applied_at = models.DateTimeField(_("共同申请时间"), null=True)
    decided_at = models.DateTimeField(_("裁定时间"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("审查人"),
    )
    ruling_number = models.CharField(  # noqa: DJ001
        _("裁定书案号"), max_length=60, unique=True, null=True
    )
    refusal = models.CharField(
        _("不予确认的理由"), max_length=14, choices=Refusal.choices, blank=True
    )
    note = models.CharField(_("说明"), max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("司法确认")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state__in=["gathering", "applied", "granted"]),
                name="one_open_confirmation_a_case",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"


class ConfirmationApplicant(models.Model):
    """One party's own application, from its own phone; both are needed."""

    confirmation = models.ForeignKey(Confirmation, models.PROTECT, related_name="requests")
    party = models.ForeignKey(Party, models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["confirmation", "party"], name="one_application_a_party"
            )
        ]

    def __str__(self) -> str:
        return f"{self.confirmation_id} {self.party_id}"
