"""Which known cases may be the dispute that was filed just now: a few indexed questions."""

import datetime as dt
import heapq
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from cases.duplicates.compare import Account, Judgement, Who, judge
from cases.models import Case, Party
from mediators.models import Region

WINDOW_DAYS = 180  # between the two filings; later it is a new dispute, or a person remembers
SHORTLIST = 40  # cases compared in full
KEYS = ("identity_index", "phone_index", "name_key")
READ = (
    "status", "description", "amount", "place", "filed_at", "merged_into",
    "region__level", "region__parent",
)  # fmt: skip
COLUMNS = (
    "case_id", "side", "kind", "name", "name_key", "phone_index", "identity_index", "whereabouts",
)  # fmt: skip


@dataclass(frozen=True)
class Match:
    """A case that may be the same dispute, and why."""

    case: Case
    judgement: Judgement


def matches(case: Case) -> list[Match]:
    """Return the cases that are certainly or likely the same dispute, the likeliest first.

    What was filed into a merged case counts for the case that goes on.
    """
    near = _shortlist(case)
    if not near:
        return []
    known = {one.pk: one for one in _accounts().filter(pk__in=[case.pk, *near])}
    account = account_of(known.pop(case.pk))
    best: dict[int, Judgement] = {}
    for other in filter(_is_compared, known.values()):
        judgement = judge(account, account_of(other))
        kept = root(other).pk if judgement.grade else case.pk
        if kept != case.pk:
            best[kept] = max(best.get(kept, judgement), judgement, key=_rank)
    cases = Case.objects.in_bulk(best) if best else {}
    found = sorted(best, key=lambda pk: (*_rank(best[pk]), -pk), reverse=True)
    return [Match(cases[pk], best[pk]) for pk in found]


def _rank(judgement: Judgement) -> tuple[bool, float]:
    return judgement.grade == "certain", judgement.score


def judged(case: Case, other: Case) -> Judgement:
    """Judge two cases as they are now."""
    return judge(account_of(case), account_of(other))


def candidates(case: Case) -> list[Case]:
    """Return the cases that are compared with this one, oldest first."""
    near = _shortlist(case)
    return list(filter(_is_compared, _accounts().filter(pk__in=near).order_by("pk")))


def _is_compared(case: Case) -> bool:
    """Withdrawn and rejected ones are not: nothing can be merged into them, and to apply again is
    anybody's right."""
    return case.status not in (Case.Status.WITHDRAWN, Case.Status.REJECTED)


def _shortlist(case: Case) -> list[int]:
    """Return the cases of the window that share a party's number or name with this one.

    At most SHORTLIST, ranked by how few share what they share: the phone of one person says more
    than the name of a company with a thousand tenants. Two queries, each on an index.
    """
    weight: dict[int, float] = defaultdict(float)
    for sharing in _sharing(case).values():
        for pk in sharing:
            weight[pk] += 1 / len(sharing)
    return heapq.nlargest(SHORTLIST, weight, key=lambda pk: (weight[pk], pk))


def _sharing(case: Case) -> dict[tuple[str, str], set[int]]:
    """Return who else has each number and name of the parties: (column, value) → cases."""
    parties = list(case.parties.values(*KEYS))
    ours = {key: {party[key] for party in parties} - {""} for key in KEYS}
    same = Q(*((f"{key}__in", values) for key, values in ours.items() if values), _connector=Q.OR)
    if not same:
        return {}
    window = dt.timedelta(days=WINDOW_DAYS)
    span = (case.filed_at - window, case.filed_at + window)
    rows = Party.objects.filter(same, filed_at__range=span).exclude(case=case).order_by()
    sharing: dict[tuple[str, str], set[int]] = defaultdict(set)
    for pk, *values in rows.values_list("case_id", *KEYS):
        for key, value in zip(KEYS, values, strict=True):
            if value in ours[key]:
                sharing[key, value].add(pk)
    return sharing


def _accounts() -> QuerySet[Case]:
    """Return the cases with what `account_of` reads, and no more: they are many, and rows wide."""
    people = Prefetch("parties", Party.objects.only(*COLUMNS))
    return Case.objects.select_related("region").only(*READ).prefetch_related(people)


def account_of(case: Case) -> Account:
    """Return what a case's filing says, as far as it is compared."""
    return Account(
        people=[who(party) for party in case.parties.all()],
        text=case.description,
        day=timezone.localdate(case.filed_at),
        amount=case.amount,
        street=_street(case.region),
        place=case.place,
    )


def who(party: Party) -> Who:
    """Return a party as far as it is compared."""
    return Who(
        side=party.side,
        kind=party.kind,
        name=party.name_key,
        phone=party.phone_index,
        identity=party.identity_index,
        whereabouts=party.whereabouts,
    )


def _street(region: Region | None) -> int | None:
    """Return the street that a case lies in; unknown when only the district is."""
    if region is None or region.level == Region.Level.DISTRICT:
        return None
    return region.parent_id if region.level == Region.Level.COMMUNITY else region.pk


def root(case: Case) -> Case:
    """Return the case that goes on where this one has been merged, else the case itself."""
    while case.status == Case.Status.MERGED and case.merged_into:
        case = case.merged_into
    return case
