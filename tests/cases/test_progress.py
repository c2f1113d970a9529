import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from cases.models import Case, Party
from cases.progress import deadline, in_words, next_for, steps
from tests.factories import applicant_of, file, reach, respondent_of

NOW = "2026-11-20 10:17:30+08:00"
WAY = ["收到申请", "安排调解员", "请对方来调解", "双方一起谈", "签调解协议"]
ON_THE_WAY = {"filed": 0, "dispatched": 1, "inviting": 2, "mediating": 3, "agreed": 4}
ENDED = {
    "failed": "调解不成",
    "litigating": "已转立案",
    "withdrawn": "已撤回",
    "rejected": "不予受理",
    "merged": "已并案",
}


def shown(case, named=True):
    return [(step.title, step.state) for step in steps(case, named=named)]


@pytest.mark.parametrize(("status", "reached"), ON_THE_WAY.items())
def test_what_is_done_comes_before_what_is_now_and_what_is_to_come(house, status, reached):
    states = ["done"] * reached + ["now"] + ["todo"] * (4 - reached)
    assert shown(reach(status, house)) == list(zip(WAY, states, strict=True))


@pytest.mark.parametrize(
    ("status", "after"),
    [
        ("settled", [("协议生效", "done")]),
        ("confirming", [("协议生效", "done"), ("法院审查司法确认", "now")]),
        ("confirmed", [("协议生效", "done"), ("法院确认有效", "done")]),
    ],
)
def test_after_the_agreement_the_way_goes_on_to_the_court(house, status, after):
    assert shown(reach(status, house)) == [*((title, "done") for title in WAY), *after]


@pytest.mark.parametrize(("status", "word"), ENDED.items())
def test_a_way_that_ended_shows_its_beginning_and_its_end(house, status, word):
    assert shown(reach(status, house)) == [("收到申请", "done"), (word, "done")]


@pytest.mark.parametrize("status", Case.Status.values)
def test_every_status_has_a_way_and_a_next_sentence_for_both_sides(house, status):
    case = reach(status, house)
    assert steps(case, named=False)
    assert all(next_for(party) for party in case.parties.all())


def test_only_the_parties_read_which_body_has_the_case(house):
    case = reach("mediating", house)
    assert house.body.name in [step.detail for step in steps(case, named=True)]
    assert house.body.name not in [step.detail for step in steps(case, named=False)]


def test_the_time_of_a_step_is_that_of_shanghai(house):
    with time_machine.travel("2026-11-20 18:05:00+00:00", tick=False):
        case = file().case
    assert steps(case, named=True)[0].detail == "11月21日 02:05"


def test_a_case_without_a_body_yet_shows_none(house):
    assert steps(file().case, named=True)[1].detail == ""


# --- Last days ---


@pytest.mark.parametrize(
    ("left", "words", "level"),
    [
        (32, "还剩32天（12月22日）", "ok"),
        (4, "还剩4天（11月24日）", "ok"),
        (3, "还剩3天（11月23日）", "soon"),
        (1, "还剩1天（11月21日）", "soon"),
        (0, "今天到期（11月20日）", "soon"),
        (-1, "超时1天（11月19日）", "late"),
        (-20, "超时20天（10月31日）", "late"),
    ],
)
def test_a_last_day_is_said_in_words_with_its_date(left, words, level):
    with time_machine.travel(NOW, tick=False):
        last = in_words("最晚谈到", timezone.localdate() + dt.timedelta(days=left))
    assert (last.what, last.words, last.level) == ("最晚谈到", words, level)


def test_the_day_changes_at_midnight_in_shanghai():
    day = dt.date(2026, 11, 21)
    with time_machine.travel("2026-11-20 15:59:59+00:00", tick=False) as clock:
        assert in_words("", day).words.startswith("还剩1天")
        clock.shift(1)
        assert in_words("", day).words.startswith("今天到期")


@pytest.mark.parametrize(
    ("status", "what", "field"),
    [
        ("dispatched", "调解员最晚回应", "respond_by"),
        ("inviting", "最晚谈到", "mediate_by"),
        ("mediating", "最晚谈到", "mediate_by"),
        ("agreed", "最晚签字", "mediate_by"),
        ("settled", "最晚申请司法确认", "confirm_by"),
    ],
)
def test_the_clock_that_runs_is_the_one_shown(house, status, what, field):
    case = reach(status, house)
    last = deadline(case)
    assert (last.what, last.day) == (what, getattr(case, field))


@pytest.mark.parametrize("status", ["filed", "confirming", "confirmed", *ENDED])
def test_where_nothing_runs_there_is_no_last_day(house, status):
    assert deadline(reach(status, house)) is None


# --- What comes next ---


def test_an_invited_party_is_asked_and_one_that_agreed_waits(house):
    case = reach("inviting", house)
    applicant, respondent = applicant_of(case), respondent_of(case)
    assert next_for(applicant) == "正在请对方来调解。对方回话后我们告诉您。"
    assert next_for(respondent) == "请看看是什么事，再告诉我们您愿不愿意调解。"
    respondent.answer = Party.Answer.AGREES
    assert next_for(respondent) == next_for(applicant)


@pytest.mark.parametrize("status", ["failed", "settled", "confirmed", "withdrawn"])
def test_whoever_is_at_an_end_is_told_what_can_still_be_done(house, status):
    ways = {
        "failed": "您可以去法院起诉，也可以再申请一次",
        "settled": "双方可以一起请法院确认",
        "confirmed": "您可以申请强制执行",
        "withdrawn": "以后还可以再申请",
    }
    assert ways[status] in next_for(applicant_of(reach(status, house)))
