"""Measure what duplicates are found, on made-up pairs of filings; touches no case."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cases.duplicates.compare import judge
from cases.simulation import pairs


class Command(BaseCommand):
    help = (
        "Draw pairs of filings, half of them one dispute told twice, judge each, and print how "
        "many the rules would merge, show to a person or keep apart."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pairs", type=int, default=20_000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        drawn = pairs.draw(options["pairs"], seed=options["seed"])
        found = pairs.measure(drawn, judge)
        answer = report(found)
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self.stdout.write(_table(answer))


def report(found: pairs.Findings) -> dict[str, Any]:
    """Return the figures, and the counts of each way by which pairs come to look alike."""
    apart = found.count(*pairs.GRADES, same=False)
    return {
        "pairs": apart + found.count(*pairs.GRADES, same=True),
        "certain": found.count("certain", same=True) + found.count("certain", same=False),
        "certain_precision": round(found.certain_precision, 5),
        "likely_recall": round(found.recall, 4),
        "shown_though_apart": round(found.count("likely", same=False) / (apart or 1), 4),
        "same": _counts(found, same=True),
        "apart": _counts(found, same=False),
    }


def _counts(found: pairs.Findings, *, same: bool) -> dict[str, dict[str, int]]:
    return {
        way: {grade: counts[grade] for grade in pairs.GRADES}
        for (is_same, way), counts in found.graded.items()
        if is_same == same
    }


def _table(answer: dict[str, Any]) -> str:
    lines = [f"{name}: {value}" for name, value in answer.items() if not isinstance(value, dict)]
    for side in ("same", "apart"):
        lines += [f"{side}:"]
        lines += [f"  {way:18} {counts}" for way, counts in answer[side].items()]
    return "\n".join(lines)
