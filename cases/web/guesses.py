"""What the keywords made of a case, for a person who decides: in words, marked in the text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor

from django.utils.translation import gettext as _

from cases.models import Case, CaseType, Classification
from cases.routing.classify import JOINT, Decision
from cases.routing.matcher import Matcher

JOINED = "+"  # how a keyword of two parts is shown; no keyword holds the sign itself
LIKELY = 0.5  # from this confidence on a guess is told as likely: right more often than not


@dataclass(frozen=True)
class Ranked:
    """One case type that the text speaks for; without a type it speaks for none to mediate."""

    case_type: CaseType | None
    name: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Guess:
    """How the text was understood: ranked types, and how sure that is, in words and percent.

    Without a percentage the judgement is older than the calibration of confidence.
    """

    ranked: tuple[Ranked, ...]
    sure: str
    percent: int | None = None

    @property
    def name(self) -> str:
        return self.ranked[0].name if self.ranked else _("没有认出来")

    @property
    def words(self) -> tuple[str, ...]:
        return self.ranked[0].words if self.ranked else ()

    @property
    def runner_up(self) -> Ranked | None:
        """What the text speaks for next."""
        return self.ranked[1] if len(self.ranked) > 1 else None

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
        return Guess((), _("还在分类，或者先等核对是不是重复"))
    ranked = tuple(
        Ranked(
            types.get(one["case_type"]),
            str(types.get(one["case_type"], _("不能调解"))),
            tuple(word.replace(JOINT, JOINED) for word in one["keywords"]),
        )
        for one in verdict.ranked
    )
    percent = None if verdict.confidence is None else floor(verdict.confidence * 100)
    return Guess(ranked, _how_sure(verdict), percent if ranked else None)


def _how_sure(verdict: Classification) -> str:
    if not verdict.ranked:
        return ""
    if verdict.decision == Decision.AUTO:
        return _("很像")
    return _("可能") if (verdict.confidence or 0) >= LIKELY else _("说不准")


def marked(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """Return the text in pieces, as it was written; those pieces that are keywords are marked."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for hit in Matcher(part for word in words for part in word.split(JOINED)).find(text):
        if hit.start >= at:  # one sign of the text may hold the ends of two words
            pieces += [(text[at : hit.start], False), (text[hit.start : hit.end], True)]
            at = hit.end
    return [piece for piece in [*pieces, (text[at:], False)] if piece[0]]
