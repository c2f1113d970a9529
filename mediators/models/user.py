from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """Somebody who signs in: staff of a body, the centre or the court. Citizens have no account."""

    class Role(models.TextChoices):
        MEDIATOR = "mediator", _("调解员")
        LEAD = "lead", _("调解组织负责人")
        DISPATCHER = "dispatcher", _("矛调中心分流员")
        COURT = "court", _("法院工作人员")
        ASSESSOR = "assessor", _("考核员")
        LEADER = "leader", _("领导")
        ADMINISTRATOR = "administrator", _("系统管理员")

    first_name = last_name = None  # type: ignore[assignment]
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    role = models.CharField(_("角色"), max_length=16, choices=Role.choices, blank=True)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = _("用户")

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)
