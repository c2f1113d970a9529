"""Pictures of the mediation code: ink-black modules, the colour in the frame around them.

Coloured modules fail in dim light and on thermal paper; a frame never touches the four modules of
quiet zone, so every colour is read by every reader. Colour never stands alone: word, icon and
frame style say the same. SVG and PNG are two renderings of one layout.
"""

import io
import math
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple
from xml.sax.saxutils import escape

import pylopdf_fonts_zh_cn
import qrcode
from PIL import Image, ImageDraw, ImageFont
from qrcode.constants import ERROR_CORRECT_M

from cases.codes import Face

INK = "#16202A"
WHITE = "#FFFFFF"
QUIET = 4  # modules of white on each side (ISO/IEC 18004)

# The card on a grid of units, whatever size it is drawn at.
WIDTH, HEIGHT, NOTE_HEIGHT = 360, 480, 40
FIELD_TOP, FIELD = 110, 300  # the square that holds the QR with its quiet zone
EDGE, RING, INSIDE = 6, 8, 20  # ink outline, coloured frame, what the frame surrounds
SMOOTH = 2  # frame, icon and words are drawn this much larger, then reduced
NARROWEST = 240  # pixels: below this the modules of a long address would be under 3 pixels
FONTS = "PingFang SC,HarmonyOS Sans SC,MiSans,Microsoft YaHei,Noto Sans CJK SC,Noto Sans SC"

Modules = tuple[tuple[bool, ...], ...]


class Box(NamedTuple):
    """A filled rectangle of the card, in units; a dot is a box with round corners."""

    left: float
    top: float
    right: float
    bottom: float
    fill: str
    radius: float = 0


class Words(NamedTuple):
    """One line of text: where it begins (or its middle), on which baseline, how large at most."""

    x: float
    baseline: float
    text: str
    size: float
    fill: str
    bold: bool = False
    centred: bool = False


CIRCLE = "M" + "L".join(
    f"{12 + 9 * math.sin(turn * math.pi / 24):.4g} {12 - 9 * math.cos(turn * math.pi / 24):.4g}"
    for turn in range(49)
)
# Our own drawings on a field of 24 × 24: paths of M and L only, two units wide with round ends.
ICONS: dict[str, str] = {
    "tray": "M4 13L6.5 5L17.5 5L20 13L20 19L4 19L4 13M4 13L9 13L10 15.5L14 15.5L15 13L20 13",
    "clock": f"{CIRCLE}M12 7L12 12L15.5 14.5",
    "talk": "M3 5L14 5L14 13L8 13L5 16L5 13L3 13L3 5M17 9L21 9L21 17L19 17L19 20L16 17L11 17L11 16",
    "tick": f"{CIRCLE}M7.5 12.5L10.5 15.5L16.5 9",
    "signpost": "M12 3L12 21M8 21L16 21"
    "M12 5L18 5L20.5 7.5L18 10L12 10M12 11L6 11L3.5 13.5L6 16L12 16",
    "stamp": "M9.5 3L14.5 3L13.5 10L18 10L19 15L5 15L6 10L10.5 10L9.5 3M5 20L19 20",
}


@lru_cache(maxsize=2048)
def modules(url: str) -> Modules:
    """Return the QR of an address as rows of dark (True) and light modules, without border."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(url)
    code.make(fit=True)
    return tuple(tuple(bool(cell) for cell in row) for row in code.get_matrix())


def bare_svg(url: str, *, label: str) -> str:
    """Return only the QR with its quiet zone, to stand inside a page."""
    side = len(modules(url)) + 2 * QUIET
    return (
        f'<svg class="qr" viewBox="0 0 {side} {side}" shape-rendering="crispEdges" role="img"'
        f' aria-label="{_said(label)}"><path fill="{WHITE}" d="M0 0h{side}v{side}H0z"/>'
        f'<path fill="{INK}" d="{_path(modules(url))}"/></svg>'
    )


def plain_png(url: str, *, cell: int = 16) -> bytes:
    """Return only the QR with its quiet zone as PNG, for documents; `cell` in pixels a module."""
    code = _bitmap(modules(url), cell)
    margin = QUIET * cell
    picture = Image.new("L", (code.width + 2 * margin, code.height + 2 * margin), 255)
    picture.paste(0, (margin, margin), code)
    return _png(picture)


def svg(url: str, face: Face, *, caption: str = "") -> str:
    """Return the code card as a standalone SVG file. Raises KeyError: an icon not in ICONS."""
    side = len(modules(url)) + 2 * QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
        f' height="{HEIGHT}"><title>{_said(face.name)} · {_said(face.word)}</title>'
        + "".join(_svg_box(box) for box in _boxes(face, HEIGHT))
        + f'<path transform="translate(34 38) scale(2)" d="{ICONS[face.icon]}" fill="none"'
        f' stroke="{_said(face.text_hex)}" stroke-width="2" stroke-linecap="round"'
        f' stroke-linejoin="round"/><g font-family="{FONTS},sans-serif">'
        + "".join(_svg_words(words) for words in _words(face, caption, ""))
        + f'</g><svg x="{(WIDTH - FIELD) / 2:g}" y="{FIELD_TOP}" width="{FIELD}" height="{FIELD}"'
        f' viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="{INK}" d="{_path(modules(url))}"/></svg></svg>'
    )


def png(url: str, face: Face, *, caption: str = "", note: str = "", width: int = 900) -> bytes:
    """Return the code card as PNG to save on a phone; `note` says when it was saved.

    `width` in pixels. Raises ValueError (too narrow to be read), KeyError (icon not in ICONS).
    """
    if width < NARROWEST:
        raise ValueError(f"a code card is at least {NARROWEST} pixels wide")
    unit = width / WIDTH
    height = HEIGHT + NOTE_HEIGHT if note else HEIGHT
    picture = Image.new("RGB", (width * SMOOTH, round(height * unit) * SMOOTH), WHITE)
    draw = ImageDraw.Draw(picture)
    for box in _boxes(face, height):
        _draw_box(draw, box, unit * SMOOTH)
    _draw_icon(draw, face, unit * SMOOTH)
    for words in _words(face, caption, note):
        _draw_words(draw, words, unit * SMOOTH)
    picture = picture.reduce(SMOOTH)
    # The modules come last, on whole pixels: a softened edge would cost readers contrast.
    code = _bitmap(modules(url), int(FIELD * unit / (len(modules(url)) + 2 * QUIET)))
    top = round((FIELD_TOP + FIELD / 2) * unit - code.height / 2)
    picture.paste(INK, ((width - code.width) // 2, top), code)
    return _png(picture)


def _boxes(face: Face, height: float) -> list[Box]:
    """Return paper, ink outline, frame in the face's style and the band, in painting order."""
    bars = face.frame == "bars"
    band = RING if bars else INSIDE
    return [
        Box(0, 0, WIDTH, height, WHITE),
        _inset(EDGE, INK, 12),
        _inset(RING, WHITE, 10),
        *_frame(face),
        Box(band, INSIDE, WIDTH - band, FIELD_TOP - 6, face.hex),
    ]


def _frame(face: Face) -> list[Box]:
    ring, inside = _inset(RING, face.hex, 10), _inset(INSIDE, WHITE)
    if face.frame == "dotted":
        return _dots(face.hex)
    if face.frame == "dashed":
        return [ring, inside, *_gaps()]
    if face.frame == "double":
        return [ring, _inset(12, WHITE, 6), _inset(16, face.hex), inside]
    if face.frame == "bars":
        return [ring, Box(RING, INSIDE, WIDTH - RING, HEIGHT - INSIDE, WHITE)]
    return [ring, inside]


def _inset(by: float, fill: str, radius: float = 0) -> Box:
    return Box(by, by, WIDTH - by, HEIGHT - by, fill, radius)


def _dots(fill: str) -> list[Box]:
    """Return round dots at equal distances, one in each corner."""
    middle = (RING + INSIDE) / 2
    across, down = WIDTH - 2 * middle, HEIGHT - 2 * middle
    columns, rows = round(across / 20), round(down / 20)
    centres = [(i * across / columns, y) for i in range(columns + 1) for y in (0, down)]
    centres += [(x, i * down / rows) for i in range(1, rows) for x in (0, across)]
    return [Box(x + RING, y + RING, x + INSIDE, y + INSIDE, fill, 6) for x, y in centres]


def _gaps() -> list[Box]:
    """Return the white gaps that turn a solid frame into dashes; the corners stay whole."""
    gap, thick = 12, INSIDE - RING
    across, down = _gap_starts(WIDTH - 2 * RING, gap), _gap_starts(HEIGHT - 2 * RING, gap)
    flat = [(x, y) for x in across for y in (RING, HEIGHT - INSIDE)]
    upright = [(x, y) for y in down for x in (RING, WIDTH - INSIDE)]
    return [Box(x, y, x + gap, y + thick, WHITE) for x, y in flat] + [
        Box(x, y, x + thick, y + gap, WHITE) for x, y in upright
    ]


def _gap_starts(length: float, gap: float) -> list[float]:
    """Return where gaps begin on a side that starts and ends with a dash of about two gaps."""
    count = round((length - 2 * gap) / (3 * gap))
    dash = (length - count * gap) / (count + 1)
    return [RING + dash + i * (dash + gap) for i in range(count)]


def _words(face: Face, caption: str, note: str) -> list[Words]:
    second = f"{face.name} · {face.badge}" if face.badge else face.name
    lines = (
        Words(98, 62, face.word, 31, face.text_hex, bold=True),
        Words(98, 89, second, 17, face.text_hex),
        Words(WIDTH / 2, 438, caption, 20, INK, bold=True, centred=True),
        Words(WIDTH / 2, 503, note, 15.5, INK, centred=True),
    )
    return [line for line in lines if line.text.strip()]


def _fitting(words: Words) -> float:
    """Return the size in units at which a line fits into the card."""
    room = WIDTH - 2 * INSIDE - (0 if words.centred else words.x)
    bold = 1.08 if words.bold else 1  # a reader's own bold face is wider than our regular one
    length = _font(100).getlength(words.text) / 100 * words.size * bold
    return words.size * min(1, room / max(length, 1))


def _said(text: str) -> str:
    """Return text for XML: no control characters, markup and quotes escaped."""
    return escape("".join(c for c in text if c.isprintable()), {'"': "&quot;"})


def _path(rows: Modules) -> str:
    """Return the dark modules as one path, neighbours in a row as one bar."""
    bars = []
    for y, row in enumerate(rows, QUIET):
        x = QUIET
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                bars.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return "".join(bars)


def _svg_box(box: Box) -> str:
    rounded = f' rx="{box.radius:g}"' if box.radius else ""
    return (
        f'<rect x="{box.left:.5g}" y="{box.top:.5g}" width="{box.right - box.left:.5g}"'
        f' height="{box.bottom - box.top:.5g}"{rounded} fill="{_said(box.fill)}"/>'
    )


def _svg_words(words: Words) -> str:
    bold = ' font-weight="700"' if words.bold else ""
    middle = ' text-anchor="middle"' if words.centred else ""
    return (
        f'<text x="{words.x:g}" y="{words.baseline:g}" font-size="{_fitting(words):.4g}"{bold}'
        f'{middle} fill="{_said(words.fill)}" xml:space="preserve">{_said(words.text)}</text>'
    )


def _draw_box(draw: ImageDraw.ImageDraw, box: Box, scale: float) -> None:
    left, top, right, bottom = (round(value * scale) for value in box[:4])
    area = (left, top, right - 1, bottom - 1)
    draw.rounded_rectangle(area, radius=box.radius * scale, fill=box.fill)


def _draw_icon(draw: ImageDraw.ImageDraw, face: Face, scale: float) -> None:
    reach = 2 * scale
    for stroke in ICONS[face.icon].split("M")[1:]:
        points = [_on_card(at, scale) for at in stroke.split("L")]
        draw.line(points, fill=face.text_hex, width=round(2 * reach), joint="curve")
        for x, y in (points[0], points[-1]):  # round ends
            draw.circle((x - 0.5, y - 0.5), reach - 0.5, fill=face.text_hex)


def _on_card(at: str, scale: float) -> tuple[float, float]:
    x, y = at.split()
    return (34 + 2 * float(x)) * scale, (38 + 2 * float(y)) * scale


def _draw_words(draw: ImageDraw.ImageDraw, words: Words, scale: float) -> None:
    """Write one line; bold is a stroke, because the font package ships one weight."""
    size = _fitting(words) * scale
    at = (words.x * scale, words.baseline * scale)
    anchor, stroke = "ms" if words.centred else "ls", size / 50 if words.bold else 0
    draw.text(at, words.text, words.fill, _font(round(size)), anchor, stroke_width=stroke)


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(pylopdf_fonts_zh_cn.sans_path()), size)


def _bitmap(rows: Modules, cell: int) -> Image.Image:
    """Return the modules as a mask, dark ones 255, `cell` pixels a module."""
    mask = Image.new("L", (len(rows), len(rows)))
    mask.putdata([255 * dark for row in rows for dark in row])
    return mask.resize((len(rows) * cell, len(rows) * cell), Image.Resampling.NEAREST)


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
