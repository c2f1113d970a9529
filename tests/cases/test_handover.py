"""Cases that change hands: all of a mediator who leaves, and one that goes up a layer."""

import datetime as dt

import pytest
import time_machine

from cases import events, handling, handover
from cases.errors import CaseError, TransitionNotAllowed
from cases.models import Assignment, Case, Notice
from mediators.models import AuditEntry, BodyKind, Leave, Mediator, Relation
from tests.factories import applicant_of, make_body, make_staff, reach

IN_TALKS = ("inviting", "mediating")
OPEN = ("dispatched", *IN_TALKS, "agreed")


def again(case):
    return Case.objects.get(pk=case.pk)


def relay():
    while events.relay():
        pass


def of(user):
    return Mediator.objects.get(user=user)


# --- A mediator leaves ---


def test_all_open_cases_go_to_a_colleague_and_closed_ones_stay(house, no_documents):
    cases = [reach(status, house) for status in OPEN]
    closed = [reach(status, house) for status in ("settled", "failed")]
    given = handover.hand_over(of(house.mediator), actor=house.lead, to=of(house.colleague))
    assert [one.case.pk for one in given] == [case.pk for case in cases]
    for case in cases:
        after = again(case)
        assert after.mediator == of(house.colleague)
        assert (after.status, after.respond_by, after.mediate_by) == (
            case.status,
            case.respond_by,
            case.mediate_by,
        )
        assert after.events.get(kind="case.mediator_changed").facts["why"] == "handover"
        assert after.events.get(kind="case.mediator_changed").actor == house.lead
    for case in closed:
        assert again(case).mediator == of(house.mediator)


def test_by_the_rules_they_are_spread_over_those_present(house):
    others = [make_staff("mediator", house.body) for _ in range(2)]
    away = make_staff("mediator", house.body)
    Leave.objects.create(
        mediator=of(away), first_day=dt.date(2020, 1, 1), last_day=dt.date(2099, 1, 1)
    )
    cases = [reach("mediating", house) for _ in range(8)]
    handover.hand_over(of(house.mediator), actor=house.lead)
    counts = {}
    for case in cases:
        counts[again(case).mediator.user] = counts.get(again(case).mediator.user, 0) + 1
    assert counts == dict.fromkeys([house.colleague, house.lead, *others], 2)


def test_whoever_is_bound_to_a_party_does_not_get_that_case(house):
    bound, free = reach("mediating", house), reach("mediating", house)
    Relation.objects.create(
        mediator=of(house.colleague), kind="relative", name=applicant_of(bound).name,
        phone=applicant_of(bound).phone,
    )  # fmt: skip
    free.parties.update(name="王五", name_key="王五")
    given = handover.hand_over(of(house.mediator), actor=house.lead, to=of(house.colleague))
    assert [bool(one.to) for one in given] == [False, True]
    assert "回避" in given[0].why
    assert again(bound).mediator == of(house.mediator)


def test_what_nobody_can_take_stays_and_is_named(house):
    case = reach("mediating", house)
    Mediator.objects.filter(body=house.body).exclude(user=house.mediator).update(capacity=0)
    [given] = handover.hand_over(of(house.mediator), actor=house.lead)
    assert (given.to, given.case) == (None, case)
    assert "没有合适的同事" in given.why
    assert again(case).mediator == of(house.mediator)


def test_run_again_there_is_nothing_left_to_hand_over(house):
    reach("mediating", house)
    assert len(handover.hand_over(of(house.mediator), actor=house.lead)) == 1
    assert handover.hand_over(of(house.mediator), actor=house.lead) == []


@pytest.mark.parametrize("who", ["mediator", "colleague", "other_lead", "dispatcher", "clerk"])
def test_only_the_lead_of_the_body_hands_over(house, who):
    case = reach("mediating", house)
    with pytest.raises(CaseError, match="负责人"):
        handover.hand_over(of(house.mediator), actor=getattr(house, who))
    assert again(case).mediator == of(house.mediator)


@pytest.mark.parametrize("to", ["mediator", "other_mediator"])
def test_they_go_neither_to_another_body_nor_back_to_the_same(house, to):
    with pytest.raises(CaseError, match="本组织的另一位"):
        handover.hand_over(of(house.mediator), actor=house.lead, to=of(getattr(house, to)))


def test_the_trail_says_who_handed_what_to_whom(house):
    case = reach("mediating", house)
    handover.hand_over(of(house.mediator), actor=house.lead, to=of(house.colleague))
    entry = AuditEntry.objects.get(deed="mediator.handed_over")
    assert (entry.actor, entry.facts["given"]) == (house.lead, [case.pk])


# --- To the next layer ---


@pytest.fixture
def in_layer(house):
    """Return a case of the street's layer in a status."""

    def make(status, tier="street"):
        case = reach(status, house)
        Case.objects.filter(pk=case.pk).update(tier=tier)
        case.assignments.update(tier=tier)
        return again(case)

    return make


@pytest.mark.parametrize("status", IN_TALKS)
@pytest.mark.parametrize("who", ["mediator", "lead"])
def test_a_case_goes_up_with_its_record_and_its_clock(house, in_layer, status, who):
    case = in_layer(status)
    handover.hand_up(case, actor=getattr(house, who), note=" 涉及两个街道 ")
    after = again(case)
    assert (after.status, after.body, after.mediator) == ("filed", None, None)
    assert after.mediate_by == case.mediate_by
    kept = after.assignments.get()
    assert (kept.outcome, kept.note) == (Assignment.Outcome.HANDED_UP, "涉及两个街道")
    assert after.events.get(kind="case.hand_up").facts["tier"] == "street"


def test_after_going_up_it_is_routed_to_the_layer_above_and_never_back(house, in_layer):
    above = make_body(house.region.parent)
    above.kind = BodyKind.objects.get(key="people_district")
    above.save()
    make_staff("mediator", above)
    case = in_layer("mediating")
    handover.hand_up(case, actor=house.mediator)
    relay()
    after = again(case)
    assert (after.status, after.body, after.tier) == ("dispatched", above, "district")


@pytest.mark.parametrize("tier", ["district", "court", ""])
def test_above_the_top_there_is_nothing(house, in_layer, tier):
    case = in_layer("mediating", tier)
    assert handover.next_layer(case) == ""
    with pytest.raises(TransitionNotAllowed, match="没有可以接着"):
        handover.hand_up(case, actor=house.mediator)


@pytest.mark.parametrize("who", ["colleague", "other_lead", "dispatcher"])
def test_nobody_else_hands_a_case_up(house, in_layer, who):
    with pytest.raises(TransitionNotAllowed):
        handover.hand_up(in_layer("mediating"), actor=getattr(house, who))


@pytest.mark.parametrize("status", ["dispatched", "agreed"])
def test_only_what_is_in_talks_goes_up(house, in_layer, status):
    with pytest.raises(TransitionNotAllowed):
        handover.hand_up(in_layer(status), actor=house.mediator)


def test_a_clock_that_has_run_out_ends_mediation_and_does_not_go_up(house, in_layer):
    case = in_layer("mediating")
    with time_machine.travel(case.mediate_by + dt.timedelta(days=2)):
        with pytest.raises(CaseError, match="期限已经到了"):
            handover.hand_up(case, actor=house.mediator)
        handling.fail(case, actor=house.mediator, reasons=["expired"])


def test_both_sides_hear_that_it_goes_up(house, in_layer):
    case = in_layer("mediating")
    handover.hand_up(case, actor=house.mediator)
    relay()
    told = Notice.objects.filter(template="handed_up")
    assert sorted(n.phone for n in told) == sorted(p.phone for p in case.parties.all())
