"""The embedded broker: a queue in a folder, safe against killed workers and broken files.

Celery's own `filesystem://` transport loses what a killed worker held, and one unreadable file
ends every later worker. This transport, `safefs://`, mends both:

- a message or a binding is written aside and renamed into place, so nobody reads half a file;
- a message taken stays in `inflight/` until the task acknowledges it, and `recover()` gives back
  what a killed worker left there;
- a file that is no message goes to `bad/`, and the next one is read.

For one machine with one worker; several workers need Redis or RabbitMQ.
"""

# kombu ships without types for most of what is called here.
# mypy: disable-error-code="no-untyped-call"

import fcntl
import logging
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem, virtual
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)

# A message that was in flight in this many dead workers is likely what killed them.
GIVE_UP_AFTER = 5
# Worker control and events speak to one living process: for the next worker they are noise.
_EPHEMERAL = ("pidbox", "celeryev")
_worker_locks: dict[Path, int] = {}

Payload = dict[str, Any]


class Channel(filesystem.Channel):
    """A channel over the folders `msg`, `tmp`, `inflight` and `bad` beside each other."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: dict[str, str] = {}  # delivery tag -> file name in inflight/
        self._unacknowledged_queues: set[str] = set()
        # A folder that cannot be made fails the message, at once, and not the connection, which
        # would be tried again for minutes while a person waits for a page.
        with suppress(OSError):
            for name in ("msg", "tmp", "inflight", "bad"):
                self._folder(name).mkdir(parents=True, exist_ok=True)

    # --- messages ---

    def _put(  # type: ignore[override]  # the two classes above disagree about the second name
        self, queue: str, payload: Payload, **_: Any
    ) -> None:
        # Wall clock, zero padded: names sort by age, over a reboot too.
        name = f"{time.time_ns():020d}_{uuid.uuid4().hex}.{queue}.msg"
        with _refusing_politely():
            _write_atomically(self._folder("msg") / name, dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> Payload:
        for name in self._waiting(queue):
            payload = self._take(name)
            if payload is not None:
                self._hold(queue, name, payload)
                return payload
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._waiting(queue))

    def _waiting(self, queue: str) -> list[str]:
        """Return the file names of the queue's messages, oldest first."""
        with suppress(FileNotFoundError, NotADirectoryError):
            names = sorted(os.listdir(self._folder("msg")))
            return [name for name in names if name.partition(".")[2] == f"{queue}.msg"]
        return []

    def _take(self, name: str) -> Payload | None:
        """Move a message in flight and read it; None when it was taken or is no message."""
        taken = self._folder("inflight") / name
        try:
            os.rename(self._folder("msg") / name, taken)
        except FileNotFoundError:
            return None
        try:
            payload: Payload = loads(taken.read_bytes())
            payload["properties"]["delivery_info"], payload["properties"]["delivery_tag"]
        except (ValueError, KeyError, TypeError):
            logger.error("queue.bad_message", extra={"file": name})
            os.replace(taken, self._folder("bad") / name)
            return None
        return payload

    def _hold(self, queue: str, name: str, payload: Payload) -> None:
        self._held[payload["properties"]["delivery_tag"]] = name
        if queue in self._unacknowledged_queues:
            self._let_go(payload["properties"]["delivery_tag"])

    def _let_go(self, tag: str) -> None:
        if name := self._held.pop(tag, None):
            (self._folder("inflight") / name).unlink(missing_ok=True)

    def _restore(self, message: Any) -> None:
        """Put a message back where it stood, for the next worker or the next try."""
        if name := self._held.pop(message.delivery_tag, None):
            os.replace(self._folder("inflight") / name, self._folder("msg") / name)

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        super().basic_ack(delivery_tag, multiple)
        self._let_go(delivery_tag)

    def basic_reject(self, delivery_tag: str, requeue: bool = False) -> None:
        super().basic_reject(delivery_tag, requeue)
        self._let_go(delivery_tag)

    def basic_consume(
        self, queue: str, no_ack: bool, callback: Callable[..., Any], consumer_tag: str, **kw: Any
    ) -> None:
        if no_ack:
            self._unacknowledged_queues.add(queue)
        super().basic_consume(queue, no_ack, callback, consumer_tag, **kw)

    def basic_get(self, queue: str, no_ack: bool = False, **kw: Any) -> Any:
        message = super().basic_get(queue, no_ack, **kw)
        if message is not None and no_ack:
            self._let_go(message.delivery_tag)
        return message

    # --- bindings of queues to exchanges ---

    def get_table(self, exchange: str) -> list[filesystem.exchange_queue_t]:
        try:
            rows = loads(self._exchange_file(exchange).read_bytes())
            return [filesystem.exchange_queue_t(*row) for row in rows]
        except (FileNotFoundError, ValueError, TypeError):
            return []

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with _refusing_politely(), self._bindings(exchange) as table:
            if row not in table:
                table.insert(0, row)

    def _delete(
        self, queue: str, exchange: str, routing_key: str, pattern: str, *_: Any, **__: Any
    ) -> None:
        self._purge(queue)
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._bindings(exchange) as table:
            if row in table:
                table.remove(row)

    @contextmanager
    def _bindings(self, exchange: str) -> Iterator[list[filesystem.exchange_queue_t]]:
        """Hold one exchange's table alone; write it back whole when it changed."""
        file = self._exchange_file(exchange)
        file.parent.mkdir(parents=True, exist_ok=True)
        with (file.parent / ".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = self.get_table(exchange)
            table = list(before)
            yield table
            if table != before:
                _write_atomically(file, dumps(table))

    def _folder(self, name: str) -> Path:
        folder = Path(self.data_folder_in)
        return folder if name == "msg" else folder.parent / name


class Transport(filesystem.Transport):
    """`safefs://` for kombu; takes the transport options of `filesystem://`."""

    Channel = Channel

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        # Not the state that all connections of a process share: it remembers bindings for another
        # folder, and a message published on such a memory goes nowhere.
        self.state = virtual.BrokerState()

    @property
    def default_connection_params(self) -> dict[str, Any]:
        return {}  # a folder has neither host nor port


TRANSPORT_ALIASES["safefs"] = f"{__name__}:Transport"


def recover(messages: str | Path) -> int:
    """Give back to the queue what a worker that died held; return the number of messages.

    `messages` is the transport's `data_folder_in`. To be called when a worker starts, before it
    consumes. While another living worker holds the queue nothing is taken from it: returns 0.
    """
    messages = _folder(Path(messages))
    if not _become_the_worker(messages.parent / "worker.lock"):
        logger.warning("queue.second_worker", extra={"folder": str(messages)})
        return 0
    _forget_dead_listeners(messages)
    inflight, bad = _folder(messages.parent / "inflight"), _folder(messages.parent / "bad")
    recovered = 0
    for file in sorted(inflight.iterdir()):
        stem, _, rest = file.name.partition(".")
        if stem.count("~") >= GIVE_UP_AFTER:
            logger.error("queue.gave_up", extra={"file": file.name})
            os.replace(file, bad / file.name)
            continue
        os.replace(file, messages / f"{stem}~.{rest}")
        recovered += 1
    return recovered


def _become_the_worker(lock_file: Path) -> bool:
    """Take the worker's lock for the life of this process; False when another one has it.

    A record lock (`lockf`), because a forked beat that outlives its worker must not keep it.
    """
    if lock_file not in _worker_locks:
        handle = os.open(lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        _worker_locks[lock_file] = handle
    return True


def _forget_dead_listeners(messages: Path) -> None:
    """Remove the control and event queues of earlier workers: nobody will ever empty them."""
    folders = (messages, messages.parent / "inflight", messages.parent / "control")
    for folder in filter(Path.is_dir, folders):
        for file in folder.iterdir():
            if any(word in file.name for word in _EPHEMERAL):
                file.unlink(missing_ok=True)


@contextmanager
def _refusing_politely() -> Iterator[None]:
    """Turn a full disk or a closed folder into what publishers handle: a broker that is away."""
    try:
        yield
    except OSError as error:
        raise ChannelError(f"Cannot write to the queue: {error}") from error


def _write_atomically(target: Path, text: str) -> None:
    # No fsync: the database is the truth, and the relay sends again what a power cut took.
    aside = _folder(target.parent.parent / "tmp") / f"{target.name}.{uuid.uuid4().hex}"
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, target)


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
