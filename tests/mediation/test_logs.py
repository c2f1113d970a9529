import json
import logging
import sys

import pytest

from mediation.logs import JsonFormatter, RedactingFilter, redact, request_id


def _record(message, *args, exc_info=None, **facts):
    record = logging.LogRecord("cases.filing", logging.INFO, "", 0, message, args, exc_info)
    vars(record).update(facts)
    return record


def _line(record):
    assert RedactingFilter().filter(record)
    return json.loads(JsonFormatter().format(record))


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("拨打13800138000失败", "拨打[phone]失败"),
        ("id 33010819900307123X.", "id [id]."),
        ("330108199003071234", "[id]"),
        ("GET /c/Zk3vQ0aN1bX7pR5tY9wU2A/open", "GET /c/[token]/open"),
        ("GET /j/Zk3vQ0aN1bX7pR5tY9wU2A/", "GET /j/[token]/"),
        ("case 2026-330108-000123 in 12345678901234567890123 ns", None),
        ("order 12800138000", None),
    ],
)
def test_personal_data_and_case_tokens_do_not_reach_a_log(text, clean):
    assert redact(text) == (text if clean is None else clean)


def test_arguments_facts_and_tracebacks_are_redacted_as_well_as_messages():
    try:
        raise ValueError("13800138000")
    except ValueError:
        record = _record("sent %s", "13800138001", exc_info=sys.exc_info(), to=13800138002, n=3)
    line = _line(record)
    assert "1380013800" not in json.dumps(line)
    assert (line["event"], line["facts"]) == ("sent [phone]", {"to": "[phone]", "n": 3})
    assert "ValueError: [phone]" in line["trace"]


def test_a_line_says_when_what_who_and_for_which_request():
    token = request_id.set("abc123")
    try:
        line = _line(_record("case.filed", event=7, request="not for the log"))
    finally:
        request_id.reset(token)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "logger": "cases.filing",
        "event": "case.filed",
        "request_id": "abc123",
        "facts": {"event": 7},
    }


def test_chinese_stays_readable_and_a_line_break_cannot_forge_a_second_line():
    formatted = JsonFormatter().format(_record('调解\n{"event": "forged"}'))
    assert "调解" in formatted
    assert "\n" not in formatted


def test_an_ill_formed_logging_call_is_logged_and_not_raised():
    assert _line(_record("%d cases", "many"))["event"] == "%d cases ('many',)"
