"""What was learned becomes part of a draft only when a person says so, one by one or all."""

import pytest

from cases.errors import CaseError
from cases.models import KeywordProposal, RuleBook
from cases.routing import drafting, proposals, publishing, rulebook
from cases.routing.drafting import Edited
from cases.routing.learn import Proposal, ProposalKind
from mediators.models import AuditEntry
from tests.cases.routing import books

State = KeywordProposal.State
FOUND = [
    Proposal(
        ProposalKind.ADD,
        "neighbour",
        "拉二胡",
        None,
        2.5,
        {"texts": 7, "per_type": {"neighbour": 6, "none": 1}, "fixed": 4, "broken": 1},
    ),
    Proposal(ProposalKind.REWEIGH, "labour", "工资", 3.0, 2.0, {"texts": 9, "fixed": 1}),
    Proposal(ProposalKind.REMOVE, "none", "罚款", 3.0, None, {"texts": 2, "fixed": 2}),
]


@pytest.fixture
def draft(house) -> RuleBook:
    return drafting.draft(based_on=books.in_force(), author=house.dispatcher)


@pytest.fixture
def kept(draft) -> dict[str, KeywordProposal]:
    return {one.word: one for one in proposals.keep(draft, FOUND)}


def test_proposals_are_kept_with_their_evidence_the_most_useful_first(draft, kept):
    first = draft.proposals.first()
    assert (first.word, first.kind, first.gain, first.state) == ("拉二胡", "add", 3, State.OPEN)
    assert first.evidence["per_type"] == {"neighbour": 6, "none": 1}
    assert (kept["罚款"].case_type, kept["罚款"].new_weight) == (None, None)


def test_a_proposal_changes_nothing_until_somebody_accepts_it(draft, kept):
    assert rulebook.table(draft) == rulebook.table(rulebook.in_force())


def test_one_accepted_proposal_is_carried_out_and_the_others_wait(draft, kept, dispatcher):
    edited = proposals.accept(draft, [kept["拉二胡"].pk], by=dispatcher)
    assert edited == Edited(added=1)
    assert rulebook.table(draft)["neighbour", "拉二胡"] == 2.5
    taken = draft.proposals.get(word="拉二胡")
    assert (taken.state, taken.decided_by) == (State.ACCEPTED, dispatcher)
    assert taken.decided_at
    assert draft.proposals.filter(state=State.OPEN).count() == 2
    entry = AuditEntry.objects.get(deed="proposals.accepted")
    assert (entry.actor, entry.facts) == (dispatcher, {"rule_book": draft.version, "count": 1})


def test_all_are_accepted_at_once(draft, kept, dispatcher):
    edited = proposals.accept(draft, by=dispatcher)
    assert edited == Edited(added=1, removed=1, reweighed=1)
    table = rulebook.table(draft)
    assert table["labour", "工资"] == 2.0
    assert ("none", "罚款") not in table
    assert not draft.proposals.filter(state=State.OPEN).exists()


def test_what_was_declined_is_not_carried_out_with_the_rest(draft, kept, dispatcher):
    assert proposals.decline(draft, [kept["工资"].pk], by=dispatcher) == 1
    proposals.accept(draft, by=dispatcher)
    assert rulebook.table(draft)["labour", "工资"] == 3.0
    assert draft.proposals.get(word="工资").state == State.DECLINED


def test_a_decided_proposal_is_not_decided_again(draft, kept, dispatcher):
    proposals.accept(draft, [kept["拉二胡"].pk], by=dispatcher)
    drafting.change(draft, {("neighbour", "拉二胡"): 1.0}, by=dispatcher)
    assert proposals.accept(draft, [kept["拉二胡"].pk], by=dispatcher) == Edited()
    assert proposals.decline(draft, [kept["拉二胡"].pk], by=dispatcher) == 0
    assert rulebook.table(draft)["neighbour", "拉二胡"] == 1.0


def test_proposals_of_another_draft_are_left_alone(draft, kept, dispatcher):
    other = drafting.draft(based_on=draft, author=dispatcher)
    assert proposals.accept(other, [kept["拉二胡"].pk], by=dispatcher) == Edited()
    assert draft.proposals.get(word="拉二胡").state == State.OPEN


def test_learning_again_replaces_what_is_open_and_keeps_what_was_decided(draft, kept, dispatcher):
    proposals.decline(draft, [kept["工资"].pk], by=dispatcher)
    proposals.keep(draft, FOUND[:1])
    assert sorted(draft.proposals.values_list("word", "state")) == [
        ("工资", State.DECLINED),
        ("拉二胡", State.OPEN),
    ]


def test_a_type_that_does_not_exist_is_refused_and_the_open_proposals_stay(draft, kept):
    with pytest.raises(CaseError, match="flying"):
        proposals.keep(draft, [Proposal(ProposalKind.ADD, "flying", "飞", None, 1.0, {})])
    assert draft.proposals.count() == len(FOUND)


def test_a_published_book_takes_no_proposals(draft, kept, dispatcher):
    publishing.publish(draft, by=dispatcher, unreplayed=True)
    for deed in (
        lambda: proposals.keep(draft, FOUND),
        lambda: proposals.accept(draft, by=dispatcher),
        lambda: proposals.decline(draft, by=dispatcher),
    ):
        with pytest.raises(CaseError, match="启用过"):
            deed()
    assert draft.proposals.filter(state=State.OPEN).count() == 3


def test_deciding_on_many_costs_a_fixed_number_of_queries(
    draft, dispatcher, django_assert_max_num_queries
):
    many = [
        Proposal(ProposalKind.ADD, "labour", f"新词{n}", None, 1.0, {"texts": n})
        for n in range(300)
    ]
    proposals.keep(draft, many)
    with django_assert_max_num_queries(20):
        proposals.accept(draft, by=dispatcher)
    assert len(rulebook.table(draft)) == len(books.KEYWORDS) + 300
