"""The design system: parts are shown, colours can be read, pages stay light, nothing is inline."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

ROOT = Path(settings.BASE_DIR)
BASE = (ROOT / "static/css/base.css").read_text()
INK, PAPER, CARD = "ink", "paper", "card"
TEXT_ON_GROUND = [
    (INK, PAPER),
    ("ink-2", PAPER),
    ("link", PAPER),
    ("err", "err-bg"),
    ("soon", "soon-bg"),
    ("link", "soon-bg"),
    ("ok", "ok-bg"),
    ("on-action", "action"),
    ("action", "tint"),
    *(
        (f"t-{key}", f"c-{key}")
        for key in ["blue", "orange", "yellow", "green", "grey", "purple", "red"]
    ),
]
EDGE_ON_GROUND = [("edge", CARD), ("edge", PAPER), ("action", PAPER), ("err", "err-bg")]
BUDGETS = {"css/base.css": 5_500, "css/staff.css": 4_000, "js/page.js": 4_096}
BUDGETS |= {"js/signature.js": 2_048}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def token(name: str) -> str:
    found = re.search(rf"--{name}:(#[0-9A-Fa-f]{{6}})", BASE)
    assert found, name
    return found[1]


@pytest.fixture(params=["", "?frame=staff"])
def style_guide(request: pytest.FixtureRequest, client: Client, db: None):
    return client.get(reverse("styleguide") + request.param)


def test_contrast_of_white_on_white_would_be_found():
    assert contrast("#FFFFFF", "#FFFFFF") == 1
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_can_be_read_on_its_ground(text: str, ground: str):
    assert contrast(token(text), token(ground)) >= 4.5


@pytest.mark.parametrize(("edge", "ground"), EDGE_ON_GROUND)
def test_edges_of_what_is_tapped_can_be_seen(edge: str, ground: str):
    assert contrast(token(edge), token(ground)) >= 3


@pytest.mark.parametrize(("name", "most"), BUDGETS.items())
def test_a_slow_phone_loads_little(name: str, most: int):
    assert len(gzip.compress((ROOT / "static" / name).read_bytes(), 9)) <= most


def test_every_component_is_shown_on_the_style_guide(style_guide):
    shown = {template.name for template in style_guide.templates}
    there = {f"components/{path.name}" for path in (ROOT / "templates/components").glob("*.html")}
    assert there
    assert there <= shown


def test_the_style_guide_has_nothing_inline_and_one_heading(style_guide):
    page = style_guide.content.decode()
    assert not re.search(r"\sstyle=|\son[a-z]+=|<script>|<style", page)
    assert page.count("<h1") == 1


def test_every_id_that_a_field_or_an_error_points_to_exists_once(style_guide):
    page = style_guide.content.decode()
    ids = re.findall(r'\sid="([^"]+)"', page)
    named = re.findall(r'\s(?:for|aria-describedby|aria-labelledby)="([^"]+)"', page)
    linked = re.findall(r'href="#([^"]+)"', page)
    assert {one for names in named for one in names.split()} | set(linked) <= set(ids)
    assert len(ids) == len(set(ids))


def test_a_wrong_field_says_why_and_is_marked(style_guide):
    page = style_guide.content.decode()
    field = re.search(r'<input[^>]*id="id_name"[^>]*>', page)
    assert field
    assert 'aria-invalid="true"' in field[0]
    assert "id_name_error" in field[0]


def test_a_code_is_shown_by_colour_word_icon_and_frame(style_guide):
    cards = re.findall(
        r'<section class="code k-(\w+) f-(\w+)".*?</section>', style_guide.text, re.S
    )
    assert len({frame for _, frame in cards}) == len({colour for colour, _ in cards}) == 5
    for tag in re.findall(r'<span class="tag k-.*?</span>', style_guide.text, re.S):
        assert "<path" in tag
        assert re.sub(r"<[^>]*>", "", tag).strip()


def test_the_elder_version_begins_with_a_phone_number(client: Client, db: None):
    assert "打电话办" not in client.get(reverse("home")).text
    assert "打电话办" in client.get(reverse("home"), {"size": "3"}).text


def test_a_link_for_text_size_keeps_what_the_page_was_asked_for(client: Client, db: None):
    assert 'href="?add=1&amp;size=3"' in client.get(reverse("home"), {"add": "1"}).text


def test_staff_sign_in_under_the_name_of_the_house(client: Client, db: None):
    page = client.get(reverse("sign-in")).text
    assert settings.SITE_NAME in page
    assert settings.HELP_PHONE in page


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "409", "429"])
def test_an_error_says_what_to_do_in_the_frame_of_the_house(name: str, rf, db: None):
    page = render_to_string(f"errors/{name}.html", {"message": "为什么"}, request=rf.get("/c/"))
    assert page.count("<h1") == 1
    assert 'class="btn"' in page
    assert settings.HELP_PHONE in page


def test_the_page_for_our_own_faults_needs_neither_database_nor_context():
    page = render_to_string("errors/500.html")
    assert "系统出错了，不是您的问题" in page
    assert page.startswith("<!doctype html>")
