"""A judgement made up for a test, so that no test of a page depends on the shipped keywords."""

from dataclasses import dataclass

from cases.routing import rulebook
from cases.routing.classify import Decision, Ranked, Verdict
from cases.routing.matcher import Hit


@dataclass(frozen=True)
class Reader:
    """Stands for a compiled rule book: finds these words, whatever else stands in the text."""

    words: dict[str, tuple[str, ...]]
    decision: Decision

    def classify(self, text: str) -> Verdict:
        """Rank the types in the order in which they were given."""
        found = [(word, text.find(word)) for words in self.words.values() for word in words]
        hits = tuple(Hit(word, at, at + len(word)) for word, at in found if at >= 0)
        ranked = tuple(
            Ranked(code, float(len(self.words) - place), words)
            for place, (code, words) in enumerate(self.words.items())
        )
        return Verdict(ranked=ranked, decision=self.decision, hits=hits, confidence=0.8)


def reads(monkeypatch, decision: Decision = Decision.REVIEW, **words: tuple[str, ...]) -> None:
    """Let every text be judged as these types, the likeliest first, each for these words."""
    monkeypatch.setattr(rulebook, "compiled", lambda book: Reader(words, decision))
