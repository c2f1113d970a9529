"""The whole system by one command: prepared data, the web server, and the worker with its clock.

For one machine. In production, web servers and workers run apart (`--only web`, `--only worker`,
or gunicorn and Celery themselves) behind a proxy.
"""

import ctypes
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from mediators.demo import SIGN_INS

PAGES = ("/", "/workbench/", "/dispatch/", "/points/", "/admin/", "/api/docs/")
STARTING_SECONDS = 60
STOPPING_SECONDS = 20
Process = subprocess.Popen[bytes]
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Command(BaseCommand):
    help = "Prepare the data, then run web server and worker until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8000", help="HOST:PORT to listen on")
        parser.add_argument("--only", choices=["web", "worker"], help="run this one, unprepared")

    def handle(self, *args: Any, **options: Any) -> None:
        bind, only = str(options["bind"]), options["only"]
        commands = {"web": web_command(bind), "worker": worker_command()}
        if only:
            commands = {only: commands[only]}
        if "web" in commands:
            refuse_a_taken_port(bind)
        if not only:
            prepare()
        with stop_requests() as stop, running(commands, bind) as processes:
            if "web" in commands and wait_for_page(bind, processes, stop):
                self.stdout.write(welcome(bind))
            ended = wait_for_end(processes, stop)
        if ended:
            raise CommandError(_("%(name)s 已意外退出，系统已全部停止。") % {"name": ended})


def prepare() -> None:
    """Bring database, reference data, translations and static files up to date."""
    try:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("compile_catalogue")
        call_command("load_reference")
        if settings.DEMO:
            call_command("load_demo")
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)
    except KeyboardInterrupt:
        raise CommandError(_("已取消启动。")) from None


def web_command(bind: str) -> list[str]:
    """Return the command line of the web server.

    One process, because the counters of the default cache live in its memory; without gunicorn's
    control socket, which needs a home folder that a service may not have.
    """
    flags = ["-k", "gthread", "-w", "1", "--threads", "8", "--no-control-socket"]
    flags += ["--graceful-timeout", "10", "--log-level", "warning"]
    return [sys.executable, "-m", "gunicorn", "mediation.wsgi", "--bind", bind, *flags]


def worker_command() -> list[str]:
    """Return the command line of the worker with its clock.

    On the embedded broker threads, which share one queue folder; else processes, in which
    Celery can enforce its time limits.
    """
    embedded = settings.CELERY_BROKER_URL.startswith("safefs")
    flags = ["-P", "threads" if embedded else "prefork", "-c", "4", "-l", "warning"]
    flags += ["--without-gossip", "--without-mingle"]
    return [sys.executable, "-m", "celery", "-q", "-A", "mediation", "worker", "-B", *flags]


def refuse_a_taken_port(bind: str) -> None:
    """Raise CommandError with a way out when nothing can listen on HOST:PORT."""
    host, _colon, port = bind.rpartition(":")
    if not host or not port.isdigit():
        raise CommandError(_("--bind 应写成 主机:端口，例如 127.0.0.1:8000。"))
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            reason = _("端口已被另一个程序占用") if taken else error.strerror
            message = _(
                "无法在 %(bind)s 上启动：%(reason)s。请先停止那个程序，"
                "或换一个端口：make run BIND=127.0.0.1:8080"
            )
            raise CommandError(message % {"bind": bind, "reason": reason}) from error


@contextmanager
def stop_requests() -> Iterator[list[int]]:
    """Collect Ctrl-C and SIGTERM in a list instead of dying of them; restore them at the end."""
    received: list[int] = []
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    for number in STOP_SIGNALS:
        signal.signal(number, lambda caught, _frame: received.append(caught))
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def running(commands: dict[str, list[str]], bind: str) -> Iterator[dict[str, Process]]:
    """Run the commands, each in a session of its own, and leave none of their processes behind."""
    environment = {"SITE_URL": f"http://{bind}"} | os.environ
    processes: dict[str, Process] = {}
    try:
        for name, command in commands.items():
            processes[name] = subprocess.Popen(  # noqa: S603 (our own command lines)
                command, env=environment, start_new_session=True, preexec_fn=die_with_parent
            )
        yield processes
    finally:
        stop(processes)


def die_with_parent() -> None:
    """Ask Linux to end this process when the one that started it is killed without a chance."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def stop(processes: dict[str, Process]) -> None:
    """End the processes in good order, then whatever is left of their groups."""
    for process in processes.values():
        if process.poll() is None:
            process.terminate()
    end = time.monotonic() + STOPPING_SECONDS
    for process in processes.values():
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, end - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for_page(bind: str, processes: dict[str, Process], stop: list[int]) -> bool:
    """Return True once the first page answers; False when it did not or nobody waits any more."""
    end = time.monotonic() + STARTING_SECONDS
    while not stop and time.monotonic() < end and first_dead(processes) is None:
        if answers(bind):
            return True
        time.sleep(0.2)
    return False


def answers(bind: str) -> bool:
    connection = http.client.HTTPConnection(bind, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except OSError:
        return False
    finally:
        connection.close()


def wait_for_end(processes: dict[str, Process], stop: list[int]) -> str | None:
    """Return when asked to stop, or the name of the process that ended by itself."""
    while not stop:
        if dead := first_dead(processes):
            return dead
        time.sleep(0.2)
    return None


def first_dead(processes: dict[str, Process]) -> str | None:
    return next((name for name, process in processes.items() if process.poll() is not None), None)


def welcome(bind: str) -> str:
    """Return the addresses and, in a demonstration, who can sign in with what."""
    site = f"http://{bind}"
    lines = ["", _("系统已启动，按 Ctrl-C 停止。"), ""]
    pages = [*PAGES, "/dev/messages/"] if settings.DEBUG else PAGES
    lines += [f"  {site}{page}" for page in pages]
    if settings.DEMO:
        lines += ["", _("演示账号（角色、用户名、密码）：")]
        lines += [f"  {role}  {username}  {password}" for role, username, password in SIGN_INS]
    return "\n".join([*lines, ""])
