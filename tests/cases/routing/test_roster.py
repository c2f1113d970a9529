"""What the rules look at, read from the database: few queries, only what can matter."""

import datetime as dt

import pytest
import time_machine
from django.db.models import Q
from django.utils import timezone

from cases import conflicts, handling
from cases.models import Assignment, Case, CaseType, Channel, FeeOffer, ProxyFiler, Recusal
from cases.routing import questions, roster
from cases.routing.assign import dispatch
from mediators.models import BodyKind, Region, Relation
from tests.factories import (
    a_dispute,
    applicant_of,
    file,
    make_body,
    make_staff,
    reach,
    respondent_of,
)

FRIDAY, SATURDAY = "2026-11-20 10:00+08:00", "2026-11-21 10:00+08:00"


@pytest.fixture
def lease():
    return CaseType.objects.get(key="housing_lease")


def ask(case, case_type):
    case = Case.objects.with_routing().get(pk=case.pk)
    return questions.ask([(case, case_type)])[0].question


def known(body, **values):
    on = values.pop("on", timezone.localdate())
    return roster.read(Q(pk=body.pk), on=on, **values).bodies[body.pk]


# --- Bodies and people ---


def test_open_cases_are_counted_by_person_and_those_that_nobody_has_by_body(house):
    reach("dispatched", house)
    reach("settled", house)
    nobodys = reach("dispatched", house)
    nobodys.mediator = None
    nobodys.save()
    body = known(house.body)
    counts = {one.pk: one.open_cases for one in body.people}
    assert counts.pop(house.mediator.mediator.pk) == 1
    assert set(counts.values()) == {0}
    assert (body.unassigned, body.open_cases, body.capacity) == (1, 2, 120)


def test_leave_days_off_and_closed_accounts_are_heeded(house):
    monday = dt.date(2026, 11, 23)
    one, two, three = (u.mediator for u in (house.mediator, house.colleague, house.lead))
    one.leaves.create(first_day=monday, last_day=monday)
    two.days_off = "1"
    two.save()
    three.user.is_active = False
    three.user.save()
    assert [p.present for p in known(house.body, on=monday).people] == [False, False]
    assert [p.present for p in known(house.body, on=dt.date(2026, 11, 24)).people] == [True, True]


def test_on_a_rest_day_it_counts_who_is_there_on_the_next_working_day(house):
    with time_machine.travel(FRIDAY, tick=False):
        assert roster.day_of_presence() == dt.date(2026, 11, 20)
    with time_machine.travel(SATURDAY, tick=False):
        assert roster.day_of_presence() == dt.date(2026, 11, 23)


def test_what_was_given_and_how_it_was_answered_counts_for_ninety_days(house):
    handling.lapse(reach("dispatched", house))
    handling.refuse(reach("dispatched", house), actor=house.mediator, reason="busy")
    reach("inviting", house)
    body = known(house.body)
    assert (body.given, body.answered, body.silent) == (3, 2, 1)
    assert body.people[0].given == 3
    assert body.last_given == pytest.approx(timezone.now().timestamp(), abs=60)
    Assignment.objects.update(at=timezone.now() - dt.timedelta(days=91))
    assert known(house.body).given == 0


def test_fields_of_bodies_and_people_are_known_by_the_type_s_key(house, lease):
    lease.bodies.add(house.body)
    lease.mediators.add(house.mediator.mediator)
    body = known(house.body, types={"housing_lease"})
    assert body.fields == {"housing_lease"}
    assert body.people[0].fields == {"housing_lease"}
    assert not body.people[1].fields


def a_province(house, districts=12):
    """Add districts with streets, each with a committee of its own."""
    street = BodyKind.objects.get(key="people_street")
    for number in range(districts):
        district = Region.objects.create(key=f"d{number}", name=f"区{number}", level="district")
        region = Region.objects.create(
            key=f"s{number}",
            code=f"99{number:04d}",
            name=f"街道{number}",
            level="street",
            parent=district,
        )
        body = make_body(region)
        body.kind = street
        body.save()
        make_staff("mediator", body)


def test_only_bodies_that_can_matter_are_read(house, lease):
    a_province(house)
    found = roster.read_for([ask(file().case, lease)])
    assert set(found.bodies) == {house.body.pk}


def test_the_number_of_queries_does_not_grow_with_bodies_or_cases(
    house, lease, django_assert_max_num_queries
):
    a_province(house)
    for _ in range(5):
        file()
    cases = list(Case.objects.with_routing())
    with django_assert_max_num_queries(10):
        asked = questions.ask([(case, lease) for case in cases])
    with django_assert_max_num_queries(5):
        roster.read_for([one.question for one in asked])


# --- Questions ---


def test_a_case_from_nowhere_is_asked_of_the_one_district_there_is(house, lease):
    root = house.region.parent
    assert ask(file(region=None).case, lease).places == {root.pk}
    Region.objects.create(key="another", name="别的区", level="district")
    assert ask(file(region=None).case, lease).places == frozenset()


def test_the_targets_of_the_channel_come_with_the_question(house, lease):
    police = Channel.objects.get(key="police")
    police.bodies.add(house.body)
    asked = ask(file(channel=police).case, lease)
    assert asked.channel_kinds == {"people_street"}
    assert asked.channel_bodies == {house.body.pk}
    assert ask(file().case, lease).channel_kinds == frozenset()


def test_a_price_counts_when_every_party_has_accepted_it(house):
    case = file().case
    offer = FeeOffer.objects.create(case=case, body=house.body, price_list="每件500元")
    assert questions.fees_agreed([case]) == {}
    for party in (applicant_of(case), respondent_of(case)):
        assert questions.fees_agreed([case]) == {}
        offer.answers.create(party=party, agrees=True, means="self")
    assert questions.fees_agreed([case]) == {case.pk: {house.body.pk}}


# --- Conflicts ---


def out(case):
    return conflicts.find([case])[case.pk]


@pytest.mark.parametrize("by", ["name", "spacing", "phone"])
def test_a_declared_relation_to_a_party_keeps_a_mediator_out(house, by):
    case = file().case
    party = respondent_of(case)
    names = {"name": party.name, "spacing": f" {party.name[:1]} {party.name[1:]} "}
    Relation.objects.create(
        mediator=house.mediator.mediator,
        kind=Relation.Kind.RELATIVE,
        name=names.get(by, "别的名字"),
        phone=party.phone if by == "phone" else "",
    )
    assert out(case) == {house.mediator.mediator.pk: "conflict"}
    assert out(file(respondents=a_dispute().applicants).case) == {}


def test_the_same_surname_is_no_conflict(house):
    surname = file().case.parties.first().name[:1]
    Relation.objects.create(
        mediator=house.mediator.mediator, kind=Relation.Kind.RELATIVE, name=f"{surname}别人"
    )
    assert out(file().case) == {}


def test_an_employer_that_is_a_party_keeps_a_mediator_out(house, lease):
    Relation.objects.create(
        mediator=house.mediator.mediator, kind=Relation.Kind.EMPLOYER, name="某某物业有限公司"
    )
    case = file().case
    respondent = respondent_of(case)
    respondent.kind, respondent.name = "company", "某某物业有限公司"
    respondent.save()
    assert out(case) == {house.mediator.mediator.pk: "conflict"}
    given = dispatch(case, body=house.body, case_type=lease, actor=house.dispatcher)
    assert given.mediator != house.mediator.mediator


@pytest.mark.parametrize(
    ("relation", "is_out"), [("family", True), ("lawyer", True), ("grid_worker", False)]
)
def test_who_filed_for_one_side_does_not_mediate_but_who_registered_may(house, relation, is_out):
    case = file().case
    case.filed_by = house.mediator
    case.save()
    ProxyFiler.objects.create(case=case, name="代办", relation=relation)
    assert bool(out(case)) is is_out


@pytest.mark.parametrize(
    ("reason", "state", "found"),
    [
        ("wish", "granted", "unwanted"),
        ("interest", "granted", "conflict"),
        ("relative", "asked", "conflict"),
        ("relative", "refused", None),
    ],
)
def test_recusals_keep_a_mediator_out_until_they_are_refused(house, reason, state, found):
    case = file().case
    Recusal.objects.create(case=case, mediator=house.mediator.mediator, reason=reason, state=state)
    assert out(case).get(house.mediator.mediator.pk) == found


def test_conflicts_of_many_cases_are_found_in_a_few_queries(house, django_assert_max_num_queries):
    cases = [file().case for _ in range(5)]
    Relation.objects.create(mediator=house.mediator.mediator, kind="other", name="张三丰")
    with django_assert_max_num_queries(4):
        found = conflicts.find(cases)
    assert all(found[case.pk] for case in cases)
