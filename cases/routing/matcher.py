"""Find the keywords that stand in a text: one pass, the longest word wins over its parts."""

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

# Besides the format characters (category Cf: zero-width, bidi, tags) these draw nothing either, and
# people or programs put them between two characters to hide a word.
_BLANK = (
    0x034F,  # combining grapheme joiner
    0x115F,  # hangul fillers
    0x1160,
    0x17B4,
    0x17B5,
    *range(0x180B, 0x1810),  # mongolian selectors
    *range(0xFE00, 0xFE10),  # variation selectors
    *range(0xE0000, 0xE1000),  # tags, more selectors
)
_FORMAT = (code for code in range(0x20000) if unicodedata.category(chr(code)) == "Cf")
_DROPPED: dict[int, None] = dict.fromkeys((*_BLANK, *_FORMAT))


class Hit(NamedTuple):
    """A keyword at `text[start:end]` of the normalised text."""

    word: str
    start: int
    end: int


def normalise(text: str) -> str:
    """Return `text` in the one form in which keywords are compared.

    Full-width and compatibility forms become plain (NFKC), letters lower case, invisible characters
    vanish. Everything that can be seen stays in its order, so that a position in the result can be
    shown to a person. Applying it again changes nothing.
    """
    plain = unicodedata.normalize("NFKC", text).lower().translate(_DROPPED)
    return unicodedata.normalize("NFKC", plain)


class Matcher:
    """A set of words, indexed by their first two characters."""

    def __init__(self, words: Iterable[str]) -> None:
        """Index `words` (normalised here; empty and repeated ones are ignored)."""
        self._singles: set[str] = set()
        self._by_opening: dict[str, list[str]] = {}  # each list with its longest words first
        for word in sorted({normalise(word) for word in words} - {""}, key=len, reverse=True):
            if len(word) == 1:
                self._singles.add(word)
            else:
                self._by_opening.setdefault(word[:2], []).append(word)

    def find(self, text: str) -> list[Hit]:
        """Return the hits in `text`, which must be normalised, from left to right.

        Hits do not overlap: of the words that begin at the leftmost place the longest is taken, and
        the search goes on behind it.
        """
        hits: list[Hit] = []
        by_opening, singles = self._by_opening, self._singles
        place, length = 0, len(text)
        while place < length:
            for word in by_opening.get(text[place : place + 2], ()):
                if text.startswith(word, place):
                    break
            else:
                word = text[place] if text[place] in singles else ""
            if word:
                hits.append(Hit(word, place, place + len(word)))
            place += len(word) or 1
        return hits
