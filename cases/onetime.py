"""One-time codes (验证码): six digits to a phone, for one purpose, tried at most five times.

Counters commit on their own: a refusal that rolled its count back would allow guessing for ever.
Asking for a new code does not give new guesses beyond the ten codes a phone may get a day.
"""

import datetime as dt
import hmac
import secrets

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import messages
from cases.budgets import DAY, HOUR, MINUTE, spend
from cases.errors import CodeRefused, TooOften
from cases.models import OneTimeCode
from mediators.errors import InvalidIdentity
from mediators.identity import is_mobile
from mediators.sealing import blind_index

MINUTES_VALID = 10
TRIES = 5
PER_MINUTE, PER_HOUR, PER_DAY = 1, 5, 10  # per phone
HOUSE_PER_DAY = 50_000  # all phones together: a fuse for the message budget


def send(phone: str, *, purpose: str) -> OneTimeCode:
    """Send a fresh code to a cleaned mobile number. Raises TooOften, InvalidIdentity."""
    index = _allow(phone)
    code = f"{secrets.randbelow(10**6):06d}"
    with transaction.atomic():
        row = _issue(index, purpose, code)
        messages.write(
            "one_time_code",
            messages.Recipient(phone=phone),
            key=f"one-time-code:{row.pk}",
            code=code,
            minutes=MINUTES_VALID,
        )
    return row


def pretend(phone: str, *, purpose: str) -> None:
    """Do all that `send` does except sending, and raise the same.

    For a phone that is not known here: whoever asked cannot tell, neither from the answer nor from
    how its guesses are counted.
    """
    _issue(_allow(phone), purpose, secrets.token_hex(16))


def _issue(index: str, purpose: str, code: str) -> OneTimeCode:
    now = timezone.now()
    return OneTimeCode.objects.create(
        phone_index=index,
        purpose=purpose,
        digest=_digest(index, purpose, code),
        sent_at=now,
        expires_at=now + dt.timedelta(minutes=MINUTES_VALID),
    )


def _allow(phone: str) -> str:
    """Return the index of a phone that may get one more code now."""
    if not is_mobile(phone):
        raise InvalidIdentity(_("验证码只能发到手机，请写11位手机号"))
    index = blind_index(phone, purpose="phone")
    if not spend(f"code:{index}", limit=PER_MINUTE, seconds=MINUTE):
        raise TooOften(_("发得太勤了，请等1分钟再试。也可以打电话告诉我们"))
    if not (
        spend(f"code:{index}", limit=PER_HOUR, seconds=HOUR)
        and spend(f"code:{index}", limit=PER_DAY, seconds=DAY)
        and spend("codes", limit=HOUSE_PER_DAY, seconds=DAY)
    ):
        raise TooOften(_("今天发的验证码太多了，请过一会儿再试，或者打电话告诉我们"))
    return index


def check(phone: str, *, purpose: str, code: str, single_use: bool = True) -> None:
    """Use up the newest code of this phone and purpose. Raises CodeRefused, says how to go on.

    Without `single_use` the code stays good until it ends: for a purpose whose effect happens
    once anyway, so that a form sent twice is answered twice alike.
    """
    index = blind_index(phone, purpose="phone")
    sent = OneTimeCode.objects.filter(phone_index=index, purpose=purpose).order_by("-id").first()
    if sent is None:
        raise CodeRefused(_("请先点“发验证码”"))
    if sent.used_at or sent.expires_at < timezone.now():
        raise CodeRefused(_("验证码过期了，请再发一个"))
    _count_try(sent)
    if not hmac.compare_digest(sent.digest, _digest(index, purpose, code.strip())):
        raise CodeRefused(
            _("验证码不对，还可以试%(left)d次") % {"left": max(TRIES - sent.attempts - 1, 0)}
        )
    unused = OneTimeCode.objects.filter(pk=sent.pk, used_at=None)
    if single_use and not unused.update(used_at=timezone.now()):
        raise CodeRefused(_("验证码已经用过了，请再发一个"))


def _count_try(sent: OneTimeCode) -> None:
    free = OneTimeCode.objects.filter(pk=sent.pk, attempts__lt=TRIES, used_at=None)
    if not free.update(attempts=F("attempts") + 1):
        raise CodeRefused(_("这个验证码试了太多次，请再发一个"))


def _digest(index: str, purpose: str, code: str) -> str:
    message = f"{index}|{purpose}|{code}".encode()
    return hmac.new(settings.INDEX_KEY.encode(), message, "sha256").hexdigest()


def forget(before: dt.datetime) -> int:
    """Remove codes that ended before this moment."""
    return OneTimeCode.objects.filter(expires_at__lt=before).delete()[0]
