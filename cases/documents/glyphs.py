"""Which characters our fonts can draw: an archive file (PDF/A) may hold none without a shape."""

import bisect
import struct
import unicodedata
from functools import lru_cache
from pathlib import Path

import pylopdf_fonts_zh_cn

LINES = "\n\r\t"
SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))  # choose a variant, draw nothing
Span = tuple[int, int]  # first and last code point


def printable(text: str) -> str:
    """Return text that our fonts can draw, with nothing lost.

    A rare character or an emoji is printed as its number, 〔U+2C386〕: one that is missing from a
    name would be a fault, and one that stops the document a worse one. Characters that draw
    nothing (controls, direction marks, variant selectors) are dropped.
    """
    return "".join(_drawn(character) for character in text)


def _drawn(character: str) -> str:
    code = ord(character)
    if character in LINES or any(_has(spans, code) for spans in _fonts()):
        return character
    if unicodedata.category(character) in ("Cc", "Cf") or any(code in s for s in SELECTORS):
        return ""
    return f"〔U+{code:04X}〕"


def _has(spans: tuple[Span, ...], code: int) -> bool:
    at = bisect.bisect_right(spans, (code, 0x110000)) - 1
    return at >= 0 and spans[at][0] <= code <= spans[at][1]


@lru_cache(maxsize=1)
def _fonts() -> tuple[tuple[Span, ...], ...]:
    paths = (pylopdf_fonts_zh_cn.serif_path(), pylopdf_fonts_zh_cn.sans_path())
    return tuple(_spans(Path(path).read_bytes()) for path in paths)


def _spans(font: bytes) -> tuple[Span, ...]:
    """Return the spans of code points in a font's full Unicode table (OpenType cmap format 12)."""
    (count,) = struct.unpack_from(">H", font, 4)
    tables = {font[at : at + 4]: at for at in range(12, 12 + 16 * count, 16)}
    (cmap,) = struct.unpack_from(">I", font, tables[b"cmap"] + 8)
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    offsets = [struct.unpack_from(">I", font, cmap + 8 + 8 * i)[0] for i in range(count)]
    full = next(cmap + at for at in offsets if font[cmap + at : cmap + at + 2] == b"\x00\x0c")
    (groups,) = struct.unpack_from(">I", font, full + 12)
    rows = (struct.unpack_from(">III", font, full + 16 + 12 * i) for i in range(groups))
    return tuple((first, last) for first, last, _glyph in rows)
