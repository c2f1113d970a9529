from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from mediators.languages import named
from mediators.models.reference import Reference


class Tier(models.TextChoices):
    """The layers of filtering: each may settle, or hand on to the next (facts §2.4)."""

    COMMUNITY = "community", _("社区")
    STREET = "street", _("街道")
    DISTRICT = "district", _("区矛调中心")
    COURT = "court", _("法院")


class Region(Reference):
    """A district, street or community. Only codes that a source shows are filled in."""

    class Level(models.TextChoices):
        DISTRICT = "district", _("区")
        STREET = "street", _("街道")
        COMMUNITY = "community", _("社区")

    key = models.CharField(_("标识"), max_length=60, unique=True)
    code = models.CharField(_("行政区划代码"), max_length=12, unique=True, null=True, blank=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    level = models.CharField(_("层级"), max_length=12, choices=Level.choices)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级"),
    )
    is_verified = models.BooleanField(
        _("已核实"), default=False, help_text=_("街道归属有公开出处时勾选，否则等人核对")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("地区")
        ordering = ["id"]

    def __str__(self) -> str:
        return named(self.name, self.name_en)

    def clean(self) -> None:
        levels = list(self.Level.values)
        if self.parent and levels.index(self.parent.level) >= levels.index(self.level):
            raise ValidationError({"parent": _("上级要比本级高：社区属于街道，街道属于区")})

    def lineage(self) -> list["Region"]:
        """Return this region and those above it, nearest first."""
        return [self, *self.parent.lineage()] if self.parent else [self]
