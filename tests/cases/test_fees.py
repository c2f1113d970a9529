"""A body that charges has a case only when every party has agreed to its price list."""

import pytest

from cases import events, fees
from cases.errors import CaseError
from cases.models import Case, CaseType, FeeAnswer, FeeOffer, Notice
from cases.routing.assign import dispatch
from mediators.models import AuditEntry, Body, BodyKind
from tests.factories import applicant_of, file, make_body, make_staff, reach, respondent_of

PRICES = "调解成功的，按标的额的1%收，最少500元，由双方各付一半。"


@pytest.fixture
def firm(house) -> Body:
    """A commercial body with its price list, and somebody who works there."""
    district = house.region.parent
    body = make_body(district, family=BodyKind.Family.MARKET, name="测试商事调解中心")
    body.kind = BodyKind.objects.get(key="market_commercial")
    body.fee_note = PRICES
    body.save()
    make_staff("mediator", body)
    return body


@pytest.fixture
def sale() -> CaseType:
    return CaseType.objects.get(key="sale_contract")


@pytest.fixture
def offer(house, case, firm, sale) -> FeeOffer:
    return fees.offer(case, body=firm, case_type=sale, actor=house.dispatcher)


def again(case):
    return Case.objects.get(pk=case.pk)


def say(party, agrees):
    return fees.answer(party, agrees=agrees, actor=party)


def relay():
    while events.relay():
        pass


def test_every_party_is_asked_about_the_prices_as_they_stand_now(offer, case, firm):
    assert (offer.price_list, offer.body, offer.closed_at) == (PRICES, firm, None)
    assert fees.open_offer(case) == offer
    assert fees.waiting(offer) == list(case.parties.all())
    Body.objects.update(fee_note="涨价了")
    assert FeeOffer.objects.get().price_list == PRICES
    relay()
    told = Notice.objects.filter(template="fee_offered")
    assert sorted(n.phone for n in told) == sorted(p.phone for p in case.parties.all())
    assert all("张某" in n.text and "三丰" not in n.text for n in told)


def test_the_case_goes_there_when_all_have_agreed_and_not_before(offer, case, firm, sale):
    say(applicant_of(case), agrees=True)
    assert again(case).status == "filed"
    say(respondent_of(case), agrees=True)
    after = again(case)
    assert (after.status, after.body, after.case_type) == ("dispatched", firm, sale)
    assert after.mediator.body == firm
    assert fees.open_offer(after) is None
    assert fees.is_charged(after)
    assert FeeOffer.objects.get().closed_at


@pytest.mark.parametrize("who", [applicant_of, respondent_of])
def test_one_who_declines_closes_the_offer_and_ends_nothing_else(offer, case, house, who):
    say(who(case), agrees=False)
    assert again(case).status == "filed"
    assert fees.open_offer(again(case)) is None
    with pytest.raises(CaseError, match="没有要答复"):
        say(applicant_of(case), agrees=True)
    relay()
    assert Notice.objects.get(template="fee_answered").user == house.dispatcher
    assert not fees.is_charged(again(case))


def test_nobody_answers_twice(offer, case):
    say(applicant_of(case), agrees=True)
    with pytest.raises(CaseError, match="答复过"):
        say(applicant_of(case), agrees=False)
    assert FeeAnswer.objects.get().agrees


def test_an_answer_is_kept_with_its_time_and_by_what_means(offer, case, house):
    say(applicant_of(case), agrees=True)
    respondent = respondent_of(case)
    with pytest.raises(CaseError, match="怎么答复"):
        fees.answer(respondent, agrees=True, actor=house.dispatcher, means="telepathy")
    fees.answer(respondent, agrees=True, actor=house.dispatcher, means="phone")
    means = {answer.party: (answer.means, bool(answer.at)) for answer in FeeAnswer.objects.all()}
    assert means == {applicant_of(case): ("web", True), respondent: ("phone", True)}


@pytest.mark.parametrize("who", ["mediator", "lead", "clerk", "leader"])
def test_only_the_dispatcher_asks_records_and_stops(offer, case, house, firm, sale, who):
    person = getattr(house, who)
    with pytest.raises(CaseError, match="只有分流员"):
        fees.answer(applicant_of(case), agrees=True, actor=person, means="phone")
    with pytest.raises(CaseError, match="只有分流员"):
        fees.take_back(case, actor=person)
    with pytest.raises(CaseError, match="只有分流员"):
        fees.offer(file().case, body=firm, case_type=sale, actor=person)


def test_a_party_answers_for_nobody_else(offer, case):
    with pytest.raises(CaseError, match="只有分流员"):
        fees.answer(respondent_of(case), agrees=True, actor=applicant_of(case))


@pytest.mark.parametrize("key", ["marriage_family", "inheritance", "labour", "consumer"])
def test_what_commercial_bodies_may_never_have_is_not_offered(house, case, firm, key):
    barred = CaseType.objects.get(key=key)
    with pytest.raises(CaseError, match="不能派给"):
        fees.offer(case, body=firm, case_type=barred, actor=house.dispatcher)
    assert again(case).case_type is None


def test_a_body_that_may_not_charge_is_not_offered(house, case, sale):
    with pytest.raises(CaseError, match="不能收费"):
        fees.offer(case, body=house.body, case_type=sale, actor=house.dispatcher)


@pytest.mark.parametrize("fault", [{"fee_note": "  "}, {"is_active": False}])
def test_without_a_public_price_list_nobody_is_asked(house, case, firm, sale, fault):
    Body.objects.filter(pk=firm.pk).update(**fault)
    firm.refresh_from_db()
    with pytest.raises(CaseError, match="没有公开收费说明"):
        fees.offer(case, body=firm, case_type=sale, actor=house.dispatcher)


def test_one_offer_at_a_time_and_a_new_one_after_it_was_taken_back(offer, case, house, firm, sale):
    with pytest.raises(CaseError, match="已经在征求"):
        fees.offer(case, body=firm, case_type=sale, actor=house.dispatcher)
    fees.take_back(case, actor=house.dispatcher)
    with pytest.raises(CaseError, match="没有在征求"):
        fees.take_back(case, actor=house.dispatcher)
    assert fees.offer(case, body=firm, case_type=sale, actor=house.dispatcher) != offer


@pytest.mark.parametrize("status", ["dispatched", "mediating", "settled"])
def test_only_a_case_that_waits_at_the_centre_is_offered(house, firm, sale, status, no_documents):
    case = reach(status, house)
    with pytest.raises(CaseError, match="已经派出"):
        fees.offer(case, body=firm, case_type=sale, actor=house.dispatcher)


def test_a_case_that_went_elsewhere_asks_nobody_any_more(offer, case, house):
    lease = CaseType.objects.get(key="housing_lease")
    dispatch(case, body=house.body, case_type=lease, actor=house.dispatcher)
    assert fees.open_offer(again(case)) is None
    with pytest.raises(CaseError, match="没有要答复"):
        say(applicant_of(case), agrees=True)
    relay()
    assert FeeOffer.objects.get().closed_at


def test_not_even_a_person_sends_a_case_to_a_price_that_not_all_accepted(offer, case, house, firm):
    say(applicant_of(case), agrees=True)
    with pytest.raises(CaseError, match="收费"):
        dispatch(case, body=firm, case_type=offer.case.case_type, actor=house.dispatcher)


def test_agreed_and_yet_not_to_be_sent_it_waits_at_the_desk_which_is_told(offer, case, firm):
    firm.case_types.through.objects.all().delete()
    barred = CaseType.objects.get(key="labour")
    Case.objects.filter(pk=case.pk).update(case_type=barred)  # somebody changed its type meanwhile
    say(applicant_of(case), agrees=True)
    say(respondent_of(case), agrees=True)
    assert again(case).status == "filed"
    assert FeeAnswer.objects.filter(agrees=True).count() == 2
    assert case.events.filter(kind="fee.stuck").exists()


def test_each_answer_is_an_event_and_in_the_audit_trail(offer, case):
    say(applicant_of(case), agrees=True)
    say(respondent_of(case), agrees=False)
    kinds = case.events.filter(kind__startswith="fee.").values_list("kind", flat=True)
    assert list(kinds) == ["fee.offered", "fee.agreed", "fee.declined"]
    deeds = AuditEntry.objects.filter(deed__startswith="fee.").values_list("deed", flat=True)
    assert list(deeds) == list(kinds)
    assert PRICES not in str(list(case.events.values_list("facts", flat=True)))
