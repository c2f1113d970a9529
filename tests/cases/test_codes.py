import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.codes import (
    ALPHABET,
    ISO_7064,
    LENGTH,
    check_character,
    clean_short_code,
    grouped,
    new_short_code,
    new_token,
)

bodies = st.text(st.sampled_from(ALPHABET), min_size=LENGTH, max_size=LENGTH)
codes = bodies.filter(lambda body: check_character(body) in ALPHABET).map(
    lambda body: body + check_character(body)
)


def test_the_check_character_is_that_of_the_standard():
    # The example of the Global Release Identifier, which uses ISO 7064 MOD 37,36.
    assert check_character("A12425GABC1234002") == "M"


@given(codes)
def test_every_single_wrong_character_is_found(code):
    for place, right in enumerate(code):
        for wrong in set(ALPHABET) - {right}:
            assert clean_short_code(code[:place] + wrong + code[place + 1 :]) is None


def _after(state: int, character: str) -> int:
    """The standard's step, written down a second time."""
    return ((state + ISO_7064.index(character)) % 36 or 36) * 2 % 37


def test_of_a_thousand_swapped_neighbours_at_most_two_pass():
    """A hybrid system of ISO 7064 promises nearly all transpositions, not all of them."""
    pairs = [(s, a, b) for s in range(1, 37) for a in ALPHABET for b in ALPHABET if a < b]
    unseen = [
        p for p in pairs if _after(_after(p[0], p[1]), p[2]) == _after(_after(p[0], p[2]), p[1])
    ]
    assert 0 < len(unseen) <= 2 * len(pairs) / 1000


def test_a_naive_sum_of_the_characters_would_see_no_swap_at_all():
    def naive(body):
        return ISO_7064[sum(ISO_7064.index(c) for c in body) % 36]

    assert naive("7K4MQ2XD9F") == naive("K74MQ2XD9F")
    assert check_character("7K4MQ2XD9F") != check_character("K74MQ2XD9F")


@given(codes)
def test_look_alikes_case_dashes_and_blanks_are_forgiven(code):
    typed = code.replace("1", "l").replace("0", "o").replace("V", "u")
    assert clean_short_code(f" {grouped(typed).lower()} ") == code
    assert clean_short_code(code.replace("1", "I").replace("0", "O")) == code
    assert clean_short_code(grouped(code).replace("-", " ")) == code


@given(codes)
def test_full_width_typing_of_a_chinese_keyboard_is_forgiven(code):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    assert clean_short_code(wide) == code
    assert clean_short_code(f"{code[:4]}－{code[4:8]}　{code[8:]}") == code


@given(st.text(max_size=30))
def test_no_text_makes_the_reader_stumble(typed):
    code = clean_short_code(typed)
    assert code is None or clean_short_code(code) == code


@pytest.mark.parametrize("typed", ["", "7K4M", "7K4MQ2XD9F", "7K4MQ2XD9F-P-P-P", "!" * 11])
def test_what_cannot_be_a_code_is_none(typed):
    assert clean_short_code(typed) is None


def test_new_codes_keep_to_the_alphabet_and_are_right():
    made = {new_short_code() for _ in range(500)}
    assert len(made) == 500
    assert all(clean_short_code(code) == code and len(code) == LENGTH + 1 for code in made)
    assert not set("".join(made)) & set("ILOU")


def test_the_random_part_has_fifty_bits_and_uses_all_of_them():
    seen = [set() for _ in range(LENGTH)]
    for _ in range(2000):
        for place, character in enumerate(new_short_code()[:LENGTH]):
            seen[place].add(character)
    assert all(characters == set(ALPHABET) for characters in seen)


def test_the_token_of_the_qr_carries_128_bits_and_is_safe_in_an_address():
    tokens = {new_token() for _ in range(500)}
    assert len(tokens) == 500
    assert all(
        len(token) == 22 and token.replace("-", "").replace("_", "").isalnum() for token in tokens
    )


def test_a_code_is_read_out_in_groups():
    assert grouped("7K4MQ2XD9FP") == "7K4M-Q2XD-9FP"
