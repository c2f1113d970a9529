from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.draft import Attachment
from cases.models.party import Party
from mediators.models import Body, BodyKind


class Agreement(models.Model):
    """One version of a mediation agreement (调解协议); the newest one counts (调解法 28, 29)."""

    class Form(models.TextChoices):
        WRITTEN = "written", _("书面")
        ORAL = "oral", _("口头")

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        FIXED = "fixed", _("已定稿，等签字")
        EFFECTIVE = "effective", _("已生效")
        VOID = "void", _("已作废")

    case = models.ForeignKey(Case, models.PROTECT, related_name="agreements")
    revision = models.PositiveSmallIntegerField(_("第几稿"))
    form = models.CharField(_("形式"), max_length=8, choices=Form.choices, default=Form.WRITTEN)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT)
    facts = models.TextField(_("纠纷主要事实和争议"), max_length=4000)
    terms = models.TextField(_("协议内容"), max_length=8000, help_text=_("一条一行"))
    performance = models.CharField(_("履行方式和地点"), max_length=200)
    perform_by = models.DateField(_("履行期限"), null=True, blank=True)
    amount = models.DecimalField(
        _("涉及金额（元）"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    fixed_at = models.DateTimeField(_("定稿时间"), null=True)
    digest = models.CharField(_("文本摘要"), max_length=64, blank=True)
    number = models.CharField(_("编号"), max_length=60, unique=True, null=True)  # noqa: DJ001
    effective_at = models.DateTimeField(_("生效时间"), null=True)
    sealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("盖章人"),
    )
    sealed_at = models.DateTimeField(_("盖章时间"), null=True)
    document = models.FileField(_("协议书"), upload_to="agreements/%Y/%m/", blank=True)
    document_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("调解协议")
        ordering = ["-revision"]
        constraints = [
            models.UniqueConstraint(fields=["case", "revision"], name="one_agreement_a_revision"),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state__in=["draft", "fixed", "effective"]),
                name="one_living_agreement_a_case",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.case_id} r{self.revision}"

    @property
    def title(self) -> str:
        """What the document is called: a people's committee's agreement bears that name."""
        of_people = self.case.body is None or self.case.body.kind.family == BodyKind.Family.PEOPLE
        return "人民调解协议书" if of_people else "调解协议书"

    @property
    def term_list(self) -> list[str]:
        """The terms, one by one."""
        return [line.strip() for line in self.terms.splitlines() if line.strip()]


class Signature(models.Model):
    """A party's or the mediator's signature on the text that was shown, and how it was made."""

    class Method(models.TextChoices):
        DRAWN = "drawn", _("手写")
        TYPED = "typed", _("输入姓名")
        PAPER = "paper", _("纸上签字")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="signatures")
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="signatures")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    method = models.CharField(_("签名方式"), max_length=8, choices=Method.choices)
    name = models.CharField(_("签名"), max_length=60)
    picture = models.BinaryField(_("笔迹"), null=True)
    scan = models.ForeignKey(
        Attachment, models.PROTECT, null=True, related_name="+", verbose_name=_("纸质扫描件")
    )
    digest = models.CharField(_("所签文本摘要"), max_length=64)
    device = models.CharField(_("设备"), max_length=200, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = _("签名")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "party"], name="one_signature_a_party"),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=models.Q(party=None),
                name="one_mediator_signature",
            ),
            models.CheckConstraint(
                condition=models.Q(party=None) ^ models.Q(user=None), name="one_signer_a_signature"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.method}"


class AgreementNumber(models.Model):
    """The last number a body gave in a year: it counts without gaps (facts §4.4)."""

    body = models.ForeignKey(Body, models.PROTECT)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["body", "year"], name="one_counter_a_body_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.body_id} {self.year}: {self.last}"
