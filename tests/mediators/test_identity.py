import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediators.errors import InvalidIdentity
from mediators.identity import (
    COMPANY_ALPHABET,
    clean_company_code,
    clean_id_card,
    clean_name,
    clean_phone,
    clean_text,
    is_mobile,
    mask_id,
    mask_name,
    mask_phone,
)

# The examples that GB 11643 and GB 32100 print themselves.
ID_CARDS = ["11010519491231002X", "440524188001010014"]
COMPANY = "91350100M000100Y43"


@pytest.mark.parametrize(
    "typed",
    [
        "13900000001",
        " 139 0000 0001 ",
        "139-0000-0001",
        "+8613900000001",
        "+86 139 0000 0001",
        "0086 13900000001",
        "１３９０００００００１",
        "139\u200b00000001",
        "\u202a13900000001\u202c",
    ],
)
def test_one_phone_is_one_phone_however_it_is_typed(typed):
    assert clean_phone(typed) == "13900000001"


@pytest.mark.parametrize("typed", ["057187654321", "0571-87654321", "（0571）87654321"])
def test_a_landline_is_a_phone_but_gets_no_text_messages(typed):
    assert clean_phone(typed) == "057187654321"
    assert not is_mobile("057187654321")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1390000000", "现在是10位"),
        ("139000000011", "现在是12位"),
        ("12900000001", "再看一下"),
        ("一三九零零", "只写数字"),
        ("1390000000a", "只写数字"),
        ("", "只写数字"),
    ],
)
def test_a_phone_that_cannot_be_right_is_refused_in_words_that_help(typed, said):
    with pytest.raises(InvalidIdentity, match=said):
        clean_phone(typed)


@given(st.text(max_size=40))
def test_no_text_makes_the_phone_check_stumble(typed):
    try:
        phone = clean_phone(typed)
    except InvalidIdentity:
        return
    assert phone.isascii()
    assert phone.isdigit()
    assert clean_phone(phone) == phone


@pytest.mark.parametrize("number", ID_CARDS)
def test_the_identity_numbers_of_the_standard_are_right(number):
    assert clean_id_card(f" {number.lower()} ") == number


@pytest.mark.parametrize("number", ID_CARDS)
def test_every_single_wrong_digit_of_an_identity_number_is_found(number):
    for place, right in enumerate(number):
        for wrong in set("0123456789") - {right}:
            with pytest.raises(InvalidIdentity):
                clean_id_card(number[:place] + wrong + number[place + 1 :])


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("1101051949123100", "现在是16位"),
        ("110105194913310025", "出生日期"),
        ("110105194902300021", "出生日期"),
        ("110105194912310021", "再写一遍"),
        ("011105194912310021", "再写一遍"),
    ],
)
def test_a_wrong_identity_number_says_what_is_wrong(number, said):
    with pytest.raises(InvalidIdentity, match=said):
        clean_id_card(number)


def test_the_company_code_of_the_standard_is_right():
    assert clean_company_code("9135 0100 m000100y43") == COMPANY


def test_every_single_wrong_character_of_a_company_code_is_found():
    for place, right in enumerate(COMPANY):
        for wrong in set(COMPANY_ALPHABET) - {right}:
            with pytest.raises(InvalidIdentity):
                clean_company_code(COMPANY[:place] + wrong + COMPANY[place + 1 :])


def test_text_loses_what_cannot_be_seen_and_keeps_its_lines():
    assert clean_text("张\u200b三\u202e\x00\r\n第二行\t完\ufeff") == "张三\n第二行\t完"


def test_full_width_letters_and_digits_become_plain():
    assert clean_text("Ａ座３０１室") == "A座301室"


def test_chinese_punctuation_stays_as_it_was_written():
    said = "他说：“不退！”（押金，3400元）；怎么办？"
    assert clean_text(said) == said


@given(st.text())
def test_cleaning_a_text_again_changes_nothing(text):
    assert clean_text(clean_text(text)) == clean_text(text)


def test_a_name_has_one_form():
    assert clean_name("  杭州某某（集团）\u3000有限公司 ") == "杭州某某(集团) 有限公司"
    assert clean_name("杭州某某(集团) 有限公司") == clean_name("杭州某某（集团）　有限公司")


def test_masks_show_enough_to_its_owner_and_too_little_to_anyone_else():
    assert mask_phone("13912345678") == "139****5678"
    assert mask_phone("12345") == "****"
    assert mask_name("张三丰") == "张**"
    assert mask_name("欧阳修之后人") == "欧**"
    assert mask_name("张") == "张"
    assert mask_name("") == ""
    assert mask_id(ID_CARDS[0]) == "110105********002X"
    assert mask_id("12345") == "****"


def test_a_hidden_character_between_two_halves_of_a_letter_makes_no_second_spelling():
    assert clean_text("e\u200b\u0301") == clean_text("é")
