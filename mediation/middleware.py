"""What every request passes: an id for the logs, language and text size by link, refusals."""

import re
import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import check_for_language

from cases.errors import CaseError
from mediation import responses
from mediation.logs import request_id
from mediators.errors import PeopleError
from scoring.errors import ScoringError

GetResponse = Callable[[HttpRequest], HttpResponse]
REQUEST_ID = re.compile(r"[0-9a-zA-Z-]{8,64}")
YEAR = 31_536_000
SIZES = {"1", "2", "3", "4"}


class RequestIdMiddleware:
    """Give each request an id (the proxy's when it sends one) that its log lines carry."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        token = request_id.set(given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8))
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            return response
        finally:
            request_id.reset(token)


class LanguageLinkMiddleware:
    """`?lang=en` shows this page in English and keeps it so; works without script or form."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = request.GET.get("lang", "")
        known = language in dict(settings.LANGUAGES) and check_for_language(language)
        if known:
            request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = language
        response = self.get_response(request)
        if known:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                language,
                max_age=YEAR,
                samesite="Lax",
                secure=not settings.DEBUG,
            )
        return response


class TextSizeMiddleware:
    """`?size=1..4` sets the text size (标准, 大字, 长辈版, 最大) of this and later pages."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.GET.get("size", "")
        size = chosen if chosen in SIZES else request.COOKIES.get("size", "1")
        request.size = size if size in SIZES else "1"  # type: ignore[attr-defined]
        response = self.get_response(request)
        if chosen in SIZES:
            response.set_cookie(
                "size", chosen, max_age=YEAR, samesite="Lax", secure=not settings.DEBUG
            )
        return response


class RefusalMiddleware:
    """A rule that refuses becomes a page with the same words, wherever it was asked."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, CaseError | PeopleError | ScoringError):
            return responses.refusal_page(request, error)
        return None
