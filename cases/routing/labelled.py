"""Texts with the case type that a person gave them: to learn from, and to measure on."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


class BadLine(ValueError):
    """A line that holds no labelled text; `number` counts from 1."""

    def __init__(self, number: int, why: str) -> None:
        self.number, self.why = number, why
        super().__init__(f"line {number}: {why}")


@dataclass(frozen=True)
class Labelled:
    """A text with its case type (`none`: nothing to mediate) and other types that are also right.

    `weight` says how many texts it counts for in learning.
    """

    id: str
    text: str
    case_type: str
    acceptable: tuple[str, ...] = ()
    weight: float = 1.0


def read_jsonl(lines: Iterable[bytes]) -> list[Labelled]:
    """Read JSON lines {"id", "text", "case_type", "acceptable"}, UTF-8; blank ones are left out.

    Raises BadLine at the first line that is not of that form.
    """
    return [_from_json(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def read_tsv(lines: Iterable[str], *, weight: float = 1.0) -> list[Labelled]:
    """Read lines `case type<TAB>text`; a text has its line number as id. Raises BadLine."""
    found = []
    for number, line in enumerate(lines, 1):
        case_type, tab, text = line.rstrip("\r\n").partition("\t")
        if not (case_type and tab and text):
            raise BadLine(number, "not a case type, a tab and a text")
        found.append(Labelled(str(number), text, case_type, weight=weight))
    return found


def _from_json(number: int, line: bytes) -> Labelled:
    try:
        row = json.loads(line.decode())
    except (ValueError, RecursionError):
        raise BadLine(number, "not JSON in UTF-8") from None
    if not isinstance(row, dict):
        raise BadLine(number, "not an object")
    acceptable = row.get("acceptable", [])
    if not (isinstance(acceptable, list) and all(isinstance(code, str) for code in acceptable)):
        raise BadLine(number, '"acceptable" is not a list of case types')
    case_type, text = _word(number, row, "case_type"), _word(number, row, "text")
    return Labelled(str(row.get("id", number)), text, case_type, tuple(acceptable))


def _word(number: int, row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadLine(number, f'"{name}" is missing or empty')
    return value
