import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.routing.matcher import Hit, Matcher, normalise

# Few letters, so that words overlap, nest and repeat often.
WORDS = st.lists(st.text(alphabet="甲乙丙", min_size=1, max_size=5), max_size=12)
TEXTS = st.text(alphabet="甲乙丙，", max_size=60)


def leftmost_longest(words: list[str], text: str) -> list[Hit]:
    """The definition, written down as slowly and plainly as possible."""
    hits, place = [], 0
    while place < len(text):
        here = [word for word in words if text[place:].startswith(word)]
        if here:
            best = max(here, key=len)
            hits.append(Hit(best, place, place + len(best)))
            place += len(best)
        else:
            place += 1
    return hits


def first_listed(words: list[str], text: str) -> list[Hit]:
    """The planted fault: takes the word that was listed first, not the longest."""
    hits, place = [], 0
    while place < len(text):
        here = [word for word in words if text[place:].startswith(word)]
        if here:
            hits.append(Hit(here[0], place, place + len(here[0])))
        place += len(here[0]) if here else 1
    return hits


def test_full_width_letters_capitals_and_compatibility_signs_become_plain():
    assert normalise("ＡＰＰ Ｎ＋１ ㈱ ⼯伤 ①") == "appn1株工伤1"


def test_traditional_characters_become_simplified():
    assert normalise("離婚協議書、車禍賠償、徵地補償") == "离婚协议书。车祸赔偿。征地补偿"


@pytest.mark.parametrize(
    ("drawn", "meant"),
    [("аpp", "app"), ("エ伤", "工伤"), ("⻋祸", "车祸"), ("ｑｑ", "qq"), ("٣楼", "3楼")],
)
def test_signs_that_are_drawn_alike_become_one(drawn: str, meant: str):
    assert normalise(drawn) == meant


def test_what_hides_inside_a_word_vanishes():
    assert (
        normalise("借\u200b条\u202e离\ufe0f\u00ad婚 欠 款\n合*同“押金”") == "借条离婚欠款合同押金"
    )


def test_every_sign_that_ends_a_clause_becomes_the_same_one():
    assert normalise("不退押金！怎么办?,、；") == "不退押金。怎么办。。。。"


def test_no_word_crosses_from_one_clause_into_the_next():
    assert Matcher(["工资料"]).find("拖欠工资，料也不给") == []


def test_no_format_character_of_unicode_survives():
    hidden = [chr(c) for c in range(sys.maxunicode) if unicodedata.category(chr(c)) == "Cf"]
    assert hidden
    assert normalise("甲" + "".join(hidden) + "乙") == "甲乙"


def test_each_character_has_its_plain_form_alone():
    text = "離ﬁ婚\u200b①，Ａ"
    assert normalise(text) == "".join(normalise(sign) for sign in text)


@given(st.text())
def test_normalising_twice_changes_nothing_more(text: str):
    once = normalise(text)
    assert normalise(once) == once


def test_the_longest_word_wins_over_its_parts():
    hits = Matcher(["离婚", "协议", "离婚协议", "离婚协议书"]).find("签了离婚协议书，又要离婚")
    assert [hit.word for hit in hits] == ["离婚协议书", "离婚"]


def test_planted_fault_the_first_listed_word_is_not_the_longest():
    words = ["离婚", "离婚协议"]
    text = "签离婚协议"
    assert first_listed(words, text) != leftmost_longest(words, text)
    assert Matcher(words).find(text) == leftmost_longest(words, text)


def test_of_two_overlapping_words_the_left_one_is_taken():
    assert Matcher(["交通事故", "事故责任"]).find("交通事故责任") == [Hit("交通事故", 0, 4)]


def test_a_word_of_one_character_is_found_where_no_longer_one_begins():
    assert Matcher(["税", "税务局"]).find("交税到税务局") == [Hit("税", 1, 2), Hit("税务局", 3, 6)]


def test_a_word_that_ends_with_the_text_is_found():
    assert Matcher(["欠条"]).find("有欠条") == [Hit("欠条", 1, 3)]


def test_words_are_normalised_and_empty_ones_ignored():
    matcher = Matcher(["４Ｓ店", "", "\u200b"])
    assert matcher.find("在4s店") == [Hit("4s店", 1, 4)]


def test_places_are_those_of_the_text_as_it_was_written():
    text = "簽了 離\u200b婚-協議"
    (hit,) = Matcher(["离婚协议"]).find(text)
    assert hit.word == "离婚协议"
    assert text[hit.start : hit.end] == "離\u200b婚-協議"


def test_nothing_is_found_without_words_or_without_text():
    assert Matcher([]).find("借条") == []
    assert Matcher(["借条"]).find("") == []


@given(WORDS, TEXTS)
def test_hits_are_those_of_the_definition(words: list[str], text: str):
    plain = normalise(text)
    assert Matcher(words).find(plain) == leftmost_longest(words, plain)


@given(WORDS, TEXTS)
def test_every_position_points_at_its_word_and_hits_do_not_overlap(words: list[str], text: str):
    plain = normalise(text)
    end = 0
    for hit in Matcher(words).find(plain):
        assert plain[hit.start : hit.end] == hit.word
        assert hit.word in words
        assert hit.start >= end
        end = hit.end
