"""Texts and names, compared by their characters."""

from decimal import Decimal

import pytest

from cases.duplicates.likeness import are_near, has_other_words, numbers, pairs, share, sums

LEAK = "楼上卫生间漏水，把我家客厅的天花板泡坏了，修好要3400元。"


def alike(one, other):
    return share(pairs(one), pairs(other))


def test_the_same_text_is_wholly_alike_whatever_the_marks_and_blanks():
    assert alike(LEAK, LEAK.replace("，", " , ").replace("。", "")) == 1


def test_the_order_of_sentences_hardly_counts():
    one, other = "楼上卫生间漏水了。天花板泡坏了。", "天花板泡坏了。楼上卫生间漏水了。"
    assert alike(one, other) > 0.8


def test_texts_about_other_things_are_hardly_alike():
    assert alike(LEAK, "公司拖欠我三个月工资，老板电话不接。") < 0.1


@pytest.mark.parametrize("text", ["", "。", "水", "\n\n"])
def test_what_has_no_two_characters_is_like_nothing(text):
    assert alike(text, text) == 0


def test_an_addition_or_a_lost_character_is_no_other_word():
    assert not has_other_words(LEAK, LEAK + "请尽快处理。")
    assert not has_other_words(LEAK, LEAK.replace("客厅的", "客厅"))


@pytest.mark.parametrize(
    ("word", "other"), [("客厅", "厨房"), ("楼上", "楼下"), ("泡坏", "弄坏"), ("3400", "3500")]
)
def test_a_word_in_the_place_of_another_is_noticed(word, other):
    assert has_other_words(LEAK, LEAK.replace(word, other))


def test_a_word_moved_and_another_put_in_is_noticed_too():
    one, other = "我在星光健身房办了健身卡和私教课", "我在健身房办了游泳卡和私教课"
    assert has_other_words(one, other)


def test_numbers_are_read_with_their_dates_also_in_words():
    assert numbers("三月欠了两个月房租，5号楼，共3400.0元，去年的") == {
        "三",
        "两",
        "5",
        "3400",
        "去年",
    }


@pytest.mark.parametrize("said", ["3400元", "3,400块", "3.4千", "0.34万元", "共计3400"])
def test_a_sum_is_the_same_however_it_is_written(said):
    assert sums(said) == {Decimal(3400)}


def test_dates_houses_and_small_counts_are_no_sums():
    assert sums("2026年11月5日，住江南大道1500号3幢1201室，吵了20次") == set()


@pytest.mark.parametrize(
    ("one", "other"),
    [("李四光", "李四先"), ("李四光", "李光四"), ("欧阳明华", "欧阳华"), ("李四", "李四光")],
)
def test_a_name_with_one_slip_is_near(one, other):
    assert are_near(one, other)
    assert are_near(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("李四光", "李四光"), ("李四", "李五"), ("张三丰", "李四光"), ("陈演示0001", "陈演示0002")],
)
def test_equal_short_and_numbered_names_are_not_near(one, other):
    assert not are_near(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("杭州金桥物业服务有限公司", "金桥物业服务"),
        ("杭州金桥物业服务有限公司", "杭州金桥物业服务有限责任公司"),
        ("杭州金桥物业服务有限公司", "杭州金桥物业服物有限公司"),
    ],
)
def test_a_company_without_its_city_or_legal_form_is_near(one, other):
    assert are_near(one, other, company=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("杭州金桥物业服务有限公司", "杭州银泰物业服务有限公司"),
        ("杭州某某有限公司", "杭州有限公司"),
        ("测试1有限公司", "测试2有限公司"),
    ],
)
def test_two_companies_of_one_trade_are_not_near(one, other):
    assert not are_near(one, other, company=True)
