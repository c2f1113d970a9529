"""Texts made to fool the router, and harmless ones that must not turn it round."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.routing import matcher
from cases.routing.classify import LONGEST_TEXT, Decision, RuleBook
from cases.routing.matcher import DATA, normalise, read_pairs
from cases.routing.vocabulary import candidates
from tests.cases.routing.test_classify import BOOK, PLAIN, SHIPPED

NEUTRAL = ["谢谢您的帮助。", "今天天气很好。", "以上是我的情况，请尽快处理。", "请问怎么办？"]
TRADITIONAL: dict[str, str] = {}
for complex_form, simple in read_pairs(DATA / "traditional.tsv").items():
    TRADITIONAL.setdefault(simple, complex_form)
LOOK_ALIKES = {"a": "а", "p": "р", "o": "о", "工": "エ", "车": "⻋", "门": "⻔"}
TEXTS = st.sampled_from(sorted(PLAIN.values()))


def disguised(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(sign, sign) for sign in text)


def full_width(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


@pytest.mark.parametrize("text", sorted(PLAIN.values()))
@pytest.mark.parametrize("neutral", NEUTRAL)
def test_a_neutral_sentence_changes_neither_type_nor_decision(text: str, neutral: str):
    before = BOOK.classify(text)
    for longer in (f"{neutral}{text}", f"{text}。{neutral}"):
        after = BOOK.classify(longer)
        assert (after.ranked, after.decision) == (before.ranked, before.decision)


@pytest.mark.parametrize("neutral", NEUTRAL)
def test_a_neutral_sentence_alone_says_nothing(neutral: str):
    assert BOOK.classify(neutral).ranked == ()


def test_planted_fault_a_word_of_politeness_would_turn_a_text_round():
    polite = RuleBook([*SHIPPED, *(k for k in [type(SHIPPED[0])("labour", "谢谢您", 4.0)])])
    assert polite.classify(NEUTRAL[0]).ranked != ()


@pytest.mark.parametrize("text", sorted(PLAIN.values()))
def test_the_same_text_in_traditional_characters_or_full_width_has_the_same_verdict(text: str):
    plain = BOOK.classify(text)
    for other in (disguised(text, TRADITIONAL), full_width(text)):
        assert BOOK.classify(other) == plain


@pytest.mark.parametrize("text", sorted(PLAIN.values()))
def test_letters_that_look_alike_change_nothing(text: str):
    assert BOOK.classify(disguised(text, LOOK_ALIKES)).ranked == BOOK.classify(text).ranked


@given(TEXTS, st.sampled_from(["\u200b", " ", "\n", "*", "-", "·", "\u0301", "“"]))
@settings(max_examples=40)
def test_signs_between_all_characters_change_nothing(text: str, sign: str):
    assert BOOK.classify(sign.join(text)).ranked == BOOK.classify(text).ranked


def test_the_words_of_all_types_together_go_to_a_person():
    for count in (1, 3, 10, 30):
        stuffed = []
        for code in PLAIN:
            best = sorted((k for k in SHIPPED if k.case_type == code), key=lambda k: -k.weight)
            stuffed += [keyword.word for keyword in best[:count]]
        assert BOOK.classify("，".join(stuffed)).decision is Decision.REVIEW


@given(st.permutations(sorted(PLAIN.values())))
@settings(max_examples=20)
def test_many_complaints_in_one_text_go_to_a_person(texts: list[str]):
    assert BOOK.classify("。".join(texts)).decision is Decision.REVIEW


def test_what_stands_behind_the_longest_text_is_not_read():
    text = PLAIN["labour"]
    assert BOOK.classify("　" * LONGEST_TEXT + text).ranked == ()
    assert BOOK.classify(text + "。" * LONGEST_TEXT + PLAIN["medical"]) == BOOK.classify(text)


@pytest.mark.parametrize(
    "text", ["工资" * 50_000, "\u0301" * 100_000, "ﷺ" * 100_000, "a." * 50_000]
)
def test_a_hundred_thousand_characters_have_a_verdict(text: str):
    assert BOOK.classify(text).decision is Decision.REVIEW


def test_no_shipped_keyword_stands_in_a_neutral_sentence():
    neutral = (Path(matcher.__file__).parent / "data" / "neutral.txt").read_text(encoding="utf-8")
    texts = [*map(normalise, neutral.splitlines()), *map(normalise, NEUTRAL)]
    assert not [k.word for k in SHIPPED if any(k.word in text for text in texts)]


def test_a_sentence_that_says_nothing_gives_no_candidates():
    assert candidates(normalise("谢谢您的帮助，请问怎么办"), longest=4) == set()
