import json

import pytest

from cases.models import Case
from tests.cases.api.conftest import BODY

LIST = "/api/v1/cases/"
NEEDED = json.dumps({name: BODY[name] for name in ("applicant", "respondents", "description")})


def send(client, raw: bytes | str, content_type: str = "application/json"):
    data = raw.encode() if isinstance(raw, str) else raw
    return client.post(LIST, data, content_type=content_type, headers={"Idempotency-Key": "key"})


def with_field(value: str) -> str:
    return NEEDED[:-1] + f', "place": {value}}}'


def test_the_body_that_the_others_differ_from_is_accepted(police):
    assert send(police, with_field('"江南大道"')).status_code == 201


@pytest.mark.parametrize(
    "value",
    [
        r'"\u0000"',
        r'"a\u0000b"',
        r'"\ud800"',
        r'"\udfff\ud800"',
        r'["\ud83d"]',
        r'{"deep": {"er": "\udc00"}}',
        r'{"\u0000": 1}',
        r'{"\ud800": 1}',
        "1e400",
        "-1e400",
        "NaN",
        "Infinity",
        "[" * 20 + "]" * 20,
        "[" * 30_000,
        "9" * 5000,
        "tru",
        '"not closed',
    ],
    ids=lambda value: value[:20],
)
def test_values_that_no_database_keeps_are_refused_wherever_they_stand(police, value):
    for body in (with_field(value), NEEDED[:-1] + f', "unknown": {value}}}'):
        answer = send(police, body)
        assert answer.status_code == 400
        assert answer.json()["code"] == "parse_error"
        assert answer.json()["message"]
    assert not Case.objects.exists()


def test_a_pair_of_surrogates_is_one_character(police):
    assert send(police, with_field(r'"\ud83d\ude00 \u6ee8\u6c5f"')).status_code == 201
    assert Case.objects.get().place == "😀 滨江"


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe{}", b"\xef\xbb\xbf{}", b'{"place": "\xb1\xf5"}'])
def test_what_is_not_json_in_utf8_is_refused(police, raw):
    assert send(police, raw).status_code == 400


def test_a_body_of_more_than_64_kilobytes_is_not_read(police):
    answer = send(police, json.dumps({**BODY, "unknown": "长" * 65_536}))
    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"


def test_other_content_types_are_refused(police):
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = send(police, NEEDED, content_type)
        assert answer.status_code == 415
        assert answer.json()["code"] == "unsupported_media_type"
