"""What cases tell the rest of the house: record an event, and bring it to each subscriber once."""

import logging
from collections import defaultdict
from collections.abc import Callable

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from cases.models import Case, CaseEvent, EventDelivery, Party
from cases.policies import Actor
from mediators.models import User

logger = logging.getLogger(__name__)
Subscriber = Callable[[CaseEvent], None]
_subscribers: dict[str, dict[str, Subscriber]] = defaultdict(dict)
BATCH = 200
MOST_ATTEMPTS = 1000  # hours of sweeps; then it waits for a person: /readyz counts it


def wake_relay() -> object:
    """Replaced by the Celery task in CasesConfig.ready; the beat sweep is the safety net."""
    return None


def subscribe(*kinds: str, name: str) -> Callable[[Subscriber], Subscriber]:
    """Register a function for events of these kinds; `name` makes its deliveries unique."""

    def register(function: Subscriber) -> Subscriber:
        for kind in kinds:
            _subscribers[kind][name] = function
        return function

    return register


def record(case: Case, kind: str, *, actor: Actor, **facts: object) -> CaseEvent:
    """Write the event in the caller's transaction, and wake the relay once it has committed."""
    event = CaseEvent.objects.create(
        case=case,
        kind=kind,
        actor=actor if isinstance(actor, User) else None,
        party=actor if isinstance(actor, Party) else None,
        facts=facts,
    )
    transaction.on_commit(_wake)
    return event


def _wake() -> None:
    wake_relay()


def relay(limit: int = BATCH) -> int:
    """Bring the events not yet relayed to their subscribers; return how many were finished.

    Ordered by attempts first, so that a poisoned event waits behind the healthy ones.
    """
    waiting = CaseEvent.objects.filter(relayed_at=None, attempts__lt=MOST_ATTEMPTS).order_by(
        "attempts", "id"
    )
    return sum(_relay_one(pk) for pk in list(waiting.values_list("pk", flat=True)[:limit]))


def _relay_one(pk: int) -> bool:
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        locked = CaseEvent.objects.select_for_update(skip_locked=skip, of=("self",) if skip else ())
        event = locked.filter(pk=pk, relayed_at=None).select_related("case").first()
        if event is None:
            return False
        done = [_deliver(event, name, call) for name, call in _subscribers[event.kind].items()]
        if all(done):
            CaseEvent.objects.filter(pk=pk).update(relayed_at=timezone.now())
        else:
            CaseEvent.objects.filter(pk=pk).update(attempts=F("attempts") + 1)
        return all(done)


def _deliver(event: CaseEvent, name: str, call: Subscriber) -> bool:
    try:
        with transaction.atomic():
            _, fresh = EventDelivery.objects.get_or_create(event=event, subscriber=name)
            if fresh:
                call(event)
    except Exception:
        logger.exception("event_delivery_failed", extra={"event": event.pk, "subscriber": name})
        return False
    return True
