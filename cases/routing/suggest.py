"""Which bodies could take a case: for one case, or for a whole desk in the same few queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from cases.models import Assignment, Case, CaseType, TypeKind
from cases.querysets import WORKED_ON
from mediators.models import Body, BodyKind


@dataclass(frozen=True)
class Suggestion:
    """A body that could take the case, and why it is offered."""

    body: Body
    reason: str
    open_cases: int


Wanted = tuple[Case, CaseType]


def suggest(case: Case, case_type: CaseType) -> list[Suggestion]:
    """Return the bodies that may take a case of this type, best first, each with its reason.

    Order: the type's kinds of body as the reference data lists them, then the smallest load for
    each mediator. Bodies that gave this case back, barred kinds, and bodies that may charge
    (they need the parties' consent to a price first) are never suggested.
    """
    return suggest_all([(case, case_type)])[0]


def suggest_all(wanted: Sequence[Wanted]) -> list[list[Suggestion]]:
    """Return what `suggest` says of each of these cases.

    Three queries for all of them, when the cases come `with_routing`.
    """
    kinds = _kinds({case_type for _case, case_type in wanted})
    bodies = _bodies_with_load({kind for row in kinds.values() for kind in row})
    named = _named({case_type for _case, case_type in wanted})
    found = []
    for case, case_type in wanted:
        gave_back = _gave_back(case)
        candidates = [
            body
            for kind in kinds[case_type.pk]
            for body in _candidates(case, kind, bodies[kind.pk], named[case_type.pk])
        ]
        found.append(
            [
                Suggestion(body, _reason(case_type, body), _open_cases(body))
                for body in candidates
                if body.pk not in gave_back
            ]
        )
    return found


def _kinds(case_types: set[CaseType]) -> dict[int, list[BodyKind]]:
    """The kinds of body that each type goes to, in their order."""
    rows = TypeKind.objects.filter(
        case_type__in=case_types, is_barred=False, kind__may_charge=False
    ).select_related("kind")
    kinds = defaultdict(list)
    for row in rows.order_by("order"):
        kinds[row.case_type_id].append(row.kind)
    return kinds


def _bodies_with_load(kinds: set[BodyKind]) -> dict[int, list[Body]]:
    """Bodies with people, by kind, the one with the least work for each of them first."""
    rows = (
        Body.objects.active()
        .filter(kind__in=kinds)
        .select_related("region")
        .annotate(
            open_cases=Count("cases", filter=Q(cases__status__in=WORKED_ON), distinct=True),
            people=Count("mediators", distinct=True),
        )
        .filter(people__gt=0)
    )
    bodies = defaultdict(list)
    for body in rows.order_by(F("open_cases") * 1.0 / F("people"), "pk"):
        bodies[body.kind_id].append(body)
    return bodies


def _named(case_types: set[CaseType]) -> dict[int, set[int]]:
    """The bodies that are named for each type."""
    pairs = CaseType.bodies.through.objects.filter(casetype__in=case_types, body__is_active=True)
    named = defaultdict(set)
    for case_type, body in pairs.values_list("casetype", "body"):
        named[case_type].add(body)
    return named


def _gave_back(case: Case) -> set[int]:
    """The bodies that had the case and did not keep it."""
    kept = Assignment.Outcome.ACCEPTED
    return {one.body_id for one in case.assignments.all() if one.outcome != kept}


def _candidates(case: Case, kind: BodyKind, bodies: list[Body], named: set[int]) -> list[Body]:
    """Bodies of one kind: those named for the type where any are, else those serving the place.

    A people's committee serves its place whatever it is named for; an industry body is only ever
    asked for the types it is named for.
    """
    if kind.family == BodyKind.Family.PEOPLE:
        places = {region.pk for region in case.region.lineage()} if case.region else set()
        return [body for body in bodies if body.region_id in places]
    ours = [body for body in bodies if body.pk in named]
    if ours or kind.family == BodyKind.Family.INDUSTRY:
        return ours
    return bodies


def _open_cases(body: Body) -> int:
    open_cases: int = body.open_cases  # type: ignore[attr-defined]
    return open_cases


def _reason(case_type: CaseType, body: Body) -> str:
    return _("%(region)s + %(type)s + 在办%(open)d件") % {
        "region": body.region,
        "type": case_type,
        "open": _open_cases(body),
    }
