"""In which layer a case belongs, and why: the rules, over plain values."""

from decimal import Decimal

import pytest

from cases.routing.layers import Facts, Rule, exhausted, next_tier, place

RULES = (
    Rule("amount", "amount", "district", threshold=Decimal(200000)),
    Rule("many", "people", "district", threshold=Decimal(10)),
    Rule("danger", "words", "street", words=("跳楼", "堵门")),
    Rule("court", "track", "court"),
    Rule("twice", "failed", "district", threshold=Decimal(2)),
)
TWO = {"community": 2, "street": 2, "district": 2, "court": 2}


def placed(start="community", **facts):
    return place(Facts(start_tier=start, **facts), RULES, TWO)


def test_a_simple_case_starts_where_its_type_does():
    assert placed().tier == "community"
    assert placed().why == ("type:community",)
    assert placed("district").tier == "district"


@pytest.mark.parametrize(
    ("facts", "tier", "rule"),
    [
        ({"amount": Decimal(200000)}, "district", "amount"),
        ({"people": 10}, "district", "many"),
        ({"text": "他说要跳楼"}, "street", "danger"),
        ({"is_court": True}, "court", "court"),
    ],
)
def test_rules_raise_it_and_say_so(facts, tier, rule):
    assert placed(**facts).tier == tier
    assert placed(**facts).why == ("type:community", f"rule:{rule}")


@pytest.mark.parametrize(
    "facts", [{"amount": Decimal("199999.99")}, {"amount": None}, {"people": 9}, {"text": "楼"}]
)
def test_below_the_threshold_nothing_is_raised(facts):
    assert placed(**facts).tier == "community"


def test_words_are_found_in_full_width_and_with_hidden_characters_between():
    rules = (Rule("danger", "words", "street", words=("ABC堵门",)),)
    facts = Facts(start_tier="community", text="他们ＡＢＣ堵\u200b门了")
    assert place(facts, rules, TWO).tier == "street"


def test_rules_only_ever_raise():
    assert placed("court", amount=Decimal(10**9), people=100, text="跳楼").tier == "court"
    assert placed("district", text="跳楼").why == ("type:district",)


def test_two_rounds_without_an_answer_lift_a_case_and_one_does_not():
    assert placed(rounds=(("community", "lapsed"),)).tier == "community"
    lifted = placed(rounds=(("community", "lapsed"),) * 2)
    assert (lifted.tier, lifted.why[-1]) == ("street", "silent:community")


def test_refusals_are_answers_and_lift_nothing():
    assert placed(rounds=(("community", "refused"),) * 5).tier == "community"


def test_how_many_rounds_is_for_the_district_to_say():
    facts = Facts(start_tier="community", rounds=(("community", "lapsed"),))
    assert place(facts, RULES, {"community": 1}).tier == "street"
    assert place(facts, RULES, {"community": 3}).tier == "community"


def test_a_layer_that_failed_is_left_behind_for_good():
    lifted = placed(rounds=(("community", "handed_up"),))
    assert (lifted.tier, lifted.why[-1]) == ("street", "handed_up:community")
    # Even when it had skipped the layer below, as where all were full.
    assert placed(rounds=(("street", "handed_up"),)).tier == "district"


def test_failing_in_two_layers_brings_it_to_the_district():
    rounds = (("community", "handed_up"), ("street", "handed_up"))
    assert placed(rounds=rounds).tier == "district"
    assert "rule:twice" in placed(rounds=rounds).why


def test_above_the_district_and_the_court_a_person_decides():
    assert (next_tier("community"), next_tier("street")) == ("street", "district")
    assert (next_tier("district"), next_tier("court")) == ("", "")
    assert exhausted((("district", "lapsed"),) * 2, TWO)
    assert exhausted((("court", "handed_up"),), TWO)
    assert not exhausted((("street", "lapsed"),) * 2, TWO)
    assert not exhausted((), TWO)
