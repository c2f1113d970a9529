from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Reference(models.Model):
    """A row of reference data: shipped with a release, edited in the admin, every version kept.

    `version` counts the contents this row has had. `shipped` names the release its content came
    from; empty means that people here wrote or changed it, so a later release leaves it alone.
    """

    version = models.PositiveIntegerField(_("版本"), default=0, editable=False)
    shipped = models.CharField(_("随版本发布"), max_length=20, blank=True, editable=False)

    class Meta:
        abstract = True

    def content(self) -> dict[str, Any]:
        """Return what a version of this row says, as plain JSON values."""
        fields = [f for f in self._meta.concrete_fields if f.name not in _BOOKKEEPING]
        return {f.attname: f.value_to_string(self) for f in fields}


_BOOKKEEPING = {"id", "version", "shipped"}


class ReferenceVersion(models.Model):
    """What one row of reference data said from one moment on; never changed."""

    model = models.CharField(_("数据"), max_length=60)
    row = models.PositiveBigIntegerField(_("行"))
    version = models.PositiveIntegerField(_("版本"))
    content = models.JSONField(_("内容"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("修改人")
    )
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("基础数据版本")
        constraints = [
            models.UniqueConstraint(
                fields=["model", "row", "version"], name="one_content_a_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.row} v{self.version}"
