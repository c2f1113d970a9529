"""Learn a whole table of keywords anew from labelled texts, as the shipped one was made."""

import json
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.routing import train
from cases.routing.classify import Calibration, Keyword
from cases.routing.labelled import BadLine, Labelled, read_jsonl, read_tsv
from cases.routing.matcher import DATA

FIELD_TEXTS, FIELD_TERMS = DATA / "field_texts.tsv", DATA / "field_terms.tsv"
TERM_WEIGHT = 0.2  # a single word of the trade teaches less than a text
BAD_LINE = 2


class Command(BaseCommand):
    help = (
        "Learn keywords and their calibration from FILE, JSON lines like those of "
        "evaluate_routing, together with the shipped texts and terms of the field. Writes "
        "keywords.tsv and calibration.json to a folder; no rule book changes. Takes minutes."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="texts like those that will be routed")
        parser.add_argument("--also", type=Path, help="more labelled texts, which only teach")
        parser.add_argument("--also-weight", type=float, default=0.2, help="of one of them (0.2)")
        parser.add_argument("--out", type=Path, help="folder for the table and its calibration")
        parser.add_argument("--cross-validate", action="store_true", help="print its figures too")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            texts = _read(options["file"], 1.0)
            also = _read(options["also"], options["also_weight"]) if options["also"] else []
        except (OSError, BadLine) as error:
            raise CommandError(str(error), returncode=BAD_LINE) from None
        extra = [*also, *_tsv(FIELD_TEXTS, 1.0), *_tsv(FIELD_TERMS, TERM_WEIGHT)]
        if options["cross_validate"]:
            self.stdout.write(json.dumps(train.cross_validate(texts, extra=extra)))
        if options["out"]:
            _write(options["out"], *train.fit(texts, extra=extra))


def _read(path: Path, weight: float) -> list[Labelled]:
    with path.open("rb") as lines:
        return [replace(text, weight=weight) for text in read_jsonl(lines)]


def _tsv(path: Path, weight: float) -> list[Labelled]:
    with path.open(encoding="utf-8") as lines:
        return read_tsv(lines, weight=weight)


def _write(folder: Path, keywords: list[Keyword], calibration: Calibration) -> None:
    rows = [f"{one.case_type}\t{one.word}\t{one.weight:g}" for one in keywords]
    table = "\n".join(["case_type\tword\tweight", *rows, ""])
    (folder / "keywords.tsv").write_text(table, encoding="utf-8")
    values = json.dumps(calibration.to_dict(), indent=2, sort_keys=True)
    (folder / "calibration.json").write_text(values + "\n", encoding="utf-8")
