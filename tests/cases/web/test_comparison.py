"""Two cases side by side: passages they share, and point by point what is the same."""

from decimal import Decimal

import pytest

from cases.filing import Person
from cases.web.comparison import passages, rows
from tests.factories import file, new_phone


def marked(text: str, other: str) -> list[str]:
    return [piece for piece, is_marked in passages(text, other)[0] if is_marked]


def test_what_stands_in_both_texts_is_marked_in_both():
    one, two = passages("我说：房东不退押金3400元。", "房东不退押金，我去年搬走的。")
    assert [piece for piece, is_marked in one if is_marked] == ["房东不退押金"]
    assert [piece for piece, is_marked in two if is_marked] == ["房东不退押金"]


def test_sentences_in_another_order_are_found():
    text, other = "水管漏水泡了地板。物业三个月没来修。", "物业三个月没来修，水管漏水泡了地板！"
    assert marked(text, other) == ["水管漏水泡了地板", "物业三个月没来修"]


def test_marks_and_blanks_between_do_not_hide_a_passage():
    assert marked("房东 不退，押金", "房东不退押金的事") == ["房东 不退，押金"]


def test_short_everyday_words_are_not_marked():
    assert marked("我和他因为钱的事吵", "我和他因此没有说话") == []


@pytest.mark.parametrize("text", ["", "。", "一二三", "😀😀😀😀😀😀", "ABCDEFabcdef"])
def test_pieces_put_together_are_the_text(text):
    for one, other in ((text, "房东不退押金"), ("房东不退押金", text), (text, text)):
        pieces = passages(one, other)
        assert "".join(piece for piece, _ in pieces[0]) == one
        assert "".join(piece for piece, _ in pieces[1]) == other


def points(case, other, *facts: str) -> dict[str, str]:
    return {row.label: row.verdict.value for row in rows(case, other, facts=facts)}


def test_each_point_is_the_same_different_or_not_said(db):
    phone = new_phone()
    case = file(applicants=[Person("张三丰", phone)], amount=Decimal("3400")).case
    other = file(
        applicants=[Person("张三丰", phone)],
        respondents=[Person("王大明")],
        amount=Decimal("3000"),
    ).case
    found = points(case, other)
    assert found["申请人 · 姓名"] == "same"
    assert found["申请人 · 手机号"] == "same"
    assert found["申请人 · 证件号"] == "missing"
    assert found["被申请人 · 姓名"] == "different"
    assert found["被申请人 · 手机号"] == "missing"
    assert found["金额"] == "different"
    assert found["地区"] == "same"
    assert found["申请时间"] == "neutral"


def test_swapped_sides_are_compared_across(db):
    one, two = Person("张三丰", new_phone()), Person("李四光", new_phone())
    case = file(applicants=[one], respondents=[two]).case
    other = file(applicants=[two], respondents=[one]).case
    assert points(case, other)["申请人 · 姓名"] == "different"
    found = points(case, other, "swapped_sides")
    assert found["申请人（对被申请人） · 姓名"] == "same"
    assert found["被申请人（对申请人） · 手机号"] == "same"


def test_a_name_mistyped_and_a_rounded_amount_are_near(db):
    case = file(respondents=[Person("李四光")], amount=Decimal("3400")).case
    other = file(respondents=[Person("李四广")], amount=Decimal("3300")).case
    found = points(case, other, "near_amount")
    assert (found["被申请人 · 姓名"], found["金额"]) == ("near", "near")


def test_names_and_phones_are_masked(db):
    phone = new_phone()
    case, other = file(applicants=[Person("张三丰", phone)]).case, file().case
    shown = "".join(row.case + row.other for row in rows(case, other))
    assert "张**" in shown
    assert "三丰" not in shown
    assert phone not in shown
