"""The house as a process of its own: `manage.py serve` in a folder, on SQLite or what is given."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
STARTING_SECONDS = 90


def environment(folder: Path, address: str, **settings: str) -> dict[str, str]:
    """Return the environment of a process of the house in this folder, none of the tests' own."""
    tests_own = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "CELERY_BROKER_URL")
    inherited = {name: value for name, value in os.environ.items() if name not in tests_own}
    return {**inherited, "VAR_DIR": str(folder), "SITE_URL": address, "DEBUG": "1", **settings}


@contextmanager
def running(folder: Path, *arguments: str, **settings: str) -> Iterator[str]:
    """Run `manage.py serve` with these arguments until the end of the block; give its address."""
    bind = f"127.0.0.1:{free_port()}"
    address = f"http://{bind}"
    log = folder / "serve.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--bind", bind, *arguments],
            cwd=CHECKOUT,
            env=environment(folder, address, **settings),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        if "worker" not in arguments:
            wait_for(address, process, log)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def manage(folder: Path, *arguments: str, **settings: str) -> str:
    """Run one management command on the house in this folder; return what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env=environment(folder, "http://127.0.0.1:8000", **settings),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2).close()  # loopback only
        except OSError:
            time.sleep(0.3)
        else:
            return
    pytest.fail(f"the house did not start:\n{log.read_text()[-3000:]}")
