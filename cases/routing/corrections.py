"""What people decided on case types: examples to learn from, and the measure of the keywords.

A type whose automatic routings were corrected too often lately stops routing itself, until a
person resumes it: better a full desk than cases sent wrong one after another.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.errors import CaseError
from cases.models import (
    Case,
    CaseEvent,
    CaseType,
    Classification,
    RejectReason,
    TypeDecision,
    TypePause,
)
from cases.routing.classify import NOT_MEDIABLE_TYPE, Decision
from cases.routing.judge import first_type
from cases.routing.labelled import Labelled
from mediators import audit
from mediators.models import User

# A person who changed the type has looked twice; one who took it over may have pressed a button.
CORRECTION_WEIGHT, AGREEMENT_WEIGHT = 3.0, 1.0
MOST_LABELLED = 20_000  # the newest; older ones say what the house thought long ago
# Of this many newest automatic routings of a type (no older than so many days) at most the share
# `ROUTING_PAUSE_RATE` may be corrected; below the least number of corrections it is chance.
WATCHED, WATCHED_DAYS, LEAST_CORRECTED = 50, 90, 5
REPORTED = 5000  # automatic routings that the report on keywords looks at
# Refusals that say that there is nothing to mediate; the others are no word on the type.
NOTHING_TO_MEDIATE = {RejectReason.NOT_CIVIL, RejectReason.CRIMINAL}


@dataclass(frozen=True)
class Rate:
    """How often automatic routing by a type, or with a keyword, was corrected by a person."""

    case_type: str
    word: str
    judged: int
    corrected: int

    @property
    def share(self) -> float:
        return self.corrected / self.judged


# --- Deciding ---


@transaction.atomic
def record_type_decision(case: Case, case_type: CaseType | None, by: User | None) -> TypeDecision:
    """Keep the type that a person decided on (None: nothing to mediate) as a labelled example.

    The same decision twice in a row is one. A correction of an automatic routing may pause its
    type.
    """
    before = case.type_decisions.first()
    if before and before.case_type_id == (case_type.pk if case_type else None):
        return before
    newest = case.classifications.first()
    guessed = first_type(newest)
    decision = TypeDecision.objects.create(
        case=case,
        classification=newest,
        case_type=case_type,
        agrees=guessed == (case_type.key if case_type else NOT_MEDIABLE_TYPE),
        by=by,
    )
    if newest and newest.decision == Decision.AUTO and not decision.agrees:
        _pause_if_misrouted(guessed)
    return decision


def record_rejection(event: CaseEvent) -> TypeDecision | None:
    """Take a refusal (`case.reject`) as a label, where its reason says what the dispute is not."""
    if event.facts.get("reason") not in NOTHING_TO_MEDIATE:
        return None
    return record_type_decision(event.case, None, event.actor)


# --- Learning ---


def labelled_cases(limit: int = MOST_LABELLED) -> list[Labelled]:
    """Return the newest cases whose type a person decided, each once with the latest decision."""
    latest: dict[int, TypeDecision] = {}
    decisions = TypeDecision.objects.select_related("case", "case_type").order_by("-id")
    for one in decisions[:limit]:
        latest.setdefault(one.case_id, one)
    return [
        Labelled(
            id=one.case.number,
            text=one.case.description,
            case_type=one.case_type.key if one.case_type else NOT_MEDIABLE_TYPE,
            weight=AGREEMENT_WEIGHT if one.agrees else CORRECTION_WEIGHT,
        )
        for _case, one in sorted(latest.items())
    ]


# --- Watching ---


def is_paused(case_type: CaseType) -> bool:
    """Say whether cases of this type wait for a person, however sure the keywords are."""
    return TypePause.objects.filter(case_type=case_type, resumed_at=None).exists()


@transaction.atomic
def resume(case_type: CaseType, *, by: User) -> TypePause:
    """Let a paused type route itself again; corrections from before count no more.

    Raises CaseError when it is not paused.
    """
    pause = (
        TypePause.objects.select_for_update().filter(case_type=case_type, resumed_at=None).first()
    )
    if pause is None:
        raise CaseError(_("“%(type)s”没有暂停") % {"type": case_type})
    pause.resumed_by, pause.resumed_at = by, timezone.now()
    pause.save(update_fields=["resumed_by", "resumed_at"])
    audit.note("routing.resumed", actor=by, case_type=case_type.key)
    return pause


def limits() -> dict[str, int]:
    """Return the rule by which types are paused, to be told on pages; the share in percent."""
    return {
        "watched": WATCHED,
        "days": WATCHED_DAYS,
        "least": LEAST_CORRECTED,
        "percent": round(100 * settings.ROUTING_PAUSE_RATE),
    }


def misroutes(limit: int = REPORTED) -> tuple[list[Rate], list[Rate]]:
    """Return how often the newest automatic routings were corrected: by type, and by keyword.

    A keyword is listed where it spoke for a type that a person took back; most corrected first.
    """
    rows = Classification.objects.filter(decision=Decision.AUTO, at__gte=_watched_since())
    newest = list(rows.order_by("-id").only("case_id", "ranked")[:limit])
    chosen = decided(one.case_id for one in newest)
    judged: Counter[tuple[str, str]] = Counter()
    corrected: Counter[tuple[str, str]] = Counter()
    for one in {one.case_id: one for one in reversed(newest)}.values():
        code = first_type(one)
        keys = [(code, ""), *((code, word) for word in one.ranked[0]["keywords"])]
        judged.update(keys)
        if chosen.get(one.case_id, code) != code:
            corrected.update(keys)
    rates = [Rate(*key, judged[key], corrected[key]) for key in judged]
    rates.sort(key=lambda rate: (-rate.corrected, -rate.share, rate.case_type, rate.word))
    types = [rate for rate in rates if not rate.word]
    return types, [rate for rate in rates if rate.word and rate.corrected]


def _watched_since() -> dt.datetime:
    return timezone.now() - dt.timedelta(days=WATCHED_DAYS)


def decided(cases: Iterable[int]) -> dict[int, str]:
    """The code of the type that a person decided on last, for those of these cases that have."""
    rows = TypeDecision.objects.filter(case__in=list(cases)).order_by("id")
    return {
        case: key or NOT_MEDIABLE_TYPE for case, key in rows.values_list("case", "case_type__key")
    }


def _pause_if_misrouted(code: str) -> None:
    case_type = CaseType.objects.filter(key=code).first()
    if case_type is None or is_paused(case_type):
        return
    judged, corrected = _lately(case_type)
    if corrected < LEAST_CORRECTED or corrected <= settings.ROUTING_PAUSE_RATE * judged:
        return
    _, fresh = TypePause.objects.get_or_create(
        case_type=case_type,
        resumed_at=None,
        defaults={"judged": judged, "corrected": corrected},
    )
    if fresh:
        audit.note("routing.paused", actor=None, case_type=code, judged=judged, corrected=corrected)


def _lately(case_type: CaseType) -> tuple[int, int]:
    """How many cases this type routed lately, since it was resumed, and how many were corrected."""
    last = TypePause.objects.filter(case_type=case_type).first()
    since = max(_watched_since(), (last and last.resumed_at) or _watched_since())
    routed = Classification.objects.filter(
        decision=Decision.AUTO, ranked__0__case_type=case_type.key, at__gt=since
    )
    cases = set(routed.order_by("-id").values_list("case", flat=True)[:WATCHED])
    chosen = decided(cases)
    return len(cases), sum(chosen.get(case, case_type.key) != case_type.key for case in cases)
