"""The same dispute by another door: two cases become one, both receipts stay valid."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import events
from cases.errors import CaseError
from cases.lifecycle import Action, move
from cases.models import Case
from mediators.models import User


@transaction.atomic
def merge(case: Case, *, into: Case, actor: User) -> Case:
    """Close a case as the same dispute as another one, whose code goes on.

    The earlier time of application counts for limitation, and both cases keep theirs. Raises
    CaseError when the other case is the same, over, or itself merged; TransitionNotAllowed.
    """
    if case.pk == into.pk:
        raise CaseError(_("不能并入自己"))
    rows = Case.objects.select_for_update(of=("self",)).order_by("pk")
    both = {row.pk: row for row in rows.filter(pk__in=[case.pk, into.pk])}
    case, into = both[case.pk], both[into.pk]
    if into.status in (Case.Status.MERGED, Case.Status.WITHDRAWN, Case.Status.REJECTED):
        raise CaseError(_("要并入的那一件已经结束了"))
    case.merged_into, case.ended_at = into, timezone.now()
    case.save(update_fields=["merged_into", "ended_at"])
    events.record(into, "case.received_merge", actor=actor, merged=case.pk)
    return move(case, Action.MERGE, actor=actor, into=into.pk)
