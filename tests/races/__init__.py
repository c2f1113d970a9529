"""Races on a real PostgreSQL: threads with connections of their own, started at one moment.

Where a naive form would fail by luck only, its window is widened, and the naive twin is shown to
fail: a race test that nothing can turn red proves nothing.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, connections

Call = Callable[[], Any]


def together(calls: Sequence[Call]) -> list[Any]:
    """Start all calls at the same moment; return what each returned or raised, in order."""
    barrier = threading.Barrier(len(calls), timeout=30)

    def run(call: Call) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait()
            return call()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def refused(outcomes: Sequence[Any]) -> list[Exception]:
    """Return the errors among outcomes."""
    return [outcome for outcome in outcomes if isinstance(outcome, Exception)]
