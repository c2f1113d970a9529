"""The way of a filing to a body: known already, waiting for a person, or routed."""

import pytest

from cases import duplicates, events, intake
from cases.filing import Person
from cases.models import Case, Channel, DuplicatePair, Notice
from tests.cases.test_duplicates_decide import again, fresh, retold
from tests.factories import applicant_of, file, new_phone, reach

pytestmark = pytest.mark.usefixtures("no_documents")


@pytest.fixture(autouse=True)
def routing_that_only_notes(monkeypatch):
    """Whom routing chooses is its own subject; here it counts that it was asked."""

    def note(case):
        events.record(case, "case.classified", actor=None)
        return case

    monkeypatch.setattr(intake, "route", note)


def relay():
    while events.relay():
        pass


def routed(case):
    return case.events.filter(kind="case.classified").exists()


def test_a_new_dispute_is_routed(house):
    case = file().case
    relay()
    assert routed(case)


def test_the_same_dispute_by_another_channel_is_merged_and_not_routed(house):
    known = file().case
    case = again(known, channel=Channel.objects.get(key="police"))
    relay()
    assert fresh(case).merged_into == known
    assert routed(known)
    assert not routed(case)


def test_a_likely_duplicate_is_not_routed_before_a_person_has_compared_it(house):
    known = file().case
    case = retold(known)
    relay()
    assert fresh(case).status == "filed"
    assert not routed(case)
    assert routed(known)


def test_kept_apart_it_is_routed_at_once(house):
    case = retold(file().case)
    relay()
    duplicates.keep_apart(DuplicatePair.objects.get(), actor=house.dispatcher)
    relay()
    assert routed(case)


def test_it_waits_as_long_as_any_pair_is_open(house):
    one = file().case
    other = retold(one)
    relay()
    duplicates.keep_apart(DuplicatePair.objects.get(), actor=house.dispatcher)
    case = again(one, description="押金不退，请求调解。房子已经交还。", amount=None)
    relay()
    pairs = list(DuplicatePair.objects.filter(case=case))
    assert {pair.other for pair in pairs} == {one, other}
    duplicates.keep_apart(pairs[0], actor=house.dispatcher)
    relay()
    assert not routed(case)
    duplicates.keep_apart(pairs[1], actor=house.dispatcher)
    relay()
    assert routed(case)


def test_what_was_taken_out_of_a_merge_is_routed(house):
    case = again(file().case)
    relay()
    duplicates.unmerge(fresh(case), actor=house.dispatcher, reason="两套房子")
    relay()
    assert routed(case)
    assert fresh(case).merged_into is None


@pytest.mark.parametrize("event", ["case.refuse", "case.lapse", "case.give_back", "case.hand_up"])
def test_a_case_that_comes_back_looks_for_another_body(house, event):
    case = file().case
    events.record(case, event, actor=None, mediator=None, body=None)
    relay()
    assert routed(case)


def test_a_case_that_comes_back_still_waits_for_the_comparison(house):
    case = retold(file().case)
    assert not duplicates.settle(case)
    assert intake.go_on(case).status == "filed"
    assert not routed(case)


def test_a_filing_delivered_twice_is_received_once(house):
    known = file().case
    case = again(known)
    for _ in range(2):
        intake.receive(Case.objects.get(pk=case.pk))
    assert case.events.filter(kind="case.merge").count() == 1
    assert known.events.filter(kind="case.received_merge").count() == 1


def test_a_worker_that_dies_in_the_middle_leaves_nothing_behind(house, monkeypatch):
    known = file().case
    relay()
    case = again(known)
    move = duplicates.decide.move

    def die(*arguments, **facts):
        move(*arguments, **facts)
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(duplicates.decide, "move", die)
        relay()
    assert fresh(case).status == "filed"
    assert not DuplicatePair.objects.exists()
    assert not known.events.filter(kind="case.received_merge").exists()
    relay()
    assert fresh(case).merged_into == known


# --- Who is told ---


def to(template):
    return Notice.objects.filter(template=template)


def test_who_filed_again_hears_that_both_receipts_hold(house):
    case = again(file().case)
    relay()
    notice = to("merged").get()
    assert notice.phone == applicant_of(case).phone
    assert case.number in notice.text
    assert "回执都有效" in notice.text


def test_who_has_the_case_in_hand_hears_of_the_second_filing(house):
    known = reach("mediating", house)
    again(known)
    relay()
    notice = to("received").get()
    assert notice.user == house.mediator
    assert known.number in notice.text


def test_who_had_the_merged_case_hears_that_it_is_gone(house):
    case = reach("dispatched", house)
    duplicates.merge(case, into=file().case, actor=house.dispatcher)
    relay()
    assert to("taken_back").get().user == house.mediator


def test_who_is_taken_out_again_hears_it(house):
    case = duplicates.merge(file().case, into=file().case, actor=house.dispatcher)
    duplicates.unmerge(case, actor=house.dispatcher, reason="两套房子")
    relay()
    assert to("unmerged").get().phone == applicant_of(case).phone


def test_the_respondent_hears_of_no_merge(house):
    phone = new_phone()
    for _ in range(2):
        file(applicants=[Person("张三丰", "13900000001")], respondents=[Person("李四光", phone)])
    relay()
    assert Case.objects.filter(status="merged").count() == 1
    assert phone not in {notice.phone for notice in Notice.objects.all()}
