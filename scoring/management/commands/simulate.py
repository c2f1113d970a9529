"""Make up a history of the demonstration, through the real domain functions, with time moved."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.errors import CaseError
from cases.models import Case
from cases.simulation.history import simulate
from scoring import periods

PROGRESS = 100


class Command(BaseCommand):
    help = "Make up a plausible history; the same seed on the same day gives the same cases."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cases", type=int, default=300, help="how many disputes are filed")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--months", type=int, default=6, help="how far back it reaches")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(_("编造的历史只能放进演示系统：请设置DEMO=true。"))
        if options["cases"] < 1 or options["months"] < 1:
            raise CommandError(_("件数和月数至少是1。"))
        try:
            counts = simulate(
                cases=options["cases"],
                seed=options["seed"],
                months=options["months"],
                today=timezone.localdate(),
                nightly=[periods.close_due],
                progress=self._progress,
            )
        except CaseError as error:
            raise CommandError(str(error)) from None
        for status in Case.Status:
            self.stdout.write(f"{counts[status]:>6}  {status.value:<12}{status.label}")
        self.stdout.write(_("共%(count)d件。") % {"count": counts.total()})

    def _progress(self, filed: int) -> None:
        if filed % PROGRESS == 0:
            self.stdout.write(_("已登记%(count)d件……") % {"count": filed})
