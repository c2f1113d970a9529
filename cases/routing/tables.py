"""Rule books as tables for people: a TSV to edit elsewhere, and what differs between two."""

import math
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases.errors import CaseError
from cases.models import CaseType, RuleBook
from cases.routing import classify, drafting, rulebook
from cases.routing.drafting import Edited
from cases.routing.rulebook import Key
from mediators.models import User

HEADER = ("case_type", "word", "weight")
MOST_BYTES = 4_000_000
MOST_ERRORS = 20  # told at once; nobody reads more


class BadTable(CaseError):
    """A table that cannot be taken over; `lines` says of each bad line what is wrong."""

    code = "bad_table"

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        super().__init__(_("；").join(lines))


@dataclass(frozen=True)
class Difference:
    """What became of one keyword between two books; a weight of None: it is not there."""

    case_type: str
    word: str
    before: float | None
    after: float | None


def differences(before: RuleBook, after: RuleBook) -> list[Difference]:
    """Return what must be done to `before` to get `after`: added, taken out, weighed anew.

    Ordered by type and word. Two queries.
    """
    old, new = rulebook.table(before), rulebook.table(after)
    return [
        Difference(*key, old.get(key), new.get(key))
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]


def to_tsv(book: RuleBook) -> str:
    """Return a book's keywords as a tab-separated table with a header, by type and word.

    Weights are written so that reading them gives the very same numbers.
    """
    rows = sorted(rulebook.table(book).items())
    lines = ["\t".join((*key, repr(weight))) for key, weight in rows]
    return "\n".join(["\t".join(HEADER), *lines]) + "\n"


def take_over(draft: RuleBook, data: bytes, *, replace: bool, by: User | None) -> Edited:
    """Bring a table into a draft, wholly or not at all.

    With `replace` keywords that the table does not name are taken out, else they stay. Raises
    BadTable with every bad line, CaseError for a book that was published.
    """
    changes: dict[Key, float | None] = dict(from_tsv(data))
    if replace:
        changes = dict.fromkeys(rulebook.table(draft)) | changes
    return drafting.change(draft, changes, by=by)


def from_tsv(data: bytes) -> dict[Key, float]:
    """Read a table: UTF-8, or what spreadsheets write here (UTF-16, GB18030). Raises BadTable."""
    if len(data) > MOST_BYTES:
        raise BadTable([_("文件太大，最多%(size)dMB") % {"size": MOST_BYTES // 1_000_000}])
    return read_rows(_decoded(data), set(CaseType.objects.values_list("key", flat=True)))


def read_rows(text: str, types: set[str]) -> dict[Key, float]:
    """Read the text of a table whose types are among these codes. Raises BadTable."""
    lines = text.splitlines()
    if not lines or tuple(lines[0].strip().split("\t")) != HEADER:
        raise BadTable([_("第1行要是表头：case_type、word、weight，用制表符隔开")])
    reader = _Reader(types)
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            reader.read(number, line)
    if reader.faults:
        raise BadTable(reader.faults)
    if not reader.rows:
        raise BadTable([_("表里没有关键词")])
    return reader.rows


class _Reader:
    """Reads line after line, and remembers what was wrong with each."""

    def __init__(self, types: set[str]) -> None:
        self.types = types | {classify.NOT_MEDIABLE_TYPE}
        self.rows: dict[Key, float] = {}
        self.came: dict[Key, int] = {}
        self.faults: list[str] = []

    def read(self, number: int, line: str) -> None:
        if len(self.faults) >= MOST_ERRORS:
            return
        try:
            key, weight = self._row(line)
            if key in self.came:
                raise CaseError(_("和第%(line)d行是同一个词") % {"line": self.came[key]})
        except CaseError as error:
            self.faults.append(_("第%(line)d行：%(why)s") % {"line": number, "why": error})
        else:
            self.rows[key], self.came[key] = weight, number

    def _row(self, line: str) -> tuple[Key, float]:
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != len(HEADER):
            raise CaseError(_("要有三格，用制表符隔开"))
        case_type, word, written = cells
        if case_type not in self.types:
            raise CaseError(_("没有这个案由：%(type)s") % {"type": case_type[:40]})
        return (case_type, drafting.clean_word(word)), _weight(written)


def _weight(written: str) -> float:
    try:
        weight = float(written)
    except ValueError:
        weight = math.nan
    if not math.isfinite(weight):
        raise CaseError(_("分量要是数字，现在是“%(weight)s”") % {"weight": written[:20]})
    return weight


def _decoded(data: bytes) -> str:
    encodings: list[Any] = ["utf-8-sig", "gb18030"]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadTable([_("读不出文字，请存成UTF-8编码的文本")])
