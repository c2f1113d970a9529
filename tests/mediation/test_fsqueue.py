import contextlib
import importlib
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from kombu import Connection
from kombu.exceptions import OperationalError

from mediation import fsqueue

TASKS = 12


@pytest.fixture
def options(tmp_path):
    return {
        "data_folder_in": str(tmp_path / "msg"),
        "data_folder_out": str(tmp_path / "msg"),
        "control_folder": str(tmp_path / "control"),
        "polling_interval": 0.01,
    }


@pytest.fixture
def link(options):
    with Connection("safefs://", transport_options=options) as connection:
        yield connection


def _files(tmp_path, folder):
    return sorted(os.listdir(tmp_path / folder)) if (tmp_path / folder).exists() else []


def _take(link, count, *, ack=True):
    with contextlib.closing(link.SimpleQueue("tasks")) as queue:
        messages = [queue.get(timeout=1) for _ in range(count)]
        if ack:
            for message in messages:
                message.ack()
        return [message.payload for message in messages]


def _put(link, *payloads):
    with contextlib.closing(link.SimpleQueue("tasks")) as queue:
        for payload in payloads:
            queue.put(payload)


def test_messages_come_out_in_the_order_in_which_they_were_put(link):
    _put(link, *range(50))
    assert _take(link, 50) == list(range(50))


def test_order_holds_over_a_reboot_that_sets_the_monotonic_clock_back(link, monkeypatch):
    _put(link, "before")
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    _put(link, "after")
    monkeypatch.undo()
    assert _take(link, 2) == ["before", "after"]


def test_an_acknowledged_message_leaves_nothing_behind(link, tmp_path):
    _put(link, "a")
    _take(link, 1)
    assert [_files(tmp_path, name) for name in ("msg", "inflight", "tmp", "bad")] == [[]] * 4


@pytest.mark.parametrize("junk", ["", '{"body": "', "[1]", '{"properties": {}}', "\x00", "null"])
def test_a_file_that_is_no_message_is_set_aside_and_the_next_one_is_read(link, tmp_path, junk):
    _put(link, "good")
    (tmp_path / "msg" / "00000000000000000001_x.tasks.msg").write_text(junk)
    (tmp_path / "msg" / "00000000000000000002_x.tasks.msg").write_bytes(b"\xff\xfe")
    assert _take(link, 1) == ["good"]
    assert len(_files(tmp_path, "bad")) == 2


def test_the_stock_transport_stumbles_over_the_same_empty_file(options, tmp_path):
    """The planted-fault twin of the test above: it shows that the fault is real."""
    (tmp_path / "msg").mkdir()
    with Connection("filesystem://", transport_options=options) as stock:
        _put(stock, "good")
        (tmp_path / "msg" / "0_x.tasks.msg").touch()
        with pytest.raises(ValueError, match="Expecting value"):
            _take(stock, 1)


def test_what_is_not_acknowledged_goes_back_to_its_place_when_the_channel_closes(options, tmp_path):
    with Connection("safefs://", transport_options=options) as first:
        _put(first, 1, 2, 3)
        _take(first, 2, ack=False)
        before = _files(tmp_path, "inflight") + _files(tmp_path, "msg")
    assert _files(tmp_path, "msg") == sorted(before)
    with Connection("safefs://", transport_options=options) as second:
        assert _take(second, 3) == [1, 2, 3]


def test_recover_gives_back_what_a_dead_worker_held_before_what_came_later(link, tmp_path):
    _put(link, "held", "waiting")
    name = _files(tmp_path, "msg")[0]
    os.rename(tmp_path / "msg" / name, tmp_path / "inflight" / name)
    assert fsqueue.recover(tmp_path / "msg") == 1
    assert _take(link, 2) == ["held", "waiting"]


def test_a_message_that_was_in_flight_in_five_dead_workers_is_set_aside(link, tmp_path):
    _put(link, "kills its worker")
    recovered = 0
    for _ in range(fsqueue.GIVE_UP_AFTER + 1):
        [name] = _files(tmp_path, "msg")
        os.rename(tmp_path / "msg" / name, tmp_path / "inflight" / name)
        recovered += fsqueue.recover(tmp_path / "msg")
    assert recovered == fsqueue.GIVE_UP_AFTER
    assert (_files(tmp_path, "msg"), len(_files(tmp_path, "bad"))) == ([], 1)


def test_the_listeners_of_an_earlier_worker_are_forgotten_and_tasks_are_not(link, tmp_path):
    _put(link, "task")
    for name in ("msg/1_x.celery@host.celery.pidbox.msg", "control/celeryev.exchange"):
        (tmp_path / name).write_text("[]")
    fsqueue.recover(tmp_path / "msg")
    assert len(_files(tmp_path, "msg")) == 1
    assert "celeryev.exchange" not in _files(tmp_path, "control")
    assert _take(link, 1) == ["task"]


def test_a_queue_read_without_acknowledgement_leaves_nothing_in_flight(link, tmp_path):
    with contextlib.closing(link.SimpleQueue("replies", no_ack=True)) as queue:
        queue.put("reply")
        assert queue.get(timeout=1).payload == "reply"
    assert _files(tmp_path, "inflight") == []


def test_a_folder_that_cannot_be_written_looks_like_a_broker_that_is_away(options, tmp_path):
    (tmp_path / "msg").write_text("a file where the folder should be")
    with (
        Connection("safefs://", transport_options=options) as link,
        pytest.raises(OperationalError),
        link._reraise_as_library_errors(),
        link.Producer() as producer,
    ):
        producer.publish("x", routing_key="tasks")


def test_bindings_survive_many_binding_at_once_and_a_broken_table(options, tmp_path):
    def bind(number):
        with Connection("safefs://", transport_options=options) as link, link.channel() as channel:
            channel.exchange_declare("topics", "topic")
            channel.queue_declare(f"q{number}")
            channel.queue_bind(f"q{number}", "topics", f"key.{number}")

    (tmp_path / "control").mkdir()
    (tmp_path / "control" / "topics.exchange").touch()  # what a power cut leaves
    threads = [threading.Thread(target=bind, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Connection("safefs://", transport_options=options) as link, link.channel() as channel:
        assert sorted(row.queue for row in channel.get_table("topics")) == sorted(
            f"q{number}" for number in range(12)
        )


# --- a real worker, killed ---


def _start_worker(tmp_path, transport):
    command = [sys.executable, "-m", "celery", "-A", "tests.mediation.queue_app", "worker"]
    flags = ["-P", "threads", "-c", "4", "-l", "warning", "--without-gossip", "--without-mingle"]
    with (tmp_path / "log").open("ab") as log:
        return subprocess.Popen(
            command + flags,
            env=_environment(tmp_path, transport),
            start_new_session=True,
            stdout=log,
            stderr=log,
        )


def _environment(tmp_path, transport):
    return os.environ | {"QUEUE_FOLDER": str(tmp_path), "QUEUE_TRANSPORT": transport}


def _kill(worker):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def _count(tmp_path, word):
    return sum(name.startswith(word) for name in _files(tmp_path, "done"))


def _wait_for(condition, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end and not condition():
        time.sleep(0.05)
    return condition()


def _run_with_a_kill_in_the_middle(tmp_path, monkeypatch, transport):
    for name in ("msg", "done", "control"):
        (tmp_path / name).mkdir()
    for name in ("QUEUE_FOLDER", "QUEUE_TRANSPORT"):
        monkeypatch.setenv(name, _environment(tmp_path, transport)[name])
    module = importlib.import_module("tests.mediation.queue_app")
    queue_app = importlib.reload(module)
    for number in range(TASKS):
        queue_app.work.delay(number, 0.4)
    worker = _start_worker(tmp_path, transport)
    started = _wait_for(lambda: _count(tmp_path, "start") >= 6, 40)
    _kill(worker)
    assert started, (tmp_path / "log").read_text()
    interrupted = _count(tmp_path, "start") - _count(tmp_path, "end")
    worker = _start_worker(tmp_path, transport)
    _wait_for(lambda: _count(tmp_path, "end") == TASKS, 8)
    _kill(worker)
    return interrupted


@pytest.mark.slow
def test_no_task_is_lost_when_its_worker_is_killed_in_the_middle(tmp_path, monkeypatch):
    interrupted = _run_with_a_kill_in_the_middle(tmp_path, monkeypatch, "safefs")
    assert interrupted > 0
    assert _count(tmp_path, "end") == TASKS


@pytest.mark.slow
def test_the_stock_transport_loses_tasks_in_the_same_run(tmp_path, monkeypatch):
    """The planted-fault twin of the test above."""
    interrupted = _run_with_a_kill_in_the_middle(tmp_path, monkeypatch, "filesystem")
    assert interrupted > 0
    assert _count(tmp_path, "end") < TASKS


@pytest.mark.slow
def test_a_second_worker_takes_nothing_from_a_living_one(tmp_path, monkeypatch):
    script = (
        "import sys, time; from mediation import fsqueue;"
        f"fsqueue.recover({str(tmp_path / 'msg')!r}); print('ready', flush=True); time.sleep(60)"
    )
    first = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        assert first.stdout.readline() == "ready\n"
        (tmp_path / "inflight" / "1_x.tasks.msg").touch()
        assert fsqueue.recover(tmp_path / "msg") == 0
        assert _files(tmp_path, "inflight") == ["1_x.tasks.msg"]
    finally:
        first.kill()
        first.communicate()
    assert fsqueue.recover(tmp_path / "msg") == 1
