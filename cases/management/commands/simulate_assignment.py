"""Try the rules of assignment on a simulated year; nothing is written."""

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases import demo
from cases.errors import CaseError
from cases.simulation.assignment.auditor import Auditor
from cases.simulation.assignment.figures import simulate


class Command(BaseCommand):
    help = (
        "Assign simulated cases to the demonstration's bodies by the live rules, and audit it. "
        "Reads the reference data, writes nothing. Exit 1 when a rule was broken."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", type=int, default=50_000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--days", type=int, default=365)
        parser.add_argument(
            "--capacity",
            type=int,
            default=12,
            help="open cases a mediator takes; low, so that the limits are met",
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        asked = {name: options[name] for name in ("cases", "seed", "days", "capacity")}
        if min(asked["cases"], asked["days"], asked["capacity"]) < 1:
            raise CommandError("--cases, --days and --capacity must be at least 1")
        try:
            figures = simulate(**asked, fields=demo.COMPETENCE)
        except CaseError as error:
            raise CommandError(str(error)) from None
        figures["seconds"] = round(time.monotonic() - started, 1)
        if options["json"]:
            self.stdout.write(json.dumps(figures, ensure_ascii=False))
        else:
            self._print(figures)
        if broken := [kind for kind in Auditor.KINDS if figures[kind]]:
            raise CommandError(f"rules were broken: {', '.join(broken)}")

    def _print(self, figures: dict[str, Any]) -> None:
        for name, value in figures.items():
            if name != "groups":
                self.stdout.write(f"{name:20} {value}")
        self.stdout.write(f"{'kind':18} {'field':24} bodies  Gini   given  load mean/max")
        for one in figures["groups"]:
            self.stdout.write(
                f"{one['kind']:18} {one['field']:24} {one['bodies']:6} {one['gini']:6.3f} "
                f"{one['gini_given']:6.3f} {one['load_mean']:6.2f} {one['load_max']:.2f}"
            )
