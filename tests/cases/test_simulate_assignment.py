"""A simulated year of assignment: what it shows, and that its auditor would see a fault."""

import dataclasses
import io
import json
from random import Random

import pytest
from django.core.management import CommandError, call_command

from cases.demo import COMPETENCE
from cases.models import Case, CaseType
from cases.routing.choose import choose
from cases.simulation.assignment import figures
from cases.simulation.assignment.auditor import Auditor
from cases.simulation.assignment.run import Run
from cases.simulation.assignment.world import BAITS, TYPES, disputes, make_world
from mediators.models import Body

pytestmark = pytest.mark.django_db
NEVER = ("barred", "conflicts", "over_capacity", "given_twice", "left_waiting", "absent")


def told(**options):
    out = io.StringIO()
    call_command("simulate_assignment", json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def audited(chooser=choose, *, cases=1500, days=20, capacity=4, seed=5):
    """Let a short and crowded time go by under a chooser; return what the auditor found."""
    rng = Random(seed)
    world = make_world(capacity=capacity, days=days, fields=COMPETENCE, rng=rng)
    coming = list(disputes(world, cases=cases, days=days, rng=rng))
    run = Run(world, rng, chooser)
    run.live(coming)
    return Auditor(world, {one.number: one for one in coming}).read(run.log)


def test_two_thousand_cases_break_no_rule_and_are_spread_evenly():
    said = told(cases=2000, seed=1, days=60)
    assert (said["bodies"], said["mediators"]) == (97, 882)
    assert {kind: said[kind] for kind in Auditor.KINDS} == dict.fromkeys(Auditor.KINDS, 0)
    assert said["assigned"] > 1900
    # So few cases are uneven by chance alone where each body serves its own place.
    shared = [one for one in said["groups"] if one["kind"] != "people_community"]
    assert all(one["gini"] <= 0.15 for one in shared), shared
    assert said["gini_within_bodies"]["median"] < 0.6


def test_the_same_seed_tells_the_same_year_and_another_one_another():
    first, again, other = (told(cases=300, seed=seed, days=30) for seed in (1, 1, 2))
    assert first | {"seconds": 0} == again | {"seconds": 0}
    assert first["groups"] != other["groups"]


def test_nothing_is_written():
    told(cases=100, days=10)
    assert not Case.objects.exists()
    assert not Body.objects.exists()


def test_every_type_comes_and_a_crowded_time_meets_the_limits():
    assert set(TYPES) == set(CaseType.objects.values_list("key", flat=True))
    said = told(cases=1500, days=20, capacity=4)
    assert said["desk_nobody"] > 0
    assert said["over_capacity"] == 0


def test_a_broken_rule_fails_the_command(monkeypatch):
    monkeypatch.setattr(figures, "Run", lambda world, rng: Run(world, rng, unbarred))
    with pytest.raises(CommandError, match="barred"):
        told(cases=300, days=10)


# --- Faults planted into the rules: the auditor sees each ---


def unbarred(question, candidates):
    """Let barred and charging kinds in, and ask them first."""
    opened = [dataclasses.replace(body, may_charge=False) for body in candidates]
    kinds = (*BAITS, *question.kinds)
    return originals(
        choose(dataclasses.replace(question, barred=frozenset(), kinds=kinds), opened), candidates
    )


def blind(**values):
    """Return a chooser that does not see a part of the question."""
    return lambda question, candidates: choose(dataclasses.replace(question, **values), candidates)


def boundless(question, candidates):
    """Take every body for empty."""
    people = [one for body in candidates for one in body.people]
    before = [one.open_cases for one in people]
    for one in people:
        one.open_cases = 0
    choice = choose(question, candidates)
    for one, count in zip(people, before, strict=True):
        one.open_cases = count
    return choice


def idle(question, candidates):
    """Find nobody for every tenth case."""
    return choose(question, [] if question.case % 10 == 0 else candidates)


def originals(choice, candidates):
    """Return a choice in terms of the bodies that were given, not of copies."""
    known = {body.pk: body for body in candidates}
    fits = [dataclasses.replace(fit, body=known[fit.body.pk]) for fit in choice.fits]
    return dataclasses.replace(choice, fits=tuple(fits))


@pytest.mark.parametrize(
    ("fault", "chooser"),
    [
        ("barred", unbarred),
        ("conflicts", blind(people_out={})),
        ("given_twice", blind(bodies_out={})),
        ("below_tier", blind(tier="community")),
        ("wrong_language", blind(language="")),
        ("over_capacity", boundless),
        ("left_waiting", idle),
    ],
)
def test_the_auditor_sees_a_planted_fault(fault, chooser):
    assert audited(chooser)[fault] > 0


def test_the_auditor_finds_nothing_in_the_rules_as_they_are():
    found = audited()
    assert {kind: found[kind] for kind in NEVER} == dict.fromkeys(NEVER, 0)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1, 1, 1], 0.0), ([0, 0, 0], 0.0), ([0, 0, 0, 1], 0.75), ([1, 3], 0.25), ([5], 0.0)],
)
def test_the_gini_coefficient_of_known_distributions(values, expected):
    assert figures.gini(values) == pytest.approx(expected)
