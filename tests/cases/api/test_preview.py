"""POST /api/v1/routing/preview/: a text is judged, nobody's case is made, nothing is kept."""

import logging

import pytest
from rest_framework.test import APIClient

from cases.models import Case, CaseEvent, Classification, RuleBook
from cases.routing import preview
from cases.routing.classify import Decision
from mediators.models import AuditEntry
from tests.cases.web.type_reading import reads
from tests.factories import make_body

ADDRESS = "/api/v1/routing/preview/"
LEAK = "  楼上漏水，物业不管。"  # the blanks before it count: spans are places in the text as sent
STREET = "330108001"


@pytest.fixture(autouse=True)
def keywords(monkeypatch):
    reads(monkeypatch, neighbour=("漏水",), property_service=("物业",), none=("不管",))


def ask(client: APIClient, text: object = LEAK, **more: object):
    return client.post(ADDRESS, {"text": text, **more}, format="json")


def test_the_types_come_ranked_with_their_words_and_where_they_stand(police):
    answer = ask(police)
    assert answer.status_code == 200
    said = answer.json()
    first, second, third = said["types"]
    assert (first["case_type"], first["name"]) == ("neighbour", "邻里纠纷")
    assert first["name_en"]
    assert first["score"] > second["score"] > third["score"]
    assert third["case_type"] == "none"
    (word,) = first["words"]
    assert word == {"word": "漏水", "start": 4, "end": 6}
    assert LEAK[word["start"] : word["end"]] == "漏水"
    assert (said["decision"], said["confidence"]) == ("review", 0.8)
    assert said["rule_book"] == RuleBook.objects.get(publications__isnull=False).version


def test_no_case_is_made_and_nothing_of_the_text_is_kept(police, caplog):
    before = [m.objects.count() for m in (Case, CaseEvent, Classification)]
    with caplog.at_level(logging.DEBUG):
        ask(police, "楼上漏水，张三丰的电话是19900001111")
    assert [m.objects.count() for m in (Case, CaseEvent, Classification)] == before
    assert "张三丰" not in caplog.text
    assert "漏水" not in caplog.text
    assert not AuditEntry.objects.filter(facts__icontains="漏水").exists()


def test_with_a_region_a_partner_system_gets_bodies(police, house):
    named = make_body(house.region)
    bodies = ask(police, region=STREET).json()["bodies"]
    assert house.body.pk in {body["id"] for body in bodies}
    assert named.pk not in {body["id"] for body in bodies}  # it has nobody
    for body in bodies:
        assert set(body) == {"id", "name", "kind", "open_cases", "capacity"}


@pytest.mark.parametrize(("office", "knows"), [("dispatcher", True), ("mediator", False)])
def test_of_the_staff_only_dispatchers_get_bodies(house, signed_in, office, knows):
    answer = ask(signed_in(getattr(house, office)), region=STREET)
    assert answer.status_code == 200
    assert (answer.json()["bodies"] is not None) == knows


def test_without_a_region_there_are_no_bodies(police, house):
    assert ask(police).json()["bodies"] is None


def test_what_is_not_mediable_has_no_bodies(police, house, monkeypatch):
    reads(monkeypatch, Decision.NOT_MEDIABLE, none=("不管",))
    said = ask(police, region=STREET).json()
    assert (said["decision"], said["bodies"]) == ("not_mediable", None)


def test_nobody_asks_without_key_or_session(db):
    assert ask(APIClient()).status_code == 401


@pytest.mark.parametrize("text", [None, "", 7.5, ["漏水"], {"漏": "水"}])
def test_what_is_no_text_is_refused_by_its_field(police, text):
    answer = ask(police, text)
    if text == 7.5:  # a number is taken for its digits, as everywhere in the API
        assert answer.status_code == 200
        return
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"text"}


def test_an_unknown_region_is_refused_by_its_field(police):
    answer = ask(police, region="nowhere")
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"region"})


@pytest.mark.parametrize("character", ["漏", "😀", "a"])
def test_a_hundred_thousand_characters_are_read_however_they_are_written(police, character):
    assert ask(police, character * preview.LONGEST_TEXT).status_code == 200


def test_one_character_more_is_refused_and_says_the_limit(police):
    answer = ask(police, "漏" * (preview.LONGEST_TEXT + 1))
    assert answer.status_code == 400
    assert "100000" in answer.json()["fields"]["text"]


@pytest.mark.parametrize("characters", [500_000, 1_000_000])
def test_a_body_beyond_all_measure_is_refused_unread(police, characters):
    answer = ask(police, "漏" * characters)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert set(answer.json()) == {"code", "message", "fields"}


def test_the_filing_s_limit_is_what_it_was(police, file):
    assert file(description="漏" * 40_000).status_code == 413


def test_an_account_that_asks_too_fast_is_told_to_wait(police, monkeypatch):
    monkeypatch.setattr(preview, "PREVIEWS_A_MINUTE", 2)
    assert [ask(police).status_code for _ in range(3)] == [200, 200, 429]


def test_without_a_rule_book_it_says_so(police, monkeypatch):
    RuleBook.objects.get(publications__isnull=False).publications.all().delete()
    assert ask(police).status_code == 409


def test_the_description_has_examples_and_the_spans(client):
    schema = client.get("/api/schema/", {"format": "json"}).json()
    operation = schema["paths"][ADDRESS]["post"]
    content = operation["requestBody"]["content"]["application/json"]
    assert len(content["examples"]) == 2
    assert "429" in operation["responses"]
    shape = schema["components"]["schemas"]["Preview"]["properties"]
    assert set(shape) == {"rule_book", "decision", "confidence", "types", "bodies"}
    word = schema["components"]["schemas"]["PreviewWord"]
    assert "code points" in word["description"]
