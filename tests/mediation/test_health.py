import datetime as dt
import shutil
import signal
import socket
import subprocess
import time

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from cases.models import CaseEvent
from mediation import health
from tests.services import needs_redis


@pytest.fixture
def own_redis(tmp_path):
    """A Redis of this test alone: it will be frozen and killed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = shutil.which("redis-server") or pytest.fail("redis-server is not on the PATH")
    command = [program, "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with socket.socket() as link:
            if link.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    try:
        yield server, f"redis://127.0.0.1:{port}/0"
    finally:
        server.send_signal(signal.SIGCONT)
        server.kill()
        server.wait()


def _broker(settings, url):
    settings.CELERY_BROKER_URL = url
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600}


def _readyz(client):
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


def test_healthz_answers_without_touching_the_database(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_readyz_is_200_and_names_each_part_when_all_work(client, db):
    status, parts = _readyz(client)
    assert (status, parts.pop("ready")) == (200, True)
    assert {name: part["ok"] for name, part in parts.items()} == {
        "database": True,
        "broker": True,
        "relay": True,
    }


def test_readyz_is_503_when_the_database_does_not_answer(client, db, monkeypatch):
    def refuse(*_):
        raise OperationalError("server closed the connection unexpectedly at 10.0.0.7")

    monkeypatch.setattr(connection, "cursor", refuse)
    status, parts = _readyz(client)
    monkeypatch.undo()
    assert status == 503
    assert parts["database"] == {"ok": False, "detail": "OperationalError"}


def test_readyz_is_503_when_the_queue_folder_cannot_be_used(client, db, settings, tmp_path):
    (tmp_path / "msg").touch()
    settings.CELERY_BROKER_URL = "safefs://"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": str(tmp_path / "msg")}
    status, parts = _readyz(client)
    assert (status, parts["broker"]["ok"]) == (503, False)


@needs_redis
def test_the_broker_part_sees_a_redis_alive_frozen_and_dead(client, db, settings, own_redis):
    server, url = own_redis
    _broker(settings, url)
    assert _readyz(client)[1]["broker"]["ok"]
    server.send_signal(signal.SIGSTOP)
    start = time.monotonic()
    status, parts = _readyz(client)
    assert (status, parts["broker"]["ok"]) == (503, False)
    assert time.monotonic() - start < 6
    server.send_signal(signal.SIGCONT)
    server.kill()
    server.wait()
    status, parts = _readyz(client)
    assert (status, parts["broker"]["ok"]) == (503, False)


@pytest.mark.parametrize(
    ("age", "attempts", "relayed", "status"),
    [
        (health.RELAY_LAG_SECONDS - 10, 0, False, 200),
        (health.RELAY_LAG_SECONDS + 10, 0, False, 503),
        (health.RELAY_LAG_SECONDS + 10, 0, True, 200),
        (health.RELAY_LAG_SECONDS + 10, 3, False, 200),
    ],
)
def test_an_event_that_no_relay_reached_in_time_makes_readyz_503(
    client, case, age, attempts, relayed, status
):
    CaseEvent.objects.update(relayed_at=timezone.now())
    CaseEvent.objects.create(
        case=case,
        kind="case.filed",
        at=timezone.now() - dt.timedelta(seconds=age),
        attempts=attempts,
        relayed_at=timezone.now() if relayed else None,
    )
    answer, parts = _readyz(client)
    assert answer == status
    assert parts["relay"]["detail"]["failed_events"] == (1 if attempts else 0)
