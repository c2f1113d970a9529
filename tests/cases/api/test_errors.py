import pytest
from rest_framework.test import APIClient

from cases import filing
from tests import factories

LIST = "/api/v1/cases/"


def shape(answer) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/json"
    body = answer.json()
    assert set(body) == {"code", "message", "fields"}
    assert isinstance(body["message"], str)
    assert body["message"]
    assert all(isinstance(words, str) for words in body["fields"].values())
    return answer.status_code, body["code"]


def test_every_error_has_one_shape(police, court, signed_in, house, mediator, file):
    case = factories.reach("dispatched", house)
    file()
    staff = signed_in(mediator)
    actions = f"/api/v1/cases/{case.number}/actions/"

    def raw(body: str, content_type: str):
        headers = {"Idempotency-Key": "raw"}
        return police.post(LIST, body, content_type=content_type, headers=headers)

    answers = {
        (400, "invalid"): file("other", description=""),
        (400, "parse_error"): raw("{", "application/json"),
        (401, "not_authenticated"): APIClient().get(LIST),
        (403, "permission_denied"): staff.post(LIST, {}, format="json"),
        (404, "not_found"): police.get("/api/v1/cases/2026-999999/"),
        (405, "method_not_allowed"): police.delete(LIST),
        (406, "not_acceptable"): police.get(LIST, headers={"Accept": "text/csv"}),
        (409, "transition_not_allowed"): staff.post(actions, {"action": "grant"}, format="json"),
        (415, "unsupported_media_type"): raw("x", "text/plain"),
        (422, "idempotency_key_reused"): file(place="别处"),
        (422, "invalid_filing"): file("x", applicant={"name": "张三丰", "phone": "1"}),
    }
    assert {expected: shape(answer) for expected, answer in answers.items()} == {
        expected: expected for expected in answers
    }


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
@pytest.mark.parametrize("path", ["", "nowhere", "nowhere/", "cases", "cases/1/2/3/", "..", "%00"])
def test_an_address_that_does_not_exist_is_not_found_in_the_same_shape(police, method, path):
    answer = getattr(police, method)(f"/api/v1/{path}")
    assert shape(answer) == (404, "not_found")


def test_our_own_mistake_is_told_in_the_same_shape_and_tells_nothing(
    police_key, file, monkeypatch, police
):
    def fail(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(filing, "file_dispute", fail)
    police.raise_request_exception = False
    answer = file()
    assert shape(answer) == (500, "server_error")
    assert "secret" not in answer.content.decode()


def test_errors_speak_the_language_that_was_asked_for(police):
    chinese = police.get("/api/v1/cases/2026-999999/").json()["message"]
    english = police.get("/api/v1/cases/2026-999999/", headers={"Accept-Language": "en"}).json()[
        "message"
    ]
    assert chinese != english
