import pytest

from cases import duplicates
from cases.access import by_token
from cases.errors import CaseError, TransitionNotAllowed
from cases.filing import receipt_of
from tests.factories import file, reach


@pytest.mark.parametrize("status", ["filed", "dispatched", "inviting", "mediating"])
def test_the_same_dispute_is_closed_in_favour_of_the_other(house, status):
    case, other = reach(status, house), file().case
    filed_at = case.filed_at
    case = duplicates.merge(case, into=other, actor=house.dispatcher)
    assert (case.status, case.merged_into, case.filed_at) == ("merged", other, filed_at)
    assert case.ended_at
    assert case.events.get(kind="case.merge").facts["into"] == other.pk
    assert other.events.get(kind="case.received_merge").facts["merged"] == case.pk
    other.refresh_from_db()
    assert other.status == "filed"


def test_both_receipts_stay_valid(house):
    case, other = file().case, file().case
    receipt = receipt_of(case)
    duplicates.merge(case, into=other, actor=house.dispatcher)
    assert by_token(receipt.token) == case
    assert receipt_of(case) == receipt


def test_a_case_is_not_merged_into_itself(house):
    case = file().case
    with pytest.raises(CaseError, match="自己"):
        duplicates.merge(case, into=case, actor=house.dispatcher)


@pytest.mark.parametrize("status", ["merged", "withdrawn", "rejected"])
def test_a_case_is_not_merged_into_one_that_is_over(house, status):
    with pytest.raises(CaseError, match="已经结束"):
        duplicates.merge(file().case, into=reach(status, house), actor=house.dispatcher)


def test_two_cases_cannot_swallow_each_other(house):
    one, two = file().case, file().case
    duplicates.merge(one, into=two, actor=house.dispatcher)
    with pytest.raises(CaseError):
        duplicates.merge(two, into=one, actor=house.dispatcher)


def test_what_is_refused_leaves_no_trace_in_the_other_case(house):
    case, other = reach("agreed", house), file().case
    with pytest.raises(TransitionNotAllowed):
        duplicates.merge(case, into=other, actor=house.dispatcher)
    case.refresh_from_db()
    assert (case.merged_into, case.ended_at) == (None, None)
    assert not other.events.filter(kind="case.received_merge").exists()
