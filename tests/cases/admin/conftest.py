import pytest
from django.test import Client

from tests.factories import House


@pytest.fixture
def court(house: House) -> Client:
    """The clerk's browser."""
    house.clerk.is_staff = True
    house.clerk.save()
    client = Client()
    client.force_login(house.clerk)
    return client
