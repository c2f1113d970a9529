from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.party import Party


class CaseEvent(models.Model):
    """One thing that happened to a case: its timeline, and the outbox of its subscribers.

    `facts` hold ids and codes, never personal data.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    kind = models.CharField(_("事件"), max_length=40)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    party = models.ForeignKey(Party, models.PROTECT, null=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    facts = models.JSONField(_("事实"), default=dict)
    relayed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("案件事件")
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["attempts", "id"],
                name="event_not_relayed",
                condition=models.Q(relayed_at=None),
            ),
            models.Index(fields=["kind", "at"], name="event_of_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class EventDelivery(models.Model):
    """A subscriber has dealt with an event: once."""

    event = models.ForeignKey(CaseEvent, models.PROTECT, related_name="deliveries")
    subscriber = models.CharField(max_length=60)
    done_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="one_delivery_each")
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} <- {self.event_id}"
