from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from mediators.identity import mask_id, mask_name, mask_phone, name_key
from mediators.sealing import SealedField, blind_index

if TYPE_CHECKING:
    TextColumn = models.CharField[str, str]
else:
    TextColumn = models.CharField


class NameKey(TextColumn):
    """The key of the row's `name`, written whenever the row is: two spellings are found as one."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        key = name_key(model_instance.name)  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, key)
        return key


class Party(models.Model):
    """One side of a dispute: a person or a company. Personal numbers are sealed."""

    class Side(models.TextChoices):
        APPLICANT = "applicant", _("申请人")
        RESPONDENT = "respondent", _("被申请人")

    class Kind(models.TextChoices):
        PERSON = "person", _("个人")
        COMPANY = "company", _("单位")

    class Answer(models.TextChoices):
        NONE = "", _("还没有回话")
        AGREES = "agrees", _("愿意调解")
        REFUSES = "refuses", _("不愿意调解")

    case = models.ForeignKey(Case, models.PROTECT, related_name="parties")
    side = models.CharField(_("哪一方"), max_length=12, choices=Side.choices)
    kind = models.CharField(_("类别"), max_length=8, choices=Kind.choices, default=Kind.PERSON)
    name = models.CharField(_("姓名或单位名称"), max_length=60)
    name_key = NameKey(max_length=60, blank=True, editable=False)
    phone = SealedField(_("手机号"), purpose="party.phone", blank=True)
    phone_index = models.CharField(max_length=64, blank=True, editable=False)
    identity = SealedField(_("身份证号或统一社会信用代码"), purpose="party.identity", blank=True)
    identity_index = models.CharField(max_length=64, blank=True, editable=False)
    # The case's own time of filing once more: the indexes below find who is named in a window.
    filed_at = models.DateTimeField(default=timezone.now, editable=False)
    whereabouts = models.CharField(
        _("在哪里能找到"), max_length=120, blank=True, help_text=_("店名、门牌、车牌、网店名")
    )
    link = SealedField(_("专用链接"), purpose="party.link", blank=True, editable=False)
    link_index = models.CharField(max_length=64, unique=True, editable=False)
    answer = models.CharField(
        _("是否愿意调解"), max_length=8, choices=Answer.choices, default=Answer.NONE, blank=True
    )
    answered_at = models.DateTimeField(_("回话时间"), null=True, editable=False)
    phone_proved_at = models.DateTimeField(_("手机验证时间"), null=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("当事人")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["name_key", "filed_at"], name="party_of_a_name"),
            models.Index(fields=["phone_index", "filed_at"], name="party_of_a_phone"),
            models.Index(fields=["identity_index", "filed_at"], name="party_of_an_identity"),
        ]

    def __str__(self) -> str:
        return self.masked_name

    @property
    def masked_name(self) -> str:
        return self.name if self.kind == self.Kind.COMPANY else mask_name(self.name)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone) if self.phone else ""

    @property
    def masked_identity(self) -> str:
        return mask_id(self.identity) if self.identity else ""

    def set_identity(self, number: str) -> None:
        """Take a cleaned identity or company number together with the index it is found by."""
        self.identity = number
        self.identity_index = blind_index(number, purpose="identity") if number else ""

    def set_phone(self, phone: str) -> None:
        """Take a cleaned phone number together with the index it is found by."""
        self.phone = phone
        self.phone_index = blind_index(phone, purpose="phone") if phone else ""


class Consent(models.Model):
    """What a person agreed to, to which text, when and how (个人信息保护法 14)."""

    class Purpose(models.TextChoices):
        PRIVACY = "privacy", _("个人信息告知")
        MEDIATION = "mediation", _("同意调解")
        TRUTH = "truth", _("所写属实")
        ELECTRONIC_SIGNING = "electronic_signing", _("同意使用电子签名")
        KNOWN_RELATION = "known_relation", _("知道调解员的关系，仍同意由他调解")

    party = models.ForeignKey(Party, models.PROTECT, related_name="consents")
    purpose = models.CharField(_("事项"), max_length=20, choices=Purpose.choices)
    text_version = models.CharField(_("告知文本版本"), max_length=20)
    means = models.CharField(_("方式"), max_length=20)
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("同意记录")

    def __str__(self) -> str:
        return f"{self.party_id} {self.purpose}"
