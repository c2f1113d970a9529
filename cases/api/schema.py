"""What the OpenAPI description says beyond the views: the key, and the one shape of errors."""

import re
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from cases.api.authentication import SCHEME

IDEMPOTENCY_KEY = "Idempotency-Key"
KEY_FORM = re.compile(r"[!-~]{1,100}")
IDEMPOTENCY_HEADER = OpenApiParameter(
    IDEMPOTENCY_KEY,
    location=OpenApiParameter.HEADER,
    required=True,
    pattern=f"^{KEY_FORM.pattern}$",
    description="One a dispute. Sent again with the same body it gives the same answer and no "
    "second case; with another body it is refused.",
)
ERROR = {
    "type": "object",
    "description": "Every error: `code` for programs, `message` for people, `fields` by name.",
    "required": ["code", "message", "fields"],
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
PROBLEMS = {
    "400": "The request is not what this description asks for; `fields` says where.",
    "401": "No key and no session, or the key does not work.",
    "403": "The caller may not do this; or a session without its CSRF token.",
    "404": "No such thing for this caller: what may not be seen is not there.",
    "409": "A rule refuses, in words fit for a person.",
    "413": "The body is larger than 64 KB (a routing preview's: than 1280 KB).",
    "415": "The body is not application/json.",
    "429": "Too often; waiting a minute helps.",
    "422": "Well-formed, but not a filing; or an Idempotency-Key used for another body.",
}
OF_BODIES = {"413", "415"}


class ChannelKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "cases.api.authentication.ChannelKeyAuthentication"
    name = "ChannelKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": f"`{SCHEME} <secret>`: the key that the centre issued to a system.",
        }


def document_errors(
    result: dict[str, Any], generator: object, request: object, public: bool
) -> dict[str, Any]:
    """Add every error that an operation may answer, all in one shape (spectacular's hook)."""
    result["components"]["schemas"]["Error"] = ERROR
    for path in result["paths"].values():
        for operation in path.values():
            for status, when in PROBLEMS.items():
                if "requestBody" in operation or status not in OF_BODIES:
                    operation["responses"].setdefault(status, _problem(when))
    return result


def _problem(when: str) -> dict[str, Any]:
    shape = {"schema": {"$ref": "#/components/schemas/Error"}}
    return {"description": when, "content": {"application/json": shape}}
