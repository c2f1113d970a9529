from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import CaseEvent
from mediators.models import Body, Mediator
from scoring.models.rule import PointRule


class PointEntry(models.Model):
    """One line of the ledger: an event earned points under a rule. The database refuses change."""

    mediator = models.ForeignKey(Mediator, models.PROTECT, related_name="point_entries")
    body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    event = models.ForeignKey(CaseEvent, models.PROTECT, related_name="+")
    rule = models.ForeignKey(PointRule, models.PROTECT, related_name="entries")
    points = models.DecimalField(_("分值"), max_digits=6, decimal_places=2)
    month = models.DateField(_("计分月"), help_text=_("该月第一天"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("积分明细")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "rule"], name="one_entry_an_event_and_rule")
        ]
        indexes = [
            models.Index(fields=["mediator", "month"], name="points_of_a_mediator"),
            models.Index(fields=["month"], name="points_of_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.points:+}"
