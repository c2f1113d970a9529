"""Log lines as JSON, tied together by request id, and clean of personal data before they leave."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

# Set by the middleware for a page and by nobody for a job: a job's own id is in its log fields.
request_id: ContextVar[str] = ContextVar("request_id", default="")

_SECRETS = (
    (re.compile(r"(?<![\d.])\d{17}[0-9Xx](?![0-9Xx])"), "[id]"),
    (re.compile(r"(?<![\d.])1[3-9]\d{9}(?!\d)"), "[phone]"),
    # Tokens open the page of a case or of a party: they must not outlive the request in a log file.
    (re.compile(r"/([cj])/[\w-]{8,}"), r"/\1/[token]"),
)
_STANDARD_FIELDS = frozenset(
    logging.LogRecord("", 0, "", 0, "", (), None).__dict__.keys()
    | {"message", "asctime", "request_id", "request", "taskName"}
)


def redact(text: str) -> str:
    """Return `text` without ID numbers, mobile numbers and the tokens of case pages."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class RedactingFilter(logging.Filter):
    """Redact message, facts and traceback in place, so that every later formatter is safe."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(_message(record)), None
        for name, fact in _facts(record).items():
            if redact(str(fact)) != str(fact):
                setattr(record, name, redact(str(fact)))
        if record.exc_info and not record.exc_text:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time in UTC, level, logger, event, request id, facts."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
        }
        if identifier := request_id.get():
            line["request_id"] = identifier
        if facts := _facts(record):
            line["facts"] = facts
        if record.exc_info:
            line["trace"] = record.exc_text or self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _message(record: logging.LogRecord) -> str:
    """Return the message; an ill-formed logging call must not fail the request that made it."""
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return f"{record.msg} {record.args}"


def _facts(record: logging.LogRecord) -> dict[str, object]:
    """Return what the caller passed as `extra`."""
    return {key: value for key, value in vars(record).items() if key not in _STANDARD_FIELDS}
