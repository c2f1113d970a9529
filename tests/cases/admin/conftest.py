import pytest
from django.test import Client

from cases.models import RuleBook
from cases.routing import drafting
from mediators.models import User
from tests import factories
from tests.cases.admin.books import browser
from tests.cases.routing import books
from tests.factories import House


@pytest.fixture
def court(house: House) -> Client:
    """The clerk's browser."""
    house.clerk.is_staff = True
    house.clerk.save()
    client = Client()
    client.force_login(house.clerk)
    return client


@pytest.fixture
def at_desk(house: House) -> Client:
    """The dispatcher's browser, in the admin."""
    return browser(house.dispatcher)


@pytest.fixture
def in_office(db: None) -> Client:
    """The administrator's browser."""
    return browser(factories.make_staff(User.Role.ADMINISTRATOR))


@pytest.fixture
def draft(house: House) -> RuleBook:
    """A draft of the dispatcher, made from a small book that is in force."""
    return drafting.draft(based_on=books.in_force(), author=house.dispatcher, note="二胡")
