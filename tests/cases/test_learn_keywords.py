"""`manage.py learn_keywords`: from labelled texts and corrections to proposals in a draft."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cases.models import CaseType, KeywordProposal, Replay, RuleBook
from cases.routing import corrections, drafting, learn, rulebook, tables
from cases.routing.learn import Proposal, ProposalKind
from tests import factories
from tests.cases.routing import books
from tests.cases.routing.books import QUARREL

LINE = {"id": 7, "text": QUARREL, "case_type": "neighbour"}
ADDED = Proposal(
    ProposalKind.ADD, "neighbour", "拉二胡", None, 2.5, {"texts": 3, "fixed": 2, "broken": 0}
)


@pytest.fixture(autouse=True)
def learned(db, monkeypatch) -> list[list[object]]:
    """What the learner was given; it always finds the same."""
    given: list[list[object]] = []

    def propose(current: object, texts: list[object], **options: object) -> list[Proposal]:
        given.append(texts)
        return [ADDED]

    monkeypatch.setattr(learn, "propose", propose)
    books.in_force()
    return given


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    file = tmp_path / "texts.jsonl"
    file.write_text(json.dumps(LINE, ensure_ascii=False) + "\n")
    return file


def run(*options: object) -> dict[str, object]:
    out = io.StringIO()
    call_command("learn_keywords", *map(str, options), "--json", stdout=out)
    return json.loads(out.getvalue())


def test_it_proposes_into_a_new_draft_and_changes_nothing_in_force(labelled):
    current = rulebook.in_force()
    told = run("--labelled", labelled)
    draft = RuleBook.objects.get(version=told["draft"])
    assert (draft.based_on, rulebook.in_force()) == (current, current)
    assert rulebook.table(draft) == rulebook.table(current)
    kept = draft.proposals.get()
    assert (kept.word, kept.gain, kept.state) == ("拉二胡", 2, KeywordProposal.State.OPEN)
    assert (told["texts"], told["proposals"], told["add"], told["published"]) == (1, 1, 1, False)


def test_it_learns_from_what_people_decided(house, learned):
    case = factories.file(description=QUARREL).case
    neighbour = CaseType.objects.get(key="neighbour")
    corrections.record_type_decision(case, neighbour, house.dispatcher)
    assert run("--corrections")["corrections"] == 1
    assert [(one.id, one.case_type) for one in learned[0]] == [(case.number, "neighbour")]


def test_it_proposes_into_the_draft_that_is_named(labelled):
    draft = drafting.draft(based_on=rulebook.in_force(), author=None)
    assert run("--labelled", labelled, "--draft", draft.version)["draft"] == draft.version
    assert draft.proposals.count() == 1


def test_all_is_accepted_and_written_as_a_table(labelled, tmp_path):
    out = tmp_path / "keywords.tsv"
    told = run("--labelled", labelled, "--accept-all", "--out", out)
    draft = RuleBook.objects.get(version=told["draft"])
    assert rulebook.table(draft)["neighbour", "拉二胡"] == 2.5
    assert tables.from_tsv(out.read_bytes()) == rulebook.table(draft)
    assert rulebook.is_draft(draft)


def test_it_publishes_only_after_a_replay(labelled):
    told = run("--labelled", labelled, "--accept-all", "--publish")
    draft = rulebook.in_force()
    assert draft.version == told["draft"]
    replayed = Replay.objects.get(draft=draft)
    assert replayed.state == Replay.State.DONE
    assert replayed.after["file"]["top1_strict"] > replayed.before["file"]["top1_strict"]


def test_the_answer_for_people_names_the_words_and_their_evidence(labelled, capsys):
    call_command("learn_keywords", "--labelled", str(labelled))
    told = capsys.readouterr().out
    for words in ("1 proposals from 1 texts", "拉二胡", "fixes 2", "breaks 0", "in the admin"):
        assert words in told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], "nothing to learn from"),
        (["--corrections"], "nothing to learn from"),
        (["--corrections", "--publish"], "--accept-all"),
        (["--labelled", "nowhere.jsonl"], "nowhere.jsonl"),
    ],
)
def test_what_cannot_be_done_is_said(options, told):
    with pytest.raises(CommandError, match=told):
        run(*options)


def test_a_draft_that_does_not_exist_or_was_published_is_refused(labelled):
    with pytest.raises(CommandError, match="no rule book 999"):
        run("--labelled", labelled, "--draft", 999)
    with pytest.raises(CommandError, match="启用过"):
        run("--labelled", labelled, "--draft", rulebook.in_force().version)


def test_a_bad_line_ends_it_with_2_and_its_number(labelled):
    labelled.write_text(labelled.read_text() + "{}\n")
    with pytest.raises(CommandError, match="line 2") as refused:
        run("--labelled", labelled)
    assert refused.value.returncode == 2
    assert not KeywordProposal.objects.exists()
