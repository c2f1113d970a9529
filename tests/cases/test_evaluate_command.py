import io
import json

import pytest
from django.core.management import CommandError, call_command

from cases.models import Publication, RuleBook
from cases.routing import rulebook

TEXTS = [
    ("房东不退押金，租房合同到期了，房东一直拖着不退租金和押金。", "housing_lease"),
    ("公司拖欠我三个月工资，还没签劳动合同，加班费也不给。", "labour"),
    ("物业公司乱收物业费，小区电梯坏了也不修。", "consumer"),
]
KEYS = {
    "texts",
    "top1_strict",
    "top1_lenient",
    "top3",
    "macro_f1",
    "per_type",
    "confusion",
    "auto_share",
    "auto_precision",
    "none_precision",
    "none_recall",
    "texts_per_second",
    "rule_book",
}


@pytest.fixture
def labelled(db, tmp_path):
    """A file of labelled texts; the label of the last one is wrong on purpose."""
    path = tmp_path / "labelled.jsonl"
    rows = [{"id": n, "text": t, "case_type": c} for n, (t, c) in enumerate(TEXTS)]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def run(*arguments: object, **options: object) -> str:
    out = io.StringIO()
    call_command("evaluate_routing", *arguments, stdout=out, **options)
    return out.getvalue()


def test_all_figures_are_one_json_object(labelled):
    found = json.loads(run(labelled, "--json"))
    assert KEYS <= set(found)
    assert found["texts"] == 3
    assert found["top1_strict"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["confusion"]["consumer"] == {"property_service": 1}
    assert found["rule_book"] == rulebook.in_force().version


def test_people_read_the_same_figures_as_a_table(labelled):
    told = run(labelled)
    assert "0.6667  first answer is the label" in told
    assert "housing_lease" in told


def test_another_version_can_be_measured(labelled):
    version = rulebook.in_force().version
    assert json.loads(run(labelled, "--json", book=version))["rule_book"] == version
    with pytest.raises(CommandError) as told:
        run(labelled, book=version + 100)
    assert told.value.returncode == 1


def test_without_a_rule_book_it_says_so(labelled):
    Publication.objects.all().delete()
    assert RuleBook.objects.exists()
    with pytest.raises(CommandError) as told:
        run(labelled)
    assert told.value.returncode == 1


@pytest.mark.parametrize("content", ["", "{}", "[]\n", '{"text": "欠钱"}'])
def test_a_bad_or_empty_file_is_told_and_not_measured(db, tmp_path, content):
    path = tmp_path / "bad.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError) as told:
        run(path)
    assert told.value.returncode == 2


def test_a_missing_file_is_told(db, tmp_path):
    with pytest.raises(CommandError) as told:
        run(tmp_path / "none.jsonl")
    assert told.value.returncode == 2
