import pytest
import time_machine
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import RequestFactory

from cases.policies import standing
from mediators.models import User
from tests.factories import make_staff, reach

PASSWORD = "a long enough sentence 7"
HERE, ELSEWHERE = "10.0.0.1", "10.0.0.2"


@pytest.fixture
def member(db):
    user = make_staff(User.Role.DISPATCHER)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(user, password=PASSWORD, address=HERE):
    request = RequestFactory(REMOTE_ADDR=address).post("/staff/sign-in/")
    return authenticate(request, username=user.username, password=password)


def fail(user, times, address=HERE):
    for _ in range(times):
        assert sign_in(user, "wrong", address) is None


def test_no_account_is_shipped(db):
    call_command("load_reference", verbosity=0)
    assert not User.objects.exists()


def test_a_member_signs_in_with_the_password(member):
    assert sign_in(member) == member


def test_who_has_left_signs_in_no_more_and_stands_nowhere(house):
    case = reach("inviting", house)
    assert standing(house.mediator, case)
    house.mediator.set_password(PASSWORD)
    house.mediator.is_active = False
    house.mediator.save()
    assert sign_in(house.mediator) is None
    assert standing(house.mediator, case) == set()


def test_five_wrong_passwords_close_the_door_for_a_quarter_of_an_hour(member):
    with time_machine.travel("2026-11-20 09:00+08:00", tick=False) as clock:
        fail(member, 5)
        assert sign_in(member) is None
        clock.shift(14 * 60)
        assert sign_in(member) is None
        clock.shift(31 * 60)
        assert sign_in(member) == member


def test_four_wrong_passwords_do_not(member):
    fail(member, 4)
    assert sign_in(member) == member


def test_somebody_elsewhere_cannot_lock_a_member_out(member):
    fail(member, 6, ELSEWHERE)
    assert sign_in(member) == member


@pytest.mark.parametrize("password", ["short 1", "123456789012", "password1234", "dispatcher99999"])
def test_a_weak_password_is_refused(db, password):
    with pytest.raises(ValidationError):
        validate_password(password, User(username="dispatcher99999"))


def test_a_person_is_called_by_the_name_or_else_by_the_account(db):
    assert str(User(username="wang", name="王五")) == "王五"
    assert User(username="wang").get_full_name() == "wang"
