"""What every page knows about the house."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext


def site(request: HttpRequest) -> dict[str, object]:
    """Return names, help phone and whether this is a demonstration."""
    return {
        "site": {
            "name": gettext(settings.SITE_NAME),
            "centre_name": gettext(settings.CENTRE_NAME),
            "court_name": gettext(settings.COURT_NAME),
            "help_phone": settings.HELP_PHONE,
            "demo": settings.DEMO,
            "debug": settings.DEBUG,
            "url": settings.SITE_URL,
        }
    }
