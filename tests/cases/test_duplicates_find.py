"""Which known cases come into question: found by numbers and names, in a few queries."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import duplicates
from cases.duplicates import find
from cases.filing import Person
from cases.models import Case
from tests import factories
from tests.factories import file, new_phone, reach

pytestmark = pytest.mark.usefixtures("house")


def people(name, *, phone="", identity="", kind="person"):
    return [Person(name, phone, kind, identity=identity)]


def filed(applicants, respondents=None, **more):
    respondents = respondents or people("李四光")
    return file(applicants=applicants, respondents=respondents, **more).case


def test_a_case_with_the_same_phone_identity_or_name_comes_into_question():
    phone, card = new_phone(), "11010519491231002X"
    by_phone = filed(people("甲一", phone=phone), people("乙一"))
    by_number = filed(people("甲二", identity=card), people("乙二"))
    by_name = filed(people("甲三"), people("Acme（杭州）有限公司", kind="company"))
    by_role = filed(people("乙四"), people("甲三"))
    filed(people("甲九"), people("乙九"))
    case = filed(
        people("甲三", phone=phone, identity=card),
        people("ACME (杭州)有限公司", kind="company"),
    )
    found = duplicates.candidates(case)
    assert found == [by_phone, by_number, by_name, by_role]


def test_a_case_without_any_number_or_name_in_common_finds_nothing():
    filed(people("甲一"), people("乙一"))
    assert duplicates.candidates(filed(people("甲二"), people("乙二"))) == []


def test_only_cases_of_the_window_come_into_question(monkeypatch):
    now = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)
    ages = (find.WINDOW_DAYS + 1, find.WINDOW_DAYS - 1)
    cases = []
    for age in ages:
        with time_machine.travel(now - dt.timedelta(days=age), tick=False):
            cases.append(filed(people("张三丰")))
    with time_machine.travel(now, tick=False):
        assert duplicates.candidates(filed(people("张三丰"))) == cases[1:]


def test_parties_keep_the_time_of_their_case_for_the_indexes():
    case = file().case
    assert {party.filed_at for party in case.parties.all()} == {case.filed_at}


def test_what_was_withdrawn_or_rejected_may_be_applied_for_again(house):
    for status in ("withdrawn", "rejected"):
        reach(status, house)
    ended = reach("failed", house)
    assert duplicates.candidates(file().case) == [ended]


def test_of_many_the_rarest_thing_in_common_counts_most(monkeypatch):
    """The landlord's hundreds of tenants do not crowd out the one earlier filing."""
    monkeypatch.setattr(find, "SHORTLIST", 3)
    phone = new_phone()
    landlord = people("杭州金桥公寓管理有限公司", kind="company")
    earlier = filed(people("甲", phone=phone), people("金桥公寓"))
    for number in range(6):
        filed(people(f"租客{number}"), landlord)
    found = duplicates.candidates(filed(people("甲", phone=phone), landlord))
    assert len(found) == 3
    assert earlier in found


def test_what_was_filed_into_a_merged_case_counts_for_the_one_that_goes_on(house):
    phone = new_phone()
    kept = filed(people("甲", phone=phone), people("乙一"))
    merged = filed(people("甲"), people("丙某", phone=(other := new_phone())))
    duplicates.merge(merged, into=kept, actor=house.dispatcher)
    again = filed(people("甲"), people("丙某", phone=other))
    [match] = duplicates.matches(again)
    assert match.case == kept
    assert "respondent_phone" in match.judgement.facts


def test_the_likeliest_is_first(house):
    phone = new_phone()
    words = "租房合同到期后交还了钥匙，对方以卫生为由扣着押金不给。"
    likely = filed(people("张三丰", phone=phone), description=words)
    certain = filed(people("张三丰", phone=phone))
    found = duplicates.matches(filed(people("张三丰", phone=phone)))
    assert [match.case for match in found] == [certain, likely]
    assert [match.judgement.grade for match in found] == ["certain", "likely"]


def test_a_filing_is_compared_in_few_queries_however_many_are_known(house):
    def asked(**people):
        case = Case.objects.get(pk=file(**people).case.pk)
        with CaptureQueriesContext(connection) as captured:
            duplicates.matches(case)
        return len(captured)

    file()
    first = asked()
    for _ in range(8):
        file()
    assert (first, asked()) == (5, 5)
    assert asked(applicants=people("赵六"), respondents=people("钱七")) == 2


def test_no_sealed_number_is_opened_to_compare(house, monkeypatch):
    file()
    case = file().case

    def opened(*arguments, **more):
        raise AssertionError("a sealed value was opened")

    monkeypatch.setattr("mediators.sealing.unseal", opened)
    assert duplicates.matches(case)


def test_the_street_is_that_of_the_community(house):
    street = factories.Region.objects.filter(level="street").order_by("code").first()
    community = street.children.first()
    account = find.account_of(file(region=community).case)
    assert account.street == street.pk
    assert find.account_of(file(region=street.parent).case).street is None
    assert find.account_of(file(region=None).case).street is None
