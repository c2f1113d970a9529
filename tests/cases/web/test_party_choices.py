"""A party's pages about who mediates and at what price."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import fees, handling, handover, recusals
from cases.models import Case, CaseType, FeeAnswer, Recusal
from mediators.models import Body, BodyKind
from tests.cases.web.conftest import check_error_page, token_of
from tests.factories import applicant_of, make_body, make_staff, reach, respondent_of

PRICES = "调解成功的，按标的额的1%收，最少500元。"


@pytest.fixture
def talking(house) -> Case:
    return reach("mediating", house)


@pytest.fixture
def offered(house, case) -> Case:
    firm = make_body(house.region.parent, family=BodyKind.Family.MARKET, name="测试商事调解中心")
    Body.objects.filter(pk=firm.pk).update(fee_note=PRICES)
    firm.refresh_from_db()
    make_staff("mediator", firm)
    sale = CaseType.objects.get(key="sale_contract")
    fees.offer(case, body=firm, case_type=sale, actor=house.dispatcher)
    return Case.objects.get(pk=case.pk)


def now(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


# --- 换一位调解员 ---


def test_another_mediator_is_two_presses_away(visitor, talking, house):
    visitor.enter(applicant_of(talking))
    page = visitor.follow("换一位调解员")
    assert f"现在的调解员：{house.mediator}" in page.words
    page = visitor.press("提交", reason="wish")
    assert "已经换了" in page.words
    assert now(talking).mediator.user != house.mediator
    assert str(now(talking).mediator) in page.words


def test_without_a_reason_chosen_the_page_says_so(visitor, talking):
    visitor.enter(applicant_of(talking))
    visitor.go_to("party-mediator", talking)
    check_error_page(visitor.press("提交"), "请选一个原因")
    assert not Recusal.objects.exists()


def test_a_claim_waits_and_the_case_page_says_so_until_it_is_ruled_on(visitor, talking, house):
    visitor.enter(applicant_of(talking))
    visitor.follow("换一位调解员")
    page = visitor.press("提交", reason="relative", note="他是对方的舅舅")
    assert "正在等决定" in page.words
    assert "换一位调解员" not in page.words
    recusals.rule(Recusal.objects.get(), granted=False, actor=house.lead, ruling="不是亲属")
    page = visitor.go_to("party-case", talking)
    assert "没有同意。理由：不是亲属" in page.words
    assert visitor.follow("换一位调解员").status == 200  # and may ask again


def test_the_other_side_reads_nothing_of_the_claim_s_note(visitor, stranger, talking):
    visitor.enter(applicant_of(talking))
    visitor.follow("换一位调解员")
    visitor.press("提交", reason="relative", note="他是对方的舅舅")
    page = stranger.enter(respondent_of(talking))
    assert "提出换调解员" in page.words
    assert "舅舅" not in page.html


def test_who_has_used_up_the_wishes_reads_what_another_no_would_mean(visitor, talking, house):
    party = applicant_of(talking)
    mediator = house.mediator.mediator
    for _ in range(recusals.MOST_WISHES):
        Recusal.objects.create(
            case=talking, mediator=mediator, party=party, reason="wish", state="granted"
        )
    visitor.enter(party)
    page = visitor.follow("换一位调解员")
    assert "由矛调中心决定" in page.words
    assert "就算不愿意调解" in page.words
    assert "已提交" in visitor.press("提交", reason="wish").words


@pytest.mark.parametrize("status", ["filed", "settled", "failed"])
def test_where_nobody_mediates_the_page_leads_back(visitor, house, status, no_documents):
    case = reach(status, house)
    page = visitor.enter(applicant_of(case))
    assert "换一位调解员" not in page.words
    page = visitor.go_to("party-mediator", case)
    assert page.address == reverse("party-case", args=[token_of(case)])
    assert "现在没有调解员可以换" in page.words


# --- What the mediator disclosed ---


@pytest.mark.parametrize(("says", "stays"), [("yes", True), ("no", False)])
def test_each_party_answers_what_was_disclosed(visitor, stranger, talking, house, says, stays):
    recusals.disclose(
        talking, actor=house.mediator, reason="relative", note="远房表亲", steps_aside=False
    )
    for who, party in ((visitor, respondent_of(talking)), (stranger, applicant_of(talking))):
        who.enter(party)
        if "调解员说明了一层关系" in who.page.words:
            page = who.go_to("party-relation", talking)
            assert "远房表亲" in page.words
            who.press("提交", agrees=says)
    assert (now(talking).mediator.user == house.mediator) is stays
    assert "现在没有要您答复的" in visitor.go_to("party-relation", talking).words


def test_an_unanswered_disclosure_is_asked_for(visitor, talking, house):
    recusals.disclose(talking, actor=house.mediator, reason="interest", steps_aside=False)
    visitor.enter(applicant_of(talking))
    visitor.go_to("party-relation", talking)
    check_error_page(visitor.press("提交"), "请选“同意”或“不同意”")


# --- Prices ---


def test_a_party_reads_the_price_list_and_agrees(visitor, offered):
    page = visitor.enter(respondent_of(offered))
    assert "看收费说明，回答同不同意" in page.words
    page = visitor.go_to("party-fees", offered)
    assert PRICES in page.words
    assert "不影响您去法院" in page.words
    page = visitor.press("提交", agrees="yes")
    assert "您同意收费" in page.words
    assert "回答同不同意" not in page.words
    assert FeeAnswer.objects.get().means == "web"


def test_declining_is_as_easy_and_leads_to_free_mediation(visitor, offered):
    visitor.enter(applicant_of(offered))
    visitor.go_to("party-fees", offered)
    page = visitor.press("提交", agrees="no")
    assert "不收费的调解" in page.words
    assert fees.open_offer(now(offered)) is None
    assert now(offered).status == "filed"


def test_neither_answer_is_chosen_beforehand(visitor, offered):
    visitor.enter(applicant_of(offered))
    page = visitor.go_to("party-fees", offered)
    assert page.field("agrees") is None
    check_error_page(visitor.press("提交"), "请选“同意”或“不同意”")


def test_an_invitation_with_a_price_does_not_say_that_all_is_free(stranger, offered, house):
    page = stranger.go(reverse("invitation", args=[respondent_of(offered).link]))
    assert "先看收费说明" in page.words
    assert "None" not in page.words
    free = reach("inviting", house)
    page = stranger.go(reverse("invitation", args=[respondent_of(free).link]))
    assert "不收费" in page.words
    assert "收费说明" not in page.words


def test_whoever_agreed_reads_the_prices_on_the_case_page(visitor, offered):
    for party in offered.parties.all():
        fees.answer(party, agrees=True, actor=party)
    page = visitor.enter(applicant_of(offered))
    assert f"收费说明：{PRICES}" in page.words


# --- The next layer, and an earlier body's meeting ---


def test_once_the_days_of_a_layer_are_over_the_next_one_is_offered(visitor, talking):
    Case.objects.filter(pk=talking.pk).update(
        tier="street", layer_by=timezone.localdate() - dt.timedelta(days=1)
    )
    page = visitor.enter(applicant_of(talking))
    assert f"交给{handover.next_layer(now(talking))}接着谈" in page.words
    Case.objects.filter(pk=talking.pk).update(layer_by=timezone.localdate())
    assert "接着谈" not in visitor.go_to("party-case", talking).words


def test_a_meeting_with_a_body_that_no_longer_has_the_case_is_off(visitor, talking, house):
    handling.plan_session(
        talking,
        actor=house.mediator,
        mode="on_site",
        starts_at=timezone.now() + dt.timedelta(days=2),
        place="三号调解室",
    )
    assert "三号调解室" in visitor.enter(applicant_of(talking)).words
    Case.objects.filter(pk=talking.pk).update(tier="street")
    handover.hand_up(talking, actor=house.mediator)
    assert "三号调解室" not in visitor.go_to("party-case", talking).words
