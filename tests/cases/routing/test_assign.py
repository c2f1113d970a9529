import datetime as dt

import pytest
import time_machine

from cases import events, handling
from cases.errors import CaseError
from cases.models import Assignment, Case, CaseType, Classification, RuleBook
from cases.routing import assign, rulebook
from cases.routing.assign import dispatch, pick_mediator, route, suggest
from cases.routing.classify import Keyword
from mediators.models import BodyKind
from tests.factories import LEASE, file, make_body, make_staff, reach, send_to_body

UNCLEAR = "有一件事情想请你们帮忙看看，不知道怎么说。"


@pytest.fixture
def lease():
    return CaseType.objects.get(key="housing_lease")


def waiting(case):
    return case.assignments.filter(outcome=Assignment.Outcome.WAITING)


# --- Routing by keyword ---


def test_a_clear_dispute_goes_by_itself_to_the_body_of_its_street(house):
    case = route(file().case)
    assert (case.status, case.body) == ("dispatched", house.body)
    assert (case.case_type.key, case.case_type_version) == ("housing_lease", 1)
    assert case.mediator.body == house.body
    verdict = Classification.objects.get(case=case)
    assert (verdict.decision, verdict.ranked[0]["case_type"]) == ("auto", "housing_lease")
    assert set(verdict.ranked[0]["keywords"]) & {"押金", "退押金", "房东"}
    assert waiting(case).get().reason


def test_the_response_clock_of_three_working_days_starts_with_the_dispatch(house):
    with time_machine.travel("2026-11-20 10:00+08:00", tick=False):
        case = route(file().case)
    assert case.respond_by == waiting(case).get().respond_by == dt.date(2026, 11, 25)


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


def test_after_three_refusals_a_person_decides(house, lease):
    case = file().case
    for _ in range(assign.MOST_REFUSALS):
        case = send_to_body(case, house)
        case = handling.refuse(case, actor=house.mediator, reason="scope")
    assert route(case).status == "filed"
    assert case.classifications.count() == 1


def test_the_verdict_names_the_rule_book_that_made_it(house):
    first = rulebook.in_force()
    case = file().case
    rulebook.publish(
        [Keyword("neighbour", "房东", 4.0), Keyword("neighbour", "押金", 4.0)], note="t"
    )
    route(case)
    verdict = case.classifications.get()
    assert verdict.rule_book.version == first.version + 1
    assert verdict.ranked[0]["case_type"] == "neighbour"
    assert RuleBook.objects.filter(pk=first.pk, keywords__word="押金").exists()


# --- Which bodies ---


def names(suggestions):
    return [s.body for s in suggestions]


def test_bodies_of_other_streets_are_not_suggested(house, lease):
    assert house.other_body not in names(suggest(file().case, lease))
    assert house.body in names(suggest(file().case, lease))


def test_the_body_with_the_least_work_for_each_of_its_people_comes_first(house, lease):
    second = make_body(house.region)
    make_staff("mediator", second)
    case = file().case
    both = [b for b in names(suggest(case, lease)) if b in (house.body, second)]
    assert both == [house.body, second]
    reach("dispatched", house)
    both = [b for b in names(suggest(case, lease)) if b in (house.body, second)]
    assert both == [second, house.body]
    # One open case for three people weighs less than one for one person.
    dispatch(file().case, body=second, case_type=lease, actor=house.dispatcher, reason="t")
    both = [b for b in names(suggest(case, lease)) if b in (house.body, second)]
    assert both == [house.body, second]


def test_closed_cases_are_no_work(house, lease):
    reach("settled", house)
    found = next(s for s in suggest(file().case, lease) if s.body == house.body)
    assert found.open_cases == 0
    assert "在办0件" in found.reason


def test_bodies_without_people_and_switched_off_ones_are_not_suggested(house, lease):
    empty, off = make_body(house.region), make_body(house.region)
    make_staff("mediator", off)
    off.is_active = False
    off.save()
    assert not {empty, off} & set(names(suggest(file().case, lease)))


def test_a_body_that_gave_the_case_back_is_not_asked_again(house, lease):
    case = handling.refuse(reach("dispatched", house), actor=house.mediator, reason="scope")
    assert house.body not in names(suggest(case, lease))
    assert house.body in names(suggest(file().case, lease))


def test_kinds_come_in_the_order_of_the_type(house, lease):
    for family in ("industry", "court_invited", "market"):
        body = make_body(house.region, family=family)
        make_staff("mediator", body)
        lease.bodies.add(body)
    order = list(
        lease.type_kinds.filter(is_barred=False).order_by("order").values_list("kind", flat=True)
    )
    suggested = [order.index(b.kind_id) for b in names(suggest(file().case, lease))]
    assert suggested == sorted(suggested)
    assert len(suggested) >= 2


def test_bodies_that_may_charge_are_never_suggested(house):
    market = make_body(house.region, family=BodyKind.Family.MARKET)
    make_staff("mediator", market)
    for case_type in CaseType.objects.all():
        case_type.bodies.add(market)
        assert market not in names(suggest(file().case, case_type))


# --- Which mediator ---


def test_the_mediator_with_the_fewest_open_cases_is_picked(house):
    reach("dispatched", house)
    assert pick_mediator(house.body) != house.mediator.mediator


@pytest.mark.parametrize("away", ["leave", "gone", "full"])
def test_who_cannot_take_a_case_is_not_picked(house, away):
    people = [user.mediator for user in (house.mediator, house.colleague, house.lead)]
    for mediator in people[1:]:
        mediator.user.is_active = False
        mediator.user.save()
    first = people[0]
    assert pick_mediator(house.body) == first
    if away == "leave":
        first.leaves.create(first_day=dt.date(2020, 1, 1), last_day=dt.date(2126, 1, 1))
    elif away == "full":
        first.capacity = 0
    else:
        first.user.is_active = False
        first.user.save()
    first.save()
    assert pick_mediator(house.body) is None


def test_the_last_day_of_leave_is_leave_and_the_next_is_not(house):
    for user in (house.colleague, house.lead):
        user.is_active = False
        user.save()
    away = dt.date(2026, 11, 20)
    house.mediator.mediator.leaves.create(first_day=away, last_day=away)
    with time_machine.travel("2026-11-20 23:30+08:00", tick=False) as clock:
        assert pick_mediator(house.body) is None
        clock.shift(dt.timedelta(hours=1))
        assert pick_mediator(house.body) == house.mediator.mediator


def test_a_body_whose_people_are_all_away_still_gets_the_case(house, lease):
    for user in (house.mediator, house.colleague, house.lead):
        user.mediator.capacity = 0
        user.mediator.save()
    case = dispatch(
        file().case, body=house.body, case_type=lease, actor=house.dispatcher, reason="t"
    )
    assert (case.status, case.mediator) == ("dispatched", None)


# --- Dispatching ---


def test_a_dispatcher_sends_a_waiting_case_elsewhere(house, lease):
    case = reach("dispatched", house)
    case = dispatch(
        case, body=house.other_body, case_type=lease, actor=house.dispatcher, reason="就近"
    )
    assert case.body == house.other_body
    assert [a.outcome for a in case.assignments.all()] == ["taken_back", "waiting"]
    assert waiting(case).get().reason == "就近"


def test_a_mediator_of_another_body_is_not_given_the_case(house, lease):
    with pytest.raises(CaseError, match="本组织"):
        dispatch(
            file().case,
            body=house.body,
            mediator=house.other_mediator.mediator,
            case_type=lease,
            actor=house.dispatcher,
            reason="t",
        )


def test_a_barred_kind_of_body_may_not_have_the_case_even_from_a_person(house):
    row = CaseType.objects.filter(type_kinds__is_barred=True).first().type_kinds
    barred = row.filter(is_barred=True).first()
    body = make_body(house.region)
    body.kind = barred.kind
    body.save()
    case = file().case
    with pytest.raises(CaseError, match="不能派给"):
        dispatch(case, body=body, case_type=barred.case_type, actor=house.dispatcher, reason="t")
    case.refresh_from_db()
    assert (case.status, case.body) == ("filed", None)


def test_text_can_be_as_long_as_it_likes_and_buys_no_route(house):
    case = file(
        description=(LEASE + "离婚抚养继承遗嘱物业邻居噪音车祸医疗工伤保险商标" * 30)[:1000]
    ).case
    route(case)
    assert case.classifications.get().decision in ("auto", "review")
