import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from cases import agreements
from cases.agreements import digest_of
from cases.errors import CaseError
from cases.models import Agreement, AgreementNumber
from cases.signing import requests
from tests.factories import (
    TERMS,
    applicant_of,
    fixed_agreement,
    reach,
    respondent_of,
    sign_all,
    sign_as,
)

S = Agreement.State


def test_a_draft_can_be_rewritten_and_stays_one(house):
    case = reach("mediating", house)
    first = agreements.draft(case, text=TERMS, actor=house.mediator)
    again = agreements.draft(
        case, text=dataclasses.replace(TERMS, terms="甲\n\n 乙 \n"), actor=house.mediator
    )
    assert (again.pk, again.revision, again.state) == (first.pk, 1, S.DRAFT)
    assert again.term_list == ["甲", "乙"]
    assert (again.number, again.digest) == (None, "")


@pytest.mark.parametrize("missing", ["facts", "terms", "performance"])
def test_a_draft_says_what_the_law_asks_for(house, missing):
    case = reach("mediating", house)
    text = dataclasses.replace(TERMS, **{missing: "  \n"})
    with pytest.raises(CaseError, match="还缺"):
        agreements.draft(case, text=text, actor=house.mediator)
    assert not case.agreements.exists()


def test_nothing_can_be_concluded_without_a_draft(house):
    with pytest.raises(CaseError, match="还没有写"):
        agreements.conclude(reach("mediating", house), actor=house.mediator)


def test_concluding_fixes_the_text_with_its_number_and_digest(house):
    with time_machine.travel("2026-11-20 10:00+08:00", tick=False):
        agreement = fixed_agreement(reach("agreed", house))
    assert agreement.number == f"（2026）{house.body.abbreviation}人调字第1号"
    assert agreement.digest == digest_of(agreement)
    assert len(agreement.digest) == 64
    assert agreement.fixed_at


def test_a_fixed_text_is_not_drafted_over(house):
    case = reach("agreed", house)
    with pytest.raises(CaseError):
        agreements.draft(case, text=TERMS, actor=house.mediator)


def test_numbers_of_a_body_run_without_gaps_and_begin_again_each_year(house):
    numbers = []
    for moment in ("2026-12-30 10:00+08:00", "2026-12-31 23:30+08:00", "2027-01-01 00:30+08:00"):
        with time_machine.travel(moment, tick=False):
            numbers.append(fixed_agreement(reach("agreed", house)).number)
    abbreviation = house.body.abbreviation
    assert numbers == [
        f"（2026）{abbreviation}人调字第1号",
        f"（2026）{abbreviation}人调字第2号",
        f"（2027）{abbreviation}人调字第1号",
    ]
    assert dict(AgreementNumber.objects.values_list("year", "last")) == {2026: 2, 2027: 1}


def test_a_conclusion_that_fails_uses_up_no_number(house):
    case = reach("mediating", house)
    agreements.draft(case, text=TERMS, actor=house.mediator)
    with pytest.raises(CaseError):
        agreements.conclude(case, actor=house.lead)
    agreement = agreements.conclude(case, actor=house.mediator)
    assert agreement.number.endswith("第1号")


@pytest.mark.parametrize(
    "change",
    [
        {"facts": "别的事实"},
        {"terms": "乙方退还甲方押金3401元。\n双方就此再无其他争议。"},
        {"terms": "双方就此再无其他争议。\n乙方退还甲方押金3400元。"},
        {"performance": "现金"},
        {"perform_by": dt.date(2027, 1, 1)},
        {"perform_by": None},
        {"amount": Decimal("3400.01")},
        {"amount": None},
        {"revision": 2},
        {"number": "（2026）别人字第1号"},
    ],
    ids=str,
)
def test_the_digest_covers_everything_that_is_agreed(house, change):
    agreement = fixed_agreement(reach("agreed", house))
    for field, value in change.items():
        setattr(agreement, field, value)
    assert digest_of(agreement) != agreement.digest


def test_the_digest_covers_who_agrees(house):
    case = reach("agreed", house)
    respondent_of(case)
    case.parties.filter(side="respondent").update(name="李四广")
    agreement = fixed_agreement(case)
    assert digest_of(agreement) != agreement.digest


def test_taking_the_text_back_voids_its_signatures_and_keeps_its_number(house):
    case = reach("agreed", house)
    old = fixed_agreement(case)
    sign_as(applicant_of(case), old)
    new = agreements.revise(case, actor=house.mediator)
    old.refresh_from_db()
    case.refresh_from_db()
    assert (old.state, old.number, case.status) == (S.VOID, None, "mediating")
    assert (new.state, new.revision, new.number[-3:]) == (S.DRAFT, 2, "第1号")
    assert (new.facts, new.terms) == (old.facts, old.terms)
    again = agreements.conclude(case, actor=house.mediator)
    assert again.digest != old.digest
    assert requests.missing_signers(again) == ["张三丰", "李四光", "调解员"]


def test_a_signature_on_the_old_text_binds_nobody_to_the_new_one(house):
    case = reach("agreed", house)
    old = fixed_agreement(case)
    agreements.revise(case, actor=house.mediator)
    agreements.conclude(case, actor=house.mediator)
    with pytest.raises(CaseError, match="新的一版"):
        sign_as(applicant_of(case), old)
    assert not fixed_agreement(case).signatures.exists()


def test_an_oral_agreement_is_in_force_at_once_and_written_down(house):
    with time_machine.travel("2026-11-20 10:00+08:00", tick=False):
        case = agreements.settle_orally(reach("mediating", house), text=TERMS, actor=house.mediator)
    agreement = case.agreements.get()
    assert (case.status, agreement.form, agreement.state) == ("settled", "oral", S.EFFECTIVE)
    assert agreement.effective_at == case.settled_at == case.ended_at
    assert agreement.digest == digest_of(agreement)
    assert agreement.number.endswith("第1号")
    facts = case.events.get(kind="case.settle_orally").facts
    assert (facts["difficulty"], facts["form"]) == ("simple", "oral")


def test_a_draft_becomes_the_oral_agreement_instead_of_a_second_one(house):
    case = reach("mediating", house)
    agreements.draft(case, text=TERMS, actor=house.mediator)
    agreements.settle_orally(case, text=TERMS, actor=house.mediator)
    assert case.agreements.count() == 1


def test_the_thirty_days_for_confirmation_run_from_effect(house):
    with time_machine.travel("2026-09-05 10:00+08:00", tick=False):
        case = reach("settled", house)
    assert case.confirm_by == dt.date(2026, 10, 8)


def test_a_settled_text_never_changes(house):
    case = reach("agreed", house)
    before = Agreement.objects.filter(case=case).values("digest", "facts", "terms", "number").get()
    case = sign_all(case, house)
    for deed in (
        lambda: agreements.draft(case, text=TERMS, actor=house.mediator),
        lambda: agreements.conclude(case, actor=house.mediator),
        lambda: agreements.revise(case, actor=house.mediator),
        lambda: agreements.settle_orally(case, text=TERMS, actor=house.mediator),
    ):
        with pytest.raises(CaseError):
            deed()
    after = Agreement.objects.filter(case=case).values("digest", "facts", "terms", "number").get()
    assert after == before
