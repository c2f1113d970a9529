"""A dispatcher at the desk, and cases that the keywords have read and left to a person."""

from django.db import connection
from django.test import Client
from django.test.html import Element
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case, Classification
from cases.routing import rulebook
from mediators.models import Region, User
from tests.cases.web.conftest import Page, Visitor, everything, words
from tests.factories import file

LEAK = "楼上邻居装修漏水，物业也不管。"
LEASE = [("housing_lease", 2.1, ["漏水", "邻居"]), ("property_service", 1.4, ["物业"])]
OFFICES = ("mediator", "lead", "clerk", "assessor", "leader")


class Dispatcher(Visitor):
    """The dispatcher at the desk, signed in."""

    def __init__(self, user: User) -> None:
        super().__init__()
        self.client.force_login(user)

    def desk(self, basket: str = "waiting", **filters: str) -> Page:
        more = "".join(f"&{name}={value}" for name, value in filters.items())
        return self.go(f"{reverse('dispatch')}?in={basket}{more}")

    def look_at(self, case: Case) -> Page:
        return self.go(reverse("dispatch-case", args=[case.number]))

    def open(self, case: Case, deed: str) -> Page:
        return self.go(reverse("dispatch-act", args=[case.number, deed]))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def waiting(
    description: str = LEAK,
    *,
    ranked: list[tuple[str, float, list[str]]] = LEASE,
    decision: str = "review",
    confidence: float | None = 0.6,
    **dispute: object,
) -> Case:
    """Return a case that the keywords have read, with this judgement, and left to a person."""
    dispute.setdefault("region", Region.objects.filter(level="street").order_by("code").first())
    case = file(description=description, **dispute).case
    Classification.objects.create(
        case=case,
        rule_book=rulebook.in_force(),
        ranked=[
            {"case_type": key, "score": score, "keywords": keywords}
            for key, score, keywords in ranked
        ],
        decision=decision,
        confidence=confidence,
    )
    return case


def now(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def rows(page: Page) -> list[Element]:
    return [one for one in page.all("tr") if "data-row" in dict(one.attributes)]


def row(page: Page, case: Case) -> Element:
    (found,) = [one for one in rows(page) if case.number in words(one)]
    return found


def numbers(page: Page) -> list[str]:
    """Return the numbers of the cases of a list, in their order."""
    links = [e for one in rows(page) for e in everything(one) if "data-open" in dict(e.attributes)]
    return [words(one) for one in links]


def marks(element: Element) -> list[str]:
    return [words(one) for one in everything(element) if one.name == "mark"]


# Not the page's own: the session, savepoints, and the look at the colours every five seconds.
OTHERS = ("django_session", "SAVEPOINT", "mediators_referenceversion")


def queries(visit) -> list[str]:
    """Return what a visit asks the database for its page."""
    with CaptureQueriesContext(connection) as found:
        visit()
    return [q["sql"] for q in found if not any(name in q["sql"] for name in OTHERS)]
