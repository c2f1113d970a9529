from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.party import Party
from mediators.sealing import SealedField


class Contact(models.Model):
    """One try to reach a party: how, when, and what came of it."""

    class Means(models.TextChoices):
        PHONE = "phone", _("电话")
        MESSAGE = "message", _("短信")
        VISIT = "visit", _("上门")
        WINDOW = "window", _("窗口")

    class Outcome(models.TextChoices):
        REACHED = "reached", _("联系上了")
        NO_ANSWER = "no_answer", _("没有接")
        WRONG_NUMBER = "wrong_number", _("号码不对")

    case = models.ForeignKey(Case, models.PROTECT, related_name="contacts")
    party = models.ForeignKey(Party, models.PROTECT, verbose_name=_("联系谁"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    means = models.CharField(_("方式"), max_length=10, choices=Means.choices)
    outcome = models.CharField(_("结果"), max_length=12, choices=Outcome.choices)
    note = models.CharField(_("说了什么"), max_length=500, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = _("联系记录")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.means} {self.outcome}"


class Session(models.Model):
    """A mediation meeting: on site, by phone or by video; and its record.

    Concessions never leave mediation (特邀 22); undisputed facts may go to court (在线 22).
    """

    class Mode(models.TextChoices):
        ON_SITE = "on_site", _("到现场")
        PHONE = "phone", _("打电话")
        VIDEO = "video", _("手机视频")

    class Result(models.TextChoices):
        AGREED = "agreed", _("谈成了")
        CONTINUE = "continue", _("再谈一次")
        FAILED = "failed", _("没谈成")

    case = models.ForeignKey(Case, models.PROTECT, related_name="sessions")
    mode = models.CharField(_("方式"), max_length=8, choices=Mode.choices)
    starts_at = models.DateTimeField(_("时间"))
    place = models.CharField(_("地点或电话"), max_length=120, blank=True)
    link = models.URLField(_("视频链接"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    held_at = models.DateTimeField(_("记录时间"), null=True)
    present = models.ManyToManyField(Party, blank=True, verbose_name=_("到场人"))
    course = models.TextField(_("经过"), max_length=4000, blank=True)
    undisputed_facts = models.TextField(
        _("无争议事实"),
        max_length=4000,
        blank=True,
        help_text=_("以后可以交给法院（在线调解规则第22条）"),
    )
    concessions = SealedField(
        _("让步记录"),
        purpose="session.concessions",
        blank=True,
        help_text=_("只留在调解里，不交给法院（特邀调解规定第22条）"),
    )
    result = models.CharField(_("结果"), max_length=10, choices=Result.choices, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("调解会")
        ordering = ["starts_at"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.starts_at:%F %R}"
