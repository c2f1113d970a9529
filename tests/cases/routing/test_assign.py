"""Cases that are given to a body and a mediator: by the rules, and as a person decides."""

import datetime as dt

import pytest
import time_machine

from cases import clocks, events, handling, holding
from cases.errors import CaseError
from cases.lifecycle import Action, move
from cases.models import (
    Assignment,
    Case,
    CaseType,
    Channel,
    Classification,
    FeeOffer,
    TypeDecision,
    TypePause,
)
from cases.routing import assign, publishing, rulebook
from cases.routing.assign import another_mediator, dispatch, pick_mediator, route
from cases.routing.classify import Keyword
from cases.routing.suggest import suggest
from mediators.models import BodyKind, Relation
from tests.factories import (
    LEASE,
    applicant_of,
    file,
    make_body,
    make_staff,
    reach,
    respondent_of,
    send_to_body,
)

UNCLEAR = "有一件事情想请你们帮忙看看，不知道怎么说。"


@pytest.fixture
def lease():
    return CaseType.objects.get(key="housing_lease")


def waiting(case):
    return case.assignments.get(outcome=Assignment.Outcome.WAITING)


def send(case, house, lease, **values):
    return dispatch(
        case, **{"body": house.body, "case_type": lease, "actor": house.dispatcher, **values}
    )


def a_body(region, kind, people=1):
    """Make a body of a kind with people."""
    body = make_body(region)
    body.kind = BodyKind.objects.get(key=kind)
    body.save()
    for _ in range(people):
        make_staff("mediator", body)
    return body


# --- Routing by keyword ---


def test_a_clear_dispute_goes_by_itself_to_the_body_of_its_street(house):
    case = route(file().case)
    assert (case.status, case.body) == ("dispatched", house.body)
    assert (case.case_type.key, case.case_type_version) == ("housing_lease", 1)
    assert case.mediator.body == house.body
    verdict = Classification.objects.get(case=case)
    assert (verdict.decision, verdict.ranked[0]["case_type"]) == ("auto", "housing_lease")
    assert set(verdict.ranked[0]["keywords"]) & {"押金", "退押金", "房东"}


def test_the_response_clock_of_three_working_days_starts_with_the_dispatch(house):
    with time_machine.travel("2026-11-20 10:00+08:00", tick=False):
        case = route(file().case)
    assert case.respond_by == waiting(case).respond_by == dt.date(2026, 11, 25)


def test_what_the_words_do_not_decide_stays_on_the_desk_with_its_classification(house):
    case = route(file(description=UNCLEAR).case)
    assert (case.status, case.body, case.case_type) == ("filed", None, None)
    assert Classification.objects.get(case=case).decision == "review"
    assert case in Case.objects.on_the_desk()


def test_what_cannot_be_mediated_waits_for_a_person_too(house):
    case = route(file(description="他被公安机关刑事拘留，检察院要起诉他诈骗罪，法院判刑。").case)
    assert case.status == "filed"
    assert Classification.objects.get(case=case).decision != "auto"


def test_a_dispute_from_nowhere_waits_for_a_person(house):
    a_body(house.region.parent, "people_district")
    assert route(file(region=None).case).status == "filed"


def test_a_case_that_no_longer_waits_is_left_alone(house):
    case = route(file().case)
    assert route(case).status == "dispatched"
    assert case.classifications.count() == 1
    withdrawn = reach("withdrawn", house)
    route(withdrawn)
    assert not withdrawn.classifications.exists()


def test_routing_runs_from_the_event_and_not_in_the_filing(house):
    case = file().case
    assert case.status == "filed"
    events.relay()
    case.refresh_from_db()
    assert case.status == "dispatched"


def test_the_verdict_names_the_rule_book_that_made_it(house):
    first = rulebook.in_force()
    case = file().case
    publishing.ship(
        [Keyword("neighbour", "房东", 4.0), Keyword("neighbour", "押金", 4.0)], note="t"
    )
    route(case)
    verdict = case.classifications.get()
    assert verdict.rule_book.version == first.version + 1
    assert verdict.ranked[0]["case_type"] == "neighbour"


def test_a_type_that_was_corrected_too_often_waits_for_a_person(house, lease):
    TypePause.objects.create(case_type=lease, judged=10, corrected=5)
    assert route(file().case).status == "filed"


def test_when_the_applicant_named_another_likely_type_a_person_decides(house):
    case = file().case
    judged = assign.judge.judge(case)
    judged.ranked = [{"case_type": key} for key in ("housing_lease", "neighbour", "consumer")]
    for said, goes in (("neighbour", False), ("housing_lease", True), ("medical", True)):
        case.case_type_said = CaseType.objects.get(key=said)
        assert bool(assign._type_that_decides(case, judged)) is goes


def test_a_person_s_word_on_the_type_stands_when_the_case_comes_back(house, lease):
    case = send(file(description=UNCLEAR).case, house, lease)
    assert TypeDecision.objects.get(case=case).case_type == lease
    second = a_body(house.region, "people_street")
    case = route(handling.refuse(case, actor=case.mediator.user, reason="busy"))
    assert (case.body, case.case_type) == (second, lease)


def test_text_can_be_as_long_as_it_likes_and_buys_no_route(house):
    text = (LEASE + "离婚抚养继承遗嘱物业邻居噪音车祸医疗工伤保险商标" * 30)[:1000]
    case = file(description=text).case
    route(case)
    assert case.classifications.get().decision in ("auto", "review")


# --- Who had it, and the layers ---


def test_a_body_that_refused_or_was_silent_is_not_asked_again(house):
    case = route(file().case)
    case = route(handling.refuse(case, actor=case.mediator.user, reason="scope"))
    assert (case.status, case.body) == ("filed", None)
    second = a_body(house.region, "people_street")
    assert route(case).body == second
    assert route(handling.lapse(case)).status == "filed"


def test_after_three_refusals_a_person_decides(house, lease):
    case = file().case
    for _ in range(assign.MOST_REFUSALS):
        case = send_to_body(case, house)
        case = handling.refuse(case, actor=house.mediator, reason="scope")
    a_body(house.region, "people_street")
    assert route(case).status == "filed"


def test_the_layer_of_the_body_is_kept_with_the_case_and_its_assignment(house):
    with time_machine.travel("2026-11-20 10:00+08:00", tick=False):
        case = route(file().case)
    assert (case.tier, waiting(case).tier) == ("street", "street")
    assert case.layer_by == dt.date(2026, 12, 7)  # 10 days from the last to answer, a Saturday
    case = handling.accept(case, actor=case.mediator.user)
    assert clocks.layer_due("street", dt.date(2026, 11, 20), dt.date(2026, 11, 27)) == dt.date(
        2026, 11, 27
    )
    assert clocks.layer_due("district", dt.date(2026, 11, 20), case.mediate_by) == case.mediate_by


def test_two_silent_rounds_lift_a_case_over_bodies_of_the_same_layer(house):
    bodies = [house.body, *(a_body(house.region, "people_street") for _ in range(3))]
    district = a_body(house.region.parent, "people_district")
    case = file().case
    for _ in range(2):
        case = handling.lapse(route(case))
    case = route(case)
    assert case.body == district
    assert case.tier == "district"
    assert waiting(case).explanation["tier_why"] == ["type:community", "silent:street"]
    assert len({one.body_id for one in case.assignments.all()} & {b.pk for b in bodies}) == 2


def test_a_case_handed_up_goes_to_the_next_layer_and_keeps_its_record(house):
    a_body(house.region, "people_street")
    district = a_body(house.region.parent, "people_district")
    case = route(file().case)
    handler = case.mediator.user
    case = handling.accept(case, actor=handler)
    clock = case.mediate_by
    case = move(case, Action.HAND_UP, actor=handler)
    holding.close_assignment(case, Assignment.Outcome.HANDED_UP)
    case = route(holding.without_body(case))
    assert (case.body, case.tier, case.mediate_by) == (district, "district", clock)
    assert [one.outcome for one in case.assignments.all()] == ["handed_up", "waiting"]


def test_a_large_amount_and_a_court_case_start_higher(house):
    district = a_body(house.region.parent, "people_district")
    court = a_body(house.region.parent, "court_invited")
    channel = Channel.objects.get(key="court")
    assert route(file(amount=300000).case).body == district
    case = file(channel=channel, track="court", description="欠货款，买卖合同，货款，供货。").case
    sale = CaseType.objects.get(key="sale_contract")
    assert [one.body for one in suggest(case, sale)] == [court]


# --- Dispatching by a person ---


def test_a_dispatcher_sends_a_waiting_case_elsewhere(house, lease):
    case = send(reach("dispatched", house), house, lease, body=house.other_body, reason="就近")
    assert case.body == house.other_body
    assert [a.outcome for a in case.assignments.all()] == ["taken_back", "waiting"]
    assert waiting(case).reason == "就近"


def test_a_mediator_of_another_body_is_not_given_the_case(house, lease):
    with pytest.raises(CaseError, match="本组织"):
        send(file().case, house, lease, mediator=house.other_mediator.mediator)


def test_a_barred_kind_of_body_may_not_have_the_case_even_from_a_person(house):
    row = CaseType.objects.filter(type_kinds__is_barred=True).first().type_kinds
    barred = row.filter(is_barred=True).first()
    body = a_body(house.region, barred.kind.key)
    case = file().case
    with pytest.raises(CaseError, match="不能派给"):
        send(case, house, barred.case_type, body=body)
    case.refresh_from_db()
    assert (case.status, case.body) == ("filed", None)


def test_a_body_that_charges_gets_a_case_only_when_every_party_has_agreed(house):
    sale = CaseType.objects.get(key="sale_contract")
    market = a_body(house.region, "market_commercial")
    case = file().case
    offer = FeeOffer.objects.create(case=case, body=market, price_list="每件500元")
    offer.answers.create(party=applicant_of(case), agrees=True, means="self")
    with pytest.raises(CaseError, match="收费"):
        send(case, house, sale, body=market)
    answer = offer.answers.create(party=respondent_of(case), agrees=False, means="self")
    with pytest.raises(CaseError, match="收费"):
        send(case, house, sale, body=market)
    answer.agrees = True
    answer.save()
    assert send(case, house, sale, body=market).body == market


def test_a_person_may_set_load_aside(house, lease):
    house.mediator.mediator.body.mediators.update(capacity=0)
    case = send(file().case, house, lease)
    assert (case.status, case.mediator) == ("dispatched", None)
    assert waiting(case).explanation["chosen"]["against"] == "full"


def test_a_person_may_not_set_a_conflict_aside(house, lease):
    case = file().case
    declared = respondent_of(case).name
    Relation.objects.create(mediator=house.mediator.mediator, kind="relative", name=declared)
    with pytest.raises(CaseError, match="回避"):
        send(case, house, lease, mediator=house.mediator.mediator)
    assert send(case, house, lease).mediator != house.mediator.mediator


def test_a_body_all_of_whose_people_must_step_aside_is_refused(house, lease):
    case = file().case
    for mediator in house.body.mediators.all():
        Relation.objects.create(
            mediator=mediator, kind="relative", name="不是这个名字", phone=applicant_of(case).phone
        )
    with pytest.raises(CaseError, match="都要回避"):
        send(case, house, lease)
    assert route(case).status == "filed"


# --- Which mediator ---


def test_the_mediator_with_the_fewest_open_cases_is_picked(house, lease):
    reach("dispatched", house)
    assert send(file().case, house, lease).mediator != house.mediator.mediator


@pytest.mark.parametrize("away", ["leave", "day off", "gone", "full"])
def test_who_cannot_take_a_case_is_not_picked(house, lease, away):
    case = reach("filed", house)
    case.case_type = lease
    for user in (house.colleague, house.lead):
        user.is_active = False
        user.save()
    only = house.mediator.mediator
    assert pick_mediator(house.body, case) == only
    if away == "leave":
        only.leaves.create(first_day=dt.date(2020, 1, 1), last_day=dt.date(2126, 1, 1))
    only.capacity = 0 if away == "full" else 40
    only.days_off = "1234567" if away == "day off" else ""
    only.user.is_active = away != "gone"
    only.user.save()
    only.save()
    assert pick_mediator(house.body, case) is None


def test_another_mediator_is_one_who_has_not_had_the_case(house):
    case = reach("dispatched", house)
    people = {user.mediator for user in (house.colleague, house.lead)}
    other = another_mediator(case)
    assert other in people
    holding.give_to(case, other, actor=None, why="recusal")
    assert another_mediator(Case.objects.get(pk=case.pk)) == (people - {other}).pop()
    assert another_mediator(file().case) is None
