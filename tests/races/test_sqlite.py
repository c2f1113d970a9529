"""The embedded database under eight writing processes, with the settings that we ship."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

WRITERS, TURNS = 8, 40
WRITER = """
import sys
import django
django.setup()
from django.db import OperationalError, connection, transaction
failed = 0
for turn in range(int(sys.argv[1])):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT n FROM counter")
            n = cursor.fetchone()[0]
            cursor.execute("UPDATE counter SET n = %s", [n + 1])
    except OperationalError:
        failed += 1
print(failed)
"""
BEGIN = "import django; django.setup(); from django.db import connection; c = connection.cursor(); "
CREATE = (
    BEGIN
    + "c.execute('CREATE TABLE counter (n integer)'); c.execute('INSERT INTO counter VALUES (0)')"
)
READ = BEGIN + "c.execute('SELECT n FROM counter'); print(c.fetchone()[0])"


@pytest.mark.slow
def test_eight_processes_that_read_and_then_write_lose_nothing_and_meet_no_locked_database(
    tmp_path,
):
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "mediation.settings",
    }

    def start(code, *arguments):
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            env=environment,
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )

    start(CREATE).communicate(timeout=60)
    writers = [start(WRITER, str(TURNS)) for _ in range(WRITERS)]
    failed = [int(writer.communicate(timeout=120)[0]) for writer in writers]
    assert failed == [0] * WRITERS
    assert int(start(READ).communicate(timeout=60)[0]) == WRITERS * TURNS
