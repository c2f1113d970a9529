"""Partner systems (court, police, petitions and others) that file by the API, and their keys."""

import datetime as dt
import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.errors import CaseError
from cases.models import Channel, ChannelKey
from mediators import audit
from mediators.identity import clean_name
from mediators.models import User
from mediators.sealing import blind_index

SECRET_BYTES = 32
LONGEST_NAME = 60


@transaction.atomic
def issue_key(
    name: str, *, channel: Channel, by: User | None, expires_on: dt.date | None = None
) -> tuple[ChannelKey, str]:
    """Give a partner system a key; return it with its secret, which nobody can show again.

    The key works up to and including `expires_on`. Its deeds are recorded under an account of its
    own, without role and password. Raises CaseError.
    """
    name = clean_name(name)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise CaseError(_("请写系统名称，最多%(most)d个字") % {"most": LONGEST_NAME})
    secret = secrets.token_hex(SECRET_BYTES)
    key = ChannelKey.objects.create(
        name=name,
        channel=channel,
        user=_account(name, channel),
        digest=_digest(secret),
        expires_on=expires_on,
    )
    audit.note("channel_key.issued", actor=by, key=key.pk, channel=channel.key)
    return key, secret


def find(secret: str) -> ChannelKey | None:
    """Return the key of this secret if it is in use, not expired, and its account is open."""
    today = timezone.localdate()
    keys = ChannelKey.objects.select_related("user", "channel")
    key = keys.filter(digest=_digest(secret), is_active=True, user__is_active=True).first()
    return None if key and key.expires_on and key.expires_on < today else key


def _digest(secret: str) -> str:
    return blind_index(secret, purpose="channel.key")


def _account(name: str, channel: Channel) -> User:
    user = User(username=f"channel-{channel.key}-{secrets.token_hex(4)}", name=name)
    user.set_unusable_password()
    user.save()
    return user
