"""Cases as questions to the rules of `choose`: what directors have laid down, and what happened.

However many cases are asked, the number of queries is the same.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q

from cases import conflicts
from cases.models import (
    Assignment,
    Case,
    CaseType,
    Channel,
    FeeOffer,
    Layer,
    Party,
    TierRule,
    TypeKind,
)
from cases.routing import layers
from cases.routing.choose import Question, Why
from mediators.models import Region

Wanted = tuple[Case, CaseType]
REASONS = {
    Assignment.Outcome.REFUSED: Why.REFUSED_BEFORE,
    Assignment.Outcome.LAPSED: Why.SILENT_BEFORE,
    Assignment.Outcome.TAKEN_BACK: Why.HAD_BEFORE,
    Assignment.Outcome.HANDED_UP: Why.HAD_BEFORE,
    Assignment.Outcome.WAITING: Why.HAD_BEFORE,
    Assignment.Outcome.ACCEPTED: Why.HAD_BEFORE,
}


# --- The rules that a director edits ---


@dataclass
class Rules:
    """The tables that decide, read at once: kinds of each type, channels, layers."""

    kinds: dict[int, tuple[str, ...]]
    barred: dict[int, frozenset[str]]
    channel_kinds: dict[int, frozenset[str]]
    channel_bodies: dict[int, frozenset[int]]
    tier_rules: list[layers.Rule]
    silent_rounds: dict[str, int]


def read_rules(types: Collection[int]) -> Rules:
    """Return the rules for cases of these types, by number. Four queries."""
    kinds: dict[int, list[str]] = defaultdict(list)
    barred: dict[int, set[str]] = defaultdict(set)
    rows = TypeKind.objects.filter(case_type__in=types).order_by("order")
    for case_type, kind, is_barred in rows.values_list("case_type", "kind__key", "is_barred"):
        (barred[case_type].add if is_barred else kinds[case_type].append)(kind)
    channels = _channel_targets()
    return Rules(
        kinds={pk: tuple(keys) for pk, keys in kinds.items()},
        barred={pk: frozenset(keys) for pk, keys in barred.items()},
        channel_kinds=channels[0],
        channel_bodies=channels[1],
        tier_rules=[_rule(row) for row in TierRule.objects.filter(is_active=True)],
        silent_rounds=dict(Layer.objects.values_list("key", "silent_rounds")),
    )


def _channel_targets() -> tuple[dict[int, frozenset[str]], dict[int, frozenset[int]]]:
    kinds: dict[int, frozenset[str]] = defaultdict(frozenset)
    bodies: dict[int, frozenset[int]] = defaultdict(frozenset)
    targets = Channel.objects.filter(Q(kinds__isnull=False) | Q(bodies__isnull=False))
    for channel, kind, body in targets.values_list("pk", "kinds__key", "bodies").distinct():
        kinds[channel] |= {kind} - {None}
        bodies[channel] |= {body} - {None}
    return kinds, bodies


def _rule(row: TierRule) -> layers.Rule:
    return layers.Rule(
        key=row.key,
        condition=row.condition,
        tier=row.tier,
        threshold=row.threshold,
        words=tuple(row.words.split()),
    )


# --- The cases that are asked ---


@dataclass(frozen=True)
class Asked:
    """A case as a question to the rules, and where it stands among the layers."""

    question: Question
    placed: layers.Placed
    is_exhausted: bool


def ask(wanted: Sequence[Wanted]) -> list[Asked]:
    """Return each case as a question to the rules.

    At most ten queries for any number of cases that come `with_routing`.
    """
    cases = [case for case, _type in wanted]
    rules = read_rules({case_type.pk for _case, case_type in wanted})
    parties = _parties_of(cases)
    barred = conflicts.find(cases)
    agreed = fees_agreed(cases)
    root = _only_root(cases)
    asked = []
    for case, case_type in wanted:
        rounds = tuple((one.tier, one.outcome) for one in case.assignments.all() if one.tier)
        placed = _place(case, case_type, parties.get(case.pk, 0), rounds, rules)
        question = Question(
            case=case.pk,
            case_type=case_type.key,
            kinds=rules.kinds.get(case_type.pk, ()),
            barred=rules.barred.get(case_type.pk, frozenset()),
            tier=placed.tier,
            places=frozenset(r.pk for r in case.region.lineage()) if case.region else root,
            channel_kinds=rules.channel_kinds.get(case.channel_id, frozenset()),
            channel_bodies=rules.channel_bodies.get(case.channel_id, frozenset()),
            language=case.language,
            bodies_out=_bodies_out(case),
            people_out=barred[case.pk],
            fees_agreed=agreed.get(case.pk, frozenset()),
        )
        asked.append(Asked(question, placed, layers.exhausted(rounds, rules.silent_rounds)))
    return asked


def _parties_of(cases: Sequence[Case]) -> dict[int, int]:
    """How many parties each case has."""
    rows = Party.objects.filter(case__in=cases).order_by().values_list("case")
    return dict(rows.annotate(n=Count("pk")))


def _place(
    case: Case, case_type: CaseType, parties: int, rounds: layers.Rounds, rules: Rules
) -> layers.Placed:
    facts = layers.Facts(
        start_tier=case_type.start_tier,
        amount=case.amount,
        people=parties,
        text=case.description,
        is_court=case.track == Case.Track.COURT,
        rounds=rounds,
    )
    return layers.place(facts, rules.tier_rules, rules.silent_rounds)


def _bodies_out(case: Case) -> dict[int, str]:
    """The bodies that have or had the case: the last word of each."""
    return {
        one.body_id: REASONS[Assignment.Outcome(one.outcome)]
        for one in case.assignments.all()
        if one.outcome in REASONS  # one that a dispatcher recalled says nothing against a body
    }


def _only_root(cases: Sequence[Case]) -> frozenset[int]:
    """Where a case from nowhere belongs: to the one district there is, else to nobody."""
    if all(case.region_id for case in cases):
        return frozenset()
    roots = list(Region.objects.filter(parent=None).values_list("pk", flat=True)[:2])
    return frozenset(roots) if len(roots) == 1 else frozenset()


def fees_agreed(cases: Collection[Case]) -> dict[int, frozenset[int]]:
    """Return for each case the bodies whose price every party of it has accepted.

    商事调解条例 16: a body that charges says so first, and only who agrees goes there.
    """
    agreed = Count("answers", filter=Q(answers__agrees=True), distinct=True)
    rows = (
        FeeOffer.objects.filter(case__in=cases)
        .order_by()
        .annotate(agreed=agreed, asked=Count("case__parties", distinct=True))
        .filter(agreed=F("asked"), asked__gt=0)
    )
    found: dict[int, frozenset[int]] = defaultdict(frozenset)
    for case, body in rows.values_list("case", "body"):
        found[case] |= {body}
    return found
