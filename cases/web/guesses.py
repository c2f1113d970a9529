"""What the keywords made of a case, for a person who decides: in words, marked in the text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.models import Case, CaseType, Classification
from cases.routing.classify import AUTO_LEAD, Decision
from cases.routing.matcher import Matcher, normalise


@dataclass(frozen=True)
class Ranked:
    """One case type that the text speaks for; without a type it speaks for none to mediate."""

    case_type: CaseType | None
    name: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Guess:
    """How the text was understood: ranked types, and how sure that is, in words."""

    ranked: tuple[Ranked, ...]
    sure: str

    @property
    def name(self) -> str:
        return self.ranked[0].name if self.ranked else _("没有认出来")

    @property
    def words(self) -> tuple[str, ...]:
        return self.ranked[0].words if self.ranked else ()

    @property
    def case_type(self) -> CaseType | None:
        """The type to suggest bodies for; none where the text speaks against mediation."""
        return self.ranked[0].case_type if self.ranked else None

    def words_for(self, case_type: CaseType | None) -> tuple[str, ...]:
        """Return the words that spoke for this type, else those for the first."""
        found = (one.words for one in self.ranked if case_type and one.case_type == case_type)
        return next(found, self.words)


def guess_of(case: Case, types: Mapping[str, CaseType]) -> Guess:
    """Return the newest classification of a case in words; `case.classifications` may be
    fetched before, for a whole list."""
    verdict = next(iter(case.classifications.all()), None)
    if verdict is None:
        return Guess((), _("还在分类"))
    ranked = tuple(
        Ranked(
            types.get(one["case_type"]),
            str(types.get(one["case_type"], _("不能调解"))),
            tuple(one["keywords"]),
        )
        for one in verdict.ranked
    )
    return Guess(ranked, _how_sure(verdict))


def _how_sure(verdict: Classification) -> str:
    scores = [one["score"] for one in verdict.ranked]
    if not scores:
        return ""
    if verdict.decision == Decision.AUTO:
        return _("很像")
    lead = scores[0] - (scores[1] if len(scores) > 1 else 0)
    return _("可能") if lead >= AUTO_LEAD / 2 else _("说不准")


def marked(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """Return the text in pieces, as it was written; those pieces that are keywords are marked."""
    plain = normalise(text)
    forms = [normalise(character) for character in text]
    if "".join(forms) != plain:  # characters that only together have a plain form
        text, forms = plain, list(plain)
    origin = [place for place, form in enumerate(forms) for _character in form] + [len(text)]
    pieces: list[tuple[str, bool]] = []
    at = 0
    for hit in Matcher(words).find(plain) if words else []:
        start, end = origin[hit.start], origin[hit.end - 1] + 1
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [piece for piece in [*pieces, (text[at:], False)] if piece[0]]
