"""Whether two filings tell of one dispute: each rule with a pair that it decides."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from cases.duplicates import fact_label, speaks_against
from cases.duplicates.compare import Account, Who, judge

TEXT = (
    "我租的房子到期搬走了，房东一直不退押金3400元，说墙面有污渍，电话也不接，希望把押金退还给我。"
)
RETOLD = "租房合同到期后交还了钥匙，对方以卫生为由扣着押金不给，多次联系没有结果。"
WAGES = "公司拖欠工资两个月，老板说等工程款到了再发，一直没有结果。"
TENANT = Who("applicant", "person", "张三丰", phone="p1")
LANDLORD = Who("respondent", "person", "李四光", phone="p2")
FIRM = Who("respondent", "company", "杭州金桥公寓管理有限公司", phone="p3")
DAY = dt.date(2026, 11, 2)


def told(*people, text=TEXT, day=DAY, amount=None, **more):
    people = people or (TENANT, LANDLORD)
    return Account(people, text, day, amount and Decimal(amount), **more)


def grade(one, other):
    return judge(one, other).grade


# --- Certain: merged without a person ---


def test_the_same_people_with_the_same_words_are_certainly_one():
    judged = judge(told(day=DAY + dt.timedelta(days=3)), told())
    assert judged.grade == "certain"
    assert judged.score > 0.99
    assert {"applicant_phone", "respondent_phone", "text_100", "same_numbers"} <= set(judged.facts)


def test_a_judgement_is_the_same_from_either_side():
    one, other = told(), told(text=RETOLD)
    assert judge(one, other).score == judge(other, one).score


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("押金3400元", "押金3500元"),
        TEXT.replace("押金", "租金"),
        TEXT + "另外还欠我9月的水电费210元。",
        RETOLD,
    ],
    ids=["another sum", "another word", "another claim added", "other words"],
)
def test_words_that_may_mean_something_else_are_for_a_person(text):
    assert grade(told(text=text), told()) == "likely"


def test_what_falls_due_every_month_is_for_a_person():
    assert grade(told(day=DAY + dt.timedelta(days=25)), told()) == "certain"
    assert grade(told(day=DAY + dt.timedelta(days=26)), told()) == "likely"


def test_another_sum_in_the_form_is_for_a_person():
    assert grade(told(amount=3400), told(amount=5000)) == "likely"
    assert grade(told(amount=3400), told(amount=3500)) == "likely"


def test_nobody_is_lost_in_a_merge_without_a_person():
    second = Who("respondent", "person", "王五一", phone="p9")
    assert grade(told(TENANT, LANDLORD, second), told()) == "likely"
    assert grade(told(), told(TENANT, LANDLORD, second)) == "likely"


def test_a_counter_application_may_carry_a_claim_of_its_own():
    applicant = replace(LANDLORD, side="applicant")
    respondent = replace(TENANT, side="respondent")
    judged = judge(told(applicant, respondent), told())
    assert judged.grade == "likely"
    assert "swapped_sides" in judged.facts


def test_an_applicant_known_by_name_alone_is_for_a_person():
    assert grade(told(replace(TENANT, phone=""), LANDLORD), told()) == "likely"


def test_an_applicant_known_by_identity_number_is_known():
    numbered = replace(TENANT, phone="", identity="i1")
    assert grade(told(numbered, LANDLORD), told(numbered, LANDLORD)) == "certain"


def test_of_the_other_side_the_plain_name_is_enough_when_the_words_are_the_same():
    nameless = replace(LANDLORD, phone="")
    assert grade(told(TENANT, nameless), told()) == "certain"
    assert grade(told(TENANT, replace(LANDLORD, phone="p8")), told()) == "likely"


# --- Likely: shown to a person ---


@pytest.mark.parametrize(
    ("applicant", "respondent"),
    [
        (TENANT, LANDLORD),
        (replace(TENANT, name="张三峰"), LANDLORD),
        (replace(TENANT, phone="p7"), LANDLORD),
        (replace(TENANT, phone=""), replace(LANDLORD, phone="")),
        (replace(TENANT, name="王小红"), LANDLORD),
    ],
    ids=["retold", "mistyped", "changed phone", "names only", "wife by the same phone"],
)
def test_the_same_dispute_in_other_words_is_shown_to_a_person(applicant, respondent):
    assert grade(told(applicant, respondent, text=RETOLD), told()) == "likely"


def test_a_relative_who_names_the_party_is_shown_to_a_person():
    child = Who("applicant", "person", "赵小敏", phone="p6")
    assert grade(told(child, LANDLORD, text="我替我爸张三丰说。" + RETOLD), told()) == "likely"


def test_the_firm_and_its_owner_may_be_one_respondent():
    owner = Who("respondent", "person", "刘大强", phone="p3")
    assert grade(told(TENANT, owner, text=RETOLD), told(TENANT, FIRM)) == "likely"


# --- Apart ---


def test_each_tenant_of_one_landlord_has_a_dispute_of_its_own():
    other = Who("applicant", "person", "钱多多", phone="p5")
    assert grade(told(other, FIRM), told(TENANT, FIRM)) == ""
    assert grade(told(other, LANDLORD, text=TEXT + "李四光"), told()) == ""


def test_colleagues_who_file_by_the_phone_of_one_are_apart_where_the_sums_are():
    colleague = replace(TENANT, name="钱多多")
    theirs = told(colleague, FIRM, text=TEXT.replace("3400", "5200"))
    assert grade(theirs, told(TENANT, FIRM)) == ""


def test_one_person_against_another_one_about_something_else_is_apart():
    other = Who("respondent", "person", "周一一", phone="p4")
    assert grade(told(TENANT, other, text=WAGES), told()) == ""


def test_people_who_share_a_name_but_not_the_number_are_apart():
    one, other = replace(TENANT, identity="i1"), replace(TENANT, phone="p7", identity="i2")
    assert grade(told(other, LANDLORD), told(one, LANDLORD)) == ""


def test_a_namesake_with_another_opponent_is_apart():
    namesake = replace(TENANT, phone="p7")
    other = Who("respondent", "person", "周一一", phone="p4")
    assert grade(told(namesake, other, text=RETOLD), told()) == ""


def test_nothing_at_all_in_common_is_apart():
    assert grade(told(Who("applicant", "person", "赵六"), text="。"), told()) == ""


# --- Facts ---


def test_every_fact_has_words_for_a_person_and_none_holds_a_name_or_number():
    swapped = told(replace(LANDLORD, side="applicant"), replace(TENANT, side="respondent"))
    pairs = [
        (told(amount=3400, place="江南大道1号"), told(amount=3400, place="江南大道1号")),
        (told(amount=3400, street=1), told(amount=9000, street=2, text=RETOLD)),
        (told(replace(TENANT, name="王小红"), FIRM), told(TENANT, FIRM, text=WAGES)),
        (swapped, told()),
    ]
    for one, other in pairs:
        for fact in judge(one, other).facts:
            assert fact_label(fact) != fact
            assert not {"张三丰", "李四光", "p1"} & {fact, fact_label(fact)}


def test_what_speaks_against_is_told_apart_from_what_speaks_for():
    facts = judge(told(amount=3400, street=1), told(amount=9000, street=2)).facts
    assert {fact for fact in facts if speaks_against(fact)} == {"other_amount", "other_street"}


def test_an_unknown_fact_of_an_older_version_is_shown_as_it_is():
    assert fact_label("colour_of_hair") == "colour_of_hair"
