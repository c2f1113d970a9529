"""Find the keywords that stand in a text, all in one pass.

Texts and keywords are compared in one plain form. It is made character by character, so that every
place in it leads back to a place in the text as it was written.
"""

import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

# Every sign that ends a clause becomes this one, so that no word crosses from one into the next.
CLAUSE_END = "。"
_ENDS_A_CLAUSE = frozenset("。｡!?;:,、.…~")
# Hangul fillers are letters by their category, and draw nothing.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")
DATA = Path(__file__).parent / "data"


class Hit(NamedTuple):
    """A keyword (in its plain form) at `text[start:end]` of the text as it was written."""

    word: str
    start: int
    end: int


def read_pairs(path: Path) -> dict[str, str]:
    """Read a table of characters, tab-separated: one, and the one that is put in its place."""
    rows = path.read_text(encoding="utf-8").splitlines()
    return dict(row.split("\t") for row in rows)


class _PlainForms(dict[int, str]):
    """The plain form of each character by its code point, worked out when it is first asked."""

    def __missing__(self, code: int) -> str:
        self[code] = form = "".join(map(_plain, _decomposed(chr(code))))
        return form


# Traditional -> simplified, after the OpenCC project's table of characters; and signs that are
# drawn like another: Cyrillic and Greek letters, kana, the parts of Chinese characters.
_SAME = read_pairs(DATA / "traditional.tsv") | read_pairs(DATA / "look_alikes.tsv")


def _decomposed(character: str) -> str:
    """Full width, circled, super- and subscript, ligatures, accents: taken apart, lower case."""
    lower = unicodedata.normalize("NFKD", character).lower()
    return unicodedata.normalize("NFKD", lower)


def _plain(character: str) -> str:
    same = _SAME.get(character)
    if same is not None:
        return same
    if character in _ENDS_A_CLAUSE:
        return CLAUSE_END
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    is_letter = unicodedata.category(character)[0] in "LN" and character not in _BLANK_LETTERS
    return character if is_letter else ""


_FORMS = _PlainForms()


def normalise(text: str) -> str:
    """Return `text` in the one form in which keywords are compared.

    Each character becomes its plain one: full-width and compatibility forms, capitals, traditional
    characters, digits of other scripts and look-alikes of other alphabets. What ends a clause
    becomes `CLAUSE_END`. Spaces, invisible characters, accents, quotation marks and other signs,
    which people and programs put into words, vanish. Applying it again changes nothing.
    """
    return text.translate(_FORMS)


def origins(text: str) -> list[int]:
    """Return for each character of the plain form the place in `text` that it comes from."""
    return [place for place, sign in enumerate(text) for _part in _FORMS[ord(sign)]]


Found = list[tuple[int, int, int]]  # (place in `Matcher.words`, start, end), in the plain form


class Matcher:
    """A set of words, found all at once (Aho-Corasick)."""

    def __init__(self, words: Iterable[str]) -> None:
        """Index `words` (normalised here; empty and repeated ones are ignored)."""
        self.words: list[str] = sorted({normalise(word) for word in words} - {""})
        self._automaton = AhoCorasick(self.words, matchkind=MatchKind.LeftmostLongest)
        self._all = AhoCorasick(self.words)

    def found(self, plain: str) -> Found:
        """Return hits in a text that is in its plain form, as people would mark them.

        They do not overlap: of the words that begin at the leftmost place the longest is taken, and
        the search goes on behind it.
        """
        hits: Found = self._automaton.find_matches_as_indexes(plain)
        return hits

    def words_in(self, plain: str) -> set[int]:
        """Return the places in `words` of all that stand in a normalised text, also of those
        inside longer ones."""
        found = self._all.find_matches_as_indexes(plain, overlapping=True)
        return {word for word, _start, _end in found}

    def all_found(self, plain: str) -> Found:
        """Return all hits in a normalised text, also those inside others, by place; of those that
        begin at one place the longest comes first."""
        hits: Found = self._all.find_matches_as_indexes(plain, overlapping=True)
        return sorted(hits, key=lambda hit: (hit[1], -hit[2]))

    def find(self, text: str) -> list[Hit]:
        """Return the hits in `text`, with their places as it was written, from left to right."""
        return self.placed(text, self.found(normalise(text)))

    def placed(self, text: str, found: Found) -> list[Hit]:
        """Return what `found` says of the plain form of `text`, with places in `text` itself."""
        places = origins(text)
        return [Hit(self.words[word], places[at], places[to - 1] + 1) for word, at, to in found]
