"""Changes to a draft learned from labelled texts: kept with evidence, decided by people."""

from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.errors import CaseError
from cases.models import CaseType, KeywordProposal, RuleBook
from cases.routing import drafting, learn, rulebook
from cases.routing.classify import NOT_MEDIABLE_TYPE
from cases.routing.drafting import Edited
from cases.routing.labelled import Labelled
from mediators import audit
from mediators.models import User

BATCH = 500
State = KeywordProposal.State


def propose(draft: RuleBook, texts: Sequence[Labelled], *, limit: int) -> list[KeywordProposal]:
    """Learn from labelled texts what a draft should change, and keep it as its open proposals.

    Takes minutes for thousands of texts. Raises CaseError for a book that was published.
    """
    found = learn.propose(
        rulebook.as_keywords(rulebook.table(draft)),
        texts,
        calibration=rulebook.calibration(draft),
        limit=limit,
    )
    return keep(draft, found)


@transaction.atomic
def keep(draft: RuleBook, found: Iterable[learn.Proposal]) -> list[KeywordProposal]:
    """Keep proposals for a draft; those that were still open are replaced.

    Raises CaseError for a book that was published, and for a type that does not exist.
    """
    _refuse_published(draft)
    found = list(found)
    types: dict[str, CaseType | None] = {one.key: one for one in CaseType.objects.all()}
    types[NOT_MEDIABLE_TYPE] = None
    if unknown := {one.case_type for one in found} - types.keys():
        raise CaseError(_("没有这个案由：%(type)s") % {"type": min(unknown)})
    draft.proposals.filter(state=State.OPEN).delete()
    return KeywordProposal.objects.bulk_create(
        [
            KeywordProposal(
                draft=draft,
                kind=one.kind,
                case_type=types[one.case_type],
                word=one.word,
                old_weight=one.old,
                new_weight=one.new,
                evidence=one.evidence,
                gain=one.evidence.get("fixed", 0) - one.evidence.get("broken", 0),
            )
            for one in found
        ],
        batch_size=BATCH,
    )


@transaction.atomic
def accept(draft: RuleBook, chosen: Collection[int] | None = None, *, by: User | None) -> Edited:
    """Carry open proposals out in their draft; without a choice, all that are open.

    What was decided before is left alone. Raises CaseError for a book that was published.
    """
    open_ones = _open(draft, chosen)
    edited = drafting.change(
        draft,
        {(_code(one), one.word): one.new_weight for one in open_ones},
        by=by,
    )
    _decide(draft, open_ones, State.ACCEPTED, by)
    return edited


@transaction.atomic
def decline(draft: RuleBook, chosen: Collection[int] | None = None, *, by: User | None) -> int:
    """Put open proposals aside; return how many. Raises CaseError for a published book."""
    _refuse_published(draft)
    open_ones = _open(draft, chosen)
    _decide(draft, open_ones, State.DECLINED, by)
    return len(open_ones)


def _open(draft: RuleBook, chosen: Collection[int] | None) -> list[KeywordProposal]:
    rows: QuerySet[KeywordProposal] = draft.proposals.filter(state=State.OPEN)
    if chosen is not None:
        rows = rows.filter(pk__in=chosen)
    return list(rows.select_for_update(of=("self",)).select_related("case_type"))


def _decide(draft: RuleBook, open_ones: list[KeywordProposal], state: str, by: User | None) -> None:
    if not open_ones:
        return
    draft.proposals.filter(pk__in=[one.pk for one in open_ones]).update(
        state=state, decided_by=by, decided_at=timezone.now()
    )
    audit.note(f"proposals.{state}", actor=by, rule_book=draft.version, count=len(open_ones))


def _refuse_published(draft: RuleBook) -> None:
    if not rulebook.is_draft(draft):
        raise CaseError(_("这一版启用过，不能再改。请以它为底稿起草新一版"))


def _code(proposal: KeywordProposal) -> str:
    return proposal.case_type.key if proposal.case_type else NOT_MEDIABLE_TYPE
