"""The lists of the dispatcher's desk: which cases stand in each, in what order, found how."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import clocks, duplicates
from cases.deadlines import ONE_DAY
from cases.models import Case, CaseType, Channel, Classification, Recusal
from cases.querysets import GIVEN_BACK, CaseQuerySet, is_unresponded
from cases.routing.classify import NOT_MEDIABLE_TYPE, Decision
from mediators.models import Region

BASKETS = {
    "waiting": (gettext_lazy("等分流"), gettext_lazy("没有等分流的案件。")),
    "returned": (gettext_lazy("退回的"), gettext_lazy("没有退回的。")),
    "not_mediable": (gettext_lazy("可能不宜调解"), gettext_lazy("没有可能不宜调解的。")),
    "unresponded": (gettext_lazy("未响应"), gettext_lazy("全部按时响应。")),
    "dispatched": (gettext_lazy("已分流，等接案"), gettext_lazy("没有等接案的。")),
    "recusals": (gettext_lazy("请换调解员"), gettext_lazy("没有要决定的回避申请。")),
}
FIRST = "waiting"
BY_CLOCK = ("unresponded", "dispatched", "recusals")  # the others wait since they were filed
UNKNOWN = "unknown"  # a type to filter by: the keywords recognised nothing
NOWHERE = "nowhere"  # a street to filter by: no place was written
NavItem = tuple[object, str, object, bool]


def conditions(today: dt.date) -> dict[str, Q]:
    """Return what holds for the cases of each basket."""
    filed = Q(status=Case.Status.FILED)
    returned = Case.objects.filter(status=Case.Status.FILED, assignments__outcome__in=GIVEN_BACK)
    return {
        "waiting": filed,
        "returned": filed & Q(pk__in=returned.values("pk")),
        "not_mediable": filed & Q(pk__in=_not_mediable().values("case")),
        "unresponded": is_unresponded(today),
        "dispatched": Q(status=Case.Status.DISPATCHED),
        "recusals": Q(pk__in=_recusals().values("case")),
    }


def in_order(cases: CaseQuerySet, basket: str) -> CaseQuerySet:
    """Put a basket in order, the oldest clock first."""
    return cases.by_clock() if basket in BY_CLOCK else cases.order_by("filed_at", "pk")


def _not_mediable() -> QuerySet[Classification]:
    """The newest judgements of waiting cases that find nothing to mediate."""
    newest = Classification.objects.filter(case=OuterRef("case")).order_by("-id").values("pk")[:1]
    rows = Classification.objects.filter(case__status=Case.Status.FILED)
    return rows.filter(decision=Decision.NOT_MEDIABLE, pk=Subquery(newest))


def _recusals() -> QuerySet[Recusal]:
    return Recusal.objects.filter(state=Recusal.State.ASKED)


def is_late(reckon: clocks.Reckon, today: dt.date) -> Q:
    """Return what holds for cases that wait longer than the clock of distribution allows."""
    first_in_time = clocks.newest_run_out(reckon, today) + ONE_DAY
    start = timezone.make_aware(dt.datetime.combine(first_in_time, dt.time()))
    return Q(status=Case.Status.FILED, filed_at__lt=start)


def counts(mine: CaseQuerySet, **more: Q) -> dict[str, int]:
    """Return how many cases stand in each basket, and how many pairs on the duplicate desk.

    `more` are further conditions to count cases by. One query for all of them.
    """
    which = {**conditions(timezone.localdate()), **more}
    pairs = duplicates.open_pairs()
    parts: list[QuerySet[Any]] = [
        *(_counted(key, mine.filter(condition)) for key, condition in which.items()),
        _counted("duplicates", pairs),
    ]
    return dict(parts[0].union(*parts[1:], all=True))


def _counted(key: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """A query of one row: this key, and how many rows there are."""
    named = rows.order_by().values(key=Value(key, output_field=CharField()))
    counted: QuerySet[Any] = named.annotate(n=Count("pk")).values_list("key", "n")
    return counted


def nav(counted: dict[str, int], chosen: str) -> list[NavItem]:
    """Return the desk's navigation: every list with its count, then the other pages."""
    items: list[NavItem] = [
        (name, f"{reverse('dispatch')}?in={key}", counted[key], key == chosen)
        for key, (name, _nothing) in BASKETS.items()
    ]
    return [
        *items,
        (_("疑似重复"), reverse("duplicates"), counted["duplicates"], chosen == "duplicates"),
        (_("组织负载"), reverse("dispatch-load"), "", chosen == "load"),
        (_("海报"), reverse("posters"), "", chosen == "posters"),
    ]


def frame(mine: CaseQuerySet, chosen: str = "") -> dict[str, Any]:
    """Return what every page of the desk has around it."""
    return {"nav_items": nav(counts(mine), chosen)}


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed down to; empty means everything."""

    words: str = ""
    case_type: str = ""
    channel: str = ""
    street: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "Filters":
        """Return the filters of an address; what nobody knows narrows to nothing."""
        given = {name: request.GET.get(name, "").strip()[:60] for name in ("q", "type")}
        return cls(
            given["q"],
            given["type"],
            request.GET.get("channel", "")[:60],
            request.GET.get("street", "")[:60],
        )

    def __bool__(self) -> bool:
        return any((self.words, self.case_type, self.channel, self.street))

    def narrow(self, cases: CaseQuerySet) -> CaseQuerySet:
        """Return those of the cases that these filters let through."""
        if self.words:
            cases = cases.search(self.words)
        if self.channel:
            cases = cases.filter(channel__key=self.channel)
        if self.street == NOWHERE:
            cases = cases.filter(region=None)
        elif self.street:
            here = Q(region__key=self.street) | Q(region__parent__key=self.street)
            cases = cases.filter(here)
        return self._of_type(cases) if self.case_type else cases

    def _of_type(self, cases: CaseQuerySet) -> CaseQuerySet:
        """Cases whose type is decided, or guessed first where nothing is decided, as this one."""
        first = KeyTextTransform("case_type", KeyTransform("0", "ranked"))
        newest = Classification.objects.filter(case=OuterRef("pk")).order_by("-id")
        guessed = cases.annotate(guessed=Subquery(newest.annotate(one=first).values("one")[:1]))
        if self.case_type == UNKNOWN:
            return guessed.filter(case_type=None, guessed=None)
        return guessed.filter(
            Q(case_type__key=self.case_type) | Q(case_type=None, guessed=self.case_type)
        )

    def choices(self, types: dict[str, CaseType]) -> dict[str, list[tuple[str, str, bool]]]:
        """Return what can be chosen in each filter: value, words, whether it is chosen."""
        named = [(one.key, str(one)) for one in types.values()]
        streets = Region.objects.filter(level=Region.Level.STREET).order_by("code")
        return {
            "type": _marked(
                [*named, (NOT_MEDIABLE_TYPE, _("不能调解")), (UNKNOWN, _("没有认出来"))],
                self.case_type,
            ),
            "channel": _marked(
                [(one.key, str(one)) for one in Channel.objects.all()], self.channel
            ),
            "street": _marked(
                [*((one.key, str(one)) for one in streets), (NOWHERE, _("没有写地点"))],
                self.street,
            ),
        }


def _marked(choices: list[tuple[str, str]], chosen: str) -> list[tuple[str, str, bool]]:
    return [(value, name, value == chosen) for value, name in choices]


def here(request: HttpRequest) -> str:
    """Return the address of this list, to come back to it as it stands."""
    kept = {
        key: value for key, value in request.GET.items() if key not in ("sent", "all") and value
    }
    return f"{request.path}?{urlencode(kept)}" if kept else request.path
