import json

import pytest

from cases.routing.labelled import BadLine, Labelled, read_jsonl, read_tsv


def line(**row: object) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode()


def test_a_labelled_text_keeps_its_other_right_types():
    given = line(id=7, text="物业费涨价", case_type="property_service", acceptable=["neighbour"])
    assert read_jsonl([given, b"  \n"]) == [
        Labelled("7", "物业费涨价", "property_service", ("neighbour",))
    ]


def test_a_text_without_an_id_has_the_number_of_its_line():
    assert read_jsonl([b"", line(text="欠钱", case_type="private_loan")])[0].id == "2"


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[1]", "not an object"),
        (line(text="欠钱"), '"case_type" is missing'),
        (line(case_type="labour"), '"text" is missing'),
        (line(text=" ", case_type="labour"), '"text" is missing or empty'),
        (line(text="欠钱", case_type="labour", acceptable="none"), '"acceptable"'),
    ],
)
def test_a_line_that_is_no_labelled_text_is_named(bad, why):
    with pytest.raises(BadLine, match=f"line 2: .*{why}") as told:
        read_jsonl([line(text="欠钱", case_type="private_loan"), bad])
    assert told.value.number == 2


def test_tables_of_type_and_text_are_read_with_their_weight():
    assert read_tsv(["labour\t不发工资\n"], weight=0.5) == [
        Labelled("1", "不发工资", "labour", weight=0.5)
    ]


@pytest.mark.parametrize("bad", ["labour", "labour\t", "\t不发工资"])
def test_a_row_without_type_or_text_is_named(bad):
    with pytest.raises(BadLine, match="line 1"):
        read_tsv([bad])
