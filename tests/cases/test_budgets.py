import datetime as dt

import time_machine
from django.utils import timezone

from cases.budgets import DAY, HOUR, MINUTE, forget, give_back, spend
from cases.models import Budget

AT = "2026-11-20 10:17:30+08:00"


def spends(times, subject="codes", limit=3, seconds=MINUTE):
    return [spend(subject, limit=limit, seconds=seconds) for _ in range(times)]


def test_a_budget_lets_through_as_many_as_it_says_and_counts_no_refusal(db):
    with time_machine.travel(AT, tick=False):
        assert spends(5) == [True, True, True, False, False]
    assert Budget.objects.get().count == 3


def test_a_new_window_is_a_new_budget(db):
    with time_machine.travel(AT, tick=False) as clock:
        assert spends(4) == [True, True, True, False]
        clock.shift(31)
        assert spends(1) == [True]


def test_subjects_do_not_share_a_budget(db):
    with time_machine.travel(AT, tick=False):
        spends(3, "one")
        assert spends(1, "other") == [True]


def test_windows_of_different_length_do_not_share_a_budget(db):
    # At eight in Shanghai the minute, the hour and the day (of UTC) begin together.
    with time_machine.travel("2026-11-20 08:00:05+08:00", tick=False):
        assert spends(1, limit=1, seconds=MINUTE) == [True]
        assert spends(5, limit=5, seconds=HOUR) == [True] * 5
        assert spends(10, limit=10, seconds=DAY) == [True] * 10
        assert spends(1, limit=10, seconds=DAY) == [False]


def test_what_was_given_back_can_be_spent_again(db):
    with time_machine.travel(AT, tick=False):
        spends(3)
        give_back("codes", seconds=MINUTE)
        assert spends(2) == [True, False]
        give_back("unheard of", seconds=MINUTE)


def test_old_windows_are_forgotten_and_the_present_one_kept(db):
    with time_machine.travel(AT, tick=False) as clock:
        spends(1)
        clock.shift(3 * DAY)
        spends(1)
        assert forget(timezone.now() - dt.timedelta(days=2)) == 1
    assert Budget.objects.count() == 1
