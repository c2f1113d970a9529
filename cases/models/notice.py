from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.party import Party
from mediators.sealing import SealedField


class Notice(models.Model):
    """A message to a person: written with the change it tells of, sent by a task, once."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待发")
        SENT = "sent", _("已发")
        FAILED = "failed", _("没有送到")

    key = models.CharField(_("唯一键"), max_length=120, unique=True)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="notices")
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="notices")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="notices"
    )
    template = models.CharField(_("模板"), max_length=40)
    phone = SealedField(_("手机号"), purpose="notice.phone", blank=True)
    text = SealedField(_("内容"), purpose="notice.text")
    params = SealedField(_("参数"), purpose="notice.params", default="{}")
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    due_at = models.DateTimeField(_("最早发送"), default=timezone.now)
    sent_at = models.DateTimeField(_("发送时间"), null=True)
    receipt = models.CharField(_("回执"), max_length=120, blank=True)
    error = models.CharField(_("原因"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("通知")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="notice_waiting",
                condition=models.Q(state="waiting"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.state}"
