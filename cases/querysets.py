"""Named questions about cases; the only place that knows who may see what."""

import datetime as dt
import re
from typing import TYPE_CHECKING

from django.db import models

from mediators.models import User

if TYPE_CHECKING:
    from cases.models import Case  # noqa: F401 named in quotes below

NUMBER = re.compile(r"20[0-9]{2}-0*([0-9]{1,18})")
EVERYWHERE = {User.Role.DISPATCHER, User.Role.COURT}
OPEN = ("filed", "dispatched", "inviting", "mediating", "agreed")
WORKED_ON = ("dispatched", "inviting", "mediating", "agreed")
GIVEN_BACK = ("refused", "lapsed")


def is_unresponded(today: dt.date) -> models.Q:
    """Given to a body that has not answered in time (未响应; 在线调解规则 12)."""
    return models.Q(status="dispatched", respond_by__lt=today)


def is_late(today: dt.date) -> models.Q:
    """Past the last day that runs: for an answer, or for mediation (超期; 在线调解规则 24)."""
    in_hand = models.Q(status__in=("inviting", "mediating", "agreed"), mediate_by__lt=today)
    return is_unresponded(today) | in_hand


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User) -> "CaseQuerySet":
        """Cases this person may read: mediators their own, leads their body's, centre and court
        all, a partner system what it filed; nobody else any."""
        if user.role in EVERYWHERE:
            return self
        if user.role == User.Role.LEAD:
            return self.filter(body__mediators__user=user)
        if user.role == User.Role.MEDIATOR:
            return self.filter(mediator__user=user)
        return self.filter(filed_by=user)

    def by_number(self, number: str) -> "CaseQuerySet":
        """The case of this number, or none."""
        match = NUMBER.fullmatch(number.strip())
        return self.filter(pk=int(match[1])) if match else self.none()

    def open(self) -> "CaseQuerySet":
        """Cases whose mediation has not ended."""
        return self.filter(status__in=OPEN)

    def worked_on(self) -> "CaseQuerySet":
        """Cases that a body has in hand."""
        return self.filter(status__in=WORKED_ON)

    def unresponded(self, today: dt.date) -> "CaseQuerySet":
        """Cases given to a body that has not answered in time."""
        return self.filter(is_unresponded(today))

    def overdue(self, today: dt.date) -> "CaseQuerySet":
        """Cases in mediation past their last day (超期; 在线调解规则 24)."""
        return self.filter(status__in=("inviting", "mediating", "agreed"), mediate_by__lt=today)

    def on_the_desk(self) -> "CaseQuerySet":
        """Cases that wait for the dispatcher: filed, classified, and not dispatched by rule."""
        return self.filter(status="filed")

    def with_people(self) -> "CaseQuerySet":
        """Fetch what lists show beside a case, in a fixed number of queries."""
        return self.select_related(
            "case_type", "region", "body", "mediator__user", "channel"
        ).prefetch_related("parties")

    def with_routing(self) -> "CaseQuerySet":
        """Fetch what the desk shows: where a case lies, what the keywords said, who had it."""
        return self.select_related(
            "case_type",
            "case_type_said",
            "region__parent__parent",
            "body",
            "mediator__user",
            "channel",
        ).prefetch_related("classifications", "assignments")

    def by_clock(self) -> "CaseQuerySet":
        """Order by the last day that runs now: for an answer, then for mediation; none last."""
        running = models.Case(
            models.When(status="dispatched", then="respond_by"), default="mediate_by"
        )
        return self.annotate(running=running).order_by(
            models.F("running").asc(nulls_last=True), "-id"
        )

    def search(self, words: str) -> "CaseQuerySet":
        """Cases by number, court number or the name of a party."""
        if NUMBER.fullmatch(words):
            return self.by_number(words)
        named = models.Q(parties__name__icontains=words) | models.Q(court_number__icontains=words)
        return self.filter(pk__in=self.model.objects.filter(named).values("pk"))

    def count_each(self, **which: models.Q) -> dict[str, int]:
        """How many cases each of these conditions holds for, asked in one query."""
        counts = {
            name: models.Count("pk", filter=condition, distinct=True)
            for name, condition in which.items()
        }
        found: dict[str, int] = self.order_by().aggregate(**counts)
        return found
