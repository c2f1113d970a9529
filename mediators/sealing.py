"""Personal data at rest: an encrypted column, and a keyed index to find it again.

AES-256-GCM with a key id, bound to its column; the index is HMAC-SHA256 under another key, because
a plain hash of a phone number is found again in minutes by trying them all.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

from mediators.errors import SealBroken

if TYPE_CHECKING:
    TextColumn = models.TextField[str, str]
else:
    TextColumn = models.TextField
NONCE_BYTES = 12


def _keys() -> Mapping[str, str]:
    keys: Mapping[str, str] = settings.FIELD_KEYS
    return keys


def seal(value: str, *, purpose: str) -> str:
    """Encrypt `value` under the first of FIELD_KEYS; `purpose` must be given again to open it."""
    key_id, key = next(iter(_keys().items()))
    nonce = os.urandom(NONCE_BYTES)
    box = AESGCM(base64.b64decode(key)).encrypt(nonce, value.encode(), purpose.encode())
    return f"v1.{key_id}.{base64.urlsafe_b64encode(nonce + box).decode()}"


def unseal(sealed: str, *, purpose: str) -> str:
    """Open what `seal` closed, with whichever key it names. Raises SealBroken."""
    try:
        _, key_id, body = sealed.split(".", 2)
        raw = base64.urlsafe_b64decode(body)
        cipher = AESGCM(base64.b64decode(_keys()[key_id]))
        return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], purpose.encode()).decode()
    except (KeyError, ValueError, InvalidTag) as error:
        raise SealBroken from error


def blind_index(value: str, *, purpose: str) -> str:
    """Return the 64 hex digits under which a value of this purpose is found; never the value."""
    message = f"{purpose}\0{value.strip().upper()}".encode()
    return hmac.new(settings.INDEX_KEY.encode(), message, hashlib.sha256).hexdigest()


class SealedField(TextColumn):
    """A text column that the database only ever sees encrypted; empty stays empty."""

    def __init__(self, *args: Any, purpose: str, **kwargs: Any) -> None:
        self.purpose = purpose
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purpose": self.purpose}

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return seal(str(value), purpose=self.purpose) if value else value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return unseal(value, purpose=self.purpose) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise TypeError(f"{self.name} is encrypted: search its blind index column")
