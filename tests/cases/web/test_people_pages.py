"""The staff's pages about who mediates: rulings, layers, hand-over, silence, prices."""

import pytest
from django.urls import reverse

from cases import fees, handling, recusals
from cases.models import Assignment, Case, CaseType, FeeOffer, Recusal
from mediators.models import Body, BodyKind, Mediator
from tests.cases.web.conftest import Page, Visitor, check_error_page, words
from tests.factories import applicant_of, make_body, make_staff, reach

PRICES = "每件500元"


class Staff(Visitor):
    """A member of staff who has signed in."""

    def __init__(self, user) -> None:
        super().__init__()
        self.client.force_login(user)

    def open(self, case: Case, deed: str = "", place: str = "workbench") -> Page:
        name, more = (f"{place}-act", [deed]) if deed else (f"{place}-case", [])
        return self.go(reverse(name, args=[case.number, *more]))


@pytest.fixture
def at_work(mediator) -> Staff:
    return Staff(mediator)


@pytest.fixture
def in_lead(lead) -> Staff:
    return Staff(lead)


@pytest.fixture
def at_desk(dispatcher) -> Staff:
    return Staff(dispatcher)


@pytest.fixture
def talking(house) -> Case:
    return reach("mediating", house)


@pytest.fixture
def claimed(talking) -> Recusal:
    return recusals.ask_for_another(applicant_of(talking), reason="relative", note="他是我姐夫")


def now(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


# --- Rulings ---


def test_the_lead_reads_the_claim_and_decides_on_the_case_page(in_lead, claimed, talking, house):
    page = in_lead.open(talking)
    assert "是一方的近亲属" in page.words
    assert "他是我姐夫" in page.words
    in_lead.follow("决定换不换调解员")
    page = in_lead.press("决定换不换调解员", granted="yes", ruling="属实")
    assert "已办" in page.words
    assert now(talking).mediator.user != house.mediator


def test_the_mediator_reads_that_there_is_a_claim_and_not_the_note(at_work, claimed, talking):
    page = at_work.open(talking)
    assert "是一方的近亲属" in page.words
    assert "姐夫" not in page.html
    assert "决定换不换调解员" not in page.words
    assert at_work.open(talking, "rule").status == 409


def test_the_desk_decides_as_well(at_desk, claimed, talking):
    at_desk.open(talking, "rule", "dispatch")
    at_desk.press("决定换不换调解员", granted="no", ruling="核实过，不是亲属")
    claimed.refresh_from_db()
    assert (claimed.state, claimed.ruling) == ("refused", "核实过，不是亲属")


def test_a_refusal_without_a_reason_is_asked_for_one(in_lead, claimed, talking):
    in_lead.open(talking, "rule")
    page = in_lead.press("决定换不换调解员", granted="no", ruling="")
    check_error_page(page, "请写明理由")


# --- Disclosure ---


def test_a_mediator_declares_a_relation_and_stays_until_the_parties_answer(at_work, talking, house):
    at_work.open(talking)
    at_work.follow("申报关系")
    page = at_work.press("申报关系", reason="interest", note="给被申请人干过活", steps_aside="no")
    assert "调解员申报" in page.words
    assert now(talking).mediator.user == house.mediator


def test_a_mediator_who_steps_aside_is_back_at_the_inbox(at_work, talking):
    at_work.open(talking, "disclose")
    page = at_work.press("申报关系", reason="relative", steps_aside="yes")
    assert page.address == reverse("workbench")


@pytest.mark.parametrize("who", ["lead", "colleague"])
def test_nobody_else_declares_for_the_mediator(house, talking, who):
    assert Staff(getattr(house, who)).open(talking, "disclose").status in (404, 409)


# --- Layers ---


def test_a_case_is_handed_up_from_its_page(at_work, talking):
    Case.objects.filter(pk=talking.pk).update(tier="street")
    at_work.open(talking)
    at_work.follow("交给上一级")
    at_work.press("交给上一级", note="涉及两个街道")
    assert now(talking).status == "filed"
    assert now(talking).assignments.get().outcome == Assignment.Outcome.HANDED_UP


def test_at_the_top_the_page_offers_no_layer_above(at_work, talking):
    Case.objects.filter(pk=talking.pk).update(tier="district")
    assert "交给上一级" not in at_work.open(talking).words
    assert at_work.open(talking, "hand_up").status == 409


# --- Silence ---


def test_what_was_not_answered_stands_in_the_navigation_without_a_way_in(house):
    case, other = reach("dispatched", house), reach("dispatched", house)
    handling.lapse(case)
    for user, count in ((house.mediator, 1), (house.lead, 1), (house.colleague, 0)):
        staff = Staff(user)
        navigation = [words(link) for link in staff.go(reverse("workbench")).all("a")]
        assert f"未响应{count}" in navigation
        page = staff.go(reverse("workbench-unanswered"))
        assert (case.number in page.words) == bool(count)
        assert other.number not in page.words
        assert reverse("workbench-case", args=[case.number]) not in page.html


# --- Hand-over ---


def test_a_lead_hands_all_cases_of_a_mediator_over(in_lead, house):
    cases = [reach(status, house) for status in ("dispatched", "mediating")]
    in_lead.go(reverse("workbench"))
    in_lead.follow("交接案件")
    page = in_lead.follow(str(house.mediator))
    assert all(case.number in page.words for case in cases)
    page = in_lead.press("交接2件", to=str(house.colleague.mediator.pk))
    assert "交接了2件" in page.words
    assert {now(case).mediator.user for case in cases} == {house.colleague}


def test_what_could_not_be_handed_over_is_named_with_the_reason(in_lead, house):
    case = reach("mediating", house)
    Mediator.objects.filter(body=house.body).exclude(user=house.mediator).update(capacity=0)
    in_lead.go(reverse("workbench-handover") + f"?from={house.mediator.mediator.pk}")
    page = in_lead.press("交接1件")
    assert f"{case.number}没有交出去" in page.words


def test_only_a_lead_hands_over_and_only_people_of_the_own_body(house):
    page = reverse("workbench-handover")
    for user in (house.mediator, house.dispatcher, house.clerk):
        assert Staff(user).go(page).status == 404
    lead = Staff(house.lead)
    for wrong in (house.other_mediator.mediator.pk, "x", "9" * 30, "-1", ""):
        assert lead.go(f"{page}?from={wrong}").status == 404


# --- Prices ---


@pytest.fixture
def firm(house) -> Body:
    made = make_body(house.region.parent, family=BodyKind.Family.MARKET, name="测试商事调解中心")
    Body.objects.filter(pk=made.pk).update(fee_note=PRICES)
    make_staff("mediator", made)
    return made


@pytest.fixture
def sale(db) -> str:
    return str(CaseType.objects.get(key="sale_contract").pk)


def test_the_desk_asks_about_prices_records_an_answer_and_sends(at_desk, case, firm, sale):
    page = at_desk.open(case, "fees", "dispatch")
    assert PRICES in page.words
    at_desk.press("征求收费调解意见", body=str(firm.pk), case_type=sale)
    assert FeeOffer.objects.get().price_list == PRICES
    for party in case.parties.all():
        at_desk.open(case, "fee_answer", "dispatch")
        at_desk.press("记当事人对收费的答复", party=str(party.pk), agrees="yes", means="phone")
    assert now(case).body == firm


def test_the_desk_stops_asking(at_desk, case, firm, sale):
    at_desk.open(case, "fees", "dispatch")
    at_desk.press("征求收费调解意见", body=str(firm.pk), case_type=sale)
    assert at_desk.open(case, "fees", "dispatch").status == 409  # one at a time
    at_desk.open(case, "fee_back", "dispatch")
    at_desk.press("撤回收费征求意见")
    assert fees.open_offer(now(case)) is None


def test_a_body_without_prices_is_refused_in_the_rule_s_words(at_desk, case, firm, sale):
    Body.objects.filter(pk=firm.pk).update(fee_note="")
    page = at_desk.open(case, "fees", "dispatch")
    page = at_desk.press("征求收费调解意见", body=str(firm.pk), case_type=sale)
    check_error_page(page, "没有公开收费说明")
