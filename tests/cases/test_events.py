import logging

import pytest
from django.db import transaction

from cases import events
from cases.models import CaseEvent, EventDelivery
from tests.factories import file, reach


@pytest.fixture
def heard(monkeypatch):
    """Two subscribers of an event that nobody else hears; `broken` makes the second one fail."""
    log = {"first": [], "second": [], "broken": False}

    def second(event):
        log["second"].append(event.pk)
        if log["broken"]:
            raise RuntimeError("a bug")

    calls = {"first": lambda event: log["first"].append(event.pk), "second": second}
    monkeypatch.setitem(events._subscribers, "test.happened", calls)
    return log


@pytest.fixture
def happened(case):
    CaseEvent.objects.update(relayed_at=case.filed_at)
    return events.record(case, "test.happened", actor=None, number=1)


def test_each_subscriber_hears_an_event_once_however_often_it_is_relayed(happened, heard):
    assert events.relay() == 1
    assert events.relay() == 0
    assert heard["first"] == heard["second"] == [happened.pk]
    assert happened.deliveries.count() == 2


def test_an_event_nobody_hears_is_done_at_once(case, heard):
    event = events.record(case, "test.unheard", actor=None)
    events.relay()
    event.refresh_from_db()
    assert event.relayed_at


def test_a_failing_subscriber_keeps_the_event_and_the_others_hear_it_once(happened, heard, caplog):
    heard["broken"] = True
    with caplog.at_level(logging.CRITICAL):
        assert events.relay() == events.relay() == 0
    happened.refresh_from_db()
    assert (happened.relayed_at, happened.attempts) == (None, 2)
    heard["broken"] = False
    assert events.relay() == 1
    assert heard["first"] == [happened.pk]
    assert heard["second"] == [happened.pk] * 3
    assert happened.deliveries.count() == 2


def test_what_a_failing_subscriber_wrote_goes_with_its_mark(happened, heard, monkeypatch, caplog):
    def writes_and_fails(event):
        events.record(event.case, "test.half", actor=None)
        raise RuntimeError("a bug")

    monkeypatch.setitem(events._subscribers["test.happened"], "second", writes_and_fails)
    with caplog.at_level(logging.CRITICAL):
        events.relay()
    assert not CaseEvent.objects.filter(kind="test.half").exists()
    assert not EventDelivery.objects.filter(event=happened, subscriber="second").exists()


def test_a_poisoned_event_waits_behind_the_healthy_ones(happened, heard, case, caplog):
    heard["broken"] = True
    with caplog.at_level(logging.CRITICAL):
        events.relay()
    heard["broken"] = False
    healthy = events.record(case, "test.happened", actor=None)
    events.relay()
    assert heard["first"] == [happened.pk, healthy.pk]
    assert heard["second"] == [happened.pk, healthy.pk, happened.pk]


def test_a_batch_is_limited_and_goes_in_order(case, heard):
    CaseEvent.objects.update(relayed_at=case.filed_at)
    made = [events.record(case, "test.happened", actor=None).pk for _ in range(5)]
    assert events.relay(limit=3) == 3
    assert heard["first"] == made[:3]
    assert events.relay(limit=3) == 2


def test_the_log_names_the_event_and_the_subscriber_and_no_more(happened, heard, caplog):
    heard["broken"] = True
    events.relay()
    record = caplog.records[-1]
    assert (record.msg, record.event, record.subscriber) == (
        "event_delivery_failed",
        happened.pk,
        "second",
    )


def test_an_event_that_was_rolled_back_never_was(case):
    before = CaseEvent.objects.count()
    with transaction.atomic():
        events.record(case, "test.happened", actor=None)
        transaction.set_rollback(True)
    assert CaseEvent.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_the_relay_is_woken_after_the_commit_and_not_before(house, woken):
    case = file().case
    woken.clear()
    with transaction.atomic():
        events.record(case, "test.happened", actor=None)
        assert woken == []
    assert woken == ["relay"]
    with transaction.atomic():
        events.record(case, "test.happened", actor=None)
        transaction.set_rollback(True)
    assert woken == ["relay"]


def test_facts_of_a_whole_life_hold_no_name_phone_or_word_of_the_parties(house):
    case = reach("confirmed", house)
    facts = str(list(case.events.values_list("facts", flat=True)))
    for party in case.parties.all():
        assert party.name not in facts
        assert party.phone not in facts
    assert "押金" not in facts
