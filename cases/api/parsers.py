"""Reading JSON that comes from outside: bounded, and only with values that can be stored."""

import io
import math
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

LARGEST = 65_536  # bytes
LARGEST_TEXT = 1_310_720  # of one long text: 100,000 characters at up to twelve bytes
DEEPEST = 8


class BodyTooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("内容太大")
    default_code = "body_too_large"


class StrictJSONParser(JSONParser):
    """JSON without what databases refuse: NUL, half surrogate pairs, numbers without end."""

    largest = LARGEST

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the value of the body. Raises ParseError, BodyTooLarge."""
        body = stream.read(self.largest + 1)
        if len(body) > self.largest:
            raise BodyTooLarge(_("内容太大，最多%(size)dKB") % {"size": self.largest // 1024})
        try:
            value = super().parse(io.BytesIO(body), media_type, parser_context)
        except RecursionError:
            raise ParseError(_("内容嵌套太深")) from None
        if why := _problem(value, DEEPEST):
            raise ParseError(why)
        return value


class LongTextParser(StrictJSONParser):
    """The same for a body that is mostly one long text."""

    largest = LARGEST_TEXT


def _problem(value: Any, depth: int) -> str:
    """Say why a value cannot be stored, or nothing."""
    if isinstance(value, str):
        return "" if _is_text(value) else str(_("文字里有不能保存的字符"))
    if isinstance(value, float):
        return "" if math.isfinite(value) else str(_("数字太大"))
    if not isinstance(value, dict | list):
        return ""
    if not depth:
        return str(_("内容嵌套太深"))
    parts = [*value, *value.values()] if isinstance(value, dict) else value
    return next(filter(None, (_problem(part, depth - 1) for part in parts)), "")


def _is_text(value: str) -> bool:
    return "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
