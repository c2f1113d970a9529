from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mediators.models.body import Body
from mediators.querysets import MediatorQuerySet


class Mediator(models.Model):
    """A person on the roster of one body."""

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
    away_until = models.DateField(_("请假至"), null=True, blank=True)
    is_demo = models.BooleanField(_("演示数据"), default=False, editable=False)

    objects = MediatorQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("调解员")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.user)
