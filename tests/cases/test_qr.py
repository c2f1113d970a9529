import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import zxingcpp
from django.conf import settings
from PIL import Image, ImageChops, ImageDraw

from cases import qr
from cases.codes import Face

URL = "https://jf.example.cn/c/Zk3vR8dQp1xW0aBcDeFgHi/"
FACES = [
    Face("blue", "蓝码", "待受理", "", "tray", "dotted", "#1D6AB3", "#FFFFFF"),
    Face("orange", "橙码", "待响应", "", "clock", "dashed", "#DA763A", "#16202A"),
    Face("yellow", "黄码", "调解中", "", "talk", "double", "#FDC25A", "#16202A"),
    Face("green", "绿码", "已化解", "", "tick", "solid", "#245B2F", "#FFFFFF", "已司法确认"),
    Face("grey", "灰码", "未达成", "", "signpost", "bars", "#37393C", "#FFFFFF"),
    Face("purple", "紫码", "司法确认", "", "stamp", "dashed", "#522E84", "#FFFFFF"),
    Face("red", "红码", "转诉讼", "", "signpost", "bars", "#AD070A", "#FFFFFF"),
]
SVG = "{http://www.w3.org/2000/svg}"
every_colour = pytest.mark.parametrize("face", FACES, ids=lambda face: face.colour)


def decoded(picture: Image.Image) -> str | None:
    found = zxingcpp.read_barcodes(picture)
    return found[0].text if found else None


def card(face: Face, **more: object) -> Image.Image:
    return Image.open(io.BytesIO(qr.png(URL, face, **more)))


def painted(svg: str, pixels: int) -> Image.Image:
    """Paint the boxes and the modules of our own SVG, `pixels` to a unit; words are left out."""
    root = ElementTree.fromstring(svg)
    size = [int(side) * pixels for side in root.attrib["viewBox"].split()[2:]]
    picture = Image.new("RGB", size, "#FF00FF")
    draw = ImageDraw.Draw(picture)
    for box in root.iter(f"{SVG}rect"):
        x, y, w, h = (float(box.attrib[key]) * pixels for key in ("x", "y", "width", "height"))
        draw.rectangle((x, y, x + w - 1, y + h - 1), fill=box.attrib["fill"])
    inner = root.find(f"{SVG}svg")
    left, top, scale = 0.0, 0.0, float(pixels)
    if inner is not None:
        left, top = (float(inner.attrib[key]) * pixels for key in ("x", "y"))
        side = int(inner.attrib["viewBox"].split()[2])
        scale = float(inner.attrib["width"]) * pixels / side
    for path in (inner if inner is not None else root).iter(f"{SVG}path"):
        for x, y, w, h in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)[hH]", path.attrib["d"]):
            x0, y0 = left + int(x) * scale, top + int(y) * scale
            area = (x0, y0, x0 + int(w) * scale - 1, y0 + int(h) * scale - 1)
            draw.rectangle(area, fill=path.attrib["fill"])
    return picture


def quiet_zone(picture: Image.Image) -> list[Image.Image]:
    """Return the four strips, four modules wide, around the code that a reader finds."""
    at = zxingcpp.read_barcodes(picture)[0].position
    cell = (at.top_right.x - at.top_left.x) / len(qr.modules(URL))
    left, top = at.top_left.x - 4 * cell + 2, at.top_left.y - 4 * cell + 2
    right, bottom = at.bottom_right.x + 4 * cell - 2, at.bottom_right.y + 4 * cell - 2
    wide = 4 * cell - 5  # a pixel or two of play in where the reader sees the edge
    strips = [
        (left, top, right, top + wide),
        (left, bottom - wide, right, bottom),
        (left, top, left + wide, bottom),
        (right - wide, top, right, bottom),
    ]
    return [picture.convert("RGB").crop(tuple(map(round, strip))) for strip in strips]


@every_colour
def test_every_colour_is_read_by_an_independent_decoder_in_colour_grey_and_black(face):
    picture = card(face, caption="2026-003417", note="保存时：待受理")
    small = picture.resize((200, 200 * picture.height // picture.width))
    for version in (picture, picture.convert("L"), picture.convert("1"), small):
        assert decoded(version) == URL


@every_colour
def test_the_svg_of_every_colour_is_read_in_colour_grey_and_black(face):
    picture = painted(qr.svg(URL, face, caption="2026-003417"), 3)
    for version in (picture, picture.convert("L"), picture.convert("1")):
        assert decoded(version) == URL


def test_a_card_whose_modules_take_the_pale_colour_of_the_frame_is_not_read_in_black_and_white(
    monkeypatch,
):
    monkeypatch.setattr(qr, "INK", "#FDC25A")
    assert decoded(card(FACES[2]).convert("1")) is None


@every_colour
def test_frame_band_and_words_leave_four_light_modules_around_the_code(face):
    long = "2026-003417  7K4M-Q2XD-9FP " * 3
    drawings = (card(face, caption=long, note=long), painted(qr.svg(URL, face), 3))
    for strip in (strip for drawing in drawings for strip in quiet_zone(drawing)):
        assert strip.getcolors() == [(strip.width * strip.height, (255, 255, 255))]


def test_a_band_that_reaches_into_the_quiet_zone_is_noticed(monkeypatch):
    monkeypatch.setattr(qr, "FIELD", 370)
    strips = quiet_zone(card(FACES[0]))
    assert any(len(strip.getcolors() or ()) > 1 for strip in strips)


@every_colour
def test_the_svg_says_the_word_and_the_colour_and_runs_nothing(face):
    picture = qr.svg(URL, face, caption='<script>&"')
    root = ElementTree.fromstring(picture)
    words = "".join(root.itertext())
    for said in (face.word, face.name, face.badge, '<script>&"'):
        assert said in words
    assert face.hex in picture
    names = {tag.tag.removeprefix(SVG) for tag in root.iter()}
    assert names == {"svg", "title", "rect", "path", "g", "text"}
    attributes = {name for tag in root.iter() for name in tag.attrib}
    assert not [name for name in attributes if name in ("style", "class") or name[:2] == "on"]
    assert not [name for name in attributes if name.endswith("href")]


def test_words_with_control_characters_still_make_a_well_formed_svg():
    face = Face("blue", "蓝\x00码", "待\x0b受理", "", "tray", "dotted", '#1D6AB3" x="', "#FFFFFF")
    root = ElementTree.fromstring(qr.svg(URL, face, caption="a\ud800b"))
    assert "待受理" in "".join(root.itertext())


def test_the_five_colours_look_different_without_their_colour():
    frames = [
        Face("grey", "灰码", "", "", "tray", face.frame, "#37393C", "#FFFFFF") for face in FACES[:5]
    ]
    icons = [Face("grey", "", "", "", f.icon, "solid", "#37393C", "#FFFFFF") for f in FACES[:5]]
    assert len({qr.png(URL, face) for face in frames}) == 5
    assert len({qr.png(URL, face) for face in icons}) == 5


def test_every_shipped_colour_names_an_icon_that_is_drawn():
    shipped = json.loads((Path(settings.BASE_DIR) / "cases/data/colours.json").read_text("utf-8"))
    assert {colour["icon"] for colour in shipped["colours"]} <= set(qr.ICONS)


@pytest.mark.parametrize("name", qr.ICONS)
def test_an_icon_stays_on_its_field(name):
    assert set(re.sub(r"[\d. ]", "", qr.ICONS[name])) == {"M", "L"}
    numbers = [float(number) for number in re.findall(r"[\d.]+", qr.ICONS[name])]
    assert min(numbers) >= 1
    assert max(numbers) <= 23


def test_long_words_are_made_smaller_rather_than_cut_off():
    face = Face(
        "green", "Green", "Waiting for an answer", "", "tick", "solid", "#245B2F", "#FFFFFF",
        "Confirmed by the court",
    )  # fmt: skip
    bare = Face("green", "", "", "", "tick", "solid", "#245B2F", "#FFFFFF")
    written = card(face, caption="W" * 60, note="保存时" * 30)
    empty = card(bare, caption="", note=" ")
    left, _, right, bottom = ImageChops.difference(written, empty).getbbox()
    unit = written.width / 360
    assert left >= 18 * unit
    assert right <= 342 * unit
    assert bottom < written.height


def test_the_picture_is_as_wide_as_asked_and_refuses_to_be_unreadable():
    assert card(FACES[0], width=600).width == 600
    assert decoded(card(FACES[2], width=qr.NARROWEST)) == URL
    with pytest.raises(ValueError, match="240"):
        qr.png(URL, FACES[0], width=qr.NARROWEST - 1)


def test_the_note_of_a_saved_picture_gets_its_own_line_below_the_card():
    plain, noted = card(FACES[0]), card(FACES[0], note="保存时：待受理，11月21日。")
    assert noted.height > plain.height
    assert len(noted.crop((0, plain.height, noted.width, noted.height)).getcolors(9999)) > 1


def test_the_modules_carry_the_address_at_error_level_m_without_border():
    rows = qr.modules(URL)
    assert len(rows) == 33  # version 4, as a 47-character address needs at level M
    assert rows[0][:7] == (True,) * 7
    assert qr.modules(URL) is rows


def test_the_code_inside_a_page_has_a_name_for_those_who_cannot_see_it():
    drawing = qr.bare_svg(URL, label='本案 "码"')
    assert 'role="img" aria-label="本案 &quot;码&quot;"' in drawing
    assert "style" not in drawing


def test_the_code_inside_a_page_is_read():
    drawing = qr.bare_svg(URL, label="码").replace(
        "<svg", '<svg xmlns="http://www.w3.org/2000/svg"'
    )
    picture = painted(drawing, 6)
    assert decoded(picture) == URL
    modules = ImageChops.invert(picture.convert("L")).getbbox()
    side = picture.width
    assert modules == (4 * 6, 4 * 6, side - 4 * 6, side - 4 * 6)
    assert {colour for _, colour in picture.getcolors()} == {(255, 255, 255), (22, 32, 42)}


def test_a_plain_code_for_documents_is_read():
    assert decoded(Image.open(io.BytesIO(qr.plain_png(URL)))) == URL
