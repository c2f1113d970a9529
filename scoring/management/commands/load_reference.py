"""Bring in the reference data of this release; safe to run at every start."""

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

import cases.loading
import mediators.loading
import scoring.loading
from mediators.loading import Counts

RELEASE = "2026.11"
LOADERS: dict[str, Callable[[str], Counts]] = {
    "mediators": mediators.loading.load,
    "cases": cases.loading.load,
    "scoring": scoring.loading.load,
}


class Command(BaseCommand):
    help = "Load the shipped reference data; rows that people here have changed stay."

    def handle(self, *args: Any, **options: Any) -> None:
        total = Counts()
        for app, load in LOADERS.items():
            counts = load(RELEASE)
            total += counts
            if options["verbosity"] > 1:
                self.stdout.write(f"{app}: {counts}")
        self.stdout.write(_said(total))


def _said(total: Counts) -> str:
    if not total.created and not total.updated:
        return _("基础数据已是%(release)s版，没有改动（本地改过、予以保留的%(kept)d条）。") % {
            "release": RELEASE,
            "kept": total.kept,
        }
    return _(
        "基础数据%(release)s版：新增%(created)d条，更新%(updated)d条，"
        "未变%(unchanged)d条，本地改过、予以保留%(kept)d条。"
    ) % {"release": RELEASE, **total.__dict__}
