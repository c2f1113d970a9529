"""What becomes of pairs: merged by the rules, decided by a person, taken apart again."""

import datetime as dt

import pytest
import time_machine

from cases import duplicates
from cases.errors import CaseError, TransitionNotAllowed
from cases.filing import Person, receipt_of
from cases.models import Case, DuplicatePair
from mediators import audit
from mediators.models import AuditEntry
from tests.factories import applicant_of, file, new_phone, reach, respondent_of

RETOLD = "租房合同到期后交还了钥匙，对方以卫生为由扣着押金不给，多次联系没有结果。"


def same_people(case):
    """Return the parties of a case as they would be named again."""
    one, other = applicant_of(case), respondent_of(case)
    return {
        "applicants": [Person(one.name, one.phone)],
        "respondents": [Person(other.name, other.phone)],
    }


def again(case, **changes):
    """File the same dispute once more."""
    return file(**{**same_people(case), **changes}).case


def retold(case):
    return again(case, description=RETOLD, amount=None)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def pair(house):
    """Two filings that are likely one: the later one waits."""
    known = file().case
    case = retold(known)
    assert not duplicates.settle(case)
    return DuplicatePair.objects.get(case=case, other=known)


# --- By the rules ---


@pytest.mark.parametrize("status", ["filed", "dispatched", "inviting", "mediating", "agreed"])
def test_a_certain_duplicate_of_an_open_case_is_merged_by_the_rules(house, status):
    known = reach(status, house)
    case = again(known)
    assert not duplicates.settle(case)
    case = fresh(case)
    assert (case.status, case.merged_into) == ("merged", known)
    assert fresh(known).status == status
    pair = DuplicatePair.objects.get()
    assert (pair.case, pair.other, pair.grade, pair.state) == (case, known, "certain", "merged")
    assert pair.decided_by is None
    event = case.events.get(kind="case.merge")
    assert (event.actor, event.facts["into"]) == (None, known.pk)
    assert "applicant_phone" in event.facts["because"]
    assert known.events.get(kind="case.received_merge").facts["merged"] == case.pk
    trail = AuditEntry.objects.filter(chain=f"case:{case.pk}").order_by("seq")
    assert [entry.deed for entry in trail] == ["case.filed", "case.merge"]
    assert audit.first_broken(trail) is None


def test_both_receipts_stay_valid_and_the_first_application_counts(house):
    moment = dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC)
    with time_machine.travel(moment, tick=False):
        known = file().case
    with time_machine.travel(moment + dt.timedelta(days=3), tick=False):
        case = again(known)
        receipts = receipt_of(case), receipt_of(known)
        duplicates.settle(case)
        case = fresh(case)
    assert (receipt_of(case), receipt_of(known)) == receipts
    assert case.filed_at == moment + dt.timedelta(days=3)
    assert duplicates.applied_at(known) == moment


def test_the_earlier_date_counts_also_when_the_later_filing_goes_on(house):
    moment = dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC)
    with time_machine.travel(moment, tick=False):
        first = file().case
        second = file().case
    third = file().case
    duplicates.merge(first, into=second, actor=house.dispatcher)
    duplicates.merge(second, into=third, actor=house.dispatcher)
    assert duplicates.applied_at(third) == moment
    assert duplicates.filings(third) == [third, second, first]


@pytest.mark.parametrize("status", ["settled", "failed", "litigating"])
def test_what_has_ended_is_never_merged_into_without_a_person(house, status):
    known = reach(status, house)
    case = again(known)
    assert not duplicates.settle(case)
    assert fresh(case).status == "filed"
    pair = duplicates.open_pairs().get()
    assert (pair.grade, pair.other) == ("certain", known)


def test_a_likely_duplicate_waits_and_staff_can_read_why(pair):
    assert fresh(pair.case).status == "filed"
    assert (pair.grade, pair.state) == ("likely", "open")
    assert 0.5 <= pair.score <= 1
    assert duplicates.waits(pair.case)
    assert not duplicates.waits(pair.other)
    event = pair.case.events.get(kind="case.maybe_duplicate")
    assert event.facts == {"other": pair.other_id, "score": pair.score}


def test_a_new_dispute_may_go_to_a_body_at_once(house):
    reach("mediating", house)
    case = file(
        applicants=[Person("钱多多", new_phone())], respondents=[Person("周一一", new_phone())]
    ).case
    assert duplicates.settle(case)
    assert not DuplicatePair.objects.exists()


def test_looking_again_changes_nothing(pair):
    rows = list(DuplicatePair.objects.values())
    assert not duplicates.settle(pair.case)
    assert list(DuplicatePair.objects.values()) == rows
    assert pair.case.events.filter(kind="case.maybe_duplicate").count() == 1


@pytest.mark.parametrize("status", ["dispatched", "withdrawn", "rejected", "merged"])
def test_a_case_that_is_no_longer_waiting_is_left_alone(house, status):
    known = file().case
    case = reach(status, house, **same_people(known))
    before = DuplicatePair.objects.count()
    assert not duplicates.settle(case)
    assert fresh(case).status == status
    assert DuplicatePair.objects.count() == before


def test_of_two_that_wait_the_first_goes_on_whoever_looks(house):
    """The earlier filing may become visible after the later one has been looked at."""
    first = file().case
    second = again(first)
    assert duplicates.settle(first)
    assert (fresh(first).status, fresh(second).status) == ("filed", "merged")
    assert not duplicates.settle(second)


def test_one_in_hand_keeps_its_code_against_an_earlier_one_that_waits(house):
    waiting = file().case
    in_hand = reach("inviting", house, **same_people(waiting))
    assert not duplicates.settle(waiting)
    assert fresh(waiting).merged_into == in_hand


def test_a_third_filing_follows_to_the_case_that_goes_on(house):
    first = file().case
    second, third = again(first), again(first)
    duplicates.settle(second)
    duplicates.settle(third)
    assert fresh(second).merged_into == fresh(third).merged_into == first


# --- By a person ---


def test_a_person_finds_that_it_is_one_dispute(pair, house):
    duplicates.merge_pair(pair, actor=house.dispatcher)
    case, pair = fresh(pair.case), fresh(pair)
    assert (case.status, case.merged_into) == ("merged", pair.other)
    assert (pair.state, pair.decided_by) == ("merged", house.dispatcher)
    assert pair.decided_at


def test_a_person_may_let_the_later_one_go_on(pair, house):
    duplicates.merge_pair(pair, actor=house.dispatcher, into=pair.case)
    assert fresh(pair.other).merged_into == pair.case
    assert fresh(pair).state == "merged"
    assert not duplicates.waits(pair.case)


def test_only_one_of_the_two_can_go_on(pair, house):
    with pytest.raises(CaseError, match="这两件"):
        duplicates.merge_pair(pair, actor=house.dispatcher, into=file().case)


def test_a_person_finds_that_they_are_two_and_the_rules_remember(pair, house):
    duplicates.keep_apart(pair, actor=house.dispatcher)
    pair = fresh(pair)
    assert (pair.state, pair.decided_by) == ("apart", house.dispatcher)
    assert pair.case.events.get(kind="case.kept_apart").facts == {"other": pair.other_id}
    assert duplicates.settle(pair.case)


def test_what_is_decided_is_not_decided_again(pair, house):
    duplicates.keep_apart(pair, actor=house.dispatcher)
    with pytest.raises(CaseError, match="已经处理"):
        duplicates.keep_apart(pair, actor=house.dispatcher)
    with pytest.raises(CaseError, match="已经处理"):
        duplicates.merge_pair(fresh(pair), actor=house.dispatcher)


@pytest.mark.parametrize("role", ["mediator", "lead", "clerk", "assessor", "leader"])
def test_only_the_dispatcher_decides(pair, house, role):
    actor = getattr(house, role)
    with pytest.raises(CaseError):
        duplicates.keep_apart(pair, actor=actor)
    with pytest.raises(CaseError):
        duplicates.merge_pair(pair, actor=actor)
    assert fresh(pair).state == "open"


def test_a_merge_by_hand_is_remembered_as_a_decided_pair(house):
    one, other = file().case, file().case
    duplicates.merge(one, into=other, actor=house.dispatcher)
    pair = DuplicatePair.objects.get()
    assert (pair.case, pair.other, pair.state) == (one, other, "merged")
    assert pair.decided_by == house.dispatcher


def test_the_body_that_had_the_merged_case_need_not_answer_any_more(house):
    case, other = reach("dispatched", house), file().case
    duplicates.merge(case, into=other, actor=house.dispatcher)
    assert case.assignments.get().outcome == "taken_back"


def test_a_pair_whose_later_case_has_ended_needs_no_decision(pair):
    assert list(duplicates.open_pairs()) == [pair]
    Case.objects.filter(pk=pair.case_id).update(status="withdrawn")
    assert list(duplicates.open_pairs()) == []


def test_who_is_named_in_a_merged_filing_only_is_told_to_the_person(house):
    known = file().case
    second = Person("王五一", new_phone())
    named = same_people(known)
    case = again(known, respondents=[*named["respondents"], second])
    duplicates.merge(case, into=known, actor=house.dispatcher)
    assert [party.name for party in duplicates.unknown_parties(known)] == ["王五一"]
    assert known.parties.count() == 2


# --- Taken apart again ---


def unmerged(case, house):
    return duplicates.unmerge(case, actor=house.dispatcher, reason="不是同一套房子")


@pytest.mark.parametrize("status", ["filed", "dispatched", "mediating"])
def test_a_merged_case_is_taken_out_and_is_filed_as_before(house, status):
    case, other = reach(status, house), file().case
    filed_at = case.filed_at
    case = unmerged(duplicates.merge(case, into=other, actor=house.dispatcher), house)
    case.refresh_from_db()
    assert (case.status, case.merged_into, case.ended_at) == ("filed", None, None)
    assert (case.body, case.mediator, case.respond_by, case.mediate_by) == (None,) * 4
    assert case.filed_at == filed_at
    assert case.events.get(kind="case.unmerge").facts["out_of"] == other.pk
    assert other.events.get(kind="case.lost_merge").facts == {"unmerged": case.pk}
    assert not case.assignments.filter(outcome__in=("waiting", "accepted")).exists()


def test_what_was_taken_out_is_not_merged_again(house):
    known = file().case
    case = again(known)
    duplicates.settle(case)
    case = unmerged(case, house)
    pair = DuplicatePair.objects.get()
    assert (pair.state, pair.decided_by, pair.note) == ("apart", house.dispatcher, "不是同一套房子")
    assert duplicates.settle(case)
    assert fresh(case).status == "filed"


def test_nor_is_it_merged_into_the_case_that_the_other_went_into(house):
    first = file().case
    second, third = again(first), again(first)
    duplicates.settle(third)
    duplicates.merge(first, into=second, actor=house.dispatcher)
    third = unmerged(third, house)
    assert duplicates.settle(third)
    assert not third.duplicates.exclude(state="apart").exists()


def test_the_reason_stays_out_of_events_and_audit_trail(house):
    case = duplicates.merge(file().case, into=file().case, actor=house.dispatcher)
    unmerged(case, house)
    facts = [e.facts for e in case.events.all()] + [e.facts for e in AuditEntry.objects.all()]
    assert "不是同一套房子" not in str(facts)


def test_to_take_a_case_out_needs_a_reason_and_the_dispatcher(house):
    case = duplicates.merge(file().case, into=file().case, actor=house.dispatcher)
    with pytest.raises(CaseError, match="请写"):
        duplicates.unmerge(case, actor=house.dispatcher, reason=" ")
    for actor in (house.mediator, house.lead, house.clerk):
        with pytest.raises(TransitionNotAllowed):
            duplicates.unmerge(case, actor=actor, reason="一")
    assert fresh(case).status == "merged"


def test_only_what_is_merged_is_taken_out(house):
    with pytest.raises(TransitionNotAllowed):
        unmerged(file().case, house)
