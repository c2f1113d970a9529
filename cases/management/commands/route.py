"""Classify texts by the keywords in force, for whoever measures or compares; touches no case."""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.errors import NoRuleBook
from cases.routing import classify, rulebook

BAD_LINE = 2


class BadLine(Exception):
    """A line that is not {"id", "text"}; `number` counts from 1."""

    def __init__(self, number: int, why: str) -> None:
        self.number = number
        super().__init__(f"line {number}: {why}")


class Command(BaseCommand):
    help = (
        'Read JSON lines {"id", "text"} on standard input; write {"id", "ranked", "decision"} for '
        "each, in order, as UTF-8. Exit 1 without a rule book, 2 at the first bad line."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        out = sys.stdout.buffer
        try:
            book = rulebook.compiled(rulebook.in_force())
            for answer in answers(sys.stdin.buffer, book):
                out.write(answer)
        except NoRuleBook as error:
            raise CommandError(str(error), returncode=1) from None
        except BadLine as error:
            raise CommandError(str(error), returncode=BAD_LINE) from None
        finally:
            out.flush()


def answers(lines: Iterable[bytes], book: classify.RuleBook) -> Iterator[bytes]:
    """Yield the answer to each line, blank ones left out. Raises BadLine."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _answer(number, line, book)


def _answer(number: int, line: bytes, book: classify.RuleBook) -> bytes:
    asked = _asked(number, line)
    verdict = book.classify(asked["text"])
    answer = {
        "id": asked["id"],
        "ranked": [
            {
                "case_type": r.case_type,
                "score": r.score,
                "keywords": classify.whole_words(r.keywords),
            }
            for r in verdict.ranked
        ],
        "decision": verdict.decision,
    }
    try:
        return json.dumps(answer, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        raise BadLine(number, "id is not valid Unicode") from None


def _asked(number: int, line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line.decode())
    except (ValueError, RecursionError):
        raise BadLine(number, "not JSON in UTF-8") from None
    if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
        raise BadLine(number, 'not an object with "id" and "text"')
    if not isinstance(asked.get("id"), str | int):
        raise BadLine(number, "id is neither text nor a whole number")
    return asked
