from django.db import models
from django.utils.translation import gettext_lazy as _

from mediators.languages import named
from mediators.models.reference import Reference
from mediators.models.region import Region, Tier
from mediators.querysets import BodyQuerySet


class BodyKind(Reference):
    """A kind of mediation body: people's, industry, court-invited, market, administrative."""

    class Family(models.TextChoices):
        PEOPLE = "people", _("人民调解")
        INDUSTRY = "industry", _("行业性专业性调解")
        COURT_INVITED = "court_invited", _("法院特邀调解")
        MARKET = "market", _("市场化调解")
        ADMINISTRATIVE = "administrative", _("行政调解")

    key = models.CharField(_("标识"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    name_en = models.CharField(_("英文名称"), max_length=60)
    family = models.CharField(_("大类"), max_length=20, choices=Family.choices)
    tier = models.CharField(_("层级"), max_length=12, choices=Tier.choices)
    may_charge = models.BooleanField(
        _("可以收费"),
        default=False,
        help_text=_("人民调解不收费（人民调解法第4条）；商事调解可以收费（商事调解条例第16条）"),
    )
    order = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("调解组织种类")
        ordering = ["order"]

    def __str__(self) -> str:
        return named(self.name, self.name_en)


class Body(models.Model):
    """A mediation body: a committee, an industry body, a body the court invited, a firm."""

    name = models.CharField(_("名称"), max_length=100, unique=True)
    abbreviation = models.CharField(
        _("文号简称"), max_length=12, help_text=_("用在协议书编号里，如“滨西兴”")
    )
    kind = models.ForeignKey(
        BodyKind, models.PROTECT, related_name="bodies", verbose_name=_("种类")
    )
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="bodies", verbose_name=_("服务地区")
    )
    phone = models.CharField(_("电话"), max_length=20, blank=True)
    address = models.CharField(_("地址"), max_length=120, blank=True)
    fee_note = models.CharField(_("收费说明"), max_length=200, blank=True)
    share = models.FloatField(
        _("应得份额"), default=1.0, help_text=_("同样合适的组织里，2 的分到的案件是 1 的两倍")
    )
    is_active = models.BooleanField(_("在用"), default=True)
    is_demo = models.BooleanField(_("演示数据"), default=False, editable=False)

    objects = BodyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("调解组织")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
