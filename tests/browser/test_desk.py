"""Twenty cases of the desk by keyboard: few keys, focus where it belongs, nothing sent unseen."""

import re

import pytest
from playwright.sync_api import Browser

from tests import houses
from tests.browser.people import PASSWORDS, Person
from tests.services import needs_chromium

pytestmark = [needs_chromium, pytest.mark.slow]
# One transaction, so that the worker never finds these cases unread and routes them itself.
SEED = """
from cases.filing import Dispute, FilingKey, Person, file_dispute
from cases.models import CaseEvent, Channel, Classification
from cases.routing import rulebook
from django.db import transaction
from django.utils import timezone
from mediators.models import Region

def wait_at_the_desk(turn):
    case = file_dispute(
        Dispute(
            description="楼上邻居装修漏水，物业也不管。",
            applicants=[Person("演示申请人", "1990000%04d" % turn)],
            respondents=[Person("演示对方", "1990001%04d" % turn)],
            channel=Channel.objects.get(key="public"),
            wish="money",
            region=Region.objects.filter(level="community").order_by("pk").first(),
            consents=("privacy", "truth", "mediation"),
        ),
        key=FilingKey("desk", str(turn)),
    ).case
    CaseEvent.objects.filter(case=case).update(relayed_at=timezone.now())
    Classification.objects.create(
        case=case,
        rule_book=rulebook.in_force(),
        ranked=[{"case_type": "neighbour", "score": 2, "keywords": ["邻居", "漏水"]}],
        decision="review",
        confidence=0.6,
    )

with transaction.atomic():
    for turn in range(6):
        wait_at_the_desk(turn)
"""


@pytest.fixture(scope="module")
def house_with_cases(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    with houses.running(folder) as address:
        houses.manage(folder, "shell", "-c", SEED)
        yield address


def test_the_desk_is_worked_by_keyboard(chromium: Browser, house_with_cases: str):
    person = Person(chromium, house_with_cases)
    person.page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(person)
    person.go("/dispatch/")
    person.look()
    keys = person.page.keyboard
    rows = person.page.locator("[data-row]")
    assert rows.count() == 6
    keys.press("j")
    first = focused_number(person)
    keys.press("j")
    second = focused_number(person)
    assert first != second
    keys.press("k")
    assert focused_number(person) == first

    with person.page.expect_navigation():
        keys.press("a")
    assert "已办" in person.look()
    assert rows.count() == 5
    assert focused_number(person) == second  # the next one has moved up under the hand

    with person.page.expect_navigation():
        keys.press("u")
    assert rows.count() == 6

    keys.press("j")
    keys.press("x")
    assert "按建议派出（1）" in person.page.inner_text("#bulk")
    with person.page.expect_navigation():
        keys.press("Enter")
    assert person.page.inner_text("h1") == first

    person.go("/dispatch/")
    keys.press("j")
    with person.page.expect_navigation():
        keys.press("r")
    assert person.page.url.endswith("/reject/")


def test_keys_do_nothing_in_a_field_and_can_be_switched_off(
    chromium: Browser, house_with_cases: str
):
    person = Person(chromium, house_with_cases)
    sign_in(person)
    person.go("/dispatch/")
    person.page.focus("#q")
    person.page.keyboard.type("ja")
    assert person.page.input_value("#q") == "ja"
    assert person.page.locator("[data-row]").count() >= 5
    person.go("/dispatch/")
    person.page.keyboard.press("?")
    person.page.locator("[data-keys-switch]").click()
    person.go("/dispatch/")
    person.page.keyboard.press("j")
    assert person.page.evaluate("document.activeElement.tagName") == "BODY"


def test_without_script_the_same_is_done_by_its_buttons(chromium: Browser, house_with_cases: str):
    person = Person(chromium, house_with_cases, script=False)
    sign_in(person)
    person.go("/dispatch/")
    with person.page.expect_navigation():
        person.page.get_by_role("button", name=re.compile("^按建议派 ")).first.click()
    assert "已办" in person.look()


def sign_in(person: Person) -> None:
    person.go("/staff/sign-in/")
    person.fill(username="dispatcher", password=PASSWORDS["dispatcher"])
    person.press("登录")


def focused_number(person: Person) -> str:
    return str(
        person.page.evaluate(
            "document.activeElement.closest('[data-row]').querySelector('[data-open]').innerText"
        )
    )
