"""The same dispute by two doors at one moment ends as one case."""

import pytest

from cases import duplicates, events, filing, intake
from cases.errors import CaseError
from cases.filing import Person
from cases.models import Case, Channel, DuplicatePair
from tests.factories import a_dispute, file, new_key, new_phone
from tests.races import refused, together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TURNS = 8
RETOLD = "租房合同到期后交还了钥匙，对方以卫生为由扣着押金不给，多次联系没有结果。"


@pytest.fixture(autouse=True)
def routing_that_only_notes(monkeypatch):
    monkeypatch.setattr(intake, "route", lambda case: case)


def the_same_people():
    """Return two people whom no earlier turn knows."""
    one, other = new_phone(), new_phone()
    return {
        "applicants": [Person(f"张三{one}", one)],
        "respondents": [Person(f"李四{other}", other)],
    }


def from_two_channels(house, **changes):
    """Return two filings of one dispute, as two channels send them; and the cases they make."""
    people = the_same_people()
    disputes = [
        a_dispute(**people, channel=Channel.objects.get(key=key), **more)
        for key, more in (("police", {}), ("petitions", changes))
    ]

    def send(dispute):
        receipt = filing.file_dispute(dispute, key=new_key(), by=house.dispatcher)
        while events.relay():
            pass
        return receipt.case

    return [lambda d=dispute: send(d) for dispute in disputes]


def test_two_identical_filings_at_one_moment_end_as_one(house):
    for _ in range(TURNS):
        outcomes = together(from_two_channels(house))
        assert refused(outcomes) == []
        while events.relay():
            pass
        cases = Case.objects.filter(pk__in=[case.pk for case in outcomes]).order_by("pk")
        assert [case.status for case in cases] == ["filed", "merged"]
        assert cases[1].merged_into == cases[0]
        pair = DuplicatePair.objects.get(case=cases[1])
        assert (pair.other, pair.state) == (cases[0], "merged")
        assert cases[0].events.filter(kind="case.received_merge").count() == 1


def test_two_retold_filings_at_one_moment_are_one_pair_and_one_of_them_waits(house):
    for _ in range(TURNS):
        outcomes = together(from_two_channels(house, description=RETOLD, amount=None))
        assert refused(outcomes) == []
        while events.relay():
            pass
        pair = DuplicatePair.objects.get(case__in=outcomes)
        assert {pair.case, pair.other} == set(outcomes)
        assert [duplicates.waits(case) for case in outcomes].count(True) == 1


def test_many_workers_that_look_at_one_filing_merge_it_once(house):
    people = the_same_people()
    known, case = file(**people).case, file(**people).case
    outcomes = together([lambda: duplicates.settle(case)] * 6)
    assert all(isinstance(error, CaseError) for error in refused(outcomes))
    case.refresh_from_db()
    assert case.merged_into == known
    assert case.events.filter(kind="case.merge").count() == 1


def test_two_dispatchers_who_decide_otherwise_at_one_moment_have_one_outcome(house):
    for _ in range(TURNS):
        people = the_same_people()
        file(**people)
        case = file(**people, description=RETOLD, amount=None).case
        duplicates.settle(case)
        pair = DuplicatePair.objects.get(case=case)
        outcomes = together(
            [
                lambda p=pair: duplicates.merge_pair(p, actor=house.dispatcher),
                lambda p=pair: duplicates.keep_apart(p, actor=house.dispatcher),
            ]
        )
        assert len(refused(outcomes)) == 1, outcomes
        assert all(isinstance(error, CaseError) for error in refused(outcomes))
        pair.refresh_from_db()
        case.refresh_from_db()
        assert (pair.state == "merged") == (case.status == "merged")
