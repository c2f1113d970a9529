import ast
import re
from pathlib import Path

from django.conf import settings


def _read_by_settings():
    tree = ast.parse((settings.BASE_DIR / "mediation" / "settings.py").read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[0] == "env":
            first = node.args[0]
            assert isinstance(first, ast.Constant), ast.unparse(node)
            yield first.value


def _named_in(file: Path):
    return re.findall(r"^#([A-Z_]+)=", file.read_text(), flags=re.MULTILINE)


def test_the_example_names_every_variable_once_and_no_other():
    names = _named_in(settings.BASE_DIR / ".env.example")
    assert sorted(names) == sorted(set(_read_by_settings()))


def test_a_copy_of_the_example_changes_nothing():
    lines = (settings.BASE_DIR / ".env.example").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


def test_the_example_holds_no_key():
    text = (settings.BASE_DIR / ".env.example").read_text()
    assert re.findall(r"^#?(?:\w+_KEY|\w+_SECRET|FIELD_KEYS)=.+$", text, re.MULTILINE) == []
