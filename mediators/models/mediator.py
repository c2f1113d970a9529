from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from mediators.identity import name_key
from mediators.models.body import Body
from mediators.querysets import MediatorQuerySet
from mediators.sealing import SealedField, blind_index


class Language(models.TextChoices):
    """What people speak with each other; nothing chosen means Mandarin."""

    HANGZHOU = "hangzhou", _("杭州话")
    XIAOSHAN = "xiaoshan", _("萧山话")
    WU = "wu", _("其他吴语")
    ENGLISH = "en", _("英语")
    SIGN = "sign", _("手语")


class Mediator(models.Model):
    """A person on the roster of one body.

    `days_off` holds the ISO numbers of weekdays without work ("67": weekends), `languages` values
    of `Language` besides Mandarin.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="mediator", verbose_name=_("用户")
    )
    body = models.ForeignKey(
        Body, models.PROTECT, related_name="mediators", verbose_name=_("调解组织")
    )
    phone = models.CharField(_("工作电话"), max_length=20, blank=True)
    capacity = models.PositiveSmallIntegerField(
        _("在办上限"), default=40, help_text=_("在办案件到这个数就不再自动分派")
    )
    days_off = models.CharField(_("每周休息"), max_length=7, blank=True)
    languages = models.JSONField(_("会说的话"), default=list, blank=True)
    is_demo = models.BooleanField(_("演示数据"), default=False, editable=False)

    objects = MediatorQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("调解员")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.user)


class Leave(models.Model):
    """Days on which a mediator is away; both ends belong to them."""

    mediator = models.ForeignKey(
        Mediator, models.CASCADE, related_name="leaves", verbose_name=_("调解员")
    )
    first_day = models.DateField(_("从"))
    last_day = models.DateField(_("到"))
    note = models.CharField(_("事由"), max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("请假")
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")),
                name="leave_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return f"{self.mediator} {self.first_day}–{self.last_day}"

    def clean(self) -> None:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValidationError({"last_day": _("最后一天不能早于第一天")})


class Relation(models.Model):
    """Whom a mediator is bound to, as declared: with them no case is mediated (特邀调解规定 15).

    A person or a company; found again among the parties by number, phone or full name.
    """

    class Kind(models.TextChoices):
        RELATIVE = "relative", _("近亲属")
        EMPLOYER = "employer", _("任职或兼职的单位")
        INTEREST = "interest", _("有利害关系")
        OTHER = "other", _("其他可能影响公正的关系")

    mediator = models.ForeignKey(
        Mediator, models.CASCADE, related_name="relations", verbose_name=_("调解员")
    )
    kind = models.CharField(_("关系"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("姓名或单位名称"), max_length=60)
    name_key = models.CharField(max_length=60, editable=False, db_index=True)
    phone = SealedField(_("手机号"), purpose="relation.phone", blank=True)
    phone_index = models.CharField(max_length=64, blank=True, editable=False)
    declared_at = models.DateTimeField(_("申报时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("回避关系申报")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.mediator} {self.get_kind_display()}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.name_key = name_key(self.name)
        self.phone_index = blind_index(self.phone, purpose="phone") if self.phone else ""
        super().save(*args, **kwargs)  # type: ignore[arg-type]
