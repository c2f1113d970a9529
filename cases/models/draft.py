from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.party import Party
from cases.models.reference import Poster
from mediators.sealing import SealedField


class FilingDraft(models.Model):
    """A filing on its way: every answer is kept on the server, so nothing is lost at an error."""

    token = models.CharField(max_length=43, unique=True)
    poster = models.ForeignKey(Poster, models.PROTECT, null=True)
    answers = SealedField(purpose="draft.answers", default="{}")
    phone_index = models.CharField(max_length=64, blank=True, db_index=True)
    case = models.OneToOneField(Case, models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"draft {self.pk}"


class Attachment(models.Model):
    """A photo or paper that belongs to a draft or a case; the file has a random name."""

    draft = models.ForeignKey(FilingDraft, models.CASCADE, null=True, related_name="files")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="files")
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="files")
    title = models.CharField(_("名称"), max_length=120)
    stored = models.FileField(_("文件"), upload_to="attachments/%Y/%m/")
    content_type = models.CharField(_("类型"), max_length=40)
    size = models.PositiveIntegerField(_("大小（字节）"))
    sha256 = models.CharField(_("摘要"), max_length=64)
    at = models.DateTimeField(_("提交时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("材料")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title
