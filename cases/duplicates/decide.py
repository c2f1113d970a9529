"""What becomes of two cases that are one dispute, or were taken for one."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import events, holding
from cases.duplicates import find
from cases.duplicates.compare import Judgement, is_known
from cases.errors import CaseError
from cases.lifecycle import Action, move
from cases.models import Assignment, Case, DuplicatePair, Party
from cases.policies import Actor, Standing, standing
from cases.querysets import OPEN
from mediators.identity import clean_text
from mediators.models import User

Grade, State = DuplicatePair.Grade, DuplicatePair.State
MOST_PAIRS = 5  # a person compares a few cases, not forty
MERGEABLE = ("filed", "dispatched", "inviting", "mediating")


# --- By the rules ---


@transaction.atomic
def settle(case: Case) -> bool:
    """Look for the same dispute among the known cases; say whether this one may go to a body.

    A certain duplicate is merged into the case that is known already; a likely one waits for a
    person (`open_pairs`). Where neither of two has gone to a body, the one filed first goes on.
    Safe to run again: decided pairs stay decided, a case that is no longer waiting is left alone.
    """
    case.refresh_from_db(fields=["status"])
    if case.status != Case.Status.FILED:
        return False
    for match in find.matches(case)[:MOST_PAIRS]:
        later, kept = _in_order(case, match.case)
        pair = _noted(later, kept, match.judgement)
        if pair.state == State.OPEN and _merge_by_rule(pair) and later == case:
            return False
    return not waits(case)


def _in_order(case: Case, other: Case) -> tuple[Case, Case]:
    """Return which of two would be merged, and which goes on: one in hand keeps its code."""
    if other.status == Case.Status.FILED and other.pk > case.pk:
        return other, case
    return case, other


def _merge_by_rule(pair: DuplicatePair) -> bool:
    if pair.grade != Grade.CERTAIN or pair.other.status not in OPEN:
        return False
    try:
        with transaction.atomic():
            pair = _held(pair)
            merge(pair.case, into=pair.other, actor=None)
    except CaseError:  # one of them has gone on or ended meanwhile: a person decides
        return False
    return True


def _noted(later: Case, kept: Case, judgement: Judgement) -> DuplicatePair:
    """Return the row of a pair, which may be there the other way round; write it if need be."""
    if known := _pairs_of(later, kept).select_related("case", "other").first():
        return known
    pair, fresh = DuplicatePair.objects.get_or_create(
        case=later,
        other=kept,
        defaults={
            "score": judgement.score,
            "grade": judgement.grade or Grade.LIKELY,
            "facts": list(judgement.facts),
        },
    )
    if fresh and pair.grade == Grade.LIKELY:
        events.record(later, "case.maybe_duplicate", actor=None, other=kept.pk, score=pair.score)
    return pair


def _pairs_of(one: Case, other: Case) -> QuerySet[DuplicatePair]:
    return DuplicatePair.objects.filter(
        Q(case=one, other=other) | Q(case=other, other=one)
    ).order_by("pk")


# --- By a person ---


def open_pairs() -> QuerySet[DuplicatePair]:
    """Return the pairs that wait for a person, the oldest first: both cases with their people.

    A pair whose later case has ended or been agreed on meanwhile needs no decision any more.
    """
    rows = DuplicatePair.objects.filter(state=State.OPEN, case__status__in=MERGEABLE)
    beside = ("region", "channel", "body", "mediator__user", "case_type")
    joined = [f"{side}__{name}" for side in ("case", "other") for name in beside]
    people = ("case__parties", "other__parties")
    return rows.select_related("case", "other", *joined).prefetch_related(*people).order_by("pk")


def waits(case: Case) -> bool:
    """Say whether a case may not go to a body yet, because a person must compare it first."""
    return case.duplicates.filter(state=State.OPEN).exists()


@transaction.atomic
def merge(case: Case, *, into: Case, actor: Actor) -> Case:
    """Close a case as the same dispute as another one, whose code goes on.

    Both receipts stay valid, and the earlier time of application counts (`applied_at`). Parties
    and papers stay with the filing that named them. Raises CaseError when the other case is the
    same, over, or itself merged; TransitionNotAllowed.
    """
    if case.pk == into.pk:
        raise CaseError(_("不能并入自己"))
    case, into = _locked(case, into)
    if into.status in (Case.Status.MERGED, Case.Status.WITHDRAWN, Case.Status.REJECTED):
        raise CaseError(_("要并入的那一件已经结束了"))
    case.merged_into, case.ended_at = into, timezone.now()
    case.save(update_fields=["merged_into", "ended_at"])
    holding.close_assignment(case, Assignment.Outcome.TAKEN_BACK)
    events.record(into, "case.received_merge", actor=actor, merged=case.pk)
    pair = _noted_by(actor, case, into)
    _decide(pair, State.MERGED, actor)
    return move(case, Action.MERGE, actor=actor, into=into.pk, score=pair.score, because=pair.facts)


@transaction.atomic
def merge_pair(pair: DuplicatePair, *, actor: User, into: Case | None = None) -> Case:
    """Decide that a pair is one dispute; the known case goes on, or the one that is named.

    Returns the merged case. Raises CaseError when the pair is decided already or `into` is
    neither of the two, and as `merge` does.
    """
    pair = _held(pair)
    kept = into or pair.other
    if kept not in (pair.case, pair.other):
        raise CaseError(_("只能在这两件里选一件"))
    merged = pair.case if kept == pair.other else pair.other
    return merge(merged, into=find.root(kept), actor=actor)


@transaction.atomic
def keep_apart(pair: DuplicatePair, *, actor: User) -> DuplicatePair:
    """Decide that a pair is two disputes; the case goes on to a body when nothing else holds it.

    Raises CaseError when the pair is decided already, or to anyone but the dispatcher.
    """
    pair = _held(pair)
    if Standing.DISPATCHER not in standing(actor, pair.case):
        raise CaseError(_("只有分流员可以这样做"))
    _decide(pair, State.APART, actor)
    events.record(pair.case, "case.kept_apart", actor=actor, other=pair.other_id)
    return pair


@transaction.atomic
def unmerge(case: Case, *, actor: User, reason: str) -> Case:
    """Take a merged case out again: it is filed as before, and looks for a body anew.

    Its time of application was never lost. `reason` is kept with the pair, so that the rules do
    not merge it again. Raises CaseError without a reason, TransitionNotAllowed.
    """
    if not (reason := clean_text(reason).strip()[:200]):
        raise CaseError(_("请写为什么不是同一件"))
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    followed = list(_followed(case))
    case = move(case, Action.UNMERGE, actor=actor, out_of=case.merged_into_id)
    for kept in followed:
        pair = _noted(case, kept, find.judged(case, kept))
        _decide(pair, State.APART, actor, note=reason)
    events.record(followed[0], "case.lost_merge", actor=actor, unmerged=case.pk)
    return _as_filed(case)


def _as_filed(case: Case) -> Case:
    holding.close_assignment(case, Assignment.Outcome.TAKEN_BACK)
    case = holding.without_body(case)
    case.merged_into = case.ended_at = case.accepted_at = case.mediate_by = None
    case.save(update_fields=["merged_into", "ended_at", "accepted_at", "mediate_by"])
    return case


def _followed(case: Case) -> Iterable[Case]:
    """Yield the case that this one was merged into, and those that one went into later."""
    while case.merged_into:
        case = case.merged_into
        yield case


def _locked(one: Case, other: Case) -> tuple[Case, Case]:
    """Lock two cases, always in the same order, and return them as they are now."""
    rows = Case.objects.select_for_update(of=("self",)).order_by("pk")
    both = {row.pk: row for row in rows.filter(pk__in=[one.pk, other.pk])}
    return both[one.pk], both[other.pk]


def _held(pair: DuplicatePair) -> DuplicatePair:
    """Lock a pair with its cases and return it as it is now. Raises CaseError once decided."""
    _locked(pair.case, pair.other)
    rows = DuplicatePair.objects.select_related("case", "other")
    pair = rows.select_for_update(of=("self",)).get(pk=pair.pk)
    if pair.state != State.OPEN:
        raise CaseError(_("这一对已经处理过了"))
    return pair


def _noted_by(actor: Actor, case: Case, into: Case) -> DuplicatePair:
    """Return the row of a pair that is being merged, whoever found it."""
    if known := _pairs_of(case, into).first():
        return known
    judgement = find.judged(case, into)
    return DuplicatePair.objects.create(
        case=case,
        other=into,
        score=judgement.score,
        grade=judgement.grade or Grade.LIKELY,
        facts=list(judgement.facts),
    )


def _decide(pair: DuplicatePair, state: str, actor: Actor, *, note: str = "") -> None:
    pair.state, pair.note, pair.decided_at = state, note, timezone.now()
    pair.decided_by = actor if isinstance(actor, User) else None
    pair.save(update_fields=["state", "note", "decided_at", "decided_by"])


# --- What merged filings leave ---


def filings(case: Case) -> list[Case]:
    """Return the filings of a dispute: the case that goes on, then those merged into it."""
    found, newest = [case], [case.pk]
    while newest:
        rows = Case.objects.filter(merged_into__in=newest, status=Case.Status.MERGED)
        merged = list(rows.select_related("region").prefetch_related("parties").order_by("pk"))
        found += merged
        newest = [one.pk for one in merged]
    return found


def applied_at(case: Case) -> dt.datetime:
    """Return when the dispute was first applied for, in whichever filing.

    To ask for mediation interrupts limitation from the day of the request (诉讼时效规定 12), so the
    first of the merged filings counts.
    """
    return min(one.filed_at for one in filings(case))


def unknown_parties(case: Case) -> list[Party]:
    """Return the parties that only merged filings name: nobody has asked them into this case."""
    known, *merged = filings(case)
    account = find.account_of(known)
    return [
        party
        for one in merged
        for party in one.parties.all()
        if not is_known(find.who(party), account)
    ]
