import re

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.urls import URLPattern, URLResolver, get_resolver

FOLDER = settings.BASE_DIR / "templates"
TEMPLATES = sorted(
    str(file.relative_to(FOLDER))
    for pattern in ("*.html", "*.txt", "*.xml")
    for file in FOLDER.rglob(pattern)
)
PARTS = re.compile(r"""{%\s*(?:extends|include)\s+["']([^"']+)["']""")
LINKS = re.compile(r"""{%\s*url\s+["']([^"']+)["']""")


def _names(resolver: URLResolver, prefix: str = ""):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}"
        else:
            space = f"{entry.namespace}:" if entry.namespace else ""
            yield from _names(entry, prefix + space)


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_template_compiles_and_so_does_every_part_it_names(name):
    assert get_template(name)
    for part in PARTS.findall((FOLDER / name).read_text()):
        assert get_template(part)


def test_every_link_in_a_template_leads_to_a_page():
    known = set(_names(get_resolver()))
    named = {
        (name, link) for name in TEMPLATES for link in LINKS.findall((FOLDER / name).read_text())
    }
    assert sorted((name, link) for name, link in named if link not in known) == []


def test_there_are_templates_to_compile():
    assert TEMPLATES
