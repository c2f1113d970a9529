"""The figures of routing, counted by hand on a few texts."""

import pytest

from cases.routing.classify import Decision, Ranked, Verdict
from cases.routing.labelled import Labelled
from cases.routing.measure import evaluate, figures, is_right


def judged(label: str, *ranked: str, acceptable: tuple[str, ...] = (), auto: bool = False):
    """A text of this label with the verdict that ranks these types."""
    decision = Decision.AUTO if auto else Decision.REVIEW
    rows = tuple(Ranked(code, 1.0, ()) for code in ranked)
    verdict = Verdict(ranked=rows, decision=decision, hits=())
    return Labelled("1", "文字", label, acceptable), verdict


def test_a_first_answer_is_right_when_it_is_the_label_or_another_right_type():
    text = Labelled("1", "文字", "consumer", ("internet", "none"))
    assert is_right(text, "consumer")
    assert is_right(text, "internet")
    assert not is_right(text, "labour")


def test_answering_none_is_right_only_where_none_is_the_label():
    assert not is_right(Labelled("1", "文字", "consumer", ("none",)), "none")
    assert is_right(Labelled("1", "文字", "none"), "none")


def test_shares_are_counted_over_all_texts_also_those_without_an_answer():
    found = figures(
        [
            judged("labour", "labour", "consumer"),
            judged("consumer", "labour", "internet", "consumer"),
            judged("consumer", "internet", acceptable=("internet",)),
            judged("labour"),
        ]
    )
    assert (found["top1_strict"], found["top1_lenient"], found["top3"]) == (0.25, 0.5, 0.5)
    assert found["confusion"] == {
        "consumer": {"internet": 1, "labour": 1},
        "labour": {"": 1, "labour": 1},
    }


def test_the_label_in_fourth_place_is_not_among_the_first_three():
    four = judged("labour", "consumer", "internet", "finance", "labour")
    assert figures([four])["top3"] == 0


def test_macro_f1_is_the_mean_over_types_of_labels_and_answers():
    found = figures([judged("labour", "labour"), judged("labour", "consumer")])
    assert found["per_type"]["labour"] == {
        "support": 2,
        "precision": 1.0,
        "recall": 0.5,
        "f1": 0.6667,
    }
    assert found["per_type"]["consumer"]["f1"] == 0
    assert found["macro_f1"] == pytest.approx(0.3333, abs=1e-4)


def test_what_is_routed_without_a_person_is_counted_leniently_and_strictly():
    found = figures(
        [
            judged("labour", "labour", auto=True),
            judged("consumer", "internet", acceptable=("internet",), auto=True),
            judged("consumer", "labour", auto=True),
            judged("labour", "consumer"),
        ]
    )
    assert found["auto_share"] == 0.75
    assert found["auto_precision"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["auto_precision_strict"] == pytest.approx(1 / 3, abs=1e-4)


def test_nothing_to_mediate_is_measured_by_the_first_answer():
    found = figures([judged("none", "none"), judged("none", "labour"), judged("labour", "none")])
    assert (found["none_precision"], found["none_recall"]) == (0.5, 0.5)


def test_without_texts_there_is_nothing_to_measure():
    with pytest.raises(ValueError, match="no labelled texts"):
        evaluate(None, [])
