"""The figures of a simulated year of assignment: what went where, and how evenly."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from random import Random
from statistics import mean, median
from typing import Any

from cases.routing.choose import Candidate
from cases.simulation.assignment.auditor import Auditor
from cases.simulation.assignment.run import Freed, Given, Left, Run
from cases.simulation.assignment.world import BAITS, Fields, World, disputes, make_world


def simulate(*, cases: int, seed: int, days: int, capacity: int, fields: Fields) -> dict[str, Any]:
    """Simulate the assignment of so many cases in so many days; return the figures, as JSON.

    Each mediator takes `capacity` open cases; `fields` as in `make_world`. Raises CaseError
    without reference data.
    """
    rng = Random(seed)  # noqa: S311
    world = make_world(capacity=capacity, days=days, fields=fields, rng=rng)
    coming = list(disputes(world, cases=cases, days=days, rng=rng))
    run = Run(world, rng)
    run.live(coming)
    found = Auditor(world, {one.number: one for one in coming}).read(run.log)
    return {
        "cases": cases,
        "days": days,
        "seed": seed,
        "bodies": len(world.bodies) - len(BAITS),
        "mediators": sum(len(b.people) for b in world.bodies.values() if b.kind not in BAITS),
        "capacity": capacity,
        **_course(run),
        **{kind: found[kind] for kind in Auditor.KINDS},
        **_evenness(world, run),
    }


def _course(run: Run) -> dict[str, Any]:
    given = [entry for entry in run.log if isinstance(entry, Given)]
    left = Counter(entry.why for entry in run.log if isinstance(entry, Left))
    outcomes = Counter(str(entry.outcome) for entry in run.log if isinstance(entry, Freed))
    return {
        "assigned": len({entry.case for entry in given}),
        "assignments": len(given),
        "desk": sum(left.values()),
        "desk_nobody": left["nobody"],
        "desk_rounds": left["rounds"],
        "outcomes": dict(sorted(outcomes.items())),
    }


def _evenness(world: World, run: Run) -> dict[str, Any]:
    given = Counter(entry.body for entry in run.log if isinstance(entry, Given))
    persons = Counter(entry.mediator for entry in run.log if isinstance(entry, Given))
    groups = [
        _group(kind, field, bodies, given, run)
        for (kind, field), bodies in sorted(alike(world.bodies.values()).items())
    ]
    within = [
        gini([persons[one.pk] for one in body.people])
        for body in world.bodies.values()
        if given[body.pk]
    ]
    return {
        "gini": max(group["gini"] for group in groups),
        "gini_given": max(group["gini_given"] for group in groups),
        "gini_within_bodies": {"median": _short(median(within)), "max": _short(max(within))},
        "groups": groups,
    }


def alike(bodies: Iterable[Candidate]) -> dict[tuple[str, str], list[Candidate]]:
    """Return the bodies of the same kind (and so of the same tier) and field."""
    groups: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for body in bodies:
        if body.kind not in BAITS:
            groups[body.kind, "+".join(sorted(body.fields))].append(body)
    return groups


def _group(
    kind: str, field: str, bodies: Sequence[Candidate], given: Counter[int], run: Run
) -> dict[str, Any]:
    days = max(run.day, 1)
    places = [sum(one.capacity for one in body.people) * body.share for body in bodies]
    pairs = list(zip(bodies, places, strict=True))
    loads = [run.open_on_days[body.pk] / days / room for body, room in pairs]
    cases = [given[body.pk] / room for body, room in pairs]
    return {
        "kind": kind,
        "field": field,
        "bodies": len(bodies),
        "gini": _short(gini(loads)),
        "gini_given": _short(gini(cases)),
        "load_mean": _short(mean(loads)),
        "load_max": _short(max(loads)),
        "given": sum(given[body.pk] for body in bodies),
    }


def gini(values: Sequence[float]) -> float:
    """Return the Gini coefficient: 0 where all have the same, towards 1 where one has it all."""
    total, count = sum(values), len(values)
    if not total:
        return 0.0
    ranked = sum(place * value for place, value in enumerate(sorted(values), 1))
    return 2 * ranked / (count * total) - (count + 1) / count


def _short(value: float) -> float:
    return round(value, 4)
