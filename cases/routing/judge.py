"""What the keywords in force say of a case: judged, kept and told."""

from django.db import transaction

from cases import events
from cases.models import Case, Classification
from cases.routing import rulebook
from cases.routing.classify import whole_words

KEPT_TYPES = 5


@transaction.atomic
def judge(case: Case) -> Classification:
    """Classify a case by the rule book in force and keep the judgement with its version.

    Kept are the first types with score and deciding words, the confidence (0 to 1) and what may
    be done with it (`classify.Decision`). A case may be judged again; the newest counts.
    Raises NoRuleBook.
    """
    book = rulebook.in_force()
    verdict = rulebook.compiled(book).classify(case.description)
    classification = Classification.objects.create(
        case=case,
        rule_book=book,
        ranked=[
            {
                "case_type": r.case_type,
                "score": round(r.score, 2),
                "keywords": list(whole_words(r.keywords)),
            }
            for r in verdict.ranked[:KEPT_TYPES]
        ],
        decision=verdict.decision,
        confidence=round(verdict.confidence, 3),
    )
    events.record(
        case, "case.classified", actor=None, decision=verdict.decision, rule_book=book.version
    )
    return classification


def first_type(classification: Classification | None) -> str:
    """Return the code of the type that a judgement puts first; empty without one."""
    ranked = classification.ranked if classification else []
    return str(ranked[0]["case_type"]) if ranked else ""
