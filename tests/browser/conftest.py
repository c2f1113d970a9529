"""A whole house for browser tests: `manage.py serve` in a folder of its own, and Chromium."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.services import chromium_path, redis_url

CHECKOUT = Path(__file__).resolve().parents[2]
STARTING_SECONDS = 90
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def embedded_house(tmp_path_factory) -> Iterator[str]:
    """The house as `make run` starts it: SQLite, the folder queue, a worker with its clock."""
    yield from serve(tmp_path_factory.mktemp("house"), {})


@pytest.fixture(scope="module")
def large_house(tmp_path_factory) -> Iterator[str]:
    """The same code on PostgreSQL and Redis."""
    name = f"browser_{os.getpid()}"
    with database(name) as url:
        yield from serve(
            tmp_path_factory.mktemp("house"),
            {"DATABASE_URL": url, "CELERY_BROKER_URL": redis_url()},
        )


class database:
    """A PostgreSQL database that exists as long as the block."""

    def __init__(self, name: str) -> None:
        self.name, self.server = name, urlsplit(os.environ["DATABASE_URL"])

    def __enter__(self) -> str:
        self._run(f'CREATE DATABASE "{self.name}"')
        return self._address(self.name)

    def __exit__(self, *_: object) -> None:
        self._run(f'DROP DATABASE "{self.name}" WITH (FORCE)')

    def _address(self, database: str) -> str:
        return urlunsplit(self.server._replace(path=f"/{database}"))

    def _run(self, statement: str) -> None:
        connection = psycopg2.connect(self._address("postgres"))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()


def serve(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    bind = f"127.0.0.1:{free_port()}"
    address = f"http://{bind}"
    ours = {"VAR_DIR": str(folder), "SITE_URL": address, "DEBUG": "1"}
    tests_own = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    inherited = {name: value for name, value in os.environ.items() if name not in tests_own}
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--bind", bind],
            cwd=CHECKOUT,
            env={**inherited, **ours, **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_for(address, process, folder / "serve.log")
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


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
