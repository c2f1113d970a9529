from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.routing import classify as classify_module
from cases.routing.classify import (
    NOT_MEDIABLE_TYPE,
    WEIGHT_LIMIT,
    Decision,
    Keyword,
    RuleBook,
    load_calibration,
    load_keywords,
)
from cases.routing.matcher import Matcher, normalise

TABLE = Path(classify_module.__file__).parent / "data" / "keywords.tsv"
SHIPPED = load_keywords(TABLE)
BOOK = RuleBook(SHIPPED, calibration=load_calibration(TABLE.with_name("calibration.json")))

SMALL = RuleBook(
    [
        Keyword("private_loan", "借条", 3.0),
        Keyword("private_loan", "利息", 1.0),
        Keyword("private_loan", "银行", -2.0),
        Keyword("finance", "银行", 2.5),
        Keyword("finance", "利息", 1.5),
        Keyword(NOT_MEDIABLE_TYPE, "判刑", 2.0),
    ],
    version=7,
)

# Sentences of our own, one plain complaint per type.
PLAIN = {
    "marriage_family": "我和老公感情不和想离婚，孩子的抚养权和抚养费谈不拢",
    "inheritance": "父亲去世没有留下遗嘱，兄妹几个对遗产怎么分割有争议",
    "neighbour": "楼上邻居每天半夜噪音扰民，卫生间还漏水到我家",
    "property_service": "物业公司服务差，业主委员会要求降低物业费，物业不同意",
    "housing_lease": "租房合同到期，房东以墙面损坏为由不退押金",
    "housing_sale": "开发商逾期交房一年多，房产证也办不下来，我们购房人要求退房",
    "land_homestead": "村里把我家承包地收回去给了别人，宅基地也有纠纷",
    "expropriation": "拆迁办说的拆迁补偿太低，安置房也没有着落",
    "labour": "公司拖欠工资，还把我辞退，不给经济补偿金和加班费",
    "work_injury": "在工地干活从脚手架摔下来骨折，包工头不认工伤",
    "traffic_accident": "骑电动车被轿车撞伤，交警认定对方全责，医药费没人付",
    "medical": "医院手术失误，病人术后感染，医生不承认医疗过错",
    "consumer": "健身房关门跑路，办的会员卡和私教课都不退款",
    "private_loan": "朋友借钱不还，有借条，约定了利息，现在电话不接",
    "finance": "信用卡逾期，银行催收还上了征信，想协商还款",
    "insurance": "保险公司以没有如实告知为由拒赔，我要求理赔或者退保",
    "sale_contract": "供货商按购销合同送货，买方一直拖欠货款",
    "construction": "装修公司拖延工期，施工质量差，工程款却要全付",
    "intellectual_property": "别人未经许可使用我的注册商标，还抄袭我的专利产品",
    "internet": "在网上淘宝店铺买的东西，卖家不发货，平台客服也不处理",
    "corporate": "合伙人要退伙，股东之间对股权转让和分红有分歧",
    "personal_injury": "小区里被邻居家的狗咬伤，打狂犬疫苗花的医疗费谁出",
    "personality_rights": "有人在微信群里造谣诽谤我，泄露我的隐私，损害我的名誉",
    "environment": "附近化工厂偷排废气，臭味刺鼻，污水流进河道污染环境",
    "other_contract": "交了加盟费，总部不履行加盟合同，要求解除合同退费",
    NOT_MEDIABLE_TYPE: "弟弟因为盗窃被刑事拘留，会判刑几年，能不能取保候审",
}


def test_types_are_ranked_by_score_and_show_their_words_strongest_first():
    verdict = BOOK.classify(PLAIN["private_loan"])
    assert verdict.ranked[0].case_type == "private_loan"
    scores = [ranked.score for ranked in verdict.ranked]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0
    weights = {k.word: k.weight for k in SHIPPED if k.case_type == "private_loan"}
    shown = [weights[word] for word in verdict.ranked[0].keywords]
    assert len(shown) >= 2
    assert shown == sorted(shown, reverse=True)


def test_a_negative_word_speaks_against_its_type_and_is_not_shown_for_it():
    (loan,) = [r for r in SMALL.classify("借条，银行").ranked if r.case_type == "private_loan"]
    assert loan.score == 1.0
    assert loan.keywords == ("借条",)


def test_a_type_that_only_has_words_against_it_is_not_ranked():
    assert [ranked.case_type for ranked in SMALL.classify("银行").ranked] == ["finance"]


def test_a_longer_word_adds_to_its_parts_or_takes_away_from_them():
    pairs = [("物业", 2.0), ("不是物业", -1.5)]
    words = [Keyword("property_service", word, weight) for word, weight in pairs]
    assert RuleBook(words).classify("物业").ranked[0].score == 2.0
    assert RuleBook(words).classify("不是物业").ranked[0].score == 0.5


def test_two_words_that_are_joined_speak_only_together():
    book = RuleBook([Keyword("traffic_accident", "车&伤残", 2.0), Keyword("labour", "车", 1.0)])
    assert [one.case_type for one in book.classify("车").ranked] == ["labour"]
    both = book.classify("伤残了，因为那辆车")
    assert (both.ranked[0].keywords, both.ranked[0].score) == (("车&伤残",), 2.0)
    assert [hit.word for hit in both.hits] == ["伤残", "车"]


def test_three_joined_words_are_refused():
    with pytest.raises(ValueError, match="more than two"):
        Keyword("labour", "甲&乙&丙", 1.0)


def test_equal_scores_are_ranked_by_code_whatever_the_order_of_the_table():
    keywords = [Keyword(code, "押金", 1.0) for code in ("labour", "consumer", "housing_lease")]
    for table in (keywords, keywords[::-1]):
        ranked = RuleBook(table).classify("押金").ranked
        assert [r.case_type for r in ranked] == ["consumer", "housing_lease", "labour"]


def test_a_clear_lead_of_several_words_is_decided():
    assert SMALL.classify("借条上写了利息").decision is Decision.AUTO


def test_a_narrow_lead_goes_to_a_person():
    assert SMALL.classify("借条上写了利息，又去了银行").decision is Decision.REVIEW


def test_one_word_alone_never_routes_itself_however_heavy_and_however_often():
    book = RuleBook([Keyword("labour", "工资", 1e9)])
    verdict = book.classify("工资" * 500)
    assert verdict.ranked[0].score == WEIGHT_LIMIT
    assert verdict.decision is Decision.REVIEW


def test_a_crime_is_not_mediable():
    assert SMALL.classify("会判刑吗").decision is Decision.NOT_MEDIABLE


def test_a_doubtful_crime_goes_to_a_person():
    assert SMALL.classify("判刑了，利息还算吗").decision is Decision.REVIEW


def test_twice_as_many_words_score_less_than_twice_as_much():
    book = RuleBook([Keyword("labour", f"词{i:03d}", 1.0) for i in range(200)])
    few = book.classify("".join(f"词{i:03d}" for i in range(50))).ranked[0].score
    many = book.classify("".join(f"词{i:03d}" for i in range(100))).ranked[0].score
    assert few < many < 1.5 * few


@pytest.mark.parametrize(
    "text", ["", "   ", "？？！！", "asdfghjkl 12345", "\u200b" * 50, "\x00\ud800"]
)
def test_a_text_without_keywords_goes_to_a_person_unranked(text: str):
    verdict = BOOK.classify(text)
    assert (verdict.ranked, verdict.decision, verdict.hits) == ((), Decision.REVIEW, ())


def test_an_empty_rule_book_decides_nothing():
    assert RuleBook([]).classify(PLAIN["labour"]).decision is Decision.REVIEW


def test_the_rule_book_keeps_its_version():
    assert SMALL.version == 7


def test_of_two_rows_for_a_type_and_word_the_later_counts():
    book = RuleBook([Keyword("labour", "工资", 1.0), Keyword("labour", "工资", 2.0)])
    assert book.classify("工资").ranked[0].score == 2.0


@given(st.text(st.characters(exclude_categories=[])))
def test_no_text_makes_it_raise(text: str):
    assert BOOK.classify(text).decision in Decision


@given(st.sampled_from(SHIPPED), st.sampled_from(sorted(PLAIN.values())))
@settings(max_examples=60)
def test_a_word_stuffed_500_times_counts_as_once(keyword: Keyword, text: str):
    once = BOOK.classify(f"{text}。{keyword.word}")
    stuffed = BOOK.classify(f"{text}。{keyword.word}" + f"。{keyword.word}" * 499)
    assert stuffed.ranked == once.ranked
    assert stuffed.decision == once.decision


def test_planted_fault_counting_every_occurrence_would_let_stuffing_win():
    weights = {k.word: k.weight for k in SHIPPED if k.case_type == "labour"}
    text = PLAIN["marriage_family"] + "。工资" * 500
    counted = sum(weights.get(hit.word, 0) for hit in BOOK.classify(text).hits)
    assert counted > 500
    assert BOOK.classify(text).ranked[0].case_type == "marriage_family"


@given(st.lists(st.sampled_from(SHIPPED), max_size=20), st.text(max_size=20))
@settings(max_examples=60)
def test_every_hit_points_at_its_word_in_the_text_as_written(words: list[Keyword], noise: str):
    text = noise + "。".join(keyword.word for keyword in words)
    for hit in BOOK.classify(text).hits:
        assert hit.word in normalise(text[hit.start : hit.end])


@given(st.sampled_from(sorted(PLAIN)), st.data())
@settings(max_examples=60)
def test_hidden_characters_and_full_width_change_no_verdict(code: str, data: st.DataObject):
    text = PLAIN[code]
    place = data.draw(st.integers(0, len(text)))
    hidden = data.draw(st.sampled_from("\u200b\u200d\u2060\u202e\ufeff\ufe0f"))
    disguised = (text[:place] + hidden + text[place:]).replace("，", ",")
    assert BOOK.classify(disguised).ranked == BOOK.classify(text).ranked


@pytest.mark.parametrize("code", sorted(PLAIN))
def test_a_plain_complaint_of_each_type_is_ranked_first(code: str):
    assert BOOK.classify(PLAIN[code]).ranked[0].case_type == code


def test_plain_complaints_are_decided_without_a_person():
    decisions = {code: BOOK.classify(text).decision for code, text in PLAIN.items()}
    assert decisions.pop(NOT_MEDIABLE_TYPE) is Decision.NOT_MEDIABLE
    assert Counter(decisions.values())[Decision.AUTO] >= 22


def test_the_shipped_table_has_at_least_40_words_for_each_type():
    counted = Counter(keyword.case_type for keyword in SHIPPED if keyword.weight > 0)
    assert set(counted) == set(PLAIN)
    assert min(counted.values()) >= 40


def test_the_shipped_table_has_no_row_twice_and_no_weight_that_would_be_cut():
    rows = [(keyword.case_type, keyword.word) for keyword in SHIPPED]
    assert len(rows) == len(set(rows))
    assert all(0 < abs(keyword.weight) <= WEIGHT_LIMIT for keyword in SHIPPED)


def test_the_shipped_words_are_written_as_they_are_compared_and_are_words_not_sentences():
    for keyword in SHIPPED:
        assert keyword.word == normalise(keyword.word)
        assert len(keyword.word) <= 12
        assert not set(keyword.word) & set("，。？！、；： ,.?!;:")


def test_each_shipped_word_can_be_found_when_it_stands_alone():
    matcher = Matcher(keyword.word for keyword in SHIPPED)
    for keyword in SHIPPED:
        assert [hit.word for hit in matcher.find(keyword.word)] == [keyword.word]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "type\tword\tweight\nlabour\t工资\t1.0\n",
        "case_type\tword\tweight\nlabour\t工资\n",
        "case_type\tword\tweight\nlabour\t工资\theavy\n",
        "case_type\tword\tweight\nlabour\t工资\tnan\n",
        "case_type\tword\tweight\nlabour\t工资\t1.0\tmore\n",
    ],
)
def test_a_table_of_another_form_is_refused(tmp_path: Path, content: str):
    path = tmp_path / "keywords.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError):
        load_keywords(path)


def test_a_weight_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="not a number"):
        Keyword("labour", "工资", float("inf"))
