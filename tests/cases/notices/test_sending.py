import datetime as dt
import threading

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from cases import messages
from cases.models import Notice
from cases.notices import sending
from cases.notices.channels.base import ChannelError, Message
from mediators.models import User

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
HERE = "tests.cases.notices.test_sending"
State = Notice.State


class Recorder:
    """Takes every message."""

    sent: list[Message] = []

    def send(self, message: Message) -> str:
        self.sent.append(message)
        return f"receipt {len(self.sent)}"


class Busy:
    """Says that it is worth trying again."""

    tries = 0

    def send(self, message: Message) -> str:
        Busy.tries += 1
        raise ChannelError("busy", can_retry=True)


class Deaf:
    def send(self, message: Message) -> str:
        raise ChannelError("no such number", can_retry=False)


class Broken:
    """A channel with a mistake in it."""

    def send(self, message: Message) -> str:
        raise KeyError(message.template)


@pytest.fixture(autouse=True)
def channel(settings, monkeypatch):
    settings.NOTICE_BACKEND = f"{HERE}.Recorder"
    monkeypatch.setattr(Recorder, "sent", [])
    monkeypatch.setattr(Busy, "tries", 0)
    return settings


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def write(key: str = "k", phone: str = "19900000001", template: str = "one_time_code") -> Notice:
    to = messages.Recipient(phone=phone)
    notice = messages.write(template, to, key=key, code="123456", minutes=10, number="1", link="l")
    assert notice
    return notice


def test_a_notice_is_handed_over_with_its_text_and_values(db):
    notice = write()
    assert sending.send_due() == 1
    notice.refresh_from_db()
    assert (notice.state, notice.receipt) == (State.SENT, "receipt 1")
    assert notice.sent_at
    assert Recorder.sent == [
        Message(
            "19900000001",
            "one_time_code",
            "验证码123456，10分钟内有效。工作人员不会向您要验证码。",
            {"code": "123456", "minutes": "10", "number": "1", "link": "l"},
        )
    ]


def test_what_was_sent_is_never_sent_again(db):
    write()
    assert [sending.send_due() for _ in range(3)] == [1, 0, 0]
    assert len(Recorder.sent) == 1


def test_the_one_that_waits_longest_goes_first(db, clock):
    for key in "abc":
        write(key, phone=f"1990000000{'abc'.index(key)}")
    sending.send_due()
    assert [m.phone[-1] for m in Recorder.sent] == ["0", "1", "2"]


def test_only_the_asked_kind_is_sent(db):
    write("a", template="filed")
    write("b")
    assert sending.send_due(only="one_time_code") == 1
    assert [m.template for m in Recorder.sent] == ["one_time_code"]


def test_a_notice_for_the_workbench_leaves_the_house_by_no_channel(db):
    user = User.objects.create_user("m")
    messages.write("lapsed", messages.Recipient(user=user), key="k", number="1")
    assert sending.send_due() == 1
    assert Recorder.sent == []


def test_a_busy_channel_is_tried_five_times_with_growing_pauses_and_then_it_has_failed(
    db, clock, channel
):
    channel.NOTICE_BACKEND = f"{HERE}.Busy"
    notice = write()
    pauses = []
    while True:
        sending.send_due()
        notice.refresh_from_db()
        if notice.state != State.WAITING:
            break
        pauses.append((notice.due_at - timezone.now()).total_seconds())
        clock.move_to(notice.due_at - dt.timedelta(seconds=1))
        assert sending.send_due() == 0
        assert Busy.tries == notice.attempts  # not a second too early
        clock.move_to(notice.due_at)
    assert pauses == [60, 120, 240, 480]
    assert (notice.state, notice.attempts, Busy.tries) == (State.FAILED, 5, 5)
    assert notice.error == "busy"


def test_a_channel_that_works_again_delivers_what_waited(db, clock, channel):
    channel.NOTICE_BACKEND = f"{HERE}.Busy"
    notice = write()
    sending.send_due()
    channel.NOTICE_BACKEND = f"{HERE}.Recorder"
    assert sending.send_due() == 0
    clock.shift(60)
    assert sending.send_due() == 1
    notice.refresh_from_db()
    assert notice.state == State.SENT


def test_where_trying_again_cannot_help_it_has_failed_at_once(db, channel):
    channel.NOTICE_BACKEND = f"{HERE}.Deaf"
    notice = write()
    assert sending.send_due() == 0
    notice.refresh_from_db()
    assert (notice.state, notice.attempts) == (State.FAILED, 1)
    assert notice.error == "no such number"
    channel.NOTICE_BACKEND = f"{HERE}.Recorder"
    assert sending.send_due() == 0


def test_a_mistake_in_the_channel_stops_no_other_notice(db, channel, clock):
    channel.NOTICE_BACKEND = f"{HERE}.Broken"
    broken = write("broken")
    sending.send_due()
    channel.NOTICE_BACKEND = f"{HERE}.Recorder"
    clock.shift(1)
    write("good", phone="19900000002")
    assert sending.send_due() == 1
    broken.refresh_from_db()
    assert (broken.state, broken.attempts, broken.error) == (State.WAITING, 1, "KeyError")


def test_a_notice_whose_seal_is_broken_stops_no_other_notice(db):
    broken = write("broken")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_notice SET phone = 'v1.gone.AAAA' WHERE id = %s", [broken.pk])
    write("good", phone="19900000002")
    assert sending.send_due() == 1
    assert Notice.objects.values_list("attempts", "error").get(pk=broken.pk) == (1, "SealBroken")


def test_a_hanging_provider_ends_the_round_before_the_tasks_time_limit(db, monkeypatch, settings):
    assert sending.MOST_SECONDS < settings.CELERY_TASK_SOFT_TIME_LIMIT
    write("a")
    monkeypatch.setattr(sending, "MOST_SECONDS", -1)
    assert sending.send_due() == 0
    assert Recorder.sent == []


def test_neither_phone_nor_text_is_logged(db, channel, caplog):
    for backend in ("Deaf", "Busy"):
        channel.NOTICE_BACKEND = f"{HERE}.{backend}"
        write(backend)
        sending.send_due()
    logged = "".join(str(vars(record)) for record in caplog.records)
    assert "notice_not_sent" in logged
    assert "19900000001" not in logged
    assert "123456" not in logged


class Slow:
    """Takes a message slowly, so that two workers meet at its row."""

    begun = threading.Event()
    go_on = threading.Event()
    sent: list[str] = []

    def send(self, message: Message) -> str:
        self.begun.set()
        self.go_on.wait(5)
        self.sent.append(message.phone)
        return "ok"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_it_once(channel):
    channel.NOTICE_BACKEND = f"{HERE}.Slow"
    write()

    def work() -> None:
        try:
            sending.send_due()
        finally:
            connection.close()

    first = threading.Thread(target=work)
    first.start()
    assert Slow.begun.wait(5)
    assert sending.send_due() == 0  # does not wait for the row, and does not send it
    Slow.go_on.set()
    first.join()
    assert Slow.sent == ["19900000001"]
    assert Notice.objects.get().state == State.SENT
