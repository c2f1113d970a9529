"""A whole house for browser tests: `manage.py serve` in a folder of its own, and Chromium."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import houses
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
    with houses.running(tmp_path_factory.mktemp("house")) as address:
        yield address


@pytest.fixture(scope="module")
def large_house(tmp_path_factory) -> Iterator[str]:
    """The same code on PostgreSQL and Redis."""
    name = f"browser_{os.getpid()}"
    with database(name) as url:
        settings = {"DATABASE_URL": url, "CELERY_BROKER_URL": redis_url()}
        with houses.running(tmp_path_factory.mktemp("house"), **settings) as address:
            yield address


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
