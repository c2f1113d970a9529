"""From where a request comes: what limits on guessing count by."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the client's address: behind N trusted proxies, what the outermost of them saw.

    The header alone proves nothing, so it counts only as far as TRUSTED_PROXIES says.
    """
    proxies: int = settings.TRUSTED_PROXIES
    chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if proxies and len(chain) >= proxies and chain[-proxies]:
        return chain[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))
