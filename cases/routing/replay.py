"""A draft run over past cases and labelled texts before it is published: what would change.

Two things are shown: how often each book is right, on a labelled file and on cases whose type a
person decided; and each past case that the draft would judge otherwise. Nothing is routed anew.
"""

import logging
import time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.errors import CaseError
from cases.models import Case, Replay, ReplayMove, RuleBook
from cases.routing import classify, corrections, measure, rulebook
from cases.routing.labelled import Labelled
from mediators import audit
from mediators.models import User

logger = logging.getLogger(__name__)
MOST_CASES = 50_000  # the newest: what people bring changes with the years
MOST_TEXTS = 20_000
CHUNK = 500
SECONDS = 60.0  # of one run; what is left goes on in the next, below the time limit of tasks
UNFINISHED = (Replay.State.WAITING, Replay.State.RUNNING)


def wake() -> object:
    """Replaced by the Celery task in CasesConfig.ready; the beat sweep is the safety net."""
    return None


def _wake() -> None:
    wake()


@transaction.atomic
def start(
    draft: RuleBook,
    *,
    by: User | None,
    texts: list[Labelled] | None = None,
    file_name: str = "",
) -> Replay:
    """Begin to replay a draft against the book in force; a worker runs it over the cases.

    Labelled texts are measured here and now, so that none of them is stored: only the figures
    stay. Raises CaseError for a book that was published, and for too many texts.
    """
    if not rulebook.is_draft(draft):
        raise CaseError(_("只有草稿才需要重放"))
    if texts and len(texts) > MOST_TEXTS:
        raise CaseError(_("标注文件最多%(most)d条") % {"most": MOST_TEXTS})
    against = rulebook.in_force()
    ReplayMove.objects.filter(replay__draft=draft).delete()  # of another content, or of no use
    draft.replays.filter(state__in=UNFINISHED).update(
        state=Replay.State.FAILED, error=_("又开始了一次新的重放")
    )
    replay = Replay.objects.create(
        draft=draft,
        against=against,
        revision=draft.revision,
        file_name=file_name[:120],
        before=_figures("file", against, texts),
        after=_figures("file", draft, texts),
        by=by,
    )
    audit.note("rulebook.replayed", actor=by, rule_book=draft.version, texts=len(texts or ()))
    transaction.on_commit(_wake)
    return replay


def run_waiting() -> int:
    """Run every replay that is not finished; return how many were finished now."""
    waiting = Replay.objects.filter(state__in=UNFINISHED).select_related("draft", "against")
    return sum(run(replay) for replay in waiting.order_by("id"))


def run(replay: Replay, *, seconds: float = SECONDS) -> bool:
    """Go on with a replay for at most so long; return True when it is finished.

    May run twice and in parallel: each chunk of cases is taken under a lock on the replay, which
    remembers how far it came. A draft that was edited meanwhile ends the replay as failed.
    """
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            if _next_chunk(replay) < CHUNK:
                return _finish(replay)
    except Exception as error:
        logger.exception("replay_failed", extra={"replay": replay.pk})
        _fail(replay, type(error).__name__)
        return False
    transaction.on_commit(_wake)
    return False


@transaction.atomic
def _next_chunk(replay: Replay) -> int:
    """Judge the next cases by both books; return how many there were, 0 when none may follow."""
    now = _locked(replay)
    if now.state not in UNFINISHED:
        return 0
    if now.draft.revision != now.revision:
        _fail(now, _("草稿在重放时被改过，请再重放一次"))
        return 0
    cases = Case.objects.order_by("-pk").values_list("pk", "description")
    if now.reached is not None:
        cases = cases.filter(pk__lt=now.reached)
    chunk = list(cases[: min(CHUNK, MOST_CASES - now.cases)])
    _keep_moves(now, chunk)
    now.state = Replay.State.RUNNING
    now.cases += len(chunk)
    now.reached = chunk[-1][0] if chunk else now.reached
    now.save(update_fields=["state", "cases", "reached"])
    return len(chunk)


def _keep_moves(replay: Replay, chunk: list[tuple[int, str]]) -> None:
    before, after = rulebook.compiled(replay.against), rulebook.compiled(replay.draft)
    moved = []
    for pk, text in chunk:
        was, becomes = before.classify(text), after.classify(text)
        if _answer(was) != _answer(becomes):
            moved.append((pk, _answer(was), _answer(becomes)))
    decided = corrections.decided([pk for pk, _was, _becomes in moved])
    ReplayMove.objects.bulk_create(
        ReplayMove(
            replay=replay,
            case_id=pk,
            before=was[0],
            after=becomes[0],
            before_decision=was[1],
            after_decision=becomes[1],
            decided=decided.get(pk, ""),
        )
        for pk, was, becomes in moved
    )


def _answer(verdict: classify.Verdict) -> tuple[str, str]:
    return measure.answer(verdict), verdict.decision


@transaction.atomic
def _finish(replay: Replay) -> bool:
    """Measure both books on the cases that people decided, and close the replay."""
    now = _locked(replay)
    if now.state not in UNFINISHED:
        return now.state == Replay.State.DONE
    cases = corrections.labelled_cases()
    now.before |= _figures("cases", now.against, cases)
    now.after |= _figures("cases", now.draft, cases)
    now.state, now.finished_at = Replay.State.DONE, timezone.now()
    now.save(update_fields=["before", "after", "state", "finished_at"])
    return True


def _locked(replay: Replay) -> Replay:
    rows = Replay.objects.select_for_update(of=("self",)).select_related("draft", "against")
    return rows.get(pk=replay.pk)


def _fail(replay: Replay, why: str) -> None:
    Replay.objects.filter(pk=replay.pk, state__in=UNFINISHED).update(
        state=Replay.State.FAILED, error=why[:200], finished_at=timezone.now()
    )


def _figures(name: str, book: RuleBook, texts: list[Labelled] | None) -> dict[str, Any]:
    return {name: measure.evaluate(rulebook.compiled(book), texts)} if texts else {}
