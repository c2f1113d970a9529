from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One deed: who read or changed what. Append-only, and chained so that a change shows."""

    chain = models.CharField(_("链"), max_length=40)
    seq = models.PositiveIntegerField(_("序号"))
    at = models.DateTimeField(_("时间"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("用户")
    )
    capacity = models.CharField(_("身份"), max_length=40, blank=True)
    deed = models.CharField(_("行为"), max_length=60)
    facts = models.JSONField(_("事实"), default=dict)
    previous = models.CharField(_("前一条摘要"), max_length=64)
    digest = models.CharField(_("摘要"), max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = _("审计记录")
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="audit_never_forks")]
        indexes = [models.Index(fields=["actor", "at"], name="audit_of_a_person")]

    def __str__(self) -> str:
        return f"{self.chain} #{self.seq} {self.deed}"
