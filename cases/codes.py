"""The mediation code (调解码): the short code that people type, and what a code looks like."""

import secrets
import unicodedata
from dataclasses import dataclass

# Crockford's base 32: no I, L, O, U, so nothing is read as 1, 1, 0 or V.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ISO_7064 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LENGTH = 10
TOKEN_BYTES = 16
LOOK_ALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", "-": None, " ": None})


@dataclass(frozen=True)
class Face:
    """How a code looks: what a person sees of a case's status."""

    colour: str  # key: blue orange yellow green grey purple red
    name: str  # 蓝码
    word: str  # 待受理
    line: str  # second line
    icon: str  # tray clock talk tick signpost stamp
    frame: str  # dotted dashed double solid bars
    hex: str  # "#1D6AB3"
    text_hex: str  # "#FFFFFF"
    badge: str = ""  # 已司法确认


def new_short_code() -> str:
    """Return 10 random characters (50 bits) and their ISO 7064 MOD 37,36 check character.

    Bodies whose check character would be a look-alike are drawn again, so that the whole code
    keeps to one alphabet.
    """
    while True:
        body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if (check := check_character(body)) in ALPHABET:
            return body + check


def new_token() -> str:
    """Return the 128 random bits that the QR carries, safe in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def check_character(body: str) -> str:
    """Return the ISO 7064 MOD 37,36 check character.

    It finds each single wrong character, and all but 2 in 1000 of two neighbours swapped.
    """
    value = 36
    for character in body:
        value = (value + ISO_7064.index(character)) % 36 or 36
        value = value * 2 % 37
    return ISO_7064[(37 - value) % 36]


def clean_short_code(typed: str) -> str | None:
    """Return the code a person meant, or None.

    Case, blanks, dashes, look-alikes and the full-width letters of Chinese keyboards are forgiven.
    """
    code = unicodedata.normalize("NFKC", typed).strip().upper().translate(LOOK_ALIKES)
    if len(code) != LENGTH + 1 or any(c not in ALPHABET for c in code):
        return None
    return code if check_character(code[:-1]) == code[-1] else None


def grouped(code: str) -> str:
    """Return a short code in groups that are easy to read out: 7K4M-Q2XD-9FP."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))
