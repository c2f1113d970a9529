from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from cases import clients
from cases.models import Channel, ChannelKey
from mediators.models import User

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
BODY = {
    "applicant": {"name": "张三丰", "phone": "19900001111"},
    "respondents": [{"name": "李四光", "phone": "19900002222"}],
    "description": "房东不退押金：合同到期后我搬走了，房东一直不退租房的押金3400元。",
    "wish": "money",
    "amount": "3400.00",
    "region": "330108001",
    "place": "江南大道1号",
    "consents": ["privacy", "mediation", "truth"],
}


def with_key(secret: str) -> APIClient:
    """Return a client that calls as a partner system does."""
    return APIClient(headers={"Authorization": f"Channel-Key {secret}"})


@pytest.fixture
def police_key(db) -> tuple[ChannelKey, str]:
    channel = Channel.objects.get(key="police")
    return clients.issue_key("测试110平台", channel=channel, by=None)


@pytest.fixture
def police(police_key: tuple[ChannelKey, str]) -> APIClient:
    return with_key(police_key[1])


@pytest.fixture
def court(db) -> APIClient:
    channel = Channel.objects.get(key="court")
    return with_key(clients.issue_key("测试立案系统", channel=channel, by=None)[1])


@pytest.fixture
def signed_in() -> Callable[[User], APIClient]:
    """Return a client in the session of a member of staff; CSRF is checked, as in life."""

    def client_of(user: User) -> APIClient:
        client = APIClient(enforce_csrf_checks=True)
        client.force_login(user, backend=MODEL_BACKEND)
        client.cookies["csrftoken"] = "c" * 32
        client.credentials(HTTP_X_CSRFTOKEN="c" * 32)
        return client

    return client_of


@pytest.fixture
def file(police: APIClient):
    """File a dispute by the police's key; return the answer."""

    def send(
        key: str = "key-1", client: APIClient = police, body: object = None, **changes: object
    ):
        return client.post(
            "/api/v1/cases/",
            {**BODY, **changes} if body is None else body,
            format="json",
            headers={"Idempotency-Key": key},
        )

    return send
