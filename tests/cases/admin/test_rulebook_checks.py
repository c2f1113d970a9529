"""The pages that judge a draft before it is published, and those that put it in force."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import Replay, RuleBook
from cases.routing import drafting, proposals, replay, rulebook
from cases.routing.learn import Proposal, ProposalKind
from tests import factories
from tests.cases.admin.books import of, read, send
from tests.cases.routing import books
from tests.cases.routing.books import LEASE_TEXT, QUARREL

# --- Proposals ---


@pytest.fixture
def kept(draft):
    evidence = {"texts": 7, "per_type": {"neighbour": 6}, "fixed": 4, "broken": 1}
    evidence |= {"fixes": ["t1", "t2"], "breaks": ["t3"]}
    words = ("拉二胡", "打麻将")
    found = [Proposal(ProposalKind.ADD, "neighbour", w, None, 2.5, evidence) for w in words]
    return {one.word: one for one in proposals.keep(draft, found)}


def test_proposals_show_their_evidence(at_desk, draft, kept, django_assert_max_num_queries):
    with django_assert_max_num_queries(16):
        told = read(at_desk, of("proposals", draft))
    for words in ("还有2条待定", "增加 拉二胡", "4 / 1", "7条文本", "邻里纠纷6", "t1、t2"):
        assert words in told


def test_which_cases_a_proposal_fixes_is_told_only_to_who_may_see_cases(in_office, draft, kept):
    told = read(in_office, of("proposals", draft))
    assert "4 / 1" in told
    assert "t1" not in told


def test_proposals_are_decided_one_by_one_or_all(at_desk, draft, kept):
    address = of("proposals", draft)
    assert "还没有勾选" in send(at_desk, address, deed="accept")
    assert "增加1个" in send(at_desk, address, deed="accept", chosen=[kept["拉二胡"].pk])
    assert "1条建议不采纳" in send(at_desk, address, deed="decline", chosen=[kept["打麻将"].pk])
    assert set(rulebook.table(draft)) - set(rulebook.table(rulebook.in_force())) == {
        ("neighbour", "拉二胡")
    }


def test_all_proposals_are_accepted_with_one_button(at_desk, draft, kept):
    assert "增加2个" in send(at_desk, of("proposals", draft), deed="accept_all")
    assert "没有待定的建议" in read(at_desk, of("proposals", draft))


# --- Trying ---


def test_a_tried_text_shows_types_words_and_what_the_book_in_force_says(at_desk, draft):
    drafting.change(draft, {("neighbour", "拉二胡"): 3.0}, by=None)
    told = at_desk.post(of("try", draft), {"text": QUARREL}).content.decode()
    assert "<mark>拉二胡</mark>" in told
    assert "邻里纠纷" in told
    assert "没有认出来" in told  # by the book in force, beside it
    assert told.count("<h2>") == 2


def test_a_tried_text_is_shown_as_text(at_desk, draft):
    told = at_desk.post(
        of("try", draft), {"text": "<script>alert(1)</script>房东"}
    ).content.decode()
    assert "<script>alert" not in told


# --- Differences, replay, publication ---


def test_the_page_of_differences_names_every_change(at_desk, draft):
    drafting.change(draft, {("neighbour", "拉二胡"): 3.0, ("none", "罚款"): None}, by=None)
    told = read(at_desk, of("diff", draft))
    for words in ("2处不同", "拉二胡", "增加", "罚款", "删除"):
        assert words in told


LINE = '{"id": 1, "text": "楼上天天拉二胡", "case_type": "neighbour"}\n'


@pytest.fixture
def replayed(draft) -> Replay:
    factories.file(description=QUARREL)
    factories.file(description=LEASE_TEXT)
    drafting.change(draft, {("neighbour", "拉二胡"): 3.0}, by=None)
    return draft


def test_a_replay_is_started_with_a_labelled_file_and_shows_what_it_found(at_desk, replayed):
    file = SimpleUploadedFile("texts.jsonl", LINE.encode())
    assert "已开始重放" in send(at_desk, of("replay", replayed), labelled=file)
    replay.run_waiting()
    told = read(at_desk, of("replay", replayed))
    for words in ("完成", "第一个就猜对", "100.0", "没有认出来 → 邻里纠纷", "1件"):
        assert words in told
    assert "二胡" not in told.replace(replayed.note, "")


def test_a_file_that_is_not_labelled_texts_is_told_by_line(at_desk, draft):
    file = SimpleUploadedFile("texts.jsonl", LINE.encode() + b"{}\n")
    answer = at_desk.post(of("replay", draft), {"labelled": file})
    assert answer.status_code == 422
    assert "第2行" in answer.content.decode()
    assert not Replay.objects.exists()


def test_only_who_may_see_cases_gets_the_numbers_of_moved_cases(at_desk, in_office, replayed):
    started = replay.start(replayed, by=None)
    replay.run(started)
    case = started.moves.get().case
    assert f'href="/dispatch/{case.number}/"' in read(at_desk, of("replay", replayed))
    told = read(in_office, of("replay", replayed))
    assert "没有认出来 → 邻里纠纷" in told
    assert case.number not in told


def test_moved_cases_are_filtered_by_their_way(at_desk, replayed):
    replay.run(replay.start(replayed, by=None))
    address = of("replay", replayed)
    assert '<tr><th scope="row"><a' in read(at_desk, address, {"from": "", "to": "neighbour"})
    assert '<tr><th scope="row"><a' not in read(at_desk, address, {"from": "labour", "to": ""})


def test_publishing_asks_back_when_the_draft_was_not_replayed(at_desk, draft):
    assert "还没有重放" in read(at_desk, of("publish", draft))
    assert "还没有重放" in send(at_desk, of("publish", draft))
    assert rulebook.is_draft(draft)
    assert "已启用" in send(at_desk, of("publish", draft), unreplayed="on")
    assert rulebook.in_force() == draft


def test_a_replayed_draft_is_published_with_one_button(at_desk, replayed):
    replay.run(replay.start(replayed, by=None))
    assert 'name="unreplayed"' not in read(at_desk, of("publish", replayed))
    assert "已启用" in send(at_desk, of("publish", replayed))


def test_an_earlier_book_is_put_in_force_again_by_its_page(at_desk, house):
    shipped, small = rulebook.in_force(), books.in_force()
    assert "回退到" in read(at_desk, of("publish", shipped))
    send(at_desk, of("publish", shipped))
    assert rulebook.in_force() == shipped != small


def test_a_draft_is_deleted_only_after_a_question(at_desk, draft):
    read(at_desk, of("discard", draft))
    assert RuleBook.objects.filter(pk=draft.pk).exists()
    assert "已删除草稿" in send(at_desk, of("discard", draft))
    assert not RuleBook.objects.filter(pk=draft.pk).exists()
