"""Rule books as tables: what goes out comes back the same; what cannot be read is said by line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.errors import CaseError
from cases.loading import KEYWORDS
from cases.models import RuleBook
from cases.routing import drafting, rulebook, tables
from cases.routing.classify import load_keywords
from cases.routing.drafting import Edited
from cases.routing.tables import BadTable, Difference
from tests.cases.routing import books

HEADER = "case_type\tword\tweight\n"


@pytest.fixture
def draft(db) -> RuleBook:
    return drafting.draft(based_on=books.in_force(), author=None)


def bring(draft: RuleBook, text: str, *, replace: bool = False) -> Edited:
    return tables.take_over(draft, (HEADER + text).encode(), replace=replace, by=None)


def test_a_table_that_goes_out_and_in_again_changes_nothing(draft):
    drafting.change(draft, {("labour", "加班费"): 1 / 3, ("none", "补贴"): -2e-7}, by=None)
    assert tables.from_tsv(tables.to_tsv(draft).encode()) == rulebook.table(draft)
    assert tables.take_over(draft, tables.to_tsv(draft).encode(), replace=True, by=None) == Edited()


@given(weight=st.floats(allow_nan=False, allow_infinity=False))
def test_every_weight_is_read_as_the_number_that_was_written(weight):
    line = f"none\t补贴\t{weight!r}\n"
    assert list(tables.read_rows(HEADER + line, set()).values()) == [weight]


def test_words_that_the_table_does_not_name_stay_unless_it_is_to_replace_them(draft):
    assert bring(draft, "labour\t加班费\t2\nlabour\t工资\t1\n") == Edited(added=1, reweighed=1)
    assert len(rulebook.table(draft)) == len(books.KEYWORDS) + 1
    edited = bring(draft, "labour\t加班费\t2\n", replace=True)
    assert edited == Edited(removed=len(books.KEYWORDS))
    assert rulebook.table(draft) == {("labour", "加班费"): 2.0}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("labour\t工资\n", "第2行：要有三格"),
        ("flying\t飞\t1\n", "第2行：没有这个案由：flying"),
        ("labour\t工资\tmuch\n", "第2行：分量要是数字"),
        ("labour\t工资\tnan\n", "第2行：分量要是数字"),
        ("labour\t\t1\n", "第2行：这不是关键词"),
        ("labour\t工资\t1\n\nlabour\t工资\t2\n", "第4行：和第2行是同一个词"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_and_nothing_is_taken_over(draft, text, told):
    before = rulebook.table(draft)
    with pytest.raises(BadTable) as refused:
        bring(draft, text + "labour\t加班费\t2\n")
    assert refused.value.lines[0].startswith(told)
    assert rulebook.table(draft) == before


def test_every_bad_line_is_told_up_to_a_limit(draft):
    with pytest.raises(BadTable) as refused:
        bring(draft, "labour\n" * 50)
    assert len(refused.value.lines) == tables.MOST_ERRORS


@pytest.mark.parametrize(
    "data", [b"", b"word,weight\n", HEADER.encode(), b"\xff\xfe\x00", b"x" * 5_000_000]
)
def test_what_is_no_table_is_refused(draft, data):
    with pytest.raises(BadTable):
        tables.take_over(draft, data, replace=True, by=None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_table_is_read_as_spreadsheets_write_it(draft, encoding):
    text = f"{HEADER}labour\t加班费\t2\n".replace("\n", "\r\n")
    edited = tables.take_over(draft, text.encode(encoding), replace=False, by=None)
    assert edited == Edited(added=1)
    assert rulebook.table(draft)["labour", "加班费"] == 2.0


def test_a_published_book_takes_no_table(db):
    with pytest.raises(CaseError, match="启用过"):
        bring(books.in_force(), "labour\t加班费\t2\n")


def test_differences_are_what_was_added_taken_out_and_weighed_anew(
    draft, django_assert_num_queries
):
    current = rulebook.in_force()
    assert tables.differences(current, draft) == []
    drafting.change(
        draft,
        {("labour", "加班费"): 2.0, ("labour", "工资"): 1.0, ("none", "罚款"): None},
        by=None,
    )
    with django_assert_num_queries(2):
        found = tables.differences(current, draft)
    assert found == [
        Difference("labour", "加班费", None, 2.0),
        Difference("labour", "工资", 3.0, 1.0),
        Difference("none", "罚款", 3.0, None),
    ]


def test_every_shipped_keyword_is_in_the_form_that_an_editor_would_write():
    shipped = [one.word for one in load_keywords(KEYWORDS)]
    assert [word for word in shipped if drafting.clean_word(word) != word] == []
