"""The colour of a status: which face a case's code shows under the scheme in force."""

from functools import lru_cache

from django.core.cache import cache
from django.utils.translation import get_language

from cases.codes import Face
from cases.models import CodeColour
from mediators.models import ReferenceVersion


def face_of(status: str, *, language: str | None = None) -> Face:
    """Return the face of a status in the language of the reader.

    Raises KeyError when no colour of the scheme in force shows this status.
    """
    faces = _faces(_newest_change(), language or get_language() or "zh-hans")
    return faces[status]


def all_faces() -> dict[str, Face]:
    """Return the face of every status under the scheme in force."""
    return dict(_faces(_newest_change(), get_language() or "zh-hans"))


def colour_of(status: str) -> str:
    """Return the key of the colour that a status shows: blue, orange, yellow, green, grey."""
    return face_of(status).colour


def _newest_change() -> int:
    """Return a number that grows with each change of reference data; one read in five seconds."""
    return cache.get_or_set("reference-change", _read_newest_change, 5) or 0


def _read_newest_change() -> int:
    newest = ReferenceVersion.objects.order_by("-id").values_list("id", flat=True).first()
    return newest or 0


@lru_cache(maxsize=8)
def _faces(change: int, language: str) -> dict[str, Face]:
    english = language.startswith("en")
    colours = CodeColour.objects.filter(scheme__is_active=True)
    return {
        status: _face(colour, said, english)
        for colour in colours
        for status, said in colour.faces.items()
    }


def _face(colour: CodeColour, said: dict[str, str], english: bool) -> Face:
    suffix = "_en" if english else ""
    return Face(
        colour=colour.colour,
        name=getattr(colour, f"name{suffix}"),
        word=said.get(f"word{suffix}") or getattr(colour, f"word{suffix}"),
        line=said.get(f"line{suffix}") or getattr(colour, f"line{suffix}"),
        icon=colour.icon,
        frame=colour.frame,
        hex=colour.hex,
        text_hex=colour.text_hex,
        badge=said.get(f"badge{suffix}", ""),
    )


def forget() -> None:
    """Read the faces anew at the next question, even though no change has been numbered."""
    _faces.cache_clear()
