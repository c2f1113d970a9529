import datetime as dt

import pytest
import time_machine
from celery import Task
from django.utils import timezone
from kombu.exceptions import OperationalError

from cases import budgets, drafts, events, messages, tasks
from cases.filing import Person
from cases.models import Budget, FilingDraft, Notice, OneTimeCode
from cases.onetime import send
from tests.factories import file, new_phone, reach

APPLICANTS = ("王春生", "刘玉兰", "陈建国", "杨秀英", "吴海涛")  # no two file the same dispute


@pytest.fixture
def broker(monkeypatch):
    """A broker that takes every task, or fails when told to."""
    taken = {"tasks": [], "tries": 0, "error": None}

    def apply_async(self, **options):
        taken["tries"] += 1
        if taken["error"]:
            raise taken["error"]
        taken["tasks"].append(self.name)

    monkeypatch.setattr(Task, "apply_async", apply_async)
    monkeypatch.setattr(tasks, "_broker_failed_at", -1e9)
    return taken


def test_waking_puts_the_task_on_the_queue(db, broker):
    tasks.wake_relay()
    tasks.wake_sending()
    assert broker["tasks"] == ["cases.tasks.relay_events", "cases.tasks.send_notices"]


@pytest.mark.parametrize(
    "error", [OperationalError("gone"), ConnectionRefusedError(), TimeoutError()]
)
def test_a_broker_that_is_down_fails_nobody_and_is_not_asked_again_at_once(db, broker, error):
    broker["error"] = error
    for _ in range(5):
        tasks.wake_relay()
    assert broker["tries"] == 1
    assert broker["tasks"] == []


def test_after_a_quiet_time_the_broker_is_asked_again(db, broker, monkeypatch):
    broker["error"] = OperationalError("gone")
    tasks.wake_relay()
    broker["error"] = None
    long_ago = tasks._broker_failed_at - tasks.QUIET_SECONDS
    monkeypatch.setattr(tasks, "_broker_failed_at", long_ago)
    tasks.wake_relay()
    assert broker["tasks"] == ["cases.tasks.relay_events"]


def test_without_a_broker_one_time_codes_still_go_out_and_other_messages_wait(house, broker):
    broker["error"] = OperationalError("gone")
    file()
    send(new_phone(), purpose="x")
    tasks.wake_sending()
    states = dict(Notice.objects.values_list("template", "state"))
    assert states == {"filed": "waiting", "one_time_code": "sent"}


def test_another_error_than_the_broker_s_is_not_hidden(db, broker):
    broker["error"] = ValueError("a bug")
    with pytest.raises(ValueError, match="a bug"):
        tasks.wake_relay()


def test_the_tasks_do_what_they_say(house):
    case = file().case
    assert tasks.relay_events.run() > 0
    case.refresh_from_db()
    assert case.classifications.exists()
    assert tasks.send_notices.run() == Notice.objects.filter(state="sent").count() > 0


def test_silent_bodies_lose_their_cases_by_the_clock(house):
    with time_machine.travel("2026-11-20 10:00+08:00", tick=False) as clock:
        case = reach("dispatched", house)
        assert tasks.lapse_silent_dispatches.run() == 0
        clock.shift(dt.timedelta(days=6))
        assert tasks.lapse_silent_dispatches.run() == 1
    case.refresh_from_db()
    assert case.status == "filed"


def test_what_is_no_longer_needed_is_forgotten(db):
    with time_machine.travel("2026-11-20 10:00+08:00", tick=False) as clock:
        drafts.start(None)
        send(new_phone(), purpose="x")
        clock.shift(dt.timedelta(days=1))
        tasks.forget_old_drafts.run()
        assert FilingDraft.objects.exists()
        assert OneTimeCode.objects.exists()
        clock.shift(dt.timedelta(days=7))
        budgets.spend("kept", limit=1, seconds=60)
        assert tasks.forget_old_drafts.run() == 1
        assert timezone.now().day == 28
    assert not FilingDraft.objects.exists()
    assert not OneTimeCode.objects.exists()
    assert [row.subject for row in Budget.objects.all()] == ["kept/60"]


@pytest.mark.django_db(transaction=True)
def test_a_filing_needs_no_broker_and_is_routed_once_somebody_sweeps(house, broker, monkeypatch):
    monkeypatch.setattr(events, "wake_relay", tasks.wake_relay)
    monkeypatch.setattr(messages, "wake_sending", tasks.wake_sending)
    broker["error"] = OperationalError("gone")
    cases = [file(applicants=[Person(name, new_phone())]).case for name in APPLICANTS]
    assert broker["tries"] == 1  # nobody waits for a broker that has just failed
    assert {case.status for case in cases} == {"filed"}
    tasks.relay_events.run()  # the beat's sweep
    for case in cases:
        case.refresh_from_db()
    assert {case.status for case in cases} == {"dispatched"}
