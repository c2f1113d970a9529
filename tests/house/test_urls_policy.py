"""Every address is on the list, and what is not public refuses whoever has not signed in."""

import re

import pytest
from django.conf import settings
from django.urls import URLResolver, get_resolver, reverse

from cases.filing import receipt_of
from tests.factories import reach

PUBLIC = {
    "home", "privacy", "accessibility", "poster", "theme", "healthz", "readyz", "sign-in",
    "sign-out", "file-start", "file-resume", "file-later", "file-done", "file-receipt",
    "file-code", "file-type", "file-photo-remove", "file-respondent-remove", "file-step",
    "code-find", "code", "code-svg", "code-png", "invitation", "party-enter", "party-leave",
    "api-schema", "api-docs", "api-nowhere", "styleguide",
}  # fmt: skip
DEVELOPMENT = {"dev-messages"}  # 404 unless DEBUG
PARTY = {
    "party-case", "party-answer", "party-withdraw", "party-files", "party-file", "party-sign",
    "party-agreement", "party-receipt", "party-confirm", "party-type",
    "party-goes-on", "party-mediator", "party-relation", "party-fees",
}  # fmt: skip
STAFF = {
    "workbench", "workbench-case", "workbench-agreement", "workbench-agreement-pdf",
    "workbench-file", "workbench-session", "workbench-act", "workbench-unanswered",
    "workbench-handover", "dispatch", "dispatch-case",
    "dispatch-act", "dispatch-bulk", "dispatch-bulk-send", "dispatch-sent",
    "dispatch-take-back", "dispatch-load", "dispatch-body", "dispatch-hand-over",
    "duplicates", "duplicate-pair", "duplicate-unmerge",
    "posters", "poster-pdf", "points", "points-board", "staff-home",
}  # fmt: skip
API = {
    "api-cases", "api-case", "api-case-actions", "api-case-types", "api-regions",
    "api-routing-preview",
}  # fmt: skip
LISTED = PUBLIC | DEVELOPMENT | PARTY | STAFF | API
METHODS = ("get", "post", "put", "patch", "delete", "head", "options")


def _walk(patterns, prefix="", namespaces=()):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, prefix + str(pattern.pattern), inner)
        else:
            yield namespaces, pattern, prefix + str(pattern.pattern)


ADDRESSES = list(_walk(get_resolver().url_patterns))
OURS = {p.name: (p, route) for spaces, p, route in ADDRESSES if "admin" not in spaces}
SAMPLES = {
    "token": "no-such-token", "link": "no-such-link", "number": "2026-999999", "pk": 1,
    "place": 0, "step": "what", "deed": "accept",
}  # fmt: skip


def _address(name, **known):
    pattern, _ = OURS[name]
    names = pattern.pattern.converters
    return reverse(name, kwargs={key: known.get(key, SAMPLES[key]) for key in names})


@pytest.fixture
def known(house):
    """A settled case, so that every address with its number or token has something to refuse."""
    case = reach("settled", house)
    return {"number": case.number, "token": receipt_of(case).token}


def test_every_address_is_on_the_list_and_the_list_names_no_other():
    assert set(OURS) == LISTED
    lists = (PUBLIC, DEVELOPMENT, PARTY, STAFF, API)
    assert sum(map(len, lists)) == len(LISTED)


def _answers(client, name, known):
    """Ask for an address in every way there is."""
    return [getattr(client, method)(_address(name, **known)) for method in METHODS]


@pytest.mark.parametrize("name", sorted(STAFF))
def test_staff_pages_send_whoever_has_not_signed_in_to_the_door(client, known, name):
    for answer in _answers(client, name, known):
        assert answer.status_code in (302, 405)
        if answer.status_code == 302:
            assert answer.url.startswith(reverse(settings.LOGIN_URL))


@pytest.mark.parametrize("name", sorted(PARTY))
def test_a_party_s_pages_send_whoever_has_not_proved_a_phone_to_prove_it(client, known, name):
    for answer in _answers(client, name, known):
        assert answer.status_code in (302, 404, 405)
        if answer.status_code == 302:
            assert answer.url == reverse("party-enter", args=[known["token"]])


@pytest.mark.parametrize("name", sorted(API))
def test_the_api_refuses_whoever_brings_no_key(client, known, name):
    for answer in _answers(client, name, known):
        assert answer.status_code in (401, 403)


@pytest.mark.parametrize("name", sorted(DEVELOPMENT))
def test_what_helps_developers_is_not_there_in_production(client, db, name):
    assert client.get(_address(name)).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_public_pages_answer_everybody_and_never_with_an_error_of_ours(client, db, name, method):
    answer = getattr(client, method)(_address(name) if name != "api-nowhere" else "/api/v1/x/")
    assert answer.status_code < 500


def test_every_page_of_the_admin_asks_who_is_there(client, db):
    seen = 0
    for spaces, pattern, route in ADDRESSES:
        if "admin" in spaces and pattern.name not in ("login", "logout", "jsi18n"):
            address = "/" + re.sub(r"<[^>]+>|\(\?P<\w+>[^)]*\)", "1", route).strip("^$")
            answer = client.get(address)
            assert answer.status_code in (301, 302), address
            assert answer.url.startswith(("/admin/", "/staff/sign-in/")), answer.url
            seen += 1
    assert seen > 50
