"""The English catalogue is whole: every string is in it, and keeps its placeholders."""

import re
import shutil
from pathlib import Path

import polib
import pytest
from django.conf import settings as product
from django.core.management import call_command

from tests.services import needs_gettext

ROOT = Path(product.BASE_DIR)
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
WRITTEN = ("cases", "mediation", "mediators", "scoring", "templates")
REFRESH = "run `make messages` and translate what is new"
# Characters and marks that only Chinese uses.
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
# A number that people copy from a paper stays as the paper has it.
AS_ON_PAPER = (
    "（2026）浙0108诉前调123号",
    "（2026）浙0108诉前调确1号",
    "法〔2025〕227号",
    "滨西兴",
)
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|<[^>]+>")


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


def in_english(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def names_of(entries: polib.POFile) -> set[tuple[str | None, str]]:
    return {(entry.msgctxt, entry.msgid) for entry in entries if not entry.obsolete}


@needs_gettext
def test_every_string_of_the_house_is_in_the_catalogue_and_no_other(
    tmp_path, monkeypatch, settings, catalogue
):
    for folder in WRITTEN:
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "locale").mkdir()
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    monkeypatch.chdir(tmp_path)  # makemessages reads, and writes beside, what stands here
    call_command("makemessages", locale=["en"], no_location=True, verbosity=0)
    found = names_of(polib.pofile(str(tmp_path / CATALOGUE.relative_to(ROOT))))
    assert sorted(map(str, found - names_of(catalogue))) == [], REFRESH
    assert sorted(map(str, names_of(catalogue) - found)) == [], "no longer used: " + REFRESH


def test_every_string_has_its_english_and_none_is_a_guess(catalogue):
    assert [entry.msgid for entry in catalogue if not all(in_english(entry))] == []
    assert [entry.msgid for entry in catalogue if "fuzzy" in entry.flags] == []
    assert [entry.msgid for entry in catalogue.obsolete_entries()] == []
    assert catalogue.metadata["Plural-Forms"] == "nplurals=2; plural=(n != 1);"


def test_the_english_keeps_every_placeholder_and_every_tag(catalogue):
    changed = {
        entry.msgid: said
        for entry in catalogue
        for said in in_english(entry)
        if sorted(PLACEHOLDER.findall(said)) != sorted(PLACEHOLDER.findall(entry.msgid))
    }
    assert changed == {}


def chinese_in(text: str) -> list[str]:
    """Return what is Chinese in a text, but for numbers as they stand on paper."""
    for number in AS_ON_PAPER:
        text = text.replace(number, "")
    return CHINESE.findall(text)


def test_the_english_is_english(catalogue):
    left = {entry.msgid: said for entry in catalogue for said in in_english(entry)}
    assert {msgid: said for msgid, said in left.items() if chinese_in(said)} == {}


def test_gettext_has_no_name_in_the_code_that_the_extraction_does_not_know():
    alias = re.compile(r"import \w*gettext\w* as (?!_\n)\w+")
    files = [file for folder in WRITTEN for file in (ROOT / folder).rglob("*.py")]
    assert [str(file) for file in files if alias.search(file.read_text())] == []
