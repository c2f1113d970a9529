"""Who may not mediate a case, whatever else speaks for them (特邀调解规定 15; 在线调解规则 13).

A relation that the mediator has declared to a party, an earlier role in the case, or a recusal.
The same surname is no conflict: only a number, a phone or a full name makes two people one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.errors import CaseError
from cases.models import Case, Party, ProxyFiler, Recusal
from mediators.models import Mediator, Relation

CONFLICT, UNWANTED = "conflict", "unwanted"
# Who registers a case at a window stands on neither side.
ON_A_SIDE = (
    ProxyFiler.Relation.FAMILY,
    ProxyFiler.Relation.COLLEAGUE,
    ProxyFiler.Relation.LAWYER,
)
Barred = dict[int, dict[int, str]]  # case -> mediator -> CONFLICT or UNWANTED


def find(cases: Collection[Case]) -> Barred:
    """Return for each of these cases the mediators who may not have it, and why.

    At most four queries however many cases are asked.
    """
    barred: Barred = {case.pk: {} for case in cases}
    for case, mediator, reason in _recused(cases):
        barred[case][mediator] = UNWANTED if reason == Recusal.Reason.WISH else CONFLICT
    for case, mediator in [*_related(cases), *_with_earlier_role(cases)]:
        barred[case][mediator] = CONFLICT
    return barred


def check(case: Case, mediator: Mediator) -> None:
    """Refuse a mediator who may not have this case. Raises CaseError."""
    why = find([case])[case.pk].get(mediator.pk)
    words = {"mediator": mediator}
    if why == CONFLICT:
        raise CaseError(_("%(mediator)s和本案有需要回避的关系，不能办这一件") % words)
    if why == UNWANTED:
        raise CaseError(_("当事人已经要求不由%(mediator)s调解") % words)


def _recused(cases: Collection[Case]) -> Iterable[tuple[int, int, str]]:
    """Recusals that were granted; a claim that waits for its ruling holds until then."""
    standing = Recusal.objects.filter(case__in=cases).exclude(state=Recusal.State.REFUSED)
    return standing.values_list("case", "mediator", "reason")


def _related(cases: Collection[Case]) -> list[tuple[int, int]]:
    """Mediators who declared a party: a relative, an employer, an interest."""
    named: dict[str, set[int]] = defaultdict(set)
    for case, *keys in Party.objects.filter(case__in=cases).values_list(
        "case", "name_key", "phone_index"
    ):
        for key in filter(None, keys):
            named[key].add(case)
    declared = Relation.objects.filter(Q(name_key__in=named) | Q(phone_index__in=named))
    rows = declared.values_list("mediator", "name_key", "phone_index")
    return [
        (case, mediator)
        for mediator, *keys in rows
        for case in set().union(*(named.get(key, set()) for key in keys))
    ]


def _with_earlier_role(cases: Collection[Case]) -> list[tuple[int, int]]:
    """Mediators who filed the case as one side's family, colleague or lawyer."""
    filed = ProxyFiler.objects.filter(case__in=cases, relation__in=ON_A_SIDE)
    mine = filed.filter(case__filed_by__mediator__isnull=False)
    return list(mine.values_list("case", "case__filed_by__mediator"))
