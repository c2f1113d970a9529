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
from django.db import connection, transaction
from django.utils import timezone

from mediators.models import AuditEntry, User

FIRST = "0" * 64
HOUSE = "house"


def note(
    deed: str, *, actor: User | None, chain: str = HOUSE, capacity: str = "", **facts: object
) -> AuditEntry:
    """Append one deed to its chain, in the caller's transaction.

    `facts` hold ids, codes and numbers, never personal data. `capacity` says in what standing the
    actor did it. Writers of one chain wait for each other; the unique (chain, seq) stands behind.
    """
    with transaction.atomic(savepoint=False):
        _wait_for_turn(chain)
        return _append(deed, actor, chain, capacity, facts)


def _wait_for_turn(chain: str) -> None:
    """Let one transaction at a time append to a chain; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        lock = int.from_bytes(hashlib.sha256(chain.encode()).digest()[:8], signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])


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
