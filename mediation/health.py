"""Is the process up, and can it do its work? Two addresses for whoever watches the servers."""

# kombu ships without types for what is called here.
# mypy: disable-error-code="no-untyped-call"

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from kombu.connection import Connection
from kombu.exceptions import OperationalError

from cases.models import CaseEvent

logger = logging.getLogger(__name__)

BROKER_SECONDS = 2.0
# The relay is swept every 30 s: three sweeps missed means that nobody is working.
RELAY_LAG_SECONDS = 90


@dataclass(frozen=True)
class Part:
    """How one part of the system is: `detail` is its figures or the kind of the failure."""

    ok: bool
    detail: object


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while this process serves requests; touches no other part."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, broker and relay work, else 503; each part by name."""
    parts = {"database": _probe(database), "broker": _probe(broker), "relay": _probe(relay)}
    ready = all(part.ok for part in parts.values())
    body = {name: {"ok": part.ok, "detail": part.detail} for name, part in parts.items()}
    return JsonResponse({"ready": ready, **body}, status=200 if ready else 503)


def database() -> Part:
    """Ask the database for one row; `detail` is the time it took in milliseconds."""
    start = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Part(ok=True, detail=_milliseconds_since(start))


def broker() -> Part:
    """Reach the broker within two seconds; `detail` is the time it took in milliseconds.

    Publishing must not be tried here: what is asked is whether it could be.
    """
    start = time.monotonic()
    if settings.CELERY_BROKER_URL.startswith("safefs"):
        return _folder_is_writable(Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"]))
    limits = {"socket_timeout": BROKER_SECONDS, "socket_connect_timeout": BROKER_SECONDS}
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS | limits
    link = Connection(
        settings.CELERY_BROKER_URL, connect_timeout=BROKER_SECONDS, transport_options=options
    )
    with link:
        link.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_SECONDS)
    return Part(ok=True, detail=_milliseconds_since(start))


def relay() -> Part:
    """Look at the oldest event that the relay has not reached: the canary of a stuck worker.

    An event whose subscriber fails is counted apart and is no reason to answer 503: the relay
    goes on around it, and taking the servers away would help nobody.
    """
    waiting = CaseEvent.objects.filter(relayed_at=None)
    oldest = waiting.filter(attempts=0).order_by("id").values_list("at", flat=True).first()
    lag = max(0.0, (timezone.now() - oldest).total_seconds()) if oldest else 0.0
    figures = {"lag_seconds": round(lag, 1), "failed_events": waiting.exclude(attempts=0).count()}
    return Part(ok=lag <= RELAY_LAG_SECONDS, detail=figures)


def _probe(part: Callable[[], Part]) -> Part:
    try:
        return part()
    except (DatabaseError, OperationalError, OSError) as error:
        facts = {"part": part.__name__, "error": f"{type(error).__name__}: {error}"}
        logger.warning("health.part_failed", extra=facts)
        return Part(ok=False, detail=type(error).__name__)


def _folder_is_writable(folder: Path) -> Part:
    folder.mkdir(parents=True, exist_ok=True)
    writable = os.access(folder, os.W_OK | os.X_OK)
    return Part(ok=writable, detail="writable" if writable else "read-only")


def _milliseconds_since(start: float) -> float:
    return round((time.monotonic() - start) * 1000, 1)
