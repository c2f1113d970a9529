"""Parts that pages share: each says what it takes; test_design.py has them shown."""

import re
from pathlib import Path

import pytest
from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "templates"
COMPONENTS = sorted(file.name for file in (FOLDER / "components").glob("*.html"))
OPENING = re.compile(r"{% comment %}(.+?){% endcomment %}", re.DOTALL)
NAME = r"[a-z_]+"
TAKEN = re.compile(
    rf"{{{{\s*({NAME})|{{%\s*(?:if|elif|firstof)\s+({NAME})|{{%\s*for\s[^%]*?\sin\s+({NAME})"
)
MADE = re.compile(rf"{{%\s*for\s+([a-z_, ]+?)\s+in|\swith\s+({NAME})=|\sas\s+({NAME})\s*%}}")
EVERYWHERE = {"forloop", "request", "messages", "site", "count", "not", "block"}


def part(name: str) -> str:
    return (FOLDER / "components" / name).read_text()


def taken_from_outside(body: str) -> set[str]:
    """Return the variables that a part reads and does not make itself."""
    made = {
        name.strip() for found in MADE.findall(body) for one in found for name in one.split(",")
    }
    # Inside a translated text the names are those of its own `with`.
    plain = re.sub(r"({% blocktranslate.*?%}).*?{% endblocktranslate %}", r"\1", body, flags=re.S)
    taken = {name for found in TAKEN.findall(plain) for name in found if name}
    return taken - made - EVERYWHERE


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_opens_with_a_comment_that_names_what_it_takes(name):
    opening = OPENING.match(part(name))
    assert opening
    said = set(re.findall(NAME, opening[1]))
    assert sorted(taken_from_outside(part(name)[opening.end() :]) - said) == []


def test_a_variable_that_no_comment_names_is_found():
    body = (
        "{% for one in items %}{{ one.title }}{{ forgotten }}{% if also %}{% endif %}{% endfor %}"
    )
    assert taken_from_outside(body) == {"items", "forgotten", "also"}


def test_every_icon_that_a_template_names_can_be_drawn():
    drawn = set(re.findall(r'name == "(\w+)"', part("icon.html")))
    named = {
        icon
        for file in FOLDER.rglob("*.html")
        for icon in re.findall(r'components/icon\.html" with name="(\w+)"', file.read_text())
    }
    assert named
    assert sorted(named - drawn) == []
