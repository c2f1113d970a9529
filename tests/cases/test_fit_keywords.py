import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cases.management.commands import fit_keywords
from cases.routing import train
from cases.routing.classify import RuleBook, load_calibration, load_keywords
from tests.cases.routing.test_train import SMALL, labelled


@pytest.fixture
def field(monkeypatch, tmp_path) -> None:
    """Two texts of the field instead of thousands, and a small table."""
    path = tmp_path / "field.tsv"
    path.write_text("labour\t老板扣我年假\nlabour\t年假不给休\n", encoding="utf-8")
    monkeypatch.setattr(fit_keywords, "FIELD_TEXTS", path)
    monkeypatch.setattr(fit_keywords, "FIELD_TERMS", path)
    fit = train.fit
    monkeypatch.setattr(train, "fit", lambda *a, **kw: fit(*a, **kw, recipe=SMALL))


def written(path: Path) -> Path:
    rows = [{"id": t.id, "text": t.text, "case_type": t.case_type} for t in labelled(120, 7)]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_a_table_is_learned_from_the_file_and_the_texts_of_the_field(field, tmp_path):
    call_command("fit_keywords", written(tmp_path / "texts.jsonl"), out=tmp_path)
    book = RuleBook(
        load_keywords(tmp_path / "keywords.tsv"),
        calibration=load_calibration(tmp_path / "calibration.json"),
    )
    assert book.classify("做了手术，医生误诊").ranked[0].case_type == "medical"
    assert book.classify("年假").ranked[0].case_type == "labour"


def test_more_texts_may_teach_without_being_like_those_that_come(field, tmp_path):
    texts = written(tmp_path / "texts.jsonl")
    also = tmp_path / "also.jsonl"
    texts_of = ("猫跑到阳台上", "阳台漏水", "楼上阳台种菜")
    rows = [json.dumps({"text": text, "case_type": "neighbour"}) for text in texts_of]
    also.write_text("\n".join(rows), encoding="utf-8")
    call_command("fit_keywords", texts, also=also, out=tmp_path)
    assert "neighbour\t阳台" in (tmp_path / "keywords.tsv").read_text(encoding="utf-8")


def test_a_bad_line_is_told_and_nothing_is_written(field, tmp_path):
    path = tmp_path / "bad.jsonl"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(CommandError) as told:
        call_command("fit_keywords", path, out=tmp_path, stdout=io.StringIO())
    assert told.value.returncode == 2
    assert not (tmp_path / "keywords.tsv").exists()
