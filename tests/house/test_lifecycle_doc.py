import io

from django.conf import settings
from django.core.management import call_command

from cases.lifecycle import TRANSITIONS
from cases.models import Case

PAGE = settings.BASE_DIR / "docs" / "lifecycle.md"


def printed():
    out = io.StringIO()
    call_command("print_lifecycle", stdout=out)
    return out.getvalue()


def test_the_page_is_what_the_table_prints():
    assert PAGE.read_text() == printed()


def test_the_page_names_every_status_and_every_step():
    page = printed()
    for status in Case.Status:
        assert f"| `{status.value}` | {status.label} |" in page
    for step in TRANSITIONS:
        row = f"| `{step.source.value}` | `{step.action.value}` | {step.action.label} | "
        assert row in page
    assert page.count("\n| `") == len(Case.Status) + len(TRANSITIONS)
