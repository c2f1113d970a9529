"""PDFs by Typst: data goes in as JSON values, never as markup, so no text can change a document."""

import datetime as dt
import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import pylopdf_fonts_zh_cn
import typst
from django.conf import settings

from cases import qr
from cases.documents.glyphs import printable

FONTS = str(Path(pylopdf_fonts_zh_cn.sans_path()).parent)
TEMPLATES = Path(settings.BASE_DIR) / "templates" / "documents"
ARCHIVE: Literal["a-2b"] = "a-2b"  # PDF/A for what must be readable in ten years
NO_IMAGES: Mapping[str, bytes] = MappingProxyType({})


class DocumentError(Exception):
    """A document could not be made; the message names its template."""


@dataclass(frozen=True)
class PartyLine:
    """One party as a document names it; numbers masked or empty."""

    role: str
    name: str
    phone: str = ""
    address: str = ""
    id_number: str = ""


@dataclass(frozen=True)
class SignatureLine:
    """One signature: who, how, when; the drawn picture (PNG) if there is one."""

    role: str
    name: str
    method: str
    at: str
    picture: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class AgreementData:
    """What a mediation agreement says (人民调解法 29)."""

    title: str
    number: str
    case_number: str
    body: str
    form: str
    parties: Sequence[PartyLine]
    facts: str
    terms: Sequence[str]
    performance: str
    perform_by: str
    signatures: Sequence[SignatureLine]
    sealed_by: str
    sealed_at: str
    effective: dt.datetime
    digest: str
    url: str


@dataclass(frozen=True)
class ReceiptData:
    """What the receipt of an application says (诉讼时效规定 12)."""

    number: str
    code: str
    url: str
    filed_at: dt.datetime
    applicants: Sequence[str]
    respondents: Sequence[str]
    centre: str
    phone: str


@dataclass(frozen=True)
class PosterData:
    """What a poster says: where it hangs, and the address that its QR carries."""

    place: str
    url: str
    centre: str
    phone: str


def agreement_pdf(data: AgreementData) -> bytes:
    """Return the agreement as PDF/A, the same bytes for the same data. Raises DocumentError."""
    pictures = {f"signature{i}.png": s.picture for i, s in enumerate(data.signatures) if s.picture}
    values = asdict(data)
    for i, line in enumerate(values["signatures"]):
        line["picture"] = f"signature{i}.png" if line["picture"] else ""
    values["effective"] = f"{data.effective:%Y-%m-%d %H:%M}"
    images = {**pictures, "qr.png": qr.plain_png(data.url)}
    return render("agreement", values, images=images, made=data.effective, archive=True)


def receipt_pdf(data: ReceiptData) -> bytes:
    """Return the receipt as PDF. Raises DocumentError."""
    values = {**asdict(data), "filed_at": f"{data.filed_at:%Y-%m-%d %H:%M:%S}"}
    images = {"qr.png": qr.plain_png(data.url)}
    return render("receipt", values, images=images, made=data.filed_at)


def poster_pdf(data: PosterData) -> bytes:
    """Return an A4 poster as PDF, the same bytes whenever it is printed. Raises DocumentError."""
    return render("poster", asdict(data), images={"qr.png": qr.plain_png(data.url)})


def render(
    template: str,
    data: Mapping[str, object],
    *,
    images: Mapping[str, bytes] = NO_IMAGES,
    made: dt.datetime | None = None,
    archive: bool = False,
) -> bytes:
    """Compile `templates/documents/<template>.typ` to PDF. Raises DocumentError.

    Characters without a shape in our fonts are printed as their number (see glyphs.printable).
    `made` is the document's date, taken from its data so that the same data gives the same bytes.
    The template and the pictures lie in a folder of their own, so that nothing else can be read.
    """
    try:
        with tempfile.TemporaryDirectory() as folder:
            main = Path(folder) / "main.typ"
            main.write_bytes((TEMPLATES / f"{template}.typ").read_bytes())
            for name, picture in images.items():
                (Path(folder) / name).write_bytes(picture)
            return typst.compile(
                str(main),
                root=folder,
                font_paths=[FONTS],
                ignore_system_fonts=True,
                sys_inputs={"data": json.dumps(_printable(data), ensure_ascii=False)},
                pdf_standards=[ARCHIVE] if archive else [],
                timestamp=made and made.astimezone(dt.UTC).replace(microsecond=0),
            )
    except (RuntimeError, OSError, TypeError, ValueError) as error:
        raise DocumentError(f"{template}: {error}") from error


def _printable(value: object) -> object:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value


def digest(data: bytes) -> str:
    """Return the SHA-256 of a document in hex."""
    return hashlib.sha256(data).hexdigest()
