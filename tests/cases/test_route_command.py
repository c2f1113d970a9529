import io
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from cases.models import Case, CaseEvent, Classification, Publication
from cases.routing import rulebook
from cases.routing.classify import whole_words

LEASE = "房东不退押金，租房合同到期了，房东一直拖着不退租金和押金。"
ORDER = ("id", "ranked", "decision")


@pytest.fixture
def route(db, monkeypatch, capfdbinary):
    """Run the command on these bytes; return its lines."""

    def run(given: bytes) -> list[dict]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        out = io.TextIOWrapper(io.BytesIO())
        monkeypatch.setattr(sys, "stdout", out)
        try:
            call_command("route")
        finally:
            run.written = out.buffer.getvalue()
        return lines(run.written)

    run.written = b""
    return run


def lines(written: bytes) -> list[dict]:
    return [json.loads(line) for line in written.decode().splitlines()]


def asked(*texts: object) -> bytes:
    rows = [json.dumps({"id": n, "text": text}) for n, text in enumerate(texts)]
    return "\n".join(rows).encode()


def test_each_text_is_answered_with_its_types_words_and_decision(route):
    (answer,) = route(asked(LEASE))
    assert tuple(answer) == ORDER
    assert (answer["id"], answer["decision"]) == (0, "auto")
    first = answer["ranked"][0]
    assert set(first) == {"case_type", "score", "keywords"}
    assert first["case_type"] == "housing_lease"
    assert first["score"] > 0
    assert all(word in LEASE for word in first["keywords"])
    scores = [ranked["score"] for ranked in answer["ranked"]]
    assert scores == sorted(scores, reverse=True)


def test_it_says_what_the_rule_book_in_force_says(route):
    book = rulebook.compiled(rulebook.in_force())
    texts = [LEASE, "我被打了，警察已经立案侦查", "今天天气不错", ""]
    for text, answer in zip(texts, route(asked(*texts)), strict=True):
        verdict = book.classify(text)
        assert answer["decision"] == verdict.decision
        assert [r["case_type"] for r in answer["ranked"]] == [r.case_type for r in verdict.ranked]
        assert [tuple(r["keywords"]) for r in answer["ranked"]] == [
            whole_words(r.keywords) for r in verdict.ranked
        ]


def test_answers_keep_the_order_and_the_ids_of_the_questions(route):
    ids = ["b", "a", 3, "张", "", 3]
    given = "\n".join(json.dumps({"id": i, "text": LEASE, "more": 1}) for i in ids)
    assert [answer["id"] for answer in route(given.encode())] == ids


def test_chinese_is_written_as_it_is_read(route):
    route(asked(LEASE))
    assert "押金".encode() in route.written


def test_a_text_that_says_nothing_waits_for_a_person(route):
    (answer,) = route(asked(""))
    assert answer == {"id": 0, "ranked": [], "decision": "review"}


@pytest.mark.parametrize("given", [b"", b"\n\n", b"  \r\n"])
def test_nothing_asked_is_nothing_answered(route, given):
    assert route(given) == []


def test_blank_lines_and_windows_line_ends_do_no_harm(route):
    given = asked(LEASE, LEASE).replace(b"\n", b"\r\n\r\n") + b"\r\n"
    assert [answer["id"] for answer in route(given)] == [0, 1]


@pytest.mark.parametrize(
    "bad",
    [
        b"nonsense",
        b"[1]",
        b'"text"',
        b"{}",
        b'{"id": 1}',
        b'{"text": "x"}',
        b'{"id": 1, "text": null}',
        b'{"id": 1, "text": 7}',
        b'{"id": [1], "text": "x"}',
        b'{"id": 1.5, "text": "x"}',
        b'{"id": "\\ud800", "text": "x"}',
        b'{"id": 1, "text": "\xff"}',
        b"[" * 100_000,
        b'{"id": 1, "text": "x"} {"id": 2, "text": "x"}',
    ],
    ids=lambda line: repr(line[:30]),
)
def test_a_bad_line_ends_it_with_2_and_the_number_of_the_line(route, bad):
    with pytest.raises(CommandError, match=r"^line 3: ") as refused:
        route(asked(LEASE) + b"\n\n" + bad + b"\n" + asked(LEASE))
    assert refused.value.returncode == 2
    (answer,) = lines(route.written)  # the good line before it, whole, and nothing after
    assert answer["id"] == 0
    assert route.written.endswith(b"}\n")


def test_without_a_rule_book_it_ends_with_1_and_says_what_to_do(route):
    Publication.objects.all().delete()
    with pytest.raises(CommandError, match="load_reference") as refused:
        route(asked(LEASE))
    assert refused.value.returncode == 1
    assert route.written == b""


def test_it_touches_no_case(route, case):
    before = (Case.objects.count(), CaseEvent.objects.count(), Classification.objects.count())
    route(asked(LEASE, case.description))
    after = (Case.objects.count(), CaseEvent.objects.count(), Classification.objects.count())
    assert after == before
    case.refresh_from_db()
    assert case.status == "filed"


def test_a_case_is_classified_as_the_command_says(route, case):
    rulebook_says = route(asked(case.description))[0]
    assert rulebook_says["ranked"][0]["case_type"] == "housing_lease"


@pytest.fixture(scope="module")
def own_database(tmp_path_factory) -> dict[str, str]:
    """A SQLite file with the reference data, for runs in a process of their own."""
    folder = tmp_path_factory.mktemp("route")
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3", "DEBUG": "true"}
    environment["VAR_DIR"] = str(folder)
    for command in (["migrate", "-v0"], ["load_reference", "-v0"]):
        manage(*command, environment=environment)
    return environment


def manage(*arguments: str, environment: dict[str, str], given: bytes = b""):
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *arguments]
    return subprocess.run(command, env=environment, input=given, capture_output=True, timeout=120)


@pytest.mark.slow
def test_in_a_process_of_its_own_it_keeps_to_bytes_in_utf8_and_to_its_exit_codes(own_database):
    latin = {**own_database, "PYTHONIOENCODING": "latin-1", "LC_ALL": "C"}
    done = manage("route", environment=latin, given=asked(LEASE))
    assert (done.returncode, done.stderr) == (0, b"")
    assert lines(done.stdout)[0]["ranked"][0]["case_type"] == "housing_lease"
    bad = manage("route", environment=latin, given=asked(LEASE) + b"\nbad\n")
    assert bad.returncode == 2
    assert b"line 2: " in bad.stderr
    assert len(lines(bad.stdout)) == 1


def cpu_seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.slow
def test_ten_thousand_texts_take_three_seconds_with_the_start(own_database):
    """Counted in seconds of the processor, which other work on the machine does not stretch."""
    given = asked(*[LEASE * 3 + str(n) for n in range(10_000)])
    before = cpu_seconds_of_children()
    done = manage("route", environment=own_database, given=given)
    assert len(lines(done.stdout)) == 10_000
    assert cpu_seconds_of_children() - before < 3
