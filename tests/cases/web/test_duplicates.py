"""The duplicate desk: who comes in, what a pair shows, and what a person decides there."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import duplicates
from cases.filing import Person
from cases.models import Case, DuplicatePair
from mediators.models import AuditEntry
from tests.cases.web.conftest import Page, Visitor, check_error_page
from tests.factories import applicant_of, file, make_staff, new_phone, respondent_of

ADDRESSES = ("duplicates", "duplicate-pair", "duplicate-unmerge")


class Dispatcher(Visitor):
    def __init__(self, user) -> None:
        super().__init__()
        self.client.force_login(user)

    def pair(self, pair: DuplicatePair) -> Page:
        return self.go(reverse("duplicate-pair", args=[pair.pk]))


@pytest.fixture
def desk(house) -> Dispatcher:
    return Dispatcher(house.dispatcher)


def likely(score: float = 0.8, **dispute: object) -> DuplicatePair:
    """Return an open pair of two filings by the same person."""
    person = Person("张三丰", new_phone())
    other = file(applicants=[person], **dispute).case
    case = file(applicants=[person], description="房东一直不退租房的押金，拖了半年。").case
    return DuplicatePair.objects.create(
        case=case,
        other=other,
        score=score,
        grade=DuplicatePair.Grade.LIKELY,
        facts=["applicant_phone", "text_62", "other_amount"],
    )


def merged_by_rule() -> DuplicatePair:
    pair = likely()
    duplicates.merge(pair.case, into=pair.other, actor=None)
    return DuplicatePair.objects.select_related("case", "other").get(pk=pair.pk)


def now(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


# --- Who comes in ---


def test_whoever_has_not_signed_in_is_sent_to_sign_in(house, client):
    pair = likely()
    for name in ADDRESSES:
        args = [] if name == "duplicates" else [pair.pk]
        assert client.get(reverse(name, args=args))["Location"].startswith(reverse("sign-in"))


@pytest.mark.parametrize("office", ["mediator", "lead", "clerk", "assessor", "leader"])
def test_the_desk_is_the_dispatcher_s_alone(house, office):
    pair, client = likely(), Client()
    client.force_login(getattr(house, office))
    for name in ADDRESSES:
        address = reverse(name, args=[] if name == "duplicates" else [pair.pk])
        assert client.get(address).status_code == 404
    assert client.post(reverse("duplicate-pair", args=[pair.pk]), {"do": "same"}).status_code == 404
    assert now(pair.case).status == "filed"


def test_a_pair_that_does_not_exist_is_not_found(desk):
    assert desk.go(reverse("duplicate-pair", args=[999_999])).status == 404


# --- The lists ---


def test_open_pairs_stand_with_the_strongest_first(desk):
    weak, strong = likely(0.55), likely(0.95)
    page = desk.go(reverse("duplicates"))
    numbers = [pair.case.number for pair in (strong, weak)]
    assert page.words.index(numbers[0]) < page.words.index(numbers[1])
    assert "申请人手机号相同" in page.words
    assert "文字有62%相同" in page.words


def test_an_empty_desk_says_so(desk):
    page = desk.go(reverse("duplicates"))
    assert "没有疑似重复。" in page.words
    assert "还没有并过案。" in desk.follow("已并案").words


def test_pairs_are_found_by_number_and_by_name(desk):
    pair = likely(respondents=[Person("欧阳先生", "")])
    elsewhere = likely()
    address = reverse("duplicates")
    for words in (pair.other.number, "欧阳"):
        page = desk.go(f"{address}?q={words}")
        assert pair.case.number in page.words
        assert elsewhere.case.number not in page.words
    assert "没有找到“没有这个人”" in desk.go(f"{address}?q=没有这个人").words


def test_the_list_takes_as_many_queries_for_ten_pairs_as_for_one(desk):
    likely()
    counts = []
    for more in (0, 9):
        for _ in range(more):
            likely()
        with CaptureQueriesContext(connection) as asked:
            desk.go(reverse("duplicates"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- One pair ---


def test_a_pair_shows_both_texts_with_what_they_share_and_nobody_s_number(desk):
    pair = likely()
    page = desk.pair(pair)
    marks = {"".join(map(str, one.children)) for one in page.all("mark")}
    assert "租房的押金" in "".join(marks)
    for party in (*pair.case.parties.all(), *pair.other.parties.all()):
        assert party.phone not in page.html
        assert party.name not in page.words
    assert "张**" in page.words
    for words in ("是同一件，并案", "不是同一件", "✓相同", "✗不同", "没有填"):
        assert words in page.words


def test_opening_a_pair_is_noted_as_reading_both_cases(desk, house):
    pair = likely()
    desk.pair(pair)
    read = AuditEntry.objects.filter(deed="case.read", actor=house.dispatcher)
    chains = set(read.values_list("chain", flat=True))
    assert chains == {f"case:{pair.case_id}", f"case:{pair.other_id}"}


def test_the_same_dispute_is_merged_with_one_press(desk):
    pair = likely()
    desk.pair(pair)
    page = desk.press("是同一件，并案")
    assert f"{pair.case.number} 并入 {pair.other.number}" in page.words
    assert (now(pair.case).status, now(pair.case).merged_into) == ("merged", pair.other)


def test_the_dispatcher_may_let_the_later_one_go_on(desk):
    pair = likely()
    desk.pair(pair)
    desk.press(f"是同一件，留下 {pair.case.number}")
    assert (now(pair.other).status, now(pair.other).merged_into) == ("merged", pair.case)


def test_two_disputes_are_kept_apart_with_one_press(desk):
    pair = likely()
    desk.pair(pair)
    page = desk.press("不是同一件")
    assert "接着分流" in page.words
    pair.refresh_from_db()
    assert pair.state == "apart"
    assert now(pair.case).status == "filed"
    assert pair.case.events.filter(kind="case.kept_apart").exists()


def test_after_a_decision_the_next_pair_comes(desk):
    strong, weak = likely(0.9), likely(0.6)
    desk.pair(strong)
    assert desk.press("不是同一件").address == reverse("duplicate-pair", args=[weak.pk])
    assert desk.press("不是同一件").address == reverse("duplicates")


def test_pairs_lead_to_their_neighbours(desk):
    strong, middle, weak = likely(0.9), likely(0.8), likely(0.7)
    page = desk.pair(middle)
    assert page.link("上一对") == reverse("duplicate-pair", args=[strong.pk])
    assert page.link("下一对") == reverse("duplicate-pair", args=[weak.pk])


@pytest.mark.parametrize("second", ["是同一件，并案", "不是同一件"])
@pytest.mark.parametrize("first", ["same", "apart"])
def test_who_comes_second_is_told_what_the_first_decided(desk, first, second):
    pair = likely()
    colleague = make_staff("dispatcher")
    desk.pair(pair)
    if first == "same":
        duplicates.merge_pair(pair, actor=colleague)
    else:
        duplicates.keep_apart(pair, actor=colleague)
    page = desk.press(second)
    assert page.status == 409
    assert "这一对已经处理过了" in page.words
    assert str(colleague) in page.words
    assert ("已并案" if first == "same" else "已定为不是同一件") in page.words
    assert now(pair.case).status == ("merged" if first == "same" else "filed")


def test_a_press_that_says_nothing_decides_nothing(desk):
    pair = likely()
    desk.client.handler.enforce_csrf_checks = False
    page = Page(desk.client.post(reverse("duplicate-pair", args=[pair.pk])))
    assert (page.status, now(pair.case).status) == (409, "filed")


def test_merging_by_hand_is_offered_what_the_rules_find_with_their_reasons(desk):
    pair = likely()
    page = desk.go(reverse("dispatch-act", args=[pair.case.number, "merge"]))
    (offer,) = [a for a in page.all("a") if pair.other.number in str(a)]
    assert dict(offer.attributes)["href"] == f"?number={pair.other.number}"
    assert "申请人手机号相同" in str(offer)


# --- Merged by the rules ---


def test_merges_of_the_system_are_listed_and_can_be_undone_after_saying_why(desk):
    pair = merged_by_rule()
    page = desk.go(f"{reverse('duplicates')}?in=merged")
    assert "系统" in page.words
    desk.follow(f"撤销并案{pair.case.number}")
    check_error_page(desk.press("撤销并案"), "请写为什么不是同一件")
    page = desk.press("撤销并案", reason="是上个月的另一笔押金")
    assert f"{pair.case.number} 回到分流台" in page.words
    assert (now(pair.case).status, now(pair.case).merged_into) == ("filed", None)


def test_undoing_it_twice_is_told(desk):
    pair = merged_by_rule()
    desk.go(reverse("duplicate-unmerge", args=[pair.pk]))
    duplicates.unmerge(pair.case, actor=make_staff("dispatcher"), reason="不是")
    page = desk.press("撤销并案", reason="不是同一件")
    assert page.status == 409
    assert "可能别人已经撤销了" in page.words


# --- What the citizens see ---


def test_the_code_of_a_merged_case_says_that_it_goes_on_and_shows_no_other_code(visitor):
    pair = merged_by_rule()
    page = visitor.go(reverse("code", args=[pair.case.mediation_code.token]))
    assert "并在一起办，没有结束" in page.words
    other = pair.other.mediation_code
    for secret in (other.token, other.short[:4], pair.other.number):
        assert secret not in page.html


def test_a_party_of_both_goes_on_to_the_other_case(visitor):
    pair = merged_by_rule()
    visitor.enter(applicant_of(pair.case))
    page = visitor.press("看一起办的那一件")
    assert page.address == reverse("party-case", args=[pair.other.mediation_code.token])
    assert page.status == 200


def test_who_is_no_party_there_learns_nothing_of_the_other_case(visitor):
    pair = merged_by_rule()
    page = visitor.enter(respondent_of(pair.case))
    assert "并在一起办" in page.words
    assert "看一起办的那一件" not in page.words
    assert pair.other.number not in page.html
    assert pair.other.mediation_code.token not in page.html
    visitor.client.handler.enforce_csrf_checks = False
    address = reverse("party-goes-on", args=[pair.case.mediation_code.token])
    assert visitor.client.post(address).status_code == 404


def test_looking_alone_lets_nobody_into_the_other_case(visitor):
    pair = merged_by_rule()
    visitor.enter(applicant_of(pair.case))
    address = reverse("party-goes-on", args=[pair.case.mediation_code.token])
    assert visitor.client.get(address).status_code == 405
    assert visitor.go_to("party-case", pair.other).heading == "验证手机"
