"""Pictures of the mediation code: ink-black modules, the colour in the frame around them.

Coloured modules fail in dim light and on thermal paper; a frame never touches the four modules of
quiet zone, so every colour is read by every reader. Colour never stands alone: word, icon and
frame style say the same.
"""

import io
import itertools
import math
from functools import lru_cache
from xml.sax.saxutils import escape

import pylopdf_fonts_zh_cn
import qrcode
from PIL import Image, ImageDraw, ImageFont
from qrcode.constants import ERROR_CORRECT_M

from cases.codes import Face

INK = "#16202A"
QUIET = 4  # modules of white on each side (ISO/IEC 18004)
Modules = tuple[tuple[bool, ...], ...]
Point = tuple[float, float]

Line = tuple[Point, ...]

CIRCLE: Line = tuple(
    (12 + 9 * math.sin(turn * math.pi / 16), 12 - 9 * math.cos(turn * math.pi / 16))
    for turn in range(33)
)
# Strokes on a field of 24 × 24, two units wide with round ends.
ICONS: dict[str, tuple[Line, ...]] = {
    "tray": (
        ((4, 13), (6.5, 5), (17.5, 5), (20, 13), (20, 19), (4, 19), (4, 13)),
        ((4, 13), (9, 13), (10, 15.5), (14, 15.5), (15, 13), (20, 13)),
    ),
    "clock": (CIRCLE, ((12, 7), (12, 12), (15.5, 14.5))),
    "talk": (
        ((3, 5), (14, 5), (14, 13), (8, 13), (5, 16), (5, 13), (3, 13), (3, 5)),
        ((17, 9), (21, 9), (21, 17), (19, 17), (19, 20), (16, 17), (11, 17), (11, 16)),
    ),
    "tick": (CIRCLE, ((7.5, 12.5), (10.5, 15.5), (16.5, 9))),
    "signpost": (
        ((12, 3), (12, 21)),
        ((8, 21), (16, 21)),
        ((12, 5), (18, 5), (20.5, 7.5), (18, 10), (12, 10)),
        ((12, 11), (6, 11), (3.5, 13.5), (6, 16), (12, 16)),
    ),
    "stamp": (
        ((9, 4), (15, 4), (14, 10), (18, 10), (18, 15), (6, 15), (6, 10), (10, 10), (9, 4)),
        ((5, 19), (19, 19)),
    ),
}


@lru_cache(maxsize=2048)
def modules(url: str) -> Modules:
    """Return the QR of an address as rows of dark (True) and light modules, without border."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(url)
    code.make(fit=True)
    return tuple(tuple(bool(cell) for cell in row) for row in code.get_matrix())


def _path(rows: Modules, left: float, top: float, cell: float) -> str:
    """Return dark modules as one path, a run of neighbours in a row as one bar."""
    parts = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = x
            while run < len(row) and row[run]:
                run += 1
            if run > x:
                parts.append(
                    f"M{left + x * cell:g} {top + y * cell:g}h{(run - x) * cell:g}"
                    f"v{cell:g}h{(x - run) * cell:g}z"
                )
            x = max(run, x + 1)
    return "".join(parts)


def bare_svg(url: str, *, label: str) -> str:
    """Return only the QR with its quiet zone, to stand inside a page."""
    rows = modules(url)
    side = len(rows) + 2 * QUIET
    return (
        f'<svg class="qr" viewBox="0 0 {side} {side}" shape-rendering="crispEdges" role="img"'
        f' aria-label="{escape(label, {chr(34): "&quot;"})}"><path fill="#fff"'
        f' d="M0 0h{side}v{side}H0z"/><path fill="{INK}" d="{_path(rows, QUIET, QUIET, 1)}"/></svg>'
    )


def svg(url: str, face: Face, *, caption: str = "") -> str:
    """Return the whole code card as a standalone SVG file: frame, word, icon, QR, caption."""
    rows = modules(url)
    cell = 300 / (len(rows) + 2 * QUIET)
    title = escape(f"{face.name} · {face.word}")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 470" width="360" height="470">'
        f"<title>{title}</title>"
        '<rect width="360" height="470" fill="#fff"/>'
        f'{_svg_frame(face)}<rect x="18" y="18" width="324" height="84" fill="{face.hex}"/>'
        f'<g transform="translate(36 36) scale(2)" fill="none" stroke="{face.text_hex}"'
        ' stroke-width="2" stroke-linecap="round" stroke-linejoin="round">'
        f'<path d="{_icon_path(face.icon)}"/></g>'
        f'<g fill="{face.text_hex}" font-family="PingFang SC,Microsoft YaHei,Noto Sans CJK SC,'
        'Noto Sans SC,sans-serif">'
        f'<text x="104" y="58" font-size="28" font-weight="700">{escape(face.word)}</text>'
        f'<text x="104" y="86" font-size="16">{escape(_second_line(face))}</text></g>'
        f'<path fill="{INK}" shape-rendering="crispEdges"'
        f' d="{_path(rows, 30 + QUIET * cell, 106 + QUIET * cell, cell)}"/>'
        f'<text x="180" y="436" font-size="19" font-weight="700" fill="{INK}"'
        ' text-anchor="middle" font-family="PingFang SC,Microsoft YaHei,Noto Sans CJK SC,'
        f'Noto Sans SC,sans-serif">{escape(caption)}</text></svg>'
    )


def _second_line(face: Face) -> str:
    return f"{face.name} · {face.badge}" if face.badge else face.name


def _svg_frame(face: Face) -> str:
    outline = f'<rect x="2" y="2" width="356" height="466" fill="none" stroke="{INK}"'
    outline += ' stroke-width="2"/>'
    ring = f'fill="none" stroke="{face.hex}"'
    if face.frame == "bars":
        return outline + "".join(
            f'<rect x="4" y="{y}" width="352" height="12" fill="{face.hex}"/>' for y in (4, 454)
        )
    if face.frame == "double":
        return outline + "".join(
            f'<rect x="{i}" y="{i}" width="{360 - 2 * i}" height="{470 - 2 * i}" {ring}'
            ' stroke-width="4"/>'
            for i in (6, 14)
        )
    style = {
        "dotted": ' stroke-dasharray="0.1 16" stroke-linecap="round"',
        "dashed": ' stroke-dasharray="24 12"',
    }.get(face.frame, "")
    return (
        f'{outline}<rect x="10" y="10" width="340" height="450" {ring} stroke-width="12"{style}/>'
    )


def plain_png(url: str, *, cell: int = 16) -> bytes:
    """Return only the QR with its quiet zone as PNG, for documents."""
    rows = modules(url)
    side = (len(rows) + 2 * QUIET) * cell
    picture = Image.new("L", (side, side), 255)
    _draw_modules(ImageDraw.Draw(picture), rows, QUIET * cell, QUIET * cell, cell, 0)
    return _png(picture)


def png(url: str, face: Face, *, caption: str = "", note: str = "", width: int = 900) -> bytes:
    """Return the code card as PNG to save on a phone; `note` says when it was saved."""
    unit = width / 360
    height = round(470 * unit) + (round(46 * unit) if note else 0)
    picture = Image.new("RGB", (width, height), "#fff")
    draw = ImageDraw.Draw(picture)
    _draw_frame(draw, face, unit)
    draw.rectangle(_scaled((18, 18, 342, 102), unit), fill=face.hex)
    _draw_icon(draw, face, unit)
    _write(draw, (104, 28), face.word, 28, face.text_hex, unit, bold=True)
    _write(draw, (104, 68), _second_line(face), 16, face.text_hex, unit)
    rows = modules(url)
    cell = int(300 * unit / (len(rows) + 2 * QUIET))
    side = len(rows) * cell
    _draw_modules(draw, rows, (width - side) // 2, round(258 * unit - side / 2), cell, INK)
    _write(draw, (180, 416), caption, 19, INK, unit, bold=True, centred=True)
    _write(draw, (180, 478), note, 15, INK, unit, centred=True)
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _scaled(box: tuple[float, float, float, float], unit: float) -> tuple[float, ...]:
    return tuple(value * unit for value in box)


def _draw_modules(
    draw: ImageDraw.ImageDraw, rows: Modules, left: int, top: int, cell: int, ink: str | int
) -> None:
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                corner = (left + x * cell, top + y * cell)
                draw.rectangle((*corner, corner[0] + cell - 1, corner[1] + cell - 1), fill=ink)


def _draw_frame(draw: ImageDraw.ImageDraw, face: Face, unit: float) -> None:
    draw.rectangle(_scaled((2, 2, 358, 468), unit), outline=INK, width=round(2 * unit))
    if face.frame == "bars":
        for top in (4, 454):
            draw.rectangle(_scaled((4, top, 356, top + 12), unit), fill=face.hex)
    elif face.frame == "double":
        for inset in (4, 12):
            box = (inset, inset, 360 - inset, 470 - inset)
            draw.rectangle(_scaled(box, unit), outline=face.hex, width=round(4 * unit))
    elif face.frame == "solid":
        draw.rectangle(_scaled((4, 4, 356, 466), unit), outline=face.hex, width=round(12 * unit))
    else:
        _draw_broken_frame(draw, face, unit)


def _draw_broken_frame(draw: ImageDraw.ImageDraw, face: Face, unit: float) -> None:
    dash, gap = (24, 12) if face.frame == "dashed" else (0, 16)
    corners = [(10, 10), (350, 10), (350, 460), (10, 460), (10, 10)]
    for (x0, y0), (x1, y1) in itertools.pairwise(corners):
        length = math.dist((x0, y0), (x1, y1))
        dx, dy = (x1 - x0) / length, (y1 - y0) / length
        at = 0.0
        while at <= length:
            end = min(at + dash, length)
            box = sorted([x0 + dx * at, x0 + dx * end]) + sorted([y0 + dy * at, y0 + dy * end])
            area = (box[0] - 6, box[2] - 6, box[1] + 6, box[3] + 6)
            if face.frame == "dotted":
                draw.ellipse(_scaled(area, unit), fill=face.hex)
            else:
                flat = (
                    box[0] - 6 * abs(dy),
                    box[2] - 6 * abs(dx),
                    box[1] + 6 * abs(dy),
                    box[3] + 6 * abs(dx),
                )
                draw.rectangle(_scaled(flat, unit), fill=face.hex)
            at += dash + gap


def _draw_icon(draw: ImageDraw.ImageDraw, face: Face, unit: float) -> None:
    width = round(4 * unit)
    for line in ICONS[face.icon]:
        points = [((36 + 2 * x) * unit, (36 + 2 * y) * unit) for x, y in line]
        draw.line(points, fill=face.text_hex, width=width, joint="curve")
        for x, y in (points[0], points[-1]):
            reach = width / 2
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=face.text_hex)


def _icon_path(name: str) -> str:
    return "".join("M" + "L".join(f"{x:.4g} {y:.4g}" for x, y in line) for line in ICONS[name])


@lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(pylopdf_fonts_zh_cn.sans_path()), size)


def _write(
    draw: ImageDraw.ImageDraw,
    at: Point,
    text: str,
    size: int,
    ink: str,
    unit: float,
    *,
    bold: bool = False,
    centred: bool = False,
) -> None:
    """Write one line, smaller when it would not fit; bold is a stroke: one weight is shipped."""
    room = (344 if centred else 338 - at[0]) * unit
    font = _font(round(size * unit))
    while font.getlength(text) > room and font.size > 8:
        font = _font(int(font.size) - 2)
    anchor = "ma" if centred else "la"
    stroke = max(1, round(size * unit / 40)) if bold else 0
    draw.text(
        (at[0] * unit, at[1] * unit),
        text,
        fill=ink,
        font=font,
        anchor=anchor,
        stroke_width=stroke,
        stroke_fill=ink,
    )
