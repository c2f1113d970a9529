"""What people decide on types: a label each, and the end of automatic routing that goes wrong."""

import datetime as dt

import pytest
from django.utils import timezone

from cases import handling
from cases.errors import CaseError
from cases.events import relay
from cases.models import (
    Case,
    CaseType,
    Classification,
    RejectReason,
    TypeDecision,
    TypePause,
)
from cases.routing import corrections, rulebook
from cases.routing.corrections import record_type_decision
from cases.routing.judge import judge
from mediators.models import AuditEntry, User
from tests import factories
from tests.cases.routing import books


@pytest.fixture(autouse=True)
def _small_book(house) -> None:
    books.in_force()


@pytest.fixture
def lease() -> CaseType:
    return CaseType.objects.get(key="housing_lease")


@pytest.fixture
def labour() -> CaseType:
    return CaseType.objects.get(key="labour")


def routed(decision: str = "auto", code: str = "housing_lease", **fields: object) -> Case:
    """Return a case that the keywords gave a type."""
    case = factories.file().case
    Classification.objects.create(
        case=case,
        rule_book=rulebook.in_force(),
        ranked=[{"case_type": code, "score": 6.0, "keywords": ["押金", "房东"]}],
        decision=decision,
        **fields,
    )
    return case


def correct(times: int, lease: CaseType, labour: CaseType, by: User, right: int = 0) -> None:
    """Route so many cases to leases, of which people correct the first ones."""
    for _ in range(right):
        routed()
    for case in [routed() for _ in range(times)]:
        record_type_decision(case, labour, by)


# --- Labels ---


def test_a_decision_keeps_the_type_the_judgement_and_whether_they_agree(lease, labour, dispatcher):
    agreed = record_type_decision(routed(), lease, dispatcher)
    changed = record_type_decision(routed(), labour, dispatcher)
    assert (agreed.agrees, changed.agrees) == (True, False)
    assert changed.classification == changed.case.classifications.first()
    assert (changed.case_type, changed.by) == (labour, dispatcher)


def test_the_same_decision_twice_in_a_row_is_one(lease, labour, dispatcher):
    case = routed()
    first = record_type_decision(case, labour, dispatcher)
    assert record_type_decision(case, labour, dispatcher) == first
    record_type_decision(case, lease, dispatcher)
    record_type_decision(case, labour, dispatcher)
    assert TypeDecision.objects.filter(case=case).count() == 3


def test_a_case_that_nobody_judged_yet_can_be_decided(lease, dispatcher):
    decision = record_type_decision(factories.file().case, lease, dispatcher)
    assert (decision.classification, decision.agrees) == (None, False)


@pytest.mark.parametrize("reason", [RejectReason.NOT_CIVIL, RejectReason.CRIMINAL])
def test_a_refusal_for_its_nature_is_a_label_of_nothing_to_mediate(house, reason):
    case = judge(factories.file().case).case
    handling.reject(case, actor=house.dispatcher, reason=reason)
    relay()
    decision = case.type_decisions.get()
    assert (decision.case_type, decision.agrees, decision.by) == (None, False, house.dispatcher)


@pytest.mark.parametrize("reason", [RejectReason.ELSEWHERE, RejectReason.UNCLEAR])
def test_a_refusal_for_another_reason_says_nothing_of_the_type(house, reason):
    case = factories.file().case
    handling.reject(case, actor=house.dispatcher, reason=reason)
    relay()
    assert not case.type_decisions.exists()


def test_labelled_cases_are_the_latest_decision_of_each_corrections_weigh_more(
    lease, labour, dispatcher, django_assert_num_queries
):
    twice, once = routed(), routed()
    record_type_decision(twice, labour, dispatcher)
    record_type_decision(twice, None, dispatcher)
    record_type_decision(once, lease, dispatcher)
    with django_assert_num_queries(1):
        told = corrections.labelled_cases()
    assert [(one.id, one.case_type) for one in told] == [
        (twice.number, "none"),
        (once.number, "housing_lease"),
    ]
    assert told[0].text == twice.description
    assert told[0].weight > told[1].weight


# --- Pausing ---


def test_a_type_that_is_corrected_too_often_is_paused_and_says_so(lease, labour, dispatcher):
    correct(4, lease, labour, dispatcher)
    assert not corrections.is_paused(lease)
    correct(1, lease, labour, dispatcher)
    assert corrections.is_paused(lease)
    assert not corrections.is_paused(labour)
    pause = TypePause.objects.get()
    assert (pause.case_type, pause.judged, pause.corrected) == (lease, 5, 5)
    facts = {"case_type": "housing_lease", "judged": 5, "corrected": 5}
    assert AuditEntry.objects.get(deed="routing.paused").facts == facts


def test_a_few_corrections_among_many_right_ones_pause_nothing(lease, labour, dispatcher, settings):
    settings.ROUTING_PAUSE_RATE = 0.5
    correct(5, lease, labour, dispatcher, right=5)
    assert not corrections.is_paused(lease)
    correct(1, lease, labour, dispatcher)
    assert corrections.is_paused(lease)


def test_only_the_newest_automatic_routings_count(lease, labour, dispatcher, monkeypatch):
    monkeypatch.setattr(corrections, "WATCHED", 6)
    correct(4, lease, labour, dispatcher)
    for _ in range(4):
        routed()
    correct(1, lease, labour, dispatcher)
    assert not corrections.is_paused(lease)


def test_what_was_long_ago_does_not_count(lease, labour, dispatcher):
    long_ago = timezone.now() - dt.timedelta(days=corrections.WATCHED_DAYS + 1)
    for _ in range(5):
        record_type_decision(routed(at=long_ago), labour, dispatcher)
    assert not corrections.is_paused(lease)


def test_corrections_of_what_was_left_to_people_pause_nothing(lease, labour, dispatcher):
    for _ in range(6):
        record_type_decision(routed("review"), labour, dispatcher)
    assert not corrections.is_paused(lease)


def test_a_person_resumes_a_type_and_earlier_corrections_count_no_more(lease, labour, dispatcher):
    correct(5, lease, labour, dispatcher)
    pause = corrections.resume(lease, by=dispatcher)
    assert (pause.resumed_by, corrections.is_paused(lease)) == (dispatcher, False)
    correct(4, lease, labour, dispatcher)
    assert not corrections.is_paused(lease)
    correct(1, lease, labour, dispatcher)
    assert corrections.is_paused(lease)
    assert TypePause.objects.count() == 2


def test_what_is_not_paused_cannot_be_resumed(lease, dispatcher):
    with pytest.raises(CaseError, match="没有暂停"):
        corrections.resume(lease, by=dispatcher)


# --- The report ---


def test_the_report_counts_corrections_by_type_and_by_the_words_that_misled(
    lease, labour, dispatcher, django_assert_num_queries
):
    correct(2, lease, labour, dispatcher, right=1)
    routed(code="labour")
    record_type_decision(routed("review"), labour, dispatcher)
    with django_assert_num_queries(2):
        by_type, by_word = corrections.misroutes()
    assert [(r.case_type, r.judged, r.corrected) for r in by_type] == [
        ("housing_lease", 3, 2),
        ("labour", 1, 0),
    ]
    assert {(r.word, r.judged, r.corrected) for r in by_word} == {("押金", 3, 2), ("房东", 3, 2)}


def test_a_correction_that_was_taken_back_is_none(lease, labour, dispatcher):
    case = routed()
    record_type_decision(case, labour, dispatcher)
    record_type_decision(case, lease, dispatcher)
    by_type, by_word = corrections.misroutes()
    assert [(rate.judged, rate.corrected) for rate in by_type] == [(1, 0)]
    assert by_word == []
