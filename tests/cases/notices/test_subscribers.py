import datetime as dt

import pytest
from django.utils import timezone

from cases import events, handling, judicial
from cases.models import Case, Notice
from tests import factories
from tests.factories import applicant_of, file, new_phone, reach, respondent_of

pytestmark = pytest.mark.usefixtures("no_documents")
UNSEEN = ("filed", "dispatched", "rejected", "withdrawn", "merged")


def relay():
    while events.relay():
        pass


def sent(template):
    return Notice.objects.filter(template=template)


def written_to(template):
    return sorted(notice.phone for notice in sent(template))


@pytest.mark.parametrize("status", UNSEEN)
def test_the_respondent_hears_nothing_before_a_body_has_accepted(house, status):
    case = reach(status, house)
    relay()
    phone = respondent_of(case).phone
    assert not [notice for notice in Notice.objects.all() if notice.phone == phone]


def test_twenty_filings_against_one_phone_write_to_it_not_once(house):
    target = new_phone()
    for _ in range(20):
        file(respondents=[factories.Person("李四光", target)], description="他欠我钱不还，不讲理。")
    relay()
    assert target not in {notice.phone for notice in Notice.objects.all()}


def test_the_mediator_and_the_applicant_hear_of_the_dispatch(house):
    case = reach("dispatched", house)
    relay()
    assert sent("new_case").get().user == house.mediator
    assert case.number in sent("new_case").get().text
    assert written_to("dispatched") == [applicant_of(case).phone]
    assert house.body.name in sent("dispatched").get().text


def test_where_nobody_has_the_case_the_leads_hear_of_it(house):
    case = reach("dispatched", house)
    Case.objects.filter(pk=case.pk).update(mediator=None)
    relay()
    assert sent("new_case").get().user == house.lead


def test_who_has_not_answered_is_invited_by_the_surname_of_the_other(house):
    case = reach("inviting", house)
    relay()
    notice = sent("invited").get()
    assert notice.phone == respondent_of(case).phone
    assert notice.text.startswith("张某请您")
    assert "三丰" not in notice.text
    assert respondent_of(case).link in notice.text


def test_a_company_invites_by_its_name(house):
    company = factories.Person("某某公司", new_phone(), kind="company")
    reach("inviting", house, applicants=[company])
    relay()
    assert sent("invited").get().text.startswith("某某公司请您")


def test_whoever_has_no_phone_is_not_written_to(house):
    reach("inviting", house, respondents=[factories.Person("李四光")])
    relay()
    assert not sent("invited").exists()


@pytest.mark.parametrize(
    ("status", "template"),
    [
        ("mediating", "begun"),
        ("agreed", "sign"),
        ("settled", "settled"),
        ("failed", "failed"),
        ("confirmed", "confirmed"),
    ],
)
def test_both_sides_hear_of_what_concerns_both(house, status, template):
    case = reach(status, house)
    relay()
    assert written_to(template) == sorted(p.phone for p in case.parties.all())


@pytest.mark.parametrize(
    ("status", "template"), [("rejected", "rejected"), ("litigating", "litigating")]
)
def test_the_applicant_alone_hears_of_what_concerns_the_applicant(house, status, template):
    case = reach(status, house)
    relay()
    assert written_to(template) == [applicant_of(case).phone]


def test_a_withdrawal_is_told_to_whoever_has_answered(house):
    case = reach("inviting", house)
    handling.withdraw(case, actor=applicant_of(case))
    relay()
    assert written_to("withdrawn") == [applicant_of(case).phone]


def test_a_meeting_is_told_with_its_time_in_shanghai(house):
    case = reach("mediating", house)
    starts = timezone.now() + dt.timedelta(days=3)
    handling.plan_session(
        case, actor=house.mediator, mode="video", starts_at=starts, link="https://x.cn"
    )
    relay()
    local = timezone.localtime(starts)
    for notice in sent("session"):
        assert f"{local.month}月{local.day}日{local:%H:%M}" in notice.text
        assert "手机视频" in notice.text
    assert sent("session").count() == 2


def test_a_refused_confirmation_is_told_to_both(house):
    case = reach("confirming", house)
    judicial.refuse(case.confirmations.get(), refusal="unclear", actor=house.clerk)
    relay()
    assert sent("decided_refused").count() == 2


def test_the_silent_mediator_and_the_lead_are_told_that_the_case_is_gone(house):
    case = reach("dispatched", house)
    handling.lapse(case, actor=house.dispatcher)
    relay()
    assert {notice.user for notice in sent("lapsed")} == {house.mediator, house.lead}


def test_hearing_an_event_twice_writes_one_message(house):
    reach("confirmed", house)
    relay()
    count = Notice.objects.count()
    for event in events.CaseEvent.objects.all():
        for call in events._subscribers[event.kind].values():
            if call.__module__ == "cases.notices.subscribers":
                call(event)
    assert Notice.objects.count() == count


def test_no_message_of_a_whole_life_holds_a_detail_of_the_case(house):
    case = reach("confirmed", house)
    relay()
    for notice in Notice.objects.filter(case=case):
        assert "押金" not in notice.text
        assert "三丰" not in notice.text
        assert "四光" not in notice.text
        assert case.mediation_code.short not in notice.text
