import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from mediation.management.commands import serve

pytestmark = pytest.mark.slow


@pytest.fixture
def bind():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def system(settings, tmp_path, bind):
    """The whole system in a new folder, as `make run` starts it; killed at the end."""
    inherited = ("TEST_DATABASE_CHOICE", "DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    own = {"VAR_DIR": str(tmp_path), "DEMO": "false", "PYTHONUNBUFFERED": "1"}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--bind", bind],
            cwd=settings.BASE_DIR,
            env={k: v for k, v in os.environ.items() if k not in inherited} | own,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        for pid in [process.pid, *_processes_of(tmp_path)]:
            _kill(pid, signal.SIGKILL)
        process.wait()


def _kill(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _processes_of(folder, word=""):
    """Return the living processes that were started for this runtime folder."""
    mark, found = f"VAR_DIR={folder}\0".encode(), []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            living = (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
            if living and mark in (entry / "environ").read_bytes() + b"\0":
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found += [int(entry.name)] if word in command else []
        except OSError:
            continue
    return sorted(found)


def _log(folder):
    return (folder / "log").read_text()


def _wait_until(condition, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end and not condition():
        time.sleep(0.1)
    return condition()


def _wait_for_welcome(system, folder):
    started = lambda: "Ctrl-C" in _log(folder) or system.poll() is not None  # noqa: E731
    assert _wait_until(started, 90), _log(folder)
    assert system.poll() is None, _log(folder)


def _get(bind, path):
    connection = http.client.HTTPConnection(bind, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_one_command_serves_the_first_page_and_ctrl_c_ends_everything(system, bind, tmp_path):
    _wait_for_welcome(system, tmp_path)
    assert (_get(bind, "/"), _get(bind, "/healthz"), _get(bind, "/readyz")) == (200, 200, 200)
    assert _processes_of(tmp_path, "celery") != []
    system.send_signal(signal.SIGINT)
    assert system.wait(30) == 0, _log(tmp_path)
    assert _processes_of(tmp_path) == []


@pytest.mark.parametrize("word", ["gunicorn", "celery"])
def test_when_one_part_dies_the_other_ends_and_the_command_fails(system, tmp_path, word):
    _wait_for_welcome(system, tmp_path)
    _kill(_processes_of(tmp_path, word)[0], signal.SIGKILL)
    assert system.wait(40) == 1
    assert "已意外退出" in _log(tmp_path)
    assert _processes_of(tmp_path) == []


def test_a_command_killed_without_a_chance_leaves_no_orphan(system, tmp_path):
    _wait_for_welcome(system, tmp_path)
    system.kill()
    assert _wait_until(lambda: _processes_of(tmp_path) == [], 30), _log(tmp_path)


def test_a_taken_port_is_refused_with_a_way_out(bind):
    host, port = bind.split(":")
    with socket.socket() as other:
        other.bind((host, int(port)))
        other.listen()
        with pytest.raises(CommandError, match=r"端口已被另一个程序占用.*make run BIND="):
            call_command("serve", bind=bind)


@pytest.mark.parametrize("bind", ["8000", "localhost:web"])
def test_an_ill_formed_address_is_refused_with_an_example(bind):
    with pytest.raises(CommandError, match=r"127\.0\.0\.1:8000"):
        call_command("serve", bind=bind)


def test_the_embedded_broker_has_threads_and_a_real_one_has_processes(settings):
    settings.CELERY_BROKER_URL = "safefs://"
    assert "threads" in serve.worker_command()
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:6379/0"
    assert "prefork" in serve.worker_command()


def test_the_sign_ins_are_shown_in_a_demonstration_only(settings):
    settings.DEMO, settings.DEBUG = True, False
    assert all(username in serve.welcome("h:1") for _, username, _ in serve.SIGN_INS)
    assert "/dev/messages/" not in serve.welcome("h:1")
    settings.DEMO, settings.DEBUG = False, True
    assert not any(password in serve.welcome("h:1") for _, _, password in serve.SIGN_INS)
    assert "/dev/messages/" in serve.welcome("h:1")
