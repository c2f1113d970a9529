"""Which bodies could take a case: the desk's suggestions, and why the others are passed over."""

import pytest

from cases import handling
from cases.models import Case, CaseType
from cases.routing.assign import dispatch
from cases.routing.suggest import advise, advise_all, suggest, suggest_all
from mediators.models import BodyKind
from tests.factories import file, make_body, make_staff, reach


@pytest.fixture
def lease():
    return CaseType.objects.get(key="housing_lease")


def names(suggestions):
    return [one.body for one in suggestions]


def test_bodies_of_other_streets_are_not_suggested(house, lease):
    assert house.other_body not in names(suggest(file().case, lease))
    assert house.body in names(suggest(file().case, lease))


def test_the_body_with_the_least_work_for_each_of_its_people_comes_first(house, lease):
    second = make_body(house.region)
    make_staff("mediator", second)
    case = file().case
    assert set(names(suggest(case, lease))) == {house.body, second}
    reach("dispatched", house)
    assert names(suggest(case, lease)) == [second, house.body]
    # One open case for three people weighs less than one for one person.
    dispatch(file().case, body=second, case_type=lease, actor=house.dispatcher)
    assert names(suggest(case, lease)) == [house.body, second]


def test_closed_cases_are_no_work(house, lease):
    reach("settled", house)
    found = next(one for one in suggest(file().case, lease) if one.body == house.body)
    assert (found.open_cases, found.capacity) == (0, 120)
    assert "在办0件" in found.reason


def test_the_mediator_whose_turn_it_is_comes_with_the_body(house, lease):
    reach("dispatched", house)
    found = suggest(file().case, lease)[0]
    assert found.mediator in {house.colleague.mediator, house.lead.mediator}


def test_bodies_without_people_and_switched_off_ones_are_not_suggested(house, lease):
    empty, off = make_body(house.region), make_body(house.region)
    make_staff("mediator", off)
    off.is_active = False
    off.save()
    advice = advise(file().case, lease)
    assert not {empty, off} & set(names(advice.suggestions))
    assert dict(advice.passed)[empty] == "没有在岗的调解员"
    assert off not in dict(advice.passed)


def test_a_body_that_gave_the_case_back_is_passed_over_and_it_says_so(house, lease):
    case = handling.refuse(reach("dispatched", house), actor=house.mediator, reason="scope")
    advice = advise(case, lease)
    assert house.body not in names(advice.suggestions)
    assert dict(advice.passed)[house.body] == "这一件它没有接"
    assert house.body in names(suggest(file().case, lease))


def test_kinds_come_in_the_order_of_the_type(house, lease):
    for family in ("industry", "court_invited", "market"):
        body = make_body(house.region, family=family)
        make_staff("mediator", body)
        lease.bodies.add(body)
    kinds = lease.type_kinds.filter(is_barred=False).order_by("order")
    order = list(kinds.values_list("kind", flat=True))
    suggested = [order.index(one.kind_id) for one in names(suggest(file().case, lease))]
    assert suggested == sorted(suggested)
    assert len(suggested) >= 2


def test_bodies_that_may_charge_are_never_suggested_by_themselves(house):
    market = make_body(house.region, family=BodyKind.Family.MARKET)
    make_staff("mediator", market)
    reasons = set()
    for case_type in CaseType.objects.all():
        case_type.bodies.add(market)
        advice = advise(file().case, case_type)
        assert market not in names(advice.suggestions)
        reasons |= {said for body, said in advice.passed if body == market}
    assert len(reasons) <= 2  # barred, or to be paid for


def test_the_layer_is_told_with_its_reasons(house, lease):
    advice = advise(file(amount=300000).case, lease)
    assert (advice.tier, advice.needs_person) == ("district", False)
    assert advice.tier_why == ["这一类从社区开始", "金额5万元以上", "金额20万元以上"]
    assert dict(advice.passed)[house.body] == "层级不够：这一件要在区矛调中心办"


def test_a_desk_is_suggested_what_each_case_alone_would_be(house):
    types = list(CaseType.objects.all())
    for family in ("industry", "court_invited"):
        body = make_body(house.region, family=family)
        make_staff("mediator", body)
        types[0].bodies.add(body)
    back = handling.refuse(reach("dispatched", house), actor=house.mediator, reason="scope")
    cases = [back, file().case, file(region=None).case]
    wanted = [(case, case_type) for case in cases for case_type in types]
    assert suggest_all(wanted) == [suggest(case, case_type) for case, case_type in wanted]
    assert any(suggest_all(wanted))


def test_a_page_of_twenty_cases_takes_as_many_queries_as_one(
    house, lease, django_assert_max_num_queries
):
    for _ in range(20):
        file()
    types = CaseType.objects.in_bulk()
    cases = list(Case.objects.with_routing())
    wanted = list(zip(cases, [*types.values()][:20], strict=True))
    with django_assert_max_num_queries(17) as one:
        advise_all(wanted[:1])
    with django_assert_max_num_queries(17) as twenty:
        advise_all(wanted)
    assert len(twenty) <= len(one) + 1
