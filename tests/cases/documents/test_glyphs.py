import pylopdf_fonts_zh_cn
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

from cases.documents.glyphs import printable


@pytest.mark.parametrize(
    "text", ["滨江区，3400元。", "䶮㛃㑊𬭊𬴊𫖯𫘝", "№①“”（2026）A-z é Ω", "一\n二\r\n三\t四"]
)
def test_what_the_fonts_can_draw_stays_as_it_is(text):
    assert printable(text) == text


def test_what_no_font_draws_is_printed_as_its_number():
    assert printable("王\U0002c386") == "王〔U+2C386〕"
    assert printable("好\U0001f600") == "好〔U+1F600〕"
    assert printable("\ud83d") == "〔U+D83D〕"


def test_what_draws_nothing_is_dropped():
    assert printable("a\x00b\u202ec\u200bd\ufeffe\ufe0ff\U000e0100g") == "abcdefg"


def test_the_table_agrees_with_the_font_itself():
    font = ImageFont.truetype(str(pylopdf_fonts_zh_cn.serif_path()), 20)
    missing = bytes(font.getmask("\U0002c386"))
    for code in (*range(0x4E00, 0x9FFF, 97), *range(0x20000, 0x2C400, 997), 0x2611, 0x25A1):
        drawn = bytes(font.getmask(chr(code))) != missing
        if drawn:
            assert printable(chr(code)) == chr(code)


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_becomes_printable_and_stays_so(text):
    once = printable(text)
    assert printable(once) == once
    once.encode("utf-8")
