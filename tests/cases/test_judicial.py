import datetime as dt

import pytest
import time_machine

from cases import agreements, judicial
from cases.errors import CaseError
from cases.models import CaseType, Confirmation
from tests.factories import TERMS, applicant_of, reach, respondent_of, ruling_number


def applied(house):
    case = reach("confirming", house)
    return case, case.confirmations.get()


def test_one_party_alone_moves_nothing(house):
    case = reach("settled", house)
    confirmation = judicial.apply(applicant_of(case))
    case.refresh_from_db()
    assert (case.status, confirmation.state) == ("settled", "gathering")


def test_when_all_have_applied_the_court_has_the_case(house):
    case = reach("settled", house)
    judicial.apply(applicant_of(case))
    confirmation = judicial.apply(respondent_of(case))
    case.refresh_from_db()
    assert (case.status, confirmation.state) == ("confirming", "applied")
    assert confirmation.applied_at
    assert confirmation.requests.count() == 2


def test_applying_twice_as_one_party_is_one_application(house):
    case = reach("settled", house)
    judicial.apply(applicant_of(case))
    assert judicial.apply(applicant_of(case)).state == "gathering"
    assert case.confirmations.get().requests.count() == 1


@pytest.mark.parametrize(
    ("moment", "in_time"),
    [("2026-10-08 23:59+08:00", True), ("2026-10-09 00:00+08:00", False)],
)
def test_the_last_day_to_apply_is_the_thirtieth_or_the_working_day_after(house, moment, in_time):
    with time_machine.travel("2026-09-05 10:00+08:00", tick=False) as clock:
        case = reach("settled", house)
        assert case.confirm_by == dt.date(2026, 10, 8)
        clock.move_to(moment)
        if in_time:
            judicial.apply(applicant_of(case))
        else:
            with pytest.raises(CaseError, match="起诉"):
                judicial.apply(applicant_of(case))


def test_an_oral_agreement_cannot_be_confirmed(house):
    case = agreements.settle_orally(reach("mediating", house), text=TERMS, actor=house.mediator)
    with pytest.raises(CaseError, match="书面协议"):
        judicial.apply(applicant_of(case))


def test_personal_status_cannot_be_confirmed(house):
    case = reach("settled", house)
    case.case_type = CaseType.objects.get(key="marriage_family")
    case.save()
    with pytest.raises(CaseError, match="身份关系"):
        judicial.apply(applicant_of(case))


def test_the_court_grants_with_its_number(house):
    case, confirmation = applied(house)
    granted = judicial.grant(
        confirmation, ruling_number=" (2026)浙0108诉前调确12号 ", actor=house.clerk
    )
    case.refresh_from_db()
    assert (case.status, granted.state) == ("confirmed", "granted")
    assert granted.ruling_number == "（2026）浙0108诉前调确12号"
    assert (granted.decided_by, granted.decided_at is not None) == (house.clerk, True)
    facts = case.events.get(kind="case.grant").facts
    assert facts["mediator"] == house.mediator.mediator.pk


@pytest.mark.parametrize(
    "number",
    ["", "12", "（2026）浙0108民初12号", "2026浙0108诉前调确12号", "（2026）浙0108诉前调确号",
     "（2026）浙0108诉前调确12号之一"],
)  # fmt: skip
def test_a_number_that_is_none_of_a_ruling_is_refused(house, number):
    _, confirmation = applied(house)
    with pytest.raises(CaseError, match="案号"):
        judicial.grant(confirmation, ruling_number=number, actor=house.clerk)


def test_the_older_kind_of_number_is_taken_too(house):
    _, confirmation = applied(house)
    number = "（2026）浙0108民特1号"
    assert judicial.grant(confirmation, ruling_number=number, actor=house.clerk)


def test_a_number_is_used_once(house):
    number = ruling_number()
    judicial.grant(applied(house)[1], ruling_number=number, actor=house.clerk)
    with pytest.raises(CaseError, match="用过"):
        judicial.grant(applied(house)[1], ruling_number=number, actor=house.clerk)


@pytest.mark.parametrize("refusal", Confirmation.Refusal.values)
def test_the_court_refuses_with_a_reason_and_the_agreement_stays(house, refusal):
    case, confirmation = applied(house)
    refused = judicial.refuse(confirmation, refusal=refusal, note=" 缺期限 ", actor=house.clerk)
    case.refresh_from_db()
    assert (case.status, refused.state, refused.note) == ("settled", "refused", "缺期限")
    assert case.agreements.get().state == "effective"
    assert case.events.get(kind="case.refuse_confirmation").facts["refusal"] == refusal


def test_a_refusal_without_a_reason_of_the_list_is_none(house):
    _, confirmation = applied(house)
    with pytest.raises(CaseError, match="理由"):
        judicial.refuse(confirmation, refusal="不想", actor=house.clerk)


def test_what_is_decided_is_not_decided_again(house):
    _, confirmation = applied(house)
    judicial.refuse(confirmation, refusal="unclear", actor=house.clerk)
    for decide in (
        lambda: judicial.grant(confirmation, ruling_number=ruling_number(), actor=house.clerk),
        lambda: judicial.refuse(confirmation, refusal="unclear", actor=house.clerk),
    ):
        with pytest.raises(CaseError, match="不在审查中"):
            decide()


def test_after_a_refusal_the_parties_may_apply_anew_within_the_time(house):
    case, confirmation = applied(house)
    judicial.refuse(confirmation, refusal="unclear", actor=house.clerk)
    for party in case.parties.all():
        judicial.apply(party)
    case.refresh_from_db()
    assert case.status == "confirming"
    assert sorted(case.confirmations.values_list("state", flat=True)) == ["applied", "refused"]


def test_a_failed_case_goes_to_litigation(house):
    assert judicial.litigate(reach("failed", house), actor=house.clerk).status == "litigating"
