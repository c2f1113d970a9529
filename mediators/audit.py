"""The audit trail: who read or changed what. One chain a case, append-only, keyed digests.

Whoever holds the database but not AUDIT_KEY cannot change an entry unseen. Cutting off a chain's
tail leaves a shorter, valid chain: that shows only against a head kept elsewhere.
"""

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterable

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from mediators.models import AuditEntry, User

FIRST = "0" * 64
HOUSE = "house"
TRIES = 20


def note(
    deed: str, *, actor: User | None, chain: str = HOUSE, capacity: str = "", **facts: object
) -> AuditEntry:
    """Append one deed to its chain, in the caller's transaction.

    `facts` hold ids, codes and numbers, never personal data. `capacity` says in what standing the
    actor did it. Two writers of one chain meet at the unique (chain, seq); the loser tries again.
    """
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                return _append(deed, actor, chain, capacity, facts)
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _append(
    deed: str, actor: User | None, chain: str, capacity: str, facts: dict[str, object]
) -> AuditEntry:
    last = AuditEntry.objects.filter(chain=chain).order_by("-seq").values_list("seq", "digest")
    seq, previous = last.first() or (0, FIRST)
    entry = AuditEntry(
        chain=chain,
        seq=seq + 1,
        at=timezone.now(),
        actor=actor,
        capacity=capacity,
        deed=deed,
        facts=facts,
        previous=previous,
    )
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    return entry


def digest_of(entry: AuditEntry) -> str:
    """Return the keyed digest of an entry and of all before it in its chain."""
    content = [
        entry.chain,
        entry.seq,
        entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        entry.actor_id,
        entry.capacity,
        entry.deed,
        entry.facts,
        entry.previous,
    ]
    line = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(settings.AUDIT_KEY.encode(), line.encode(), hashlib.sha256).hexdigest()


def first_broken(entries: Iterable[AuditEntry]) -> AuditEntry | None:
    """Return the first entry of one chain, in order, that does not follow; None when all do."""
    previous = FIRST
    for seq, entry in enumerate(entries, start=1):
        if entry.seq != seq or entry.previous != previous or entry.digest != digest_of(entry):
            return entry
        previous = entry.digest
    return None
