"""Who gets a case: filters with their reasons, the order, and fairness. No database."""

import dataclasses
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.routing.choose import Candidate, Person, Question, Why, choose

KINDS = {
    "people_community": ("community", "people"),
    "people_street": ("street", "people"),
    "industry": ("district", "industry"),
    "court_invited": ("court", "court_invited"),
    "market_commercial": ("district", "market"),
}
HERE, ELSEWHERE = 1, 2


def body(pk, kind="people_street", people=2, **values):
    tier, family = KINDS[kind]
    alike = range(people) if isinstance(people, int) else ()
    staff = [Person(pk * 100 + n, capacity=10) for n in alike] or people or []
    made = Candidate(pk, kind, tier, family, HERE, people=staff)
    return dataclasses.replace(made, **values)


def question(**values):
    asked = {
        "case": 1,
        "case_type": "lease",
        "kinds": ("people_community", "people_street", "industry", "court_invited"),
        "tier": "community",
        "places": frozenset({HERE}),
        "barred": frozenset({"market_commercial"}),
    }
    return Question(**{**asked, **values})


def best(asked, *bodies):
    return choose(asked, bodies).best.body.pk


def why(asked, one):
    choice = choose(asked, [one])
    assert choice.best is None
    return choice.passed[0].why


# --- Who may not ---


@pytest.mark.parametrize(
    ("reason", "asked", "one"),
    [
        (Why.BARRED_KIND, {}, body(1, "market_commercial")),
        (Why.BARRED_KIND, {"fees_agreed": frozenset({1})}, body(1, "market_commercial")),
        (Why.CHARGES, {}, body(1, may_charge=True)),
        (Why.NOT_THEIR_REGION, {}, body(1, region=ELSEWHERE)),
        (Why.NOT_THEIR_FIELD, {}, body(1, "industry")),
        (Why.NOT_THEIR_FIELD, {}, body(1, "industry", fields=frozenset({"labour"}))),
        (Why.NOT_THEIR_FIELD, {}, body(1, "court_invited", fields=frozenset({"labour"}))),
        (Why.NOT_THEIR_FIELD, {"kinds": ("industry",)}, body(1)),
        (Why.BELOW_TIER, {"tier": "street"}, body(1, "people_community")),
        (Why.BELOW_TIER, {"tier": "court"}, body(1)),
        (Why.REFUSED_BEFORE, {"bodies_out": {1: "refused_before"}}, body(1)),
        (Why.SILENT_BEFORE, {"bodies_out": {1: "silent_before"}}, body(1)),
        (Why.NO_PRESENT_MEDIATOR, {}, body(1, people=[])),
        (Why.NO_PRESENT_MEDIATOR, {}, body(1, people=[Person(1, 10, present=False)])),
        (Why.CONFLICT, {"people_out": {100: "conflict", 101: "conflict"}}, body(1)),
        (Why.LANGUAGE, {"language": "sign"}, body(1)),
        (Why.FULL, {}, body(1, people=[Person(1, 10, open_cases=10)])),
        (Why.FULL, {}, body(1, people=[Person(1, 10, open_cases=5)], unassigned=5)),
    ],
)
def test_who_may_not_have_a_case_is_passed_over_with_its_reason(reason, asked, one):
    assert why(question(**asked), one) == reason


def test_a_price_that_every_party_accepted_opens_a_body_that_charges():
    one = body(1, "market_commercial", may_charge=True)
    asked = question(barred=frozenset(), fees_agreed=frozenset({1}))
    assert best(asked, one) == 1


def test_court_cases_may_go_to_the_centre_s_bodies_as_well():
    industry = body(1, "industry", fields=frozenset({"lease"}))
    assert best(question(tier="court"), industry) == 1
    assert best(question(tier="district"), body(2, "court_invited")) == 2


def test_a_body_named_for_the_channel_may_have_what_its_kind_is_not_listed_for():
    asked = question(kinds=("people_street",), channel_bodies=frozenset({1}))
    assert best(asked, body(1, "industry"), body(2)) == 1


# --- Who comes first ---


def test_kinds_come_in_the_order_of_the_type():
    bodies = [body(1), body(2, "people_community"), body(3, "court_invited")]
    assert [fit.body.pk for fit in choose(question(), bodies).fits] == [2, 1, 3]


def test_the_kinds_of_the_channel_come_before_the_order_of_the_type():
    asked = question(channel_kinds=frozenset({"court_invited"}))
    assert best(asked, body(1), body(2, "court_invited")) == 2


def test_those_named_for_the_type_come_before_the_others_of_their_kind():
    named = body(2, "court_invited", fields=frozenset({"lease"}))
    busy = dataclasses.replace(named, people=[Person(1, 10, open_cases=9)])
    assert best(question(), body(1, "court_invited"), named) == 2
    assert best(question(), body(1, "court_invited"), busy) == 2


def test_a_full_body_is_passed_over_when_another_has_room():
    full = body(1, "people_community", people=[Person(1, 10, open_cases=10)])
    choice = choose(question(), [full, body(2)])
    assert choice.best.body.pk == 2
    assert [(one.body.pk, one.why) for one in choice.passed] == [(1, Why.FULL)]


def test_the_least_load_for_each_place_comes_first():
    large = body(1, people=[Person(n, 10, open_cases=1) for n in range(1, 6)])  # 5 of 50
    small = body(2, people=[Person(9, 10, open_cases=2)])  # 2 of 10
    assert best(question(), small, large) == 1


def test_who_is_away_takes_no_load_from_the_others():
    away = body(1, people=[Person(1, 10, open_cases=5), Person(2, 90, present=False)])
    assert best(question(), away, body(2, people=[Person(3, 10, open_cases=3)])) == 2


def test_who_answers_comes_before_who_is_silent():
    silent = body(1, answered=5, silent=5)
    assert best(question(), silent, body(2, answered=10, given=10)) == 2


def test_of_equals_the_one_with_the_fewest_of_late_by_its_share_comes_first():
    assert best(question(), body(1, given=5), body(2, given=4)) == 2
    assert best(question(), body(1, given=5, share=2.0), body(2, given=4)) == 1
    assert best(question(), body(1, given=5, people=4), body(2, given=4)) == 1


def test_then_the_one_whose_last_case_is_longest_ago():
    bodies = [body(1, given=1, last_given=20.0), body(2, given=1, last_given=10.0)]
    assert best(question(), *bodies) == 2


def test_the_others_are_told_in_what_the_best_was_ahead():
    bodies = [body(1), body(2, people=[Person(1, 10, open_cases=9)]), body(3, "industry")]
    choice = choose(question(), bodies)
    assert [(one.body.pk, one.why) for one in choice.behind()] == [(2, Why.LOAD)]


# --- Which mediator ---


def person(asked, *people):
    return choose(asked, [body(1, people=list(people))]).best.mediator.pk


def test_the_least_loaded_mediator_is_picked_then_the_fewest_then_the_longest_ago():
    assert person(question(), Person(1, 10, open_cases=2), Person(2, 20, open_cases=3)) == 2
    assert person(question(), Person(1, 10, given=2), Person(2, 10, given=1)) == 2
    assert person(question(), Person(1, 10, last_given=2.0), Person(2, 10, last_given=1.0)) == 2


def test_specialists_come_first_until_half_of_their_room_is_taken():
    expert = Person(1, 10, open_cases=4, fields=frozenset({"lease"}))
    assert person(question(), expert, Person(2, 10)) == 1
    busy = dataclasses.replace(expert, open_cases=5)
    assert person(question(), busy, Person(2, 10, open_cases=4)) == 2
    assert person(question(), busy, Person(2, 10, open_cases=6)) == 1


def test_only_who_speaks_the_language_is_picked():
    wu = Person(1, 10, open_cases=9, languages=frozenset({"wu"}))
    assert person(question(language="wu"), wu, Person(2, 10)) == 1
    assert person(question(), wu, Person(2, 10)) == 2


def test_who_must_step_aside_is_left_out_and_a_colleague_picked():
    asked = question(people_out={1: "conflict"})
    assert person(asked, Person(1, 10), Person(2, 10, open_cases=9)) == 2


# --- Always ---

people = st.builds(
    Person,
    pk=st.integers(1, 10**6),
    capacity=st.integers(0, 5),
    open_cases=st.integers(0, 6),
    given=st.integers(0, 9),
    present=st.booleans(),
)
candidates = st.builds(
    lambda pk, kind, region, share, unassigned, staff, charges: Candidate(
        pk, kind, *KINDS[kind], region, charges, share, people=staff, unassigned=unassigned
    ),
    pk=st.integers(1, 10**6),
    kind=st.sampled_from(sorted(KINDS)),
    region=st.sampled_from([HERE, ELSEWHERE]),
    share=st.floats(0.5, 3),
    unassigned=st.integers(0, 3),
    staff=st.lists(people, max_size=4, unique_by=lambda one: one.pk),
    charges=st.booleans(),
)
rosters = st.lists(candidates, max_size=8, unique_by=lambda one: one.pk)
tiers = st.sampled_from(["community", "street", "district", "court"])


@settings(max_examples=300, deadline=None)
@given(rosters, tiers, st.integers(1, 10**9))
def test_never_a_barred_charging_distant_or_full_body(roster, tier, case):
    choice = choose(question(tier=tier, case=case), roster)
    assert len(choice.fits) + len(choice.passed) == len(roster)
    for fit in choice.fits:
        assert fit.body.kind != "market_commercial"
        assert not fit.body.may_charge
        assert fit.body.region == HERE
        assert fit.mediator.present
        assert fit.mediator.open_cases < fit.mediator.capacity
        there = [one for one in fit.body.people if one.present]
        assert sum(max(0, one.capacity - one.open_cases) for one in there) > fit.body.unassigned
    full = [one for one in choice.passed if one.why == Why.FULL]
    assert all(
        one.open_cases >= one.capacity or passed.body.unassigned
        for passed in full
        for one in passed.body.people
        if one.present
    )


@settings(max_examples=200, deadline=None)
@given(rosters, st.randoms())
def test_the_order_in_which_bodies_are_read_changes_nothing(roster, random):
    shuffled = random.sample(roster, len(roster))
    one, other = choose(question(), roster), choose(question(), shuffled)
    assert [fit.body.pk for fit in one.fits] == [fit.body.pk for fit in other.fits]


def firsts(keys, cases=2000):
    """How often each of these bodies, alike in everything, comes first."""
    bodies = [body(pk) for pk in keys]
    return Counter(best(question(case=case), *bodies) for case in range(cases))


def test_of_bodies_alike_in_everything_none_is_systematically_first():
    low_to_high = firsts([1, 2, 3, 4])
    assert all(440 <= low_to_high[pk] <= 560 for pk in (1, 2, 3, 4)), low_to_high
    far_apart = firsts([7, 100_000, 3, 99])
    assert all(440 <= count <= 560 for count in far_apart.values()), far_apart


def test_other_numbers_for_the_same_bodies_give_the_same_shares():
    """Give 3,000 cases by the rules to bodies of different sizes; the numbers play no part."""

    def given_by_size(order):
        sizes = {pk: 2 + place for place, pk in enumerate(order)}
        bodies = {pk: body(pk, people=size) for pk, size in sizes.items()}
        for case in range(3000):
            chosen = choose(question(case=case), bodies.values()).best
            chosen.mediator.given += 1
            chosen.body.given += 1
        return [bodies[pk].given for pk in order]

    keys = [3, 17, 250, 4000]
    shares = given_by_size(keys)
    other = given_by_size(Random(1).sample(range(1, 10**6), 4))
    assert max(abs(a - b) for a, b in zip(shares, other, strict=True)) <= 5
    assert (
        max(abs(n / 3000 - size / 14) for n, size in zip(shares, (2, 3, 4, 5), strict=True)) < 0.01
    )
