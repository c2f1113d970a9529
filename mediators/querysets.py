"""Named questions about people and bodies."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from mediators.models import Body, Mediator  # noqa: F401 named in quotes below


class BodyQuerySet(models.QuerySet["Body"]):
    def active(self) -> "BodyQuerySet":
        """Bodies that take cases."""
        return self.filter(is_active=True)


class MediatorQuerySet(models.QuerySet["Mediator"]):
    def present(self, today: dt.date) -> "MediatorQuerySet":
        """Mediators who may be given a case today: account open, not on leave, no day off."""
        away = models.Q(leaves__first_day__lte=today, leaves__last_day__gte=today)
        resting = models.Q(days_off__contains=str(today.isoweekday()))
        return self.filter(user__is_active=True).exclude(resting).exclude(away)
