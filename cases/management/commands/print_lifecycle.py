"""Print docs/lifecycle.md from the table of a case's life: `make` and people read one source."""

from collections.abc import Iterator

from django.core.management.base import BaseCommand
from django.utils.translation import override

from cases.lifecycle import TRANSITIONS, Step
from cases.models import Case

HEAD = """# The life of a case

Printed from `TRANSITIONS` in `cases/lifecycle.py`; a test compares. To change it, change the table
and run `python manage.py print_lifecycle > docs/lifecycle.md`.
"""


class Command(BaseCommand):
    help = "Print docs/lifecycle.md: the statuses of a case and every step between them."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(document(), ending="")


def document() -> str:
    """Return the whole page: a drawing, the statuses, the steps."""
    with override("zh-hans"):
        parts = [HEAD, *_drawing(), *_statuses(), *_steps()]
    return "\n".join(parts) + "\n"


def _drawing() -> Iterator[str]:
    yield "```mermaid\nstateDiagram-v2\n    [*] --> filed"
    arrows: dict[tuple[str, str], list[str]] = {}
    for step in TRANSITIONS:
        arrows.setdefault((step.source.value, step.target.value), []).append(step.action.value)
    for (source, target), actions in arrows.items():
        yield f"    {source} --> {target}: {', '.join(actions)}"
    sources = {step.source for step in TRANSITIONS}
    for status in Case.Status:
        if status not in sources:
            yield f"    {status.value} --> [*]"
    yield "```\n"


def _statuses() -> Iterator[str]:
    yield "## Statuses\n\n| status | 中文 |\n|---|---|"
    for status in Case.Status:
        yield f"| `{status.value}` | {status.label} |"
    yield ""


def _steps() -> Iterator[str]:
    yield "## Steps\n\n| from | action | 中文 | to | who | refused while |"
    yield "|---|---|---|---|---|---|"
    for step in TRANSITIONS:
        cells = (f"`{step.source.value}`", f"`{step.action.value}`", str(step.action.label))
        who = ", ".join(sorted(standing.value for standing in step.who))
        yield f"| {' | '.join(cells)} | `{step.target.value}` | {who} | {_refusal(step)} |"


def _refusal(step: Step) -> str:
    """Return what a step waits for, as its refusal is named in the code."""
    name = step.refusal.__name__.strip("_").replace("_", " ")
    return "" if name == "nothing" else name
