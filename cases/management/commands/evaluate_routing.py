"""Measure the keywords on labelled texts, for whoever decides whether they are good enough."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.errors import NoRuleBook
from cases.models import RuleBook
from cases.routing import rulebook
from cases.routing.labelled import BadLine, read_jsonl
from cases.routing.measure import evaluate

SHARES = {
    "top1_strict": "first answer is the label",
    "top1_lenient": "first answer is right",
    "top3": "label among the first three",
    "macro_f1": "mean F1 over the types",
    "auto_share": "routed without a person",
    "auto_precision": "of these right",
    "none_precision": "precision of none",
    "none_recall": "recall of none",
}


class Command(BaseCommand):
    help = (
        'Classify the texts of FILE, JSON lines {"id", "text", "case_type", "acceptable"}, and '
        "print how well that went. Exit 1 without a rule book, 2 at a bad line."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="one JSON object with all figures")
        parser.add_argument(
            "--book", type=int, help="version of the rule book; else the one in force"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            book = rulebook.compiled(_book(options["book"]))
            with options["file"].open("rb") as lines:
                found = evaluate(book, read_jsonl(lines))
        except (NoRuleBook, RuleBook.DoesNotExist) as error:
            raise CommandError(str(error), returncode=1) from None
        except (OSError, BadLine, ValueError) as error:
            raise CommandError(str(error), returncode=2) from None
        found["rule_book"] = book.version
        self.stdout.write(
            json.dumps(found, ensure_ascii=False) if options["json"] else _told(found)
        )


def _book(version: int | None) -> RuleBook:
    return RuleBook.objects.get(version=version) if version else rulebook.in_force()


def _told(found: dict[str, Any]) -> str:
    lines = [f"rule book v{found['rule_book']}, {found['texts']} texts"]
    lines += [f"{found[name]:8.4f}  {words}" for name, words in SHARES.items()]
    lines += [f"{found['texts_per_second']:8.0f}  texts a second", ""]
    lines += [f"{'type':<24}{'texts':>6}{'precision':>11}{'recall':>8}{'F1':>8}"]
    for code, row in found["per_type"].items():
        lines.append(
            f"{code:<24}{row['support']:>6}{row['precision']:>11.3f}"
            f"{row['recall']:>8.3f}{row['f1']:>8.3f}"
        )
    return "\n".join(lines)
