import datetime as dt

import pytest
import time_machine
from rest_framework.test import APIClient

from tests.cases.api.conftest import with_key

ADDRESSES = [
    ("get", "/api/v1/cases/"),
    ("post", "/api/v1/cases/"),
    ("get", "/api/v1/cases/2026-000001/"),
    ("post", "/api/v1/cases/2026-000001/actions/"),
    ("get", "/api/v1/case-types/"),
    ("get", "/api/v1/regions/"),
    ("get", "/api/v1/nowhere/"),
]


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_a_stranger_is_told_to_bring_a_key(db, method, address):
    answer = getattr(APIClient(), method)(address)
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
    assert answer["WWW-Authenticate"] == "Channel-Key"


@pytest.mark.parametrize(
    "header", ["Channel-Key", "Channel-Key ", "Channel-Key x", "channel-key é"]
)
def test_a_key_that_nobody_issued_opens_nothing(db, header):
    answer = APIClient(headers={"Authorization": header}).get("/api/v1/cases/")
    assert answer.status_code == 401
    assert answer.json()["code"] == "authentication_failed"
    assert set(answer.json()) == {"code", "message", "fields"}


def test_a_key_in_another_scheme_is_no_key(police_key):
    client = APIClient(headers={"Authorization": f"Bearer {police_key[1]}"})
    assert client.get("/api/v1/cases/").status_code == 401


def test_a_key_opens_the_lists(police):
    for address in ("cases", "case-types", "regions"):
        assert police.get(f"/api/v1/{address}/").status_code == 200


def test_a_withdrawn_key_opens_nothing_from_the_next_request_on(police_key, police):
    key, _ = police_key
    key.is_active = False
    key.save()
    assert police.get("/api/v1/cases/").status_code == 401


def test_a_key_whose_account_is_closed_opens_nothing(police_key, police):
    user = police_key[0].user
    user.is_active = False
    user.save()
    assert police.get("/api/v1/cases/").status_code == 401


def test_a_key_works_on_its_last_day_and_not_after(police_key):
    key, secret = police_key
    key.expires_on = dt.date(2026, 11, 20)
    key.save()
    client = with_key(secret)
    with time_machine.travel("2026-11-20T23:59:00+08:00"):
        assert client.get("/api/v1/case-types/").status_code == 200
    with time_machine.travel("2026-11-21T00:01:00+08:00"):
        assert client.get("/api/v1/case-types/").status_code == 401


def test_staff_read_in_their_session(signed_in, mediator):
    assert signed_in(mediator).get("/api/v1/cases/").status_code == 200


def test_a_write_in_a_session_needs_its_csrf_token(signed_in, dispatcher, case):
    client = signed_in(dispatcher)
    client.credentials()
    address = f"/api/v1/cases/{case.number}/actions/"
    answer = client.post(address, {"action": "reject", "reason": "not_civil"}, format="json")
    assert answer.status_code == 403
    assert answer.json()["code"] == "permission_denied"
    case.refresh_from_db()
    assert case.status == "filed"


def test_a_key_needs_no_csrf_token(police_key, file):
    client = APIClient(
        enforce_csrf_checks=True, headers={"Authorization": f"Channel-Key {police_key[1]}"}
    )
    assert file(client=client).status_code == 201
