"""Errors of the apps become a page or JSON, here and nowhere else."""

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from cases.api.parsers import BodyTooLarge
from cases.errors import CaseError, InvalidFiling, KeyReused, TooOften
from mediators.errors import PeopleError
from scoring.errors import ScoringError

API = "/api/"
DJANGO_ERRORS: dict[type[Exception], type[exceptions.APIException]] = {
    Http404: exceptions.NotFound,
    PermissionDenied: exceptions.PermissionDenied,
    RequestDataTooBig: BodyTooLarge,
}
Refusal = CaseError | PeopleError | ScoringError


def status_of(error: Refusal) -> int:
    """Return the HTTP status of a rule's refusal."""
    if isinstance(error, InvalidFiling | KeyReused):
        return 422
    return 429 if isinstance(error, TooOften) else 409


def refusal_page(request: HttpRequest, error: Refusal) -> HttpResponse:
    """Show a rule's refusal in its own words, with the way back."""
    status = status_of(error)
    return render(request, "errors/409.html", {"message": str(error)}, status=status)


def api_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return every error of the API in one shape: {code, message, fields}."""
    if isinstance(error, CaseError | PeopleError | ScoringError):
        set_rollback()
        fields = getattr(error, "fields", {})
        return _answer(status_of(error), error.code, str(error), fields)
    ours = next((ours for theirs, ours in DJANGO_ERRORS.items() if isinstance(error, theirs)), None)
    error = ours() if ours else error
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    if isinstance(error, exceptions.ValidationError):
        return _answer(400, "invalid", _("内容有误，请看fields"), _flat(error.detail))
    answer = _answer(error.status_code, str(error.default_code), str(error.detail), {})
    if wait := getattr(error, "wait", None):
        answer["Retry-After"] = str(int(wait))
    if header := getattr(error, "auth_header", None):
        answer["WWW-Authenticate"] = header
    return answer


def api_server_error() -> JsonResponse:
    """Return what the API says of a mistake of ours, in the shape of all its errors."""
    words = _("系统出了问题，请稍后再试")
    return JsonResponse({"code": "server_error", "message": words, "fields": {}}, status=500)


def _answer(status: int, code: str, message: str, fields: dict[str, str]) -> Response:
    return Response({"code": code, "message": message, "fields": fields}, status=status)


def _flat(detail: Any, prefix: str = "") -> dict[str, str]:
    """Return nested validation messages as {"respondents.0.phone": "…"}."""
    if isinstance(detail, dict):
        items = detail.items()
    elif isinstance(detail, list) and any(isinstance(part, dict | list) for part in detail):
        items = enumerate(detail)  # type: ignore[assignment]
    else:
        words = detail if isinstance(detail, list) else [detail]
        return {prefix or "non_field_errors": _("；").join(str(word) for word in words)}
    flat: dict[str, str] = {}
    for key, part in items:
        flat |= _flat(part, f"{prefix}.{key}" if prefix else str(key)) if part else {}
    return flat
