"""What every page knows about the house."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Return names, help phone and whether this is a demonstration."""
    return {
        "site": {
            "name": settings.SITE_NAME,
            "centre_name": settings.CENTRE_NAME,
            "court_name": settings.COURT_NAME,
            "help_phone": settings.HELP_PHONE,
            "demo": settings.DEMO,
            "debug": settings.DEBUG,
            "url": settings.SITE_URL,
        }
    }
