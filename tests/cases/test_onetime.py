import pytest
import time_machine

from cases import onetime
from cases.budgets import forget as forget_budgets
from cases.errors import CodeRefused, TooOften
from cases.models import Budget, Notice, OneTimeCode
from mediators.errors import InvalidIdentity
from mediators.identity import clean_phone
from tests.factories import code_sent_to, new_phone

AT = "2026-11-20 10:17:30+08:00"
PURPOSE = "case:1"


@pytest.fixture
def clock():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def phone(db, clock):
    """A phone that has just been sent a code."""
    number = new_phone()
    onetime.send(number, purpose=PURPOSE)
    return number


def wrong(phone):
    right = code_sent_to(phone)
    return f"{(int(right) + 1) % 10**6:06d}"


def test_the_code_that_was_sent_is_right_once(phone):
    code = code_sent_to(phone)
    assert len(code) == 6
    assert code.isdigit()
    onetime.check(phone, purpose=PURPOSE, code=f" {code} ")
    with pytest.raises(CodeRefused, match="再发一个"):
        onetime.check(phone, purpose=PURPOSE, code=code)


def test_a_code_for_something_that_happens_once_anyway_answers_twice_alike(phone):
    code = code_sent_to(phone)
    for _ in range(2):
        onetime.check(phone, purpose=PURPOSE, code=code, single_use=False)


def test_the_code_is_in_the_message_only(phone):
    code = code_sent_to(phone)
    row = OneTimeCode.objects.get()
    assert code not in str(row.__dict__.values())
    assert phone not in str(row.__dict__.values())
    assert code in Notice.objects.get().text


def test_a_code_is_good_for_its_purpose_only(phone):
    with pytest.raises(CodeRefused):
        onetime.check(phone, purpose="case:2", code=code_sent_to(phone))


def test_a_code_is_good_for_its_phone_only(phone):
    with pytest.raises(CodeRefused):
        onetime.check(new_phone(), purpose=PURPOSE, code=code_sent_to(phone))


@pytest.mark.parametrize(("seconds", "good"), [(599, True), (601, False)])
def test_a_code_is_good_for_ten_minutes(phone, clock, seconds, good):
    clock.shift(seconds)
    if good:
        onetime.check(phone, purpose=PURPOSE, code=code_sent_to(phone))
    else:
        with pytest.raises(CodeRefused, match="过期"):
            onetime.check(phone, purpose=PURPOSE, code=code_sent_to(phone))


def test_five_guesses_and_no_more_not_even_the_right_one(phone):
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(CodeRefused, match=f"还可以试{left}次"):
            onetime.check(phone, purpose=PURPOSE, code=wrong(phone))
    with pytest.raises(CodeRefused, match="试了太多次"):
        onetime.check(phone, purpose=PURPOSE, code=code_sent_to(phone))


def test_the_fifth_guess_may_still_be_right(phone):
    for _ in range(4):
        with pytest.raises(CodeRefused):
            onetime.check(phone, purpose=PURPOSE, code=wrong(phone))
    onetime.check(phone, purpose=PURPOSE, code=code_sent_to(phone))


def test_a_new_code_ends_the_old_one(phone, clock):
    old = code_sent_to(phone)
    clock.shift(61)
    onetime.send(phone, purpose=PURPOSE)
    if old != code_sent_to(phone):
        with pytest.raises(CodeRefused):
            onetime.check(phone, purpose=PURPOSE, code=old)
    onetime.check(phone, purpose=PURPOSE, code=code_sent_to(phone))


def test_without_a_code_there_is_nothing_to_check(db):
    with pytest.raises(CodeRefused, match="请先点"):
        onetime.check(new_phone(), purpose=PURPOSE, code="000000")


def test_a_phone_gets_one_code_a_minute(phone, clock):
    with pytest.raises(TooOften, match="1分钟"):
        onetime.send(phone, purpose="another")
    clock.shift(61)
    onetime.send(phone, purpose="another")


@pytest.mark.parametrize("start", [AT, "2026-11-20 08:00:01+08:00", "2026-11-20 23:00:01+08:00"])
def test_a_phone_gets_five_codes_an_hour_and_ten_a_day_whenever_it_begins(db, start):
    phone, sent = new_phone(), 0
    with time_machine.travel(start, tick=False) as clock:
        for _ in range(5):
            onetime.send(phone, purpose=PURPOSE)
            clock.shift(61)
        with pytest.raises(TooOften, match="太多"):
            onetime.send(phone, purpose=PURPOSE)
        clock.shift(3600)
        for _ in range(6):
            try:
                onetime.send(phone, purpose=PURPOSE)
                sent += 1
            except TooOften:
                pass
            clock.shift(61)
        assert sent == 5
        clock.shift(3600)
        with pytest.raises(TooOften):
            onetime.send(phone, purpose=PURPOSE)


def test_ten_codes_of_five_guesses_are_all_the_guesses_a_day(db):
    phone, tried = new_phone(), 0
    with time_machine.travel("2026-11-20 08:30+08:00", tick=False) as clock:
        for _ in range(130):  # every ten minutes until the next morning
            try:
                onetime.send(phone, purpose=PURPOSE)
            except TooOften:
                clock.shift(600)
                continue
            for _ in range(6):
                try:
                    onetime.check(phone, purpose=PURPOSE, code=wrong(phone))
                except CodeRefused as error:
                    tried += "还可以试" in str(error)
            clock.shift(600)
    assert tried == 50


def test_the_house_has_a_fuse_for_all_phones_together(db, clock, monkeypatch):
    monkeypatch.setattr(onetime, "HOUSE_PER_DAY", 3)
    for _ in range(3):
        onetime.send(new_phone(), purpose=PURPOSE)
    with pytest.raises(TooOften):
        onetime.send(new_phone(), purpose=PURPOSE)


@pytest.mark.parametrize("typed", ["+86{}", " {} ", "0086{}"])
def test_one_phone_has_one_budget_however_it_is_typed(phone, typed):
    with pytest.raises(TooOften):
        onetime.send(clean_phone(typed.format(phone)), purpose=PURPOSE)


def test_a_landline_gets_no_code(db):
    with pytest.raises(InvalidIdentity, match="手机"):
        onetime.send("057187654321", purpose=PURPOSE)
    assert not Notice.objects.exists()


def test_pretending_raises_and_counts_as_sending_does_and_sends_nothing(db, clock):
    phone = new_phone()
    onetime.pretend(phone, purpose=PURPOSE)
    assert not Notice.objects.exists()
    with pytest.raises(TooOften, match="1分钟"):
        onetime.pretend(phone, purpose=PURPOSE)
    with pytest.raises(InvalidIdentity):
        onetime.pretend("057187654321", purpose=PURPOSE)
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(CodeRefused, match=f"还可以试{left}次"):
            onetime.check(phone, purpose=PURPOSE, code="000000")
    with pytest.raises(CodeRefused, match="试了太多次"):
        onetime.check(phone, purpose=PURPOSE, code="000000")


def test_old_codes_are_forgotten(phone, clock):
    clock.shift(86_400)
    onetime.send(new_phone(), purpose=PURPOSE)
    at = OneTimeCode.objects.latest("id").sent_at
    assert onetime.forget(at) == 1
    assert OneTimeCode.objects.count() == 1
    assert forget_budgets(at.replace(year=2027)) > 0
    assert not Budget.objects.exists()
