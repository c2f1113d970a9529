from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case


class DuplicatePair(models.Model):
    """Two cases that may be one dispute: what speaks for it, and what was decided.

    `case` is the later one. `facts` names what matches (never the data itself), `score` is the
    probability that both are one dispute.
    """

    class Grade(models.TextChoices):
        CERTAIN = "certain", _("肯定是同一件")
        LIKELY = "likely", _("可能是同一件")

    class State(models.TextChoices):
        OPEN = "open", _("待核对")
        MERGED = "merged", _("已并案")
        APART = "apart", _("不是同一件")

    case = models.ForeignKey(Case, models.PROTECT, related_name="duplicates")
    other = models.ForeignKey(Case, models.PROTECT, related_name="duplicated_by")
    score = models.FloatField(_("把握"))
    facts = models.JSONField(_("相同之处"), default=list)
    grade = models.CharField(max_length=8, choices=Grade.choices)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField(_("发现时间"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("疑似重复")
        ordering = ["-score", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "other"], name="one_row_a_pair"),
            models.CheckConstraint(
                condition=~models.Q(case=models.F("other")), name="a_pair_is_two_cases"
            ),
        ]
        indexes = [models.Index(fields=["state", "grade"], name="pair_to_decide")]

    def __str__(self) -> str:
        return f"{self.case_id} ≈ {self.other_id} {self.state}"
