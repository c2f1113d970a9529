import datetime as dt

import pytest
import time_machine
from rest_framework.settings import api_settings

from cases import clients, handling
from cases.models import Case, Channel
from mediators.models import AuditEntry
from tests import factories
from tests.cases.api.conftest import with_key

LIST = "/api/v1/cases/"


def numbers(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["number"] for row in answer.json()["results"]]


def address(case: Case) -> str:
    return f"/api/v1/cases/{case.number}/"


@pytest.fixture
def pushed(file) -> Case:
    """A case that the police filed."""
    file()
    return Case.objects.get(channel__key="police")


def test_a_partner_lists_what_it_filed_and_nothing_else(police, pushed, case):
    assert numbers(police.get(LIST)) == [pushed.number]


def test_another_key_of_the_same_channel_sees_nothing_of_it(pushed):
    channel = Channel.objects.get(key="police")
    other = with_key(clients.issue_key("另一个派出所", channel=channel, by=None)[1])
    assert numbers(other.get(LIST)) == []
    assert other.get(address(pushed)).status_code == 404


def test_each_member_of_staff_lists_what_may_be_seen(
    signed_in, house, mediator, colleague, lead, other_mediator, dispatcher, clerk, leader
):
    waiting = factories.file().case
    ours = factories.reach("mediating", house)
    both = [ours.number, waiting.number]
    assert numbers(signed_in(mediator).get(LIST)) == [ours.number]
    assert numbers(signed_in(lead).get(LIST)) == [ours.number]
    assert numbers(signed_in(dispatcher).get(LIST)) == both
    assert numbers(signed_in(clerk).get(LIST)) == both
    for stranger in (colleague, other_mediator, leader):
        assert numbers(signed_in(stranger).get(LIST)) == []


def test_a_stranger_cannot_tell_a_foreign_case_from_none(signed_in, house, other_mediator):
    case = factories.reach("mediating", house)
    client = signed_in(other_mediator)
    foreign, none = client.get(address(case)), client.get("/api/v1/cases/2026-999999/")
    assert foreign.status_code == none.status_code == 404
    assert foreign.content == none.content
    assert foreign.json()["code"] == "not_found"


@pytest.mark.parametrize(
    "number", ["1", "x", "2026-", "2026-1-1", "2026-99999999999999999999", "％"]
)
def test_what_is_no_case_number_is_not_found(police, number):
    assert police.get(f"/api/v1/cases/{number}/").status_code == 404


def test_a_row_says_where_the_case_stands(signed_in, house, mediator):
    case = factories.reach("mediating", house)
    (row,) = signed_in(mediator).get(LIST).json()["results"]
    parties = row.pop("parties")
    assert row == {
        "number": case.number,
        "status": "mediating",
        "colour": "yellow",
        "word": "调解中",
        "badge": "",
        "track": "centre",
        "channel": "public",
        "region": case.region.key,
        "case_type": {"key": "housing_lease", "name": case.case_type.name},
        "body": house.body.name,
        "filed_at": row["filed_at"],
        "respond_by": str(case.respond_by),
        "mediate_by": str(case.mediate_by),
    }
    assert [(p["side"], p["answer"]) for p in parties] == [
        ("applicant", "agrees"),
        ("respondent", "agrees"),
    ]


def test_times_are_told_in_beijing_time(police, file):
    with time_machine.travel("2026-11-20T16:30:00Z", tick=False):
        file()
    assert police.get(LIST).json()["results"][0]["filed_at"] == "2026-11-21T00:30:00+08:00"


def test_the_handler_sees_names_and_phones_in_full(signed_in, house, mediator):
    case = factories.reach("mediating", house)
    parties = signed_in(mediator).get(address(case)).json()["parties"]
    shown = [(p["name"], p["phone"]) for p in parties]
    assert shown == [(p.name, p.phone) for p in case.parties.all()]


def test_a_partner_sees_the_respondent_masked(police, pushed):
    applicant, respondent = police.get(address(pushed)).json()["parties"]
    assert (applicant["name"], applicant["phone"]) == ("张三丰", "199****1111")
    assert (respondent["name"], respondent["phone"]) == ("李**", "199****2222")
    names = [party["name"] for party in police.get(LIST).json()["results"][0]["parties"]]
    assert names == ["张三丰", "李**"]


def test_a_list_which_nobody_notes_tells_no_phone(signed_in, house, dispatcher, police, pushed):
    factories.reach("mediating", house)
    for client in (signed_in(dispatcher), police):
        assert "phone" not in client.get(LIST).content.decode()
        assert "1990000" not in client.get(LIST).content.decode()


def test_no_phone_of_a_respondent_is_anywhere_in_what_a_partner_reads(police, pushed):
    for answer in (police.get(LIST), police.get(address(pushed))):
        assert "19900002222" not in answer.content.decode()
        assert "李四光" not in answer.content.decode()


def test_the_detail_tells_what_was_filed_and_what_may_be_done(signed_in, house, mediator):
    case = factories.reach("dispatched", house)
    got = signed_in(mediator).get(address(case)).json()
    assert got["description"] == case.description
    assert (got["wish"], got["amount"], got["end_reasons"]) == ("money", "3400.00", [])
    assert got["offered_actions"] == ["accept", "refuse"]
    assert [event["kind"] for event in got["timeline"]][:2] == ["case.filed", "case.dispatch"]
    assert set(got["timeline"][0]) == {"kind", "at"}


def test_a_partner_reads_the_steps_of_the_case_and_not_what_people_said(
    police, pushed, house, mediator
):
    case = factories.send_to_body(pushed, house)
    case = handling.accept(case, actor=mediator)
    handling.log_contact(
        factories.respondent_of(case), actor=mediator, means="phone", outcome="reached"
    )
    factories.agree_all(case)
    got = police.get(address(case)).json()
    kinds = [event["kind"] for event in got["timeline"]]
    assert kinds == [
        "case.filed",
        "case.dispatch",
        "code.recoloured",
        "case.accept",
        "case.begin",
        "code.recoloured",
    ]
    assert got["offered_actions"] == []


def test_a_rejected_case_tells_the_reason(police, pushed, dispatcher):
    handling.reject(pushed, actor=dispatcher, reason="not_civil")
    got = police.get(address(pushed)).json()
    assert (got["status"], got["colour"], got["end_reasons"]) == ("rejected", "grey", ["not_civil"])


def test_reading_a_case_is_noted_with_who_read(signed_in, house, mediator, pushed, police):
    case = factories.reach("mediating", house)
    signed_in(mediator).get(address(case))
    police.get(address(pushed))
    noted = AuditEntry.objects.filter(deed="case.read").values_list("chain", "actor", "facts")
    assert list(noted) == [
        (f"case:{case.pk}", mediator.pk, {"means": "api"}),
        (f"case:{pushed.pk}", pushed.filed_by_id, {"means": "api"}),
    ]


def test_the_list_is_narrowed_by_status(signed_in, house, dispatcher):
    waiting = factories.file().case
    factories.reach("dispatched", house)
    assert numbers(signed_in(dispatcher).get(LIST, {"status": "filed"})) == [waiting.number]


def test_the_list_is_narrowed_by_time_of_filing(police, file):
    for day in (1, 2, 3):
        with time_machine.travel(dt.datetime(2026, 11, day, 4, tzinfo=dt.UTC), tick=False):
            file(f"key-{day}")
    _first, second, third = Case.objects.order_by("id")
    after = {"filed_after": "2026-11-01T12:00:00+08:00"}
    assert numbers(police.get(LIST, after)) == [third.number, second.number]
    assert numbers(police.get(LIST, {"filed_after": "2026-11-03"})) == [third.number]
    assert numbers(police.get(LIST, {"filed_after": "2026-11-03T04:00:00Z"})) == []
    assert len(numbers(police.get(LIST, {"filed_after": "0001-01-03T00:00:00Z"}))) == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "nonsense"),
        ("status", "\0"),
        ("filed_after", "yesterday"),
        ("filed_after", ""),
        ("status", ""),
        ("filed_after", "9999-12-31T23:59:59-12:00"),
        ("filed_after", "2026-13-01T00:00:00Z"),
    ],
)
def test_a_filter_that_means_nothing_is_refused_by_name(police, name, value):
    answer = police.get(LIST, {name: value})
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [name]


@pytest.fixture
def three_a_page(monkeypatch):
    monkeypatch.setattr("cases.api.pagination.NewestFirst.page_size", 3)


def test_pages_follow_each_other_newest_first_while_new_cases_come(three_a_page, police, file):
    for n in range(7):
        file(f"key-{n}")
    known = [case.number for case in Case.objects.order_by("-id")]
    answer = police.get(LIST)
    pages = [numbers(answer)]
    while following := answer.json()["next"]:
        file(f"later-{len(pages)}")
        answer = police.get(following)
        pages.append(numbers(answer))
    assert pages == [known[:3], known[3:6], known[6:]]
    assert numbers(police.get(answer.json()["previous"])) == known[3:6]


def test_a_page_holds_fifty():
    assert api_settings.DEFAULT_PAGINATION_CLASS.page_size == 50


@pytest.mark.parametrize(
    "cursor", ["x", "%00", "cD1hYmM=", "cD0tMQ==", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "é"]
)
def test_a_cursor_that_is_not_ours_is_not_found(police, cursor):
    answer = police.get(LIST, {"cursor": cursor})
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_the_list_takes_as_many_queries_for_ten_cases_as_for_one(
    signed_in, house, dispatcher, django_assert_max_num_queries
):
    client = signed_in(dispatcher)
    factories.reach("mediating", house)
    with django_assert_max_num_queries(12) as one:
        client.get(LIST)
    for _ in range(9):
        factories.reach("mediating", house)
    with django_assert_max_num_queries(12) as ten:
        assert len(numbers(client.get(LIST))) == 10
    assert len(ten) <= len(one)


def test_case_types_and_regions_are_listed_for_clients(police):
    types = police.get("/api/v1/case-types/").json()
    assert len(types) == 25
    assert set(types[0]) == {"key", "name", "name_en", "scope", "statistic"}
    regions = {r["key"]: r for r in police.get("/api/v1/regions/").json()}
    street = next(r for r in regions.values() if r["code"] == "330108001")
    assert (street["name"], street["level"]) == ("西兴街道", "street")
    assert regions[street["parent"]]["code"] == "330108"
    assert regions[street["parent"]]["parent"] is None
