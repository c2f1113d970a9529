"""No address of the house breaks for a passer-by, and each carries its safety headers."""

import re
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from cases.filing import receipt_of
from cases.models import Case, Channel, Poster
from mediators.models import User
from tests.factories import applicant_of, reach

BACKEND = "django.contrib.auth.backends.ModelBackend"
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
DIRECTIVES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}


def addresses(
    resolver: URLResolver, prefix: str = "", space: str = ""
) -> Iterator[tuple[str, str]]:
    """Yield name and route of every address."""
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", route
        else:
            yield from addresses(entry, route, f"{entry.namespace}:" if entry.namespace else space)


ALL = sorted(set(addresses(get_resolver())))


def path_of(name: str, route: str, values: dict[str, str]) -> str:
    """Return a route as a path, with these values in its places."""
    if name.startswith("poster"):
        values = {**values, "token": values["poster"]}
    filled = PARAMETER.sub(lambda found: values.get(found[1] or found[2], "1"), route)
    return "/" + re.sub(r"[\^$]|\\Z|\(\?:|\)\?", "", filled)


@pytest.fixture
def values(house) -> dict[str, str]:
    """Return something real for every place of a route: a case in mediation, a poster."""
    case = reach(Case.Status.MEDIATING, house)
    window = Channel.objects.get(key="window")
    poster = Poster.objects.create(token="window", label="窗口", channel=window)
    return {
        "token": receipt_of(case).token,
        "link": applicant_of(case).link,
        "number": case.number,
        "poster": poster.token,
        "step": "what",
        "deed": "accept",
        "url": "nowhere/",
    }


def test_every_address_was_found():
    names = {name for name, _ in ALL}
    assert len(ALL) > 100
    assert {"home", "party-sign", "workbench-act", "admin:index", "points", "api-case"} <= names


def check_safety(answer: HttpResponse) -> None:
    stated = dict(
        part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";")
    )
    assert {name: stated.get(name) for name in DIRECTIVES} == DIRECTIVES
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_no_address_breaks_for_a_passer_by_and_each_carries_the_strict_policy(values, method):
    client = Client()
    for name, route in ALL:
        path = path_of(name, route, values)
        answer = getattr(client, method)(path)
        assert answer.status_code < 500, (name, path)
        check_safety(answer)


@pytest.mark.parametrize("path", ["/nowhere/", "/c/x/y/z/", "/api/v1/nowhere/", "/admin/nowhere/"])
def test_what_is_nowhere_is_not_found_and_as_safe_as_the_rest(client, db, path):
    answer = client.get(path, follow=True)
    assert answer.status_code in (200, 401, 404)  # a sign-in page, no key, not found
    check_safety(answer)


def test_a_mistake_of_ours_is_told_without_details_and_as_safe_as_the_rest(monkeypatch, db):
    monkeypatch.setattr("cases.web.citizen.drafts.find", lambda token: 1 / 0)
    client = Client(raise_request_exception=False)
    client.cookies["draft"] = "x"
    monkeypatch.setattr("django.http.HttpRequest.get_signed_cookie", lambda *_, **__: "x")
    answer = client.get("/")
    assert answer.status_code == 500
    assert "不是您的问题" in answer.text
    assert "ZeroDivision" not in answer.text
    check_safety(answer)


@pytest.mark.parametrize("role", ["", *User.Role.values])
def test_no_address_breaks_for_anybody_who_signed_in(values, client, role):
    client.force_login(User.objects.create_user("somebody", role=role), backend=BACKEND)
    for name, route in ALL:
        if not name.startswith("admin:"):
            path = path_of(name, route, values)
            assert client.get(path).status_code < 500, (name, path)
