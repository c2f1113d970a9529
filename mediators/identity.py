"""Who a person is, in numbers: phones, identity cards, company codes; checked, cleaned, masked."""

import datetime as dt
import re
import unicodedata

from django.utils.translation import gettext as _

from mediators.errors import InvalidIdentity

MOBILE = re.compile(r"1[3-9][0-9]{9}")
LANDLINE = re.compile(r"0[0-9]{9,11}|[48]00[0-9]{7}")
ID_CARD = re.compile(r"[1-9][0-9]{16}[0-9X]")
COMPANY_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
COMPANY_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
INVISIBLE = {"Cc", "Cf", "Cs", "Co"}
# Chinese sentences are written and agreements printed with these marks; NFKC would narrow them.
SENTENCE_MARKS = re.compile("([，！？：；（）…])")


def clean_text(text: str) -> str:
    """Return the text in one normal form: NFKC, no control, bidi or zero-width characters.

    Line breaks, tabs and the wide marks of Chinese sentences stay. What people type is stored in
    this form only, so that two spellings that look alike are alike.
    """
    parts = SENTENCE_MARKS.split(_visible(text))
    return "".join(p if i % 2 else unicodedata.normalize("NFKC", p) for i, p in enumerate(parts))


def _visible(text: str) -> str:
    lines = text.replace("\r\n", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in INVISIBLE)


def _plain(text: str) -> str:
    """Return a name or number with wide marks made narrow as well: both are typed for one."""
    return unicodedata.normalize("NFKC", _visible(text))


def clean_name(name: str) -> str:
    """Return a person's or unit's name without stray blanks, with one blank between words."""
    return " ".join(_plain(name).split())


def name_key(name: str) -> str:
    """Return the form in which two spellings of one name are the same, for finding, never shown.

    No blanks, marks or invisible characters, letters in lower case: "Acme（杭州）有限公司" and
    "ACME (杭州)有限公司" have one key.
    """
    return "".join(c for c in _plain(name).casefold() if c.isalnum())[:60]


def clean_phone(phone: str) -> str:
    """Return the digits of a mainland phone: full-width, blanks, dashes and +86 are forgiven.

    Raises InvalidIdentity with a sentence that says what to change.
    """
    digits = re.sub(r"[\s\-()]", "", _plain(phone))
    digits = re.sub(r"^(\+86|0086)", "", digits)
    if MOBILE.fullmatch(digits) or LANDLINE.fullmatch(digits):
        return digits
    if digits.isascii() and digits.isdigit():
        raise InvalidIdentity(
            _("手机号应是11位数字，现在是%(count)d位") % {"count": len(digits)}
            if len(digits) != 11
            else _("这个手机号不对，请再看一下")
        )
    raise InvalidIdentity(_("手机号只写数字，比如13900000000"))


def is_mobile(phone: str) -> bool:
    """Say whether a cleaned phone can receive a text message."""
    return MOBILE.fullmatch(phone) is not None


def clean_id_card(number: str) -> str:
    """Return a resident identity number in capital form. Raises InvalidIdentity.

    GB 11643: 17 digits with a real date of birth and an ISO 7064 MOD 11-2 check character. The
    first six digits are not looked up: districts come and go, and residents of Hong Kong, Macao
    and Taiwan have prefixes of their own.
    """
    number = re.sub(r"\s", "", _plain(number)).upper()
    if len(number) != 18:
        raise InvalidIdentity(
            _("身份证号应是18位，现在是%(count)d位") % {"count": len(number)},
        )
    try:
        dt.datetime.strptime(number[6:14], "%Y%m%d").replace(tzinfo=dt.UTC)
    except ValueError:
        raise InvalidIdentity(_("身份证号里的出生日期不对，请再看一下")) from None
    if not ID_CARD.fullmatch(number) or _id_check(number[:17]) != number[17]:
        raise InvalidIdentity(_("身份证号不对，请照着证件再写一遍"))
    return number


def _id_check(digits: str) -> str:
    total = sum(int(d) * w for d, w in zip(digits, ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def clean_company_code(code: str) -> str:
    """Return a unified social credit code (GB 32100) in capital form. Raises InvalidIdentity."""
    code = re.sub(r"\s", "", _plain(code)).upper()
    if COMPANY_CODE.fullmatch(code) and _company_check(code[:17]) == code[17]:
        return code
    raise InvalidIdentity(_("统一社会信用代码不对，请照着营业执照再写一遍"))


def _company_check(body: str) -> str:
    total = sum(COMPANY_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return COMPANY_ALPHABET[-total % 31]


def mask_phone(phone: str) -> str:
    """139****9000: enough for its owner to know it."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****"


def mask_name(name: str) -> str:
    """张**: the surname, so that one side can tell who is meant and a stranger cannot."""
    return f"{name[:1]}{'*' * min(len(name) - 1, 2)}" if name else ""


def mask_id(number: str) -> str:
    """330108********0012 for identity and company numbers."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) > 10 else "****"
