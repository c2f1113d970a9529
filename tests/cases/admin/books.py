"""What tests of the pages of rule books share: addresses, reading and sending."""

from django.test import Client
from django.urls import reverse

from cases.models import RuleBook
from mediators.models import User

LIST = "/admin/cases/rulebook/"
PAGES = (
    "change",
    "thresholds",
    "draft",
    "import",
    "proposals",
    "try",
    "diff",
    "replay",
    "publish",
    "discard",
)


def browser(user: User) -> Client:
    """Return a browser in which somebody has signed in to the admin."""
    user.is_staff = True
    user.save()
    client = Client()
    client.force_login(user)
    return client


def of(name: str, book: RuleBook) -> str:
    return reverse(f"admin:cases_rulebook_{name}", args=[book.pk])


def read(client: Client, address: str, data: object = None) -> str:
    answer = client.get(address, data)
    assert answer.status_code == 200, address
    return answer.content.decode()


def send(client: Client, address: str, **data: object) -> str:
    answer = client.post(address, data, follow=True)
    assert answer.status_code == 200, answer.content.decode()[:300]
    return answer.content.decode()
