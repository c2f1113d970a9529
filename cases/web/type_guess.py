"""What a filing looks like to the keywords, told to whoever files it, who may say otherwise."""

from dataclasses import dataclass

from cases.errors import NoRuleBook
from cases.models import CaseType
from cases.routing.classify import JOINT, Ranked, whole_words
from cases.routing.matcher import Hit
from cases.routing.preview import preview

OFFERED = 3
WORDS_SHOWN = 4
UNSURE = "unsure"  # the answer 不清楚


@dataclass(frozen=True)
class TypeGuess:
    """The type that a text looks like, for which words of it, and the next likely ones."""

    case_type: CaseType | None = None
    words: tuple[str, ...] = ()
    others: tuple[CaseType, ...] = ()
    looks_mediable: bool = True


def guess(text: str) -> TypeGuess:
    """Return what the keywords make of a text; nothing where no rule book is in force, because
    a filing waits for nobody."""
    try:
        seen = preview(text)
    except NoRuleBook:
        return TypeGuess()
    ranked = [one.case_type for one in seen.verdict.ranked]
    types = CaseType.objects.in_bulk(ranked, field_name="key")
    likely = [types[key] for key in ranked if key in types][:OFFERED]
    if seen.first_type not in types:  # nothing was recognised, or nothing to mediate
        return TypeGuess(None, (), tuple(likely), not seen.first_type)
    words = _as_written(text, seen.verdict.ranked[0], seen.verdict.hits)
    return TypeGuess(likely[0], words, tuple(likely[1:]))


def _as_written(text: str, ranked: Ranked, hits: tuple[Hit, ...]) -> tuple[str, ...]:
    """Return the deciding words as the person wrote them, the strongest first, each once."""
    places = {hit.word: text[hit.start : hit.end] for hit in reversed(hits)}
    parts = [part for keyword in whole_words(ranked.keywords) for part in keyword.split(JOINT)]
    found = dict.fromkeys(places[part] for part in parts if part in places)
    return tuple(found)[:WORDS_SHOWN]
