"""Who calls the API: a partner system by its channel key (staff come with their session)."""

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from cases import clients
from cases.models import ChannelKey
from mediators.models import User

SCHEME = "Channel-Key"


class ChannelKeyAuthentication(BaseAuthentication):
    """`Authorization: Channel-Key <secret>`; the request's `auth` is then the ChannelKey."""

    def authenticate(self, request: Request) -> tuple[User, ChannelKey] | None:
        """Return the key's account and the key. Raises AuthenticationFailed."""
        scheme, _blank, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() != SCHEME.lower().encode():
            return None
        key = clients.find(secret.decode("latin-1").strip())
        if key is None:
            raise exceptions.AuthenticationFailed(_("渠道密钥不对、已停用或已到期"))
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a refusal is 401 and not 403."""
        return SCHEME
