"""Only `lifecycle.move` writes the status of a case: read from the code itself."""

import ast

import pytest
from django.conf import settings

WRITER = "cases/lifecycle.py"
WRITES = {"update", "create", "get_or_create", "update_or_create", "bulk_create", "Case"}


def _sources():
    for app in ("mediators", "cases", "scoring", "mediation"):
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            name = str(path.relative_to(settings.BASE_DIR))
            if "/migrations/" not in name:
                yield name, path.read_text()


def writes_of_status(source):
    """Return the lines on which something's status is assigned, or given to a writing call."""
    nodes = ast.walk(ast.parse(source))
    return [node.lineno for node in nodes if _assigns(node) or _gives(node)]


def _assigns(node):
    is_status = isinstance(node, ast.Attribute) and node.attr == "status"
    return is_status and isinstance(node.ctx, ast.Store)


def _gives(node):
    if not isinstance(node, ast.Call):
        return False
    called = getattr(node.func, "attr", getattr(node.func, "id", ""))
    named = any(keyword.arg == "status" for keyword in node.keywords)
    spelled = any(isinstance(a, ast.Constant) and a.value == "status" for a in node.args)
    return (called in WRITES and named) or (called == "setattr" and spelled)


def test_the_status_is_written_in_one_place():
    found = {name: lines for name, source in _sources() if (lines := writes_of_status(source))}
    assert set(found) == {WRITER}
    assert len(found[WRITER]) == 1


@pytest.mark.parametrize(
    "line",
    [
        "case.status = 'x'",
        "case.status, other = 'x', 1",
        "Case.objects.filter(pk=1).update(status='x')",
        "Case.objects.create(status='x')",
        "Case(status='x')",
        "setattr(case, 'status', 'x')",
    ],
)
def test_a_second_writer_would_be_found(line):
    assert writes_of_status(line) == [1]


@pytest.mark.parametrize(
    "line", ["status = case.status", "f(status=1)", "Case.objects.filter(status='x')"]
)
def test_reading_is_no_writing(line):
    assert writes_of_status(line) == []
