import datetime as dt

import pytest
import time_machine

from cases import handling
from cases.models import Case
from cases.policies import standing
from tests import factories
from tests.factories import file, make_staff, reach

TODAY = dt.date(2026, 11, 26)


@pytest.fixture
def cases(house):
    """Cases of both bodies, one on the desk, one of a partner system."""
    partner = make_staff("")
    other = factories.dispatch(
        file().case,
        body=house.other_body,
        mediator=house.other_mediator.mediator,
        case_type=reach("dispatched", house).case_type,
        actor=house.dispatcher,
        reason="测试",
    )
    filed = factories.filing.file_dispute(
        factories.a_dispute(), key=factories.new_key(), by=partner
    )
    return {
        "mine": reach("inviting", house),
        "other": other,
        "desk": file().case,
        "partner's": filed.case,
        "partner": partner,
    }


def seen_by(user):
    return set(Case.objects.visible_to(user))


def test_a_mediator_sees_the_own_cases_only(house, cases):
    assert cases["mine"] in seen_by(house.mediator)
    assert seen_by(house.mediator) == set(Case.objects.filter(mediator__user=house.mediator))
    assert seen_by(house.colleague) == set()
    assert seen_by(house.other_mediator) == {cases["other"]}


def test_a_lead_sees_the_cases_of_the_body_once_each(house, cases):
    assert seen_by(house.lead) == set(Case.objects.filter(body=house.body))
    assert Case.objects.visible_to(house.lead).count() == len(seen_by(house.lead))
    assert seen_by(house.other_lead) == {cases["other"]}


def test_the_centre_and_the_court_see_all(house, cases):
    for user in (house.dispatcher, house.clerk):
        assert seen_by(user) == set(Case.objects.all())


def test_assessors_leaders_and_administrators_see_no_case(house, cases):
    for user in (house.assessor, house.leader, make_staff("administrator")):
        assert seen_by(user) == set()


def test_a_partner_system_sees_what_it_filed(cases):
    assert seen_by(cases["partner"]) == {cases["partner's"]}
    assert seen_by(make_staff("")) == set()


def test_a_body_that_gave_a_case_back_sees_it_no_more(house):
    case = reach("dispatched", house)
    handling.refuse(case, actor=house.mediator, reason="scope")
    assert seen_by(house.mediator) == seen_by(house.lead) == set()


def test_whoever_stands_somewhere_in_a_case_sees_it_and_nobody_else_does(house):
    for status in Case.Status.values:
        case = reach(status, house)
        for name in factories.House.__dataclass_fields__:
            person = getattr(house, name)
            if isinstance(person, factories.User):
                stands = bool(standing(person, case))
                assert (case in seen_by(person)) == stands, (status, name)


def test_a_case_is_found_by_its_number_and_by_nothing_else(house):
    case = file().case
    assert Case.objects.by_number(f" {case.number} ").get() == case
    for wrong in ("", str(case.pk), f"26-{case.pk:06d}", f"{case.number}x", "2026-", "２０２６-１"):
        assert not Case.objects.by_number(wrong).exists()


def test_silent_and_overdue_cases_are_those_past_their_last_day(house):
    with time_machine.travel("2026-11-20 10:00+08:00", tick=False):
        waiting, mediating = reach("dispatched", house), reach("mediating", house)
        reach("settled", house)
    assert set(Case.objects.unresponded(waiting.respond_by)) == set()
    assert set(Case.objects.unresponded(TODAY)) == {waiting}
    assert set(Case.objects.overdue(mediating.mediate_by)) == set()
    late = mediating.mediate_by + dt.timedelta(days=1)
    assert set(Case.objects.overdue(late)) == {mediating}


def test_open_and_worked_on_say_where_a_case_is(house):
    cases = {status: reach(status, house) for status in Case.Status.values}
    is_open = {s for s, case in cases.items() if case in Case.objects.open()}
    in_hand = {s for s, case in cases.items() if case in Case.objects.worked_on()}
    assert is_open == {"filed", "dispatched", "inviting", "mediating", "agreed"}
    assert in_hand == is_open - {"filed"}
    assert cases["filed"] in Case.objects.on_the_desk()


def test_the_one_whose_day_runs_out_first_comes_first(house):
    with time_machine.travel("2026-11-20 10:00+08:00", tick=False) as clock:
        mediating = reach("mediating", house)
        clock.shift(dt.timedelta(days=1))
        waiting, desk = reach("dispatched", house), file().case
    order = list(Case.objects.filter(pk__in=[mediating.pk, waiting.pk, desk.pk]).by_clock())
    assert order == [waiting, mediating, desk]


@pytest.mark.parametrize("words", ["张三丰", "三丰", "李四光"])
def test_a_search_finds_the_names_of_the_parties(house, words):
    case, _ = (
        file().case,
        file(applicants=[factories.Person("王五")], respondents=[factories.Person("赵六")]),
    )
    assert list(Case.objects.search(words)) == [case]
    assert list(Case.objects.search(case.number)) == [case]


def test_a_list_with_people_costs_the_same_for_three_cases_and_for_thirty(
    house, django_assert_num_queries
):
    def read():
        for case in Case.objects.with_people():
            _ = (case.number, case.case_type, case.region, case.body, case.channel)
            _ = (case.mediator and str(case.mediator), [p.masked_name for p in case.parties.all()])

    for count in (3, 27):
        for _ in range(count):
            reach("inviting", house)
        with django_assert_num_queries(2):
            read()
