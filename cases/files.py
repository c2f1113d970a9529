"""Photos and papers that people send: checked by content, pictures drawn anew, names random."""

import hashlib
import io
import secrets
import warnings
from dataclasses import dataclass

import filetype
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from cases.errors import FileRefused
from cases.models import Attachment, Case, FilingDraft, Party
from mediators.identity import clean_text

MEGABYTE = 1_048_576
LARGEST = 10 * MEGABYTE
MOST = 9
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 2400
LARGEST_SIGNATURE = 500_000  # bytes
SHORTEST_SIGNATURE = 20  # pixels
PICTURES = {"image/jpeg", "image/png", "image/webp"}
PDF = "application/pdf"


@dataclass(frozen=True)
class Upload:
    """A file as it came in: the name it had, and its bytes."""

    name: str
    data: bytes


def store(
    upload: Upload,
    *,
    draft: FilingDraft | None = None,
    case: Case | None = None,
    party: Party | None = None,
) -> Attachment:
    """Keep one file for a draft or a case. Raises FileRefused with what to do instead."""
    title = clean_text(upload.name)[-120:] or _("材料")
    if len(upload.data) > LARGEST:
        raise FileRefused(
            _("“%(name)s”有%(size)dMB，最大10MB。可以截图后再传")
            % {"name": title, "size": len(upload.data) // MEGABYTE}
        )
    data, content_type = _checked(upload.data, title)
    suffix = {PDF: "pdf", "image/png": "png"}.get(content_type, "jpg")
    return _save(title, data, content_type, suffix, draft, case, party)


@transaction.atomic
def _save(
    title: str,
    data: bytes,
    content_type: str,
    suffix: str,
    draft: FilingDraft | None,
    case: Case | None,
    party: Party | None,
) -> Attachment:
    siblings = (
        Attachment.objects.filter(draft=draft)
        if draft
        else Attachment.objects.filter(case=case, party=party)
    )
    if siblings.count() >= MOST:
        raise FileRefused(_("一次最多%(most)d张。其他的提交后再补") % {"most": MOST})
    return Attachment.objects.create(
        draft=draft,
        case=case,
        party=party,
        title=title,
        stored=ContentFile(data, name=f"{secrets.token_hex(16)}.{suffix}"),
        content_type=content_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _checked(data: bytes, title: str) -> tuple[bytes, str]:
    kind = filetype.guess_mime(data)
    if kind == PDF:
        return data, PDF
    if kind in PICTURES:
        return _redrawn(data, title)
    raise FileRefused(_("“%(name)s”打不开。请用照片（JPG、PNG）或PDF") % {"name": title})


def _redrawn(data: bytes, title: str) -> tuple[bytes, str]:
    """Draw a picture anew: turned upright, without place data, scripts or hidden contents."""
    broken = FileRefused(_("“%(name)s”打不开，可能没有传完。请再选一次") % {"name": title})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture: Image.Image = Image.open(io.BytesIO(data))
            if picture.width * picture.height > MOST_PIXELS:
                raise FileRefused(_("“%(name)s”太大了。可以截图后再传") % {"name": title})
            picture = ImageOps.exif_transpose(picture)
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            out = io.BytesIO()
            _on_white(picture).save(out, "JPEG", quality=85)
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        raise broken from None
    return out.getvalue(), "image/jpeg"


def _on_white(picture: Image.Image) -> Image.Image:
    """Lay a picture with clear parts on white, as a screen shows it; JPEG has no clear parts."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture.convert("RGBA")).convert("RGB")


def drawn_signature(data: bytes) -> bytes:
    """Return a drawn signature as a PNG drawn anew, black on nothing. Raises FileRefused.

    What the browser sends is not trusted: it must be a small picture, and only its shape is kept.
    """
    refused = FileRefused(_("签名没有存上，请重写一次"))
    if len(data) > LARGEST_SIGNATURE or filetype.guess_mime(data) != "image/png":
        raise refused
    try:
        picture = Image.open(io.BytesIO(data))
        if max(picture.size) > LONGEST_SIDE or min(picture.size) < SHORTEST_SIGNATURE:
            raise refused
        strokes = picture.convert("RGBA").getchannel("A")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise refused from None
    drawn = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    drawn.paste((22, 32, 42, 255), mask=strokes)
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()


def remove(attachment: Attachment) -> None:
    """Take a file out of a draft; what belongs to a case stays."""
    if attachment.case_id:
        raise FileRefused(_("已经提交的材料不能删除，请告诉调解员"))
    attachment.stored.delete(save=False)
    attachment.delete()
