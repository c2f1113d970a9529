"""The servers and programs that some tests need beside the database, and how to get them.

A test says so with `@needs_redis`, `@needs_gettext` or `@needs_chromium`. Where the service is
missing it skips with the line below; with REQUIRE_SERVICES=1 it fails.
"""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

needs_redis = pytest.mark.needs_redis
needs_gettext = pytest.mark.needs_gettext
needs_chromium = pytest.mark.browser


def redis_url() -> str:
    """Return a Redis database for this xdist worker alone: two runs must not share a queue."""
    server = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return f"{server}/{15 - int(worker) % 15}"


def chromium_path() -> str | None:
    """Return Debian's Chromium, or the one that `playwright install` brought; None without."""
    brought = Path.home().glob(".cache/ms-playwright/chromium-*/chrome-linux*/chrome")
    found = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    return next(filter(None, found), None) or next(map(str, brought), None)


def _redis_answers() -> bool:
    address = urlsplit(redis_url())
    try:
        with socket.create_connection((address.hostname, address.port or 6379), timeout=1) as link:
            link.sendall(b"PING\r\n")
            return link.recv(7) == b"+PONG\r\n"
    except OSError:
        return False


_SERVICES: dict[str, tuple[Callable[[], object], str]] = {
    "needs_redis": (
        _redis_answers,
        "no Redis: apt install redis-server && redis-server --daemonize yes",
    ),
    "needs_gettext": (
        lambda: shutil.which("xgettext") and shutil.which("msguniq"),
        "no gettext: apt install gettext",
    ),
    "browser": (
        chromium_path,
        "no Chromium: apt install chromium fonts-noto-cjk, or playwright install chromium",
    ),
}


def require(item: pytest.Item) -> None:
    """Skip or fail the test when a service that it is marked for is missing."""
    for mark, (find, how_to_get) in _SERVICES.items():
        if item.get_closest_marker(mark) and not find():
            if os.environ.get("REQUIRE_SERVICES") == "1":
                pytest.fail(how_to_get, pytrace=False)
            pytest.skip(how_to_get)
