"""What labelled texts propose to change in a table, with the evidence for each change."""

import json

import pytest

from cases.routing import learn
from cases.routing.classify import Calibration, Keyword, RuleBook
from cases.routing.labelled import Labelled
from cases.routing.learn import ProposalKind, apply_proposals, propose
from cases.routing.measure import evaluate
from cases.routing.train import Recipe

RECIPE = Recipe(min_texts=2, penalty=0.1, longest=3, balance=0.0)
CURRENT = [
    Keyword("labour", "工资", 2.0),
    Keyword("neighbour", "噪音", 2.0),
    Keyword("none", "天台", 0.8),
]
TEXTS = [
    *(Labelled(f"l{n}", f"老板不发工资{sign}", "labour") for n, sign in enumerate("甲乙丙丁")),
    *(Labelled(f"n{n}", f"楼上拉二胡{sign}", "neighbour") for n, sign in enumerate("甲乙丙丁")),
    *(Labelled(f"r{n}", f"天台噪音{sign}", "neighbour") for n, sign in enumerate("甲乙丙丁")),
]


@pytest.fixture(scope="module")
def found():
    return propose(CURRENT, TEXTS, recipe=RECIPE)


def test_a_word_that_decides_texts_nobody_knew_is_proposed_with_its_evidence(found):
    added = [one for one in found if one.kind == ProposalKind.ADD and one.word in "楼上拉二胡"]
    assert added
    assert {one.case_type for one in added} == {"neighbour"}
    evidence = added[0].evidence
    assert (evidence["texts"], evidence["per_type"]) == (4, {"neighbour": 4})
    assert (evidence["fixed"], evidence["broken"]) == (4, 0)
    assert evidence["fixes"] == ["n0", "n1", "n2", "n3"]


def test_a_word_that_misleads_is_weighed_anew():
    texts = [Labelled(f"r{n}", f"天台{sign}", "neighbour") for n, sign in enumerate("甲乙丙丁")]
    (one, *_rest) = propose(CURRENT, texts, recipe=RECIPE)
    assert (one.case_type, one.word, one.evidence["fixed"]) == ("neighbour", "天台", 4)


def test_a_word_that_says_the_contrary_is_taken_out_or_turned():
    current = [*CURRENT, Keyword("neighbour", "天台", 1.0), Keyword("none", "风景", 0.4)]
    texts = [Labelled(f"r{n}", f"噪音风景{sign}", "neighbour") for n, sign in enumerate("甲乙丙丁")]
    assert all(one.new != one.old for one in propose(current, texts, recipe=RECIPE))


def test_every_proposal_helps_more_than_it_harms_and_can_be_kept_as_json(found):
    for one in found:
        assert one.evidence["fixed"] > one.evidence["broken"]
        assert json.loads(json.dumps(one.evidence)) == one.evidence


def test_the_accepted_changes_answer_the_texts(found):
    before = evaluate(RuleBook(CURRENT), TEXTS)["top1_strict"]
    after = evaluate(RuleBook(apply_proposals(CURRENT, found[:1])), TEXTS)["top1_strict"]
    assert after > before


def test_it_is_the_same_again(found):
    assert propose(CURRENT, TEXTS, recipe=RECIPE) == found


def test_a_limit_keeps_the_best(found):
    assert propose(CURRENT, TEXTS, recipe=RECIPE, limit=1) == found[:1]


def test_nothing_is_learned_from_nothing_and_nothing_from_what_is_right():
    assert propose(CURRENT, []) == []
    known = [Labelled("1", "工资", "labour"), Labelled("2", "工资", "labour")]
    assert propose(CURRENT, known, recipe=RECIPE) == []


def test_a_change_that_breaks_as_much_as_it_fixes_is_not_proposed():
    current = [Keyword("labour", "钱", 1.0)]
    texts = [Labelled("1", "钱", "labour"), Labelled("2", "钱", "finance")]
    assert propose(current, texts, calibration=Calibration(), recipe=RECIPE) == []


def test_planted_fault_evidence_of_an_empty_change_counts_nothing():
    trial = learn._Trial({("labour", "工资"): 2.0}, TEXTS, Calibration())
    same = trial.proposal(("labour", "工资"), 2.0)
    assert (same.evidence["fixed"], same.evidence["broken"]) == (0, 0)
