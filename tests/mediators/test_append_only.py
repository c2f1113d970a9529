import pytest
from django.db import DatabaseError, connection, transaction

from cases import events
from mediators.append_only import protect, release
from tests.conftest import APPEND_ONLY
from tests.factories import reach


def run(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def refused(statement):
    with pytest.raises(DatabaseError, match="append-only"):
        run(statement)
    return True


@pytest.fixture
def rows(house):
    """Rows in every protected table: an accepted case brings an audit trail and points."""
    reach("inviting", house)
    events.relay()
    with connection.cursor() as cursor:
        for table in APPEND_ONLY:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] > 0, table
    connection.check_constraints()  # PostgreSQL truncates no table with checks still to come


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_database_itself_refuses_to_change_a_row(table):
    assert refused(f"UPDATE {table} SET id = id")


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_database_itself_refuses_to_remove_a_row(table):
    assert refused(f"DELETE FROM {table}")


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_way_around_the_row_triggers(table):
    if connection.vendor == "postgresql":
        assert refused(f"TRUNCATE {table} CASCADE")
    else:
        assert refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


@pytest.mark.django_db(transaction=True)
def test_going_back_through_migrations_lifts_the_protection_and_forward_sets_it_again(mediator):
    table = "mediators_auditentry"
    with connection.schema_editor(atomic=False) as editor:
        release(editor, table)
    try:
        run(f"DELETE FROM {table}")
    finally:
        with connection.schema_editor(atomic=False) as editor:
            protect(editor, table)
