import io
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image

from cases import qr
from cases.codes import Face

URL = "https://jf.example.cn/c/Zk3vR8dQp1xW0aBcDeFgHi/"
FACES = [
    Face("blue", "蓝码", "待受理", "", "tray", "dotted", "#1D6AB3", "#FFFFFF"),
    Face("orange", "橙码", "待响应", "", "clock", "dashed", "#DA763A", "#16202A"),
    Face("yellow", "黄码", "调解中", "", "talk", "double", "#FDC25A", "#16202A"),
    Face("green", "绿码", "已化解", "", "tick", "solid", "#245B2F", "#FFFFFF", "已司法确认"),
    Face("grey", "灰码", "未达成", "", "signpost", "bars", "#37393C", "#FFFFFF"),
    Face("purple", "紫码", "司法确认", "", "stamp", "double", "#522E84", "#FFFFFF"),
    Face("red", "红码", "转诉讼", "", "signpost", "bars", "#AD070A", "#FFFFFF"),
]


def decoded(picture: Image.Image) -> str | None:
    found = zxingcpp.read_barcodes(picture)
    return found[0].text if found else None


def card(face: Face, **more: str) -> Image.Image:
    return Image.open(io.BytesIO(qr.png(URL, face, **more)))


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.colour)
def test_every_colour_is_read_by_an_independent_decoder_in_colour_grey_and_black(face):
    picture = card(face, caption="2026-003417", note="保存时：待受理")
    small = picture.resize((200, 200 * picture.height // picture.width))
    for version in (picture, picture.convert("L"), picture.convert("1"), small):
        assert decoded(version) == URL


def test_a_card_whose_modules_take_the_pale_colour_of_the_frame_is_not_read_in_black_and_white(
    monkeypatch,
):
    monkeypatch.setattr(qr, "INK", "#FDC25A")
    assert decoded(card(FACES[2]).convert("1")) is None


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.colour)
def test_the_frame_leaves_four_light_modules_around_the_code(face):
    picture = card(face).convert("RGB")
    rows = qr.modules(URL)
    cell = int(300 * (picture.width / 360) / (len(rows) + 8))
    side = len(rows) * cell
    left, top = (picture.width - side) // 2, round(258 * picture.width / 360 - side / 2)
    ring = picture.crop((left - 4 * cell, top - 4 * cell, left + side + 4 * cell, top))
    assert ring.getcolors() == [(ring.width * ring.height, (255, 255, 255))]


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.colour)
def test_the_svg_says_the_word_and_the_colour_and_runs_nothing(face):
    picture = qr.svg(URL, face, caption="<script>&")
    root = ElementTree.fromstring(picture)
    words = "".join(root.itertext())
    assert face.word in words
    assert face.name in words
    assert "<script" not in picture
    assert face.hex in picture


def test_the_code_inside_a_page_has_a_name_for_those_who_cannot_see_it():
    assert 'role="img" aria-label="本案 &quot;码&quot;"' in qr.bare_svg(URL, label='本案 "码"')


def test_a_plain_code_for_documents_is_read():
    assert decoded(Image.open(io.BytesIO(qr.plain_png(URL)))) == URL
