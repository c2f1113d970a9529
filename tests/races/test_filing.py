import time

import pytest

from cases import access, budgets, drafts, filing, onetime
from cases.budgets import HOUR, spend
from cases.codes import new_short_code
from cases.errors import CodeRefused, TooOften
from cases.models import Budget, Case, IdempotencyKey, Notice, OneTimeCode
from tests.factories import LEASE, a_dispute, code_sent_to, new_key, new_phone
from tests.races import refused, together

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("house"),
]
THREADS = 20
NARROW = 0.02  # seconds by which a naive window is widened


def test_one_key_sent_twenty_times_at_once_is_one_case():
    for _ in range(5):
        dispute, key = a_dispute(), new_key()
        before = Case.objects.count()
        answers = together([lambda d=dispute, k=key: filing.file_dispute(d, key=k)] * THREADS)
        assert refused(answers) == []
        assert len({answer.token for answer in answers}) == 1
        assert Case.objects.count() == before + 1
        assert Notice.objects.filter(case=answers[0].case).count() == 1
        assert answers[0].case.events.count() == 1


def test_without_the_unique_key_the_same_filings_would_be_many_cases(monkeypatch, dispatcher):
    monkeypatch.setattr(IdempotencyKey.objects, "create", lambda **fields: None)
    dispute, key = a_dispute(), new_key()
    together([lambda: filing.file_dispute(dispute, key=key, by=dispatcher)] * 5)
    assert Case.objects.count() == 5


def test_a_form_sent_five_times_at_once_is_one_case_and_five_equal_answers():
    draft = drafts.keep(
        drafts.start(None),
        description=LEASE,
        wish="money",
        name="张三丰",
        phone=new_phone(),
        respondents=[{"name": "李四光", "phone": ""}],
    )
    drafts.ask_code(draft)
    code = code_sent_to(drafts.contact_phone(draft))
    # A code allows five tries, and each sending is one.
    answers = together([lambda: drafts.submit(drafts.find(draft.token), code=code)] * 5)
    assert refused(answers) == []
    assert len({answer.token for answer in answers}) == 1
    assert Case.objects.count() == 1


# --- One-time codes ---


@pytest.fixture
def phone():
    number = new_phone()
    onetime.send(number, purpose="x")
    return number


def guess_a_hundred_times(phone):
    """Return how many of a hundred parallel wrong guesses were looked at."""
    wrong = f"{(int(code_sent_to(phone)) + 1) % 10**6:06d}"

    def guess_five_times():
        looked_at = 0
        for _ in range(5):
            try:
                onetime.check(phone, purpose="x", code=wrong)
            except CodeRefused as error:
                looked_at += "还可以试" in str(error)
        return looked_at

    outcomes = together([guess_five_times] * THREADS)
    assert refused(outcomes) == []
    return sum(outcomes)


def test_of_a_hundred_guesses_at_once_five_are_looked_at(phone):
    assert guess_a_hundred_times(phone) == onetime.TRIES
    with pytest.raises(CodeRefused, match="试了太多次"):
        onetime.check(phone, purpose="x", code=code_sent_to(phone))


def test_a_counter_that_reads_and_then_writes_would_let_more_through(phone, monkeypatch):
    def naive(sent):
        row = OneTimeCode.objects.get(pk=sent.pk)
        if row.attempts >= onetime.TRIES:
            raise CodeRefused("这个验证码试了太多次")
        time.sleep(NARROW)
        row.attempts += 1
        row.save()

    monkeypatch.setattr(onetime, "_count_try", naive)
    assert guess_a_hundred_times(phone) > onetime.TRIES


def test_the_right_code_used_five_times_at_once_works_once(phone):
    code = code_sent_to(phone)
    outcomes = together([lambda: onetime.check(phone, purpose="x", code=code)] * onetime.TRIES)
    assert outcomes.count(None) == 1
    assert len(refused(outcomes)) == onetime.TRIES - 1


def test_a_phone_asked_for_by_twenty_at_once_gets_one_message():
    phone = new_phone()
    outcomes = together([lambda: onetime.send(phone, purpose="x")] * THREADS)
    assert sum(isinstance(outcome, TooOften) for outcome in outcomes) == THREADS - 1
    assert Notice.objects.count() == 1


# --- Budgets ---


def spend_a_hundred_times(spend_once):
    outcomes = together([lambda: sum(spend_once() for _ in range(5))] * THREADS)
    assert refused(outcomes) == []
    return sum(outcomes)


def test_a_hundred_at_once_spend_a_budget_exactly():
    assert spend_a_hundred_times(lambda: spend("s", limit=30, seconds=HOUR)) == 30
    assert Budget.objects.get().count == 30


def test_a_budget_that_reads_and_then_writes_would_be_overspent():
    def naive():
        row, _ = Budget.objects.get_or_create(**budgets._window("s", HOUR))
        if row.count >= 30:
            return False
        time.sleep(NARROW)
        row.count += 1
        row.save()
        return True

    Budget.objects.create(**budgets._window("s", HOUR))
    assert spend_a_hundred_times(naive) > 30


def test_a_hundred_guesses_of_codes_at_once_are_looked_up_thirty_times():
    def guess():
        try:
            return access.by_short_code(new_short_code(), address="10.0.0.1") is None
        except TooOften:
            return False

    assert spend_a_hundred_times(guess) == access.GUESSES_AN_HOUR
