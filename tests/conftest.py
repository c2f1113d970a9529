"""The world of the tests: shipped reference data, one small house of people, nothing leaves."""

import socket
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Max
from django.test import TransactionTestCase
from django.utils import translation

from cases import events, faces, messages
from cases.models import (
    CalendarDay,
    Case,
    CaseType,
    Channel,
    Clock,
    CodeColour,
    ColourScheme,
    Keyword,
    Layer,
    Party,
    Publication,
    RuleBook,
    TierRule,
    TypeKind,
)
from cases.routing import replay
from mediators.append_only import protect, release
from mediators.models import BodyKind, ReferenceVersion, Region, User
from scoring.models import PointBook, PointRule
from tests import factories
from tests.factories import House

APPEND_ONLY = ("mediators_auditentry", "mediators_referenceversion", "scoring_pointentry")
# What `load_reference` brings outlives a test that commits: such a test may add to these tables,
# and loses what it added, but must not change what it found there.
REFERENCE = (
    Region,
    BodyKind,
    ReferenceVersion,
    Clock,
    CalendarDay,
    CaseType,
    TypeKind,
    Channel,
    Channel.kinds.through,
    Layer,
    TierRule,
    ColourScheme,
    CodeColour,
    Publication,
    RuleBook,
    Keyword,
    PointBook,
    PointRule,
    ContentType,
    Permission,
)
KEPT = {"django_migrations"}
_highest: dict[str, int] = {}
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """Load the shipped reference data once; tests read it and leave it as it is."""
    with django_db_blocker.unblock():
        call_command("load_reference", verbosity=0)
        for model in REFERENCE:
            highest = model._default_manager.aggregate(highest=Max("pk"))["highest"]
            _highest[model._meta.db_table] = highest or 0


def empty_the_house(self: TransactionTestCase) -> None:
    """Take out what a committing test wrote; stands for Django's flush.

    A flush would empty the reference data as well, and the append-only tables refuse it: their
    triggers are released for this moment only.
    """
    tables = [t for t in connection.introspection.table_names() if t not in KEPT]
    with connection.schema_editor(atomic=False) as editor:
        for table in APPEND_ONLY:
            release(editor, table)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for table in tables:
                kept = f" WHERE id > {_highest[table]}" if table in _highest else ""
                cursor.execute(f'DELETE FROM "{table}"{kept}')
    finally:
        with connection.schema_editor(atomic=False) as editor:
            for table in APPEND_ONLY:
                protect(editor, table)


@pytest.fixture(scope="session", autouse=True)
def _committing_tests_leave_the_reference_data() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_the_house)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: tuple[str, int] | str) -> None:
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test wants to reach {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", only_here)
        yield


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    yield
    cache.clear()
    # Its key is the number of the newest change, and a rolled-back test gives numbers back.
    faces.forget()


@pytest.fixture(autouse=True)
def _chinese_again() -> None:
    """A page asked for in English leaves its language to the thread, and so to the next test."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def woken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who was woken after a commit; a test relays and sends by itself, without a broker.

    Browser tests have a real worker, and wake it.
    """
    calls: list[str] = []
    if not request.node.get_closest_marker("browser"):
        monkeypatch.setattr(events, "wake_relay", lambda: calls.append("relay"))
        monkeypatch.setattr(messages, "wake_sending", lambda: calls.append("sending"))
        monkeypatch.setattr(replay, "wake", lambda: calls.append("replays"))
    return calls


@pytest.fixture
def no_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the second that the PDF of a settled case takes, where nobody reads it."""
    monkeypatch.setattr("cases.signing.subscribers.store_document", lambda agreement: agreement)


@pytest.fixture
def house(db) -> House:
    """Two bodies with their people, and the offices of the centre and the court."""
    return factories.build_house()


@pytest.fixture
def region(house: House) -> Region:
    return house.region


@pytest.fixture
def mediator(house: House) -> User:
    return house.mediator


@pytest.fixture
def colleague(house: House) -> User:
    """Another mediator of the same body."""
    return house.colleague


@pytest.fixture
def lead(house: House) -> User:
    return house.lead


@pytest.fixture
def other_mediator(house: House) -> User:
    """A mediator of another body: the stranger among the staff."""
    return house.other_mediator


@pytest.fixture
def other_lead(house: House) -> User:
    return house.other_lead


@pytest.fixture
def dispatcher(house: House) -> User:
    return house.dispatcher


@pytest.fixture
def clerk(house: House) -> User:
    return house.clerk


@pytest.fixture
def assessor(house: House) -> User:
    return house.assessor


@pytest.fixture
def leader(house: House) -> User:
    return house.leader


@pytest.fixture
def case(house: House) -> Case:
    """A dispute that has just been filed."""
    return factories.file().case


@pytest.fixture
def applicant(case: Case) -> Party:
    return case.parties.get(side=Party.Side.APPLICANT)


@pytest.fixture
def respondent(case: Case) -> Party:
    return case.parties.get(side=Party.Side.RESPONDENT)
