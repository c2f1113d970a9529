"""A visitor whose browser runs no script: reads pages, follows links, fills in forms."""

import io
from collections.abc import Iterator
from urllib.parse import urljoin

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.html import Element, parse_html
from django.urls import reverse
from PIL import Image

from cases import drafts
from cases.models import Case, FilingDraft, Party
from mediators.models import Region
from tests.factories import LEASE, code_sent_to, let_time_pass_for, new_phone

SCOLDING = ("无效", "非法")  # ux.md U16: an error says what to do


def everything(element: Element) -> Iterator[Element]:
    """Yield an element and all that stands in it, in the order of the page."""
    yield element
    for child in element.children:
        if isinstance(child, Element):
            yield from everything(child)


def classes(element: Element) -> set[str]:
    return set((dict(element.attributes).get("class") or "").split())


def words(element: Element) -> str:
    return "".join(c if isinstance(c, str) else words(c) for c in element.children).strip()


class Page:
    """What came back: status, headers, words, links and forms."""

    def __init__(self, response) -> None:
        self.response = response
        self.status = response.status_code
        request = response.request
        query = request.get("QUERY_STRING", "")
        self.address = request["PATH_INFO"] + (f"?{query}" if query else "")
        self.html = response.content.decode()
        self.tree = parse_html(self.html)

    def all(self, name: str, **attributes: str) -> list[Element]:
        wanted = {key.rstrip("_"): value for key, value in attributes.items()}
        return [
            e
            for e in everything(self.tree)
            if e.name == name and wanted.items() <= dict(e.attributes).items()
        ]

    @property
    def title(self) -> str:
        return words(self.all("title")[0])

    @property
    def heading(self) -> str:
        (heading,) = self.all("h1")
        return words(heading)

    @property
    def words(self) -> str:
        return words(self.all("main")[0])

    @property
    def ids(self) -> set[str]:
        return {
            dict(e.attributes)["id"] for e in everything(self.tree) if "id" in dict(e.attributes)
        }

    def link(self, label: str) -> str:
        found = {dict(a.attributes)["href"] for a in self.all("a") if words(a) == label}
        assert len(found) == 1, f"{self.address}: {len(found)} links “{label}”"
        return found.pop()

    def form_with(self, label: str) -> tuple[Element, Element]:
        """Return the one form that has this button, and the button."""
        found = [
            (form, button)
            for form in self.all("form")
            for button in everything(form)
            if button.name == "button" and words(button) == label
        ]
        assert len(found) == 1, f"{self.address}: {len(found)} buttons “{label}”"
        return found[0]

    def field(self, name: str) -> str | bool | None:
        """Return what a field holds: its text, or which choice is made."""
        for form in self.all("form"):
            if name in (held := values(form)):
                return held[name]
        return None


def values(form: Element) -> dict[str, str | None]:
    """Return every field of a form by name with what it holds; None when nothing is chosen."""
    held: dict[str, str | None] = {}
    for element in everything(form):
        has = dict(element.attributes)
        name = has.get("name")
        if element.name == "input" and name:
            if has.get("type") in ("radio", "checkbox"):
                held.setdefault(name, None)
                if "checked" in has:
                    held[name] = has.get("value", "on")
            else:
                held[name] = has.get("value") if has.get("type") != "file" else None
        elif element.name == "textarea":
            held[name] = words(element)
        elif element.name == "select":
            options = [dict(o.attributes) for o in everything(element) if o.name == "option"]
            held[name] = next((o["value"] for o in options if "selected" in o), "")
    return held


class Visitor:
    """Somebody with a phone, with cookies of its own; forms are sent as a browser would."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.page: Page

    def go(self, address: str) -> Page:
        self.page = Page(self.client.get(address, follow=True))
        return self.page

    def follow(self, label: str) -> Page:
        return self.go(urljoin(self.page.address, self.page.link(label)))

    def press(self, label: str, **typed: object) -> Page:
        """Fill in fields of the form that has this button, and press it."""
        form, button = self.page.form_with(label)
        held = values(form)
        assert set(typed) <= set(held), f"{self.page.address} asks no {set(typed) - set(held)}"
        sent = {k: v for k, v in {**held, **typed}.items() if v is not None}
        has = dict(button.attributes)
        if "name" in has:
            sent[has["name"]] = has.get("value", "")
        action = dict(form.attributes).get("action") or self.page.address
        response = self.client.post(urljoin(self.page.address, action), sent, follow=True)
        self.page = Page(response)
        return self.page

    @property
    def draft(self) -> FilingDraft:
        """The filing this browser is on: read as the server would, from its cookie."""
        token = self.client.cookies["draft"].value.split(":")[0]
        return FilingDraft.objects.get(token=token)

    def begin(self, **answers: object) -> Page:
        """Begin a filing with these answers already given, and look at the next question."""
        self.go(reverse("home"))
        self.press("开始申请")
        drafts.keep(self.draft, **answers)
        return self.go(reverse("file-step", args=["check"]))

    def enter(self, party: Party) -> Page:
        """Prove a party's phone, and come to its case page."""
        let_time_pass_for(party.phone)
        self.go(reverse("party-enter", args=[token_of(party.case)]))
        self.press("发验证码", phone=party.phone)
        return self.press("进去", code=code_sent_to(party.phone))

    def go_to(self, name: str, case: Case, *more: object) -> Page:
        return self.go(reverse(name, args=[token_of(case), *more]))


def token_of(case: Case) -> str:
    return case.mediation_code.token


def one_other_than(code: str) -> str:
    """Return a code that is wrong for sure."""
    return f"{(int(code) + 1) % 10**6:06d}"


def answers(**changes: object) -> dict[str, object]:
    """Return the answers to all questions of a filing."""
    street = Region.objects.filter(level=Region.Level.STREET).first()
    return {
        "description": LEASE,
        "wish": "money",
        "amount": "3400",
        "wish_note": "",
        "respondents": [
            {"kind": "person", "name": "李四光", "phone": new_phone(), "whereabouts": ""}
        ],
        "region": street.pk,
        "place": "江南大道1号",
        "name": "张三丰",
        "phone": new_phone(),
        **changes,
    }


def photo(name: str = "合同.jpg") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue())


def check_error_page(page: Page, *said: str, status: int = 422) -> None:
    """Hold an error page to the bar: its status, what it says, first and where (ux.md U16)."""
    assert page.status == status
    assert page.title.startswith("错误：")
    for text in said:
        assert text in page.words
    assert not any(word in page.words for word in SCOLDING)
    (summary,) = page.all("div", class_="errsum", role="alert")
    inside = list(everything(page.all("main")[0]))
    assert inside.index(summary) < inside.index(page.all("h1")[0])
    links = [dict(e.attributes)["href"] for e in everything(summary) if e.name == "a"]
    assert {link.removeprefix("#") for link in links} <= page.ids
    for text in said:
        assert text in words(summary)


@pytest.fixture
def visitor(house) -> Visitor:
    return Visitor()


@pytest.fixture
def stranger(house) -> Visitor:
    """Somebody else, on another phone."""
    return Visitor()
