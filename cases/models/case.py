from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.reference import CaseType, Channel, Poster
from cases.querysets import CaseQuerySet
from mediators.models import Body, Language, Mediator, Region, Tier
from mediators.sealing import SealedField


class EndReason(models.TextChoices):
    """Why mediation ended without agreement: the closed list of 在线调解规则 25."""

    UNREACHABLE = "unreachable", _("联系不上对方")
    UNWILLING = "unwilling", _("一方不愿意调解")
    FAR_APART = "far_apart", _("分歧太大，谈不拢")
    EXPIRED = "expired", _("期限到了，没有谈成也没有延长")
    NOT_SIGNED = "not_signed", _("一方不签协议")
    OTHER = "other", _("其他原因")


class RefuseReason(models.TextChoices):
    """Why a body does not take a case (在线调解规则 12; 特邀 15)."""

    SCOPE = "scope", _("不在我们的受理范围")
    SKILL = "skill", _("超出专业能力")
    CONFLICT = "conflict", _("有利害关系，需要回避")
    BUSY = "busy", _("在办太多，忙不过来")
    OTHER = "other", _("其他原因")


class RejectReason(models.TextChoices):
    """Why a dispute cannot be mediated here (facts §3.4)."""

    NOT_CIVIL = "not_civil", _("不是民事纠纷")
    IN_COURT = "in_court", _("法院、公安或行政机关已经受理")
    CRIMINAL = "criminal", _("涉嫌犯罪，请报警")
    ELSEWHERE = "elsewhere", _("不归本区管")
    UNCLEAR = "unclear", _("说的事情不清楚，也联系不上申请人")
    OTHER = "other", _("其他原因")


class Case(models.Model):
    """One dispute, from filing to archive. Only `lifecycle.move` writes its status."""

    class Status(models.TextChoices):
        FILED = "filed", _("已登记")
        DISPATCHED = "dispatched", _("已分流")
        INVITING = "inviting", _("已受理")
        MEDIATING = "mediating", _("调解中")
        AGREED = "agreed", _("待签署")
        SETTLED = "settled", _("调解成功")
        CONFIRMING = "confirming", _("司法确认中")
        CONFIRMED = "confirmed", _("已司法确认")
        FAILED = "failed", _("调解不成")
        LITIGATING = "litigating", _("已转立案")
        WITHDRAWN = "withdrawn", _("已撤回")
        REJECTED = "rejected", _("不予受理")
        MERGED = "merged", _("已并案")

    class Track(models.TextChoices):
        CENTRE = "centre", _("矛调中心")
        COURT = "court", _("法院诉前调")

    class Wish(models.TextChoices):
        MONEY = "money", _("要回钱")
        COMPENSATION = "compensation", _("要赔偿")
        REPAIR = "repair", _("要修好或停下来")
        APOLOGY = "apology", _("要道歉")
        OTHER = "other", _("其他")

    class Difficulty(models.TextChoices):
        SIMPLE = "simple", _("简易")
        GENERAL = "general", _("一般")
        DIFFICULT = "difficult", _("疑难复杂")
        MAJOR = "major", _("重大")

    status = models.CharField(
        _("状态"), max_length=12, choices=Status.choices, default=Status.FILED, editable=False
    )
    track = models.CharField(_("轨道"), max_length=8, choices=Track.choices, default=Track.CENTRE)
    channel = models.ForeignKey(Channel, models.PROTECT, verbose_name=_("渠道"))
    poster = models.ForeignKey(Poster, models.PROTECT, null=True, blank=True, editable=False)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, verbose_name=_("发生地")
    )
    place = models.CharField(_("具体地点"), max_length=120, blank=True)
    description = models.TextField(_("发生了什么事"), max_length=1000)
    wish = models.CharField(_("想怎么解决"), max_length=14, choices=Wish.choices)
    wish_note = models.CharField(_("想怎么解决（补充）"), max_length=200, blank=True)
    amount = models.DecimalField(
        _("金额（元）"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    court_number = models.CharField(
        _("诉前调案号"), max_length=60, unique=True, null=True, blank=True
    )
    case_type = models.ForeignKey(
        CaseType, models.PROTECT, null=True, blank=True, verbose_name=_("案由")
    )
    case_type_version = models.PositiveIntegerField(null=True, editable=False)
    case_type_said = models.ForeignKey(
        CaseType,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("申请人说的案由"),
    )
    difficulty = models.CharField(
        _("难度"), max_length=10, choices=Difficulty.choices, default=Difficulty.GENERAL
    )
    body = models.ForeignKey(
        Body,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("调解组织"),
    )
    mediator = models.ForeignKey(
        Mediator,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("调解员"),
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("并入"),
    )
    filed_at = models.DateTimeField(_("申请时间"), default=timezone.now, editable=False)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("登记人"),
    )
    language = models.CharField(_("说什么话"), max_length=10, choices=Language.choices, blank=True)
    tier = models.CharField(
        _("现在的层级"), max_length=12, choices=Tier.choices, blank=True, editable=False
    )
    layer_by = models.DateField(_("本层期限"), null=True, editable=False)
    respond_by = models.DateField(_("最晚响应"), null=True, editable=False)
    accepted_at = models.DateTimeField(_("受理时间"), null=True, editable=False)
    mediate_by = models.DateField(_("调解期限"), null=True, editable=False)
    settled_at = models.DateTimeField(_("协议生效时间"), null=True, editable=False)
    confirm_by = models.DateField(_("最晚申请司法确认"), null=True, editable=False)
    ended_at = models.DateTimeField(_("结束时间"), null=True, editable=False)
    end_reasons = models.JSONField(_("结束原因"), default=list, editable=False)
    end_note = models.CharField(_("结束说明"), max_length=500, blank=True, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("案件")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["body", "status"], name="case_of_a_body"),
            models.Index(fields=["mediator", "status"], name="case_of_a_mediator"),
            models.Index(fields=["status", "respond_by"], name="case_waiting"),
            models.Index(fields=["region", "case_type", "filed_at"], name="case_of_a_place"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    status__in=[
                        "filed",
                        "dispatched",
                        "inviting",
                        "mediating",
                        "agreed",
                        "settled",
                        "confirming",
                        "confirmed",
                        "failed",
                        "litigating",
                        "withdrawn",
                        "rejected",
                        "merged",
                    ]
                ),
                name="case_status_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="merged") | models.Q(merged_into__isnull=False),
                name="merged_case_names_the_other",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The case number: year of filing and a running number, e.g. 2026-003417."""
        return f"{timezone.localdate(self.filed_at).year}-{self.pk:06d}"

    @property
    def end_reason_labels(self) -> list[str]:
        """The reasons for the end, in words."""
        words = dict([*EndReason.choices, *RejectReason.choices])
        return [str(words[reason]) for reason in self.end_reasons]


class ProxyFiler(models.Model):
    """Who filed for somebody else: family, a grid worker, a social worker, a lawyer."""

    class Relation(models.TextChoices):
        FAMILY = "family", _("家人")
        GRID_WORKER = "grid_worker", _("网格员")
        SOCIAL_WORKER = "social_worker", _("社工")
        PEACEMAKER = "peacemaker", _("和事佬")
        LAWYER = "lawyer", _("律师")
        COLLEAGUE = "colleague", _("同事")
        OFFICIAL = "official", _("窗口或部门工作人员")
        OTHER = "other", _("其他")

    case = models.OneToOneField(Case, models.PROTECT, related_name="proxy")
    name = models.CharField(_("姓名"), max_length=60)
    phone = SealedField(_("手机号"), purpose="proxy.phone", blank=True)
    relation = models.CharField(_("关系"), max_length=14, choices=Relation.choices)

    class Meta:
        verbose_name = verbose_name_plural = _("代办人")

    def __str__(self) -> str:
        words = {"name": self.name, "relation": self.get_relation_display()}
        return _("%(name)s（%(relation)s）") % words


class MediationCode(models.Model):
    """The code of a case (调解码): a short one to type, a long one in the QR. Both sealed."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="mediation_code")
    short = SealedField(_("短码"), purpose="code.short")
    short_index = models.CharField(max_length=64, unique=True)
    token = SealedField(_("二维码令牌"), purpose="code.token")
    token_index = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = _("调解码")

    def __str__(self) -> str:
        return f"code of {self.case_id}"


class IdempotencyKey(models.Model):
    """A filing that a client may send again: the same key gives the same case."""

    scope = models.CharField(max_length=60)
    key = models.CharField(max_length=100)
    body_digest = models.CharField(max_length=64)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], name="one_case_a_filing_key")
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
