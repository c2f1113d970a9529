from django.db import models
from django.utils.translation import gettext_lazy as _

from mediators.models import Body, Mediator


class Month(models.Model):
    """A month of points that is closed: its ranking stands."""

    month = models.DateField(_("计分月"), unique=True)
    closed_at = models.DateTimeField(_("结算时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("月度结算")
        ordering = ["-month"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class MonthResult(models.Model):
    """A mediator's points and rank in a closed month; equal points share a rank."""

    month = models.ForeignKey(Month, models.PROTECT, related_name="results")
    mediator = models.ForeignKey(Mediator, models.PROTECT, related_name="month_results")
    body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    points = models.DecimalField(_("分值"), max_digits=9, decimal_places=2)
    rank = models.PositiveIntegerField(_("名次"))

    class Meta:
        verbose_name = verbose_name_plural = _("月度排名")
        ordering = ["rank", "mediator_id"]
        constraints = [
            models.UniqueConstraint(fields=["month", "mediator"], name="one_result_a_month")
        ]

    def __str__(self) -> str:
        return f"{self.month_id} {self.rank}"
