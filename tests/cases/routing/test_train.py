"""A table is learned from labelled texts, and its confidence from texts it has not seen."""

import numpy as np
import pytest

from cases.routing import train
from cases.routing.classify import Calibration, Decision, RuleBook
from cases.routing.labelled import Labelled
from cases.routing.matcher import normalise
from cases.routing.measure import evaluate
from cases.routing.softmax import Rows, regression
from cases.routing.train import Recipe
from cases.routing.vocabulary import candidates, choose_words

WORDS = {
    "labour": ["工资", "加班", "辞退", "社保", "劳动合同"],
    "medical": ["手术", "医生", "住院", "误诊", "病历"],
    "none": ["盗窃", "判刑", "拘留", "户口", "罚款"],
}
SMALL = Recipe(keywords=200, rows=600, min_texts=2, folds=3)


def labelled(count: int, seed: int) -> list[Labelled]:
    """Texts of two words of their type and some noise."""
    pick = np.random.default_rng(seed)
    found = []
    for number in range(count):
        code = sorted(WORDS)[number % len(WORDS)]
        one, two = pick.choice(WORDS[code], 2, replace=False)
        noise = "".join(pick.choice(list("甲乙丙丁戊己庚辛"), 4))
        found.append(Labelled(f"{seed}-{number}", f"{noise}，{one}。{noise}{two}", code))
    return found


@pytest.fixture(scope="module")
def fitted() -> RuleBook:
    keywords, calibration = train.fit(labelled(240, 1), recipe=SMALL)
    return RuleBook(keywords, calibration=calibration)


def test_a_fitted_table_knows_texts_that_it_has_not_seen(fitted):
    found = evaluate(fitted, labelled(90, 2))
    assert found["top1_strict"] == 1.0
    assert found["auto_share"] > 0.6
    assert fitted.classify("张三被拘留，判刑").decision is Decision.NOT_MEDIABLE


def test_the_same_texts_give_the_same_table():
    texts = labelled(120, 3)
    assert train.fit(texts, recipe=SMALL) == train.fit(texts, recipe=SMALL)


def test_planted_fault_labels_drawn_by_lot_cannot_be_learned():
    """What cross-validation is for: a table judged on its own texts would look good here."""
    texts = labelled(120, 4)
    codes = np.random.default_rng(0).permutation([text.case_type for text in texts])
    mixed = [
        Labelled(text.id, text.text, str(code)) for text, code in zip(texts, codes, strict=True)
    ]
    assert train.cross_validate(mixed, folds=3, recipe=SMALL)["top1_strict"] < 0.6
    assert train.cross_validate(texts, folds=3, recipe=SMALL)["top1_strict"] > 0.85


def test_extra_texts_teach_and_are_not_judged():
    texts = labelled(60, 5)
    found = train.cross_validate(texts, extra=labelled(60, 6), folds=3, recipe=SMALL)
    assert found["texts"] == 60


def test_a_longer_word_carries_the_weights_of_its_parts():
    texts = [
        *(Labelled(f"a{n}", f"工资{sign}", "labour") for n, sign in enumerate("甲乙丙丁")),
        *(Labelled(f"b{n}", f"拖欠工资款{sign}", "labour") for n, sign in enumerate("甲乙丙丁")),
        *(Labelled(f"c{n}", f"手术{sign}", "medical") for n, sign in enumerate("甲乙丙丁")),
    ]
    weights = {(k.case_type, k.word): k.weight for k in train.learn(texts, SMALL).keywords}
    assert weights["labour", "拖欠工资"] > weights["labour", "工资"] > 0


def test_candidates_cross_no_clause_and_no_number_and_join_nothing():
    found = candidates(normalise("欠工资3万，的押金"), longest=3)
    assert {"欠工资", "工资", "押金"} <= found
    assert not {"资3", "资万", "万押", "的押金", "的", "万"} & found


def test_words_that_tell_types_apart_are_chosen_before_common_ones():
    plain = ["工资公司", "工资公司", "手术公司", "手术公司"]
    shares = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], np.float32)
    _seen, words = choose_words(plain, shares, longest=2, min_texts=2, most=2)
    assert set(words) <= {"工资", "手术", "资公", "术公"}


def test_regression_finds_the_shares_of_a_table_that_can_be_counted():
    rows = Rows([{0: 1.0}] * 4 + [{1: 1.0}] * 4, 2)
    targets = np.array([[1, 0]] * 3 + [[0, 1]] + [[0, 1]] * 4, np.float32)
    ones = np.ones((8, 1), np.float32)
    weights = regression(rows, targets, ones, penalty=1e-4, steps=50)
    assert weights[0, 0] - weights[0, 1] == pytest.approx(np.log(3), abs=0.01)
    assert weights[1, 1] - weights[1, 0] > 5


def test_a_column_that_no_row_has_stays_where_it_began():
    start = np.full((2, 2), 0.5, np.float32)
    weights = regression(
        Rows([{0: 1.0}], 2),
        np.array([[1, 0]], np.float32),
        np.ones((1, 1), np.float32),
        penalty=1.0,
        steps=10,
        start=start,
    )
    assert weights[1].tolist() == [0.5, 0.5]


def test_a_calibration_is_kept_as_a_dictionary():
    calibration = Calibration(prior={"none": 1.5}, auto_from=0.9)
    assert Calibration.from_dict(calibration.to_dict()) == calibration
    assert Calibration.from_dict({}) == Calibration()


@pytest.mark.parametrize(
    "bad", [{"unknown": 1}, {"lead": "2"}, {"lead": True}, {"lead": float("nan")}, {"prior": 3}]
)
def test_a_calibration_with_nonsense_is_refused(bad):
    with pytest.raises(ValueError):
        Calibration.from_dict(bad)
