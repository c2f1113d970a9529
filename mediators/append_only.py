"""Tables that the database itself refuses to change: audit trail, ledger. Used by migrations."""

from typing import Any

from django.db.migrations.operations import RunPython

POSTGRES = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;

CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
SQLITE = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
  BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;

CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
  BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
"""
TRIGGERS = {
    "postgresql": (POSTGRES, ("append_only", "no_truncate")),
    "sqlite": (SQLITE, ("no_update", "no_delete")),
}


def protect(schema_editor: Any, table: str) -> None:
    """Make the database refuse every change and removal of rows of `table`."""
    create, _ = TRIGGERS[schema_editor.connection.vendor]
    with schema_editor.connection.cursor() as cursor:
        for statement in create.format(table=table).split("\n\n"):
            cursor.execute(statement)


def release(schema_editor: Any, table: str) -> None:
    """Undo `protect`: for going back through migrations."""
    vendor = schema_editor.connection.vendor
    on = f" ON {table}" if vendor == "postgresql" else ""
    for name in TRIGGERS[vendor][1]:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")


def append_only(table: str) -> RunPython:
    """Return the migration operation that protects a table, and can be undone."""
    return RunPython(
        lambda apps, schema_editor: protect(schema_editor, table),
        lambda apps, schema_editor: release(schema_editor, table),
    )
