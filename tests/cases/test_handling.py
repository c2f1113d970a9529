import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from cases import handling
from cases.errors import CaseError, TransitionNotAllowed
from cases.models import Assignment, Case, EndReason, Party, RefuseReason, RejectReason, Session
from mediators.errors import InvalidIdentity
from tests import factories
from tests.factories import applicant_of, file, new_phone, reach, respondent_of, send_to_body

FRIDAY = "2026-11-20 10:00+08:00"


def facts(case, kind):
    return case.events.filter(kind=kind).latest("id").facts


def assignment(case):
    return case.assignments.latest("id")


# --- Accepting ---


def test_accepting_starts_the_thirty_days(house):
    with time_machine.travel(FRIDAY, tick=False):
        case = handling.accept(reach("dispatched", house), actor=house.mediator)
        assert case.accepted_at == timezone.now()
    assert (case.status, case.mediate_by) == ("inviting", dt.date(2026, 12, 21))
    assert assignment(case).outcome == Assignment.Outcome.ACCEPTED
    assert facts(case, "case.accept")["in_time"] is True
    assert facts(case, "case.accept")["mediator"] == house.mediator.mediator.pk


def test_a_late_acceptance_is_still_one_and_is_known_as_late(house):
    with time_machine.travel(FRIDAY, tick=False) as clock:
        case = reach("dispatched", house)
        clock.shift(dt.timedelta(days=10))
        case = handling.accept(case, actor=house.mediator)
    assert facts(case, "case.accept")["in_time"] is False


def test_a_lead_takes_over_a_case_that_nobody_has(house):
    case = reach("dispatched", house)
    Case.objects.filter(pk=case.pk).update(mediator=None)
    assert handling.accept(case, actor=house.lead).mediator == house.lead.mediator


def test_a_lead_accepting_for_a_mediator_leaves_the_case_with_the_mediator(house):
    case = handling.accept(reach("dispatched", house), actor=house.lead)
    assert case.mediator == house.mediator.mediator


def test_mediation_waits_for_the_answer_of_the_other_side(house):
    case = reach("inviting", house)
    assert applicant_of(case).answer == Party.Answer.AGREES
    assert respondent_of(case).answer == Party.Answer.NONE


# --- Refusing, lapsing ---


@pytest.mark.parametrize("reason", RefuseReason.values)
def test_a_body_gives_a_case_back_with_a_reason(house, reason):
    case = handling.refuse(
        reach("dispatched", house), actor=house.mediator, reason=reason, note=" 忙\u200b "
    )
    assert (case.status, case.body, case.mediator, case.respond_by) == ("filed", None, None, None)
    assert assignment(case).outcome == Assignment.Outcome.REFUSED
    assert assignment(case).refuse_reason == reason
    assert assignment(case).answered_at
    said = facts(case, "case.refuse")
    assert (said["reason"], said["late"], said["body"]) == (reason, False, house.body.pk)


@pytest.mark.parametrize("reason", ["", "不想", "expired"])
def test_without_a_reason_of_the_list_nothing_is_given_back(house, reason):
    case = reach("dispatched", house)
    with pytest.raises(CaseError, match="原因"):
        handling.refuse(case, actor=house.mediator, reason=reason)
    assert assignment(case).outcome == Assignment.Outcome.WAITING


def test_a_refusal_after_the_last_day_is_known_as_late(house):
    with time_machine.travel(FRIDAY, tick=False) as clock:
        case = reach("dispatched", house)
        clock.shift(dt.timedelta(days=10))
        handling.refuse(case, actor=house.mediator, reason="busy")
    assert facts(case, "case.refuse")["late"] is True


def test_silent_bodies_lose_their_cases_after_the_last_day_and_not_before(house):
    with time_machine.travel(FRIDAY, tick=False):
        case, other = reach("dispatched", house), reach("inviting", house)
    assert case.respond_by == dt.date(2026, 11, 25)
    assert handling.lapse_silent(dt.date(2026, 11, 25)) == 0
    assert handling.lapse_silent(dt.date(2026, 11, 26)) == 1
    assert handling.lapse_silent(dt.date(2026, 11, 26)) == 0
    case.refresh_from_db()
    other.refresh_from_db()
    assert (case.status, case.body, other.status) == ("filed", None, "inviting")
    assert assignment(case).outcome == Assignment.Outcome.LAPSED
    assert facts(case, "case.lapse")["mediator"] == house.mediator.mediator.pk


def test_a_case_answered_at_the_last_moment_stops_no_other_from_lapsing(house, monkeypatch):
    with time_machine.travel(FRIDAY, tick=False):
        first, second = reach("dispatched", house), reach("dispatched", house)
    real = handling.lapse

    def slow(case, *, actor=None):
        if case == second:  # newest first: the other is answered while this one lapses
            handling.accept(first, actor=house.mediator)
        return real(case, actor=actor)

    monkeypatch.setattr(handling, "lapse", slow)
    assert handling.lapse_silent(dt.date(2026, 12, 1)) == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("inviting", "filed")


# --- People on the case ---


def test_a_lead_gives_the_case_to_another_mediator_of_the_body(house):
    case = reach("inviting", house)
    case = handling.assign_mediator(case, mediator=house.colleague.mediator, actor=house.lead)
    assert case.mediator == assignment(case).mediator == house.colleague.mediator
    with pytest.raises(CaseError):
        handling.fail(case, actor=house.mediator, reasons=["far_apart"])
    handling.fail(case, actor=house.colleague, reasons=["far_apart"])


def test_a_lead_cannot_give_the_case_to_another_body(house):
    case = reach("inviting", house)
    with pytest.raises(CaseError, match="本组织"):
        handling.assign_mediator(case, mediator=house.other_mediator.mediator, actor=house.lead)


def test_the_dispatcher_rejects_what_cannot_be_mediated(house):
    case = handling.reject(
        file().case, actor=house.dispatcher, reason=RejectReason.CRIMINAL, note="请报警"
    )
    assert (case.status, case.end_reasons, case.end_note) == ("rejected", ["criminal"], "请报警")
    assert case.ended_at
    with pytest.raises(CaseError, match="原因"):
        handling.reject(file().case, actor=house.dispatcher, reason="boring")


# --- Answers ---


def test_mediation_begins_when_the_last_one_agrees(house):
    case = reach("inviting", house, respondents=[_person(), _person()])
    first, second = case.parties.filter(side="respondent")
    assert handling.answer_invitation(first, agrees=True, actor=first).status == "inviting"
    assert handling.answer_invitation(second, agrees=True, actor=second).status == "mediating"
    assert facts(case, "party.answered") == {"agrees": True, "means": "self"}


def _person():
    return factories.Person("李四光", new_phone())


def test_what_a_party_said_on_the_phone_is_recorded_as_such(house):
    case = reach("inviting", house)
    handling.answer_invitation(respondent_of(case), agrees=True, actor=house.mediator)
    assert facts(case, "party.answered")["means"] == "recorded"


@pytest.mark.parametrize(
    ("status", "reason"),
    [("inviting", "unwilling"), ("mediating", "unwilling"), ("agreed", "not_signed")],
)
def test_one_refusal_ends_mediation_at_once_with_its_reason(house, status, reason):
    case = reach(status, house)
    case = handling.answer_invitation(respondent_of(case), agrees=False, actor=respondent_of(case))
    assert (case.status, case.end_reasons) == ("failed", [reason])
    assert facts(case, "case.decline")["reasons"] == [reason]


def test_a_refusal_that_the_mediator_heard_is_the_mediator_s_to_record(house):
    case = reach("inviting", house)
    case = handling.answer_invitation(respondent_of(case), agrees=False, actor=house.mediator)
    assert case.status == "failed"
    assert case.events.filter(kind="case.fail", actor=house.mediator).exists()


def test_nobody_answers_before_a_body_has_accepted(house):
    case = reach("dispatched", house)
    with pytest.raises(CaseError, match="还没有开始"):
        handling.answer_invitation(respondent_of(case), agrees=True, actor=respondent_of(case))


# --- Contacts, sessions, difficulty ---


def test_every_try_to_reach_a_party_is_kept(house):
    case = reach("inviting", house)
    for outcome in ("no_answer", "reached"):
        handling.log_contact(
            respondent_of(case), actor=house.mediator, means="phone", outcome=outcome, note="忙"
        )
    assert [c.outcome for c in case.contacts.all()] == ["no_answer", "reached"]
    assert facts(case, "contact.logged") == {"means": "phone", "outcome": "reached"}


def test_a_corrected_phone_must_be_proved_anew(house):
    case = reach("inviting", house)
    party, phone = respondent_of(case), new_phone()
    party.phone_proved_at = timezone.now()
    party.save()
    handling.correct_phone(party, phone=f"+86 {phone}", actor=house.mediator)
    party.refresh_from_db()
    assert (party.phone, party.phone_proved_at) == (phone, None)
    with pytest.raises(InvalidIdentity):
        handling.correct_phone(party, phone="123", actor=house.mediator)


def plan(case, house, **changes):
    values = {"mode": "on_site", "place": "调解室", "starts_at": timezone.now() + dt.timedelta(1)}
    return handling.plan_session(case, actor=house.mediator, **{**values, **changes})


def test_a_meeting_has_its_place_or_its_link(house):
    case = reach("mediating", house)
    assert plan(case, house).place == "调解室"
    assert plan(case, house, mode="video", place="", link="https://example.org/1").link
    with pytest.raises(CaseError, match="链接"):
        plan(case, house, mode="video")
    with pytest.raises(CaseError, match="地点"):
        plan(case, house, place="")
    with pytest.raises(CaseError, match="已经过了"):
        plan(case, house, starts_at=timezone.now())


def test_the_record_of_a_meeting_keeps_concessions_sealed(house):
    case = reach("mediating", house)
    session = handling.record_session(
        plan(case, house),
        actor=house.mediator,
        present=case.parties.all(),
        course="双方谈了押金。",
        result="agreed",
        undisputed_facts="押金3400元",
        concessions="可以退一半",
    )
    session.refresh_from_db()
    assert (session.concessions, session.result) == ("可以退一半", "agreed")
    assert session.present.count() == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT concessions FROM cases_session WHERE id = %s", [session.pk])
        assert cursor.fetchone()[0].startswith("v1.")
    assert "一半" not in str(facts(case, "session.recorded"))


def test_a_record_without_a_result_is_refused(house):
    case = reach("mediating", house)
    session = plan(case, house)
    with pytest.raises(CaseError, match="结果"):
        handling.record_session(
            session, actor=house.mediator, present=[], course="谈了", result="maybe"
        )
    assert Session.objects.get().held_at is None


def test_the_difficulty_is_of_the_list(house):
    case = reach("mediating", house)
    assert handling.set_difficulty(case, difficulty="major", actor=house.mediator).difficulty
    with pytest.raises(CaseError, match="难度"):
        handling.set_difficulty(case, difficulty="heroic", actor=house.mediator)


# --- Ending ---


def test_mediation_ends_for_reasons_of_the_closed_list_several_may_hold(house):
    reasons = [EndReason.UNREACHABLE, EndReason.EXPIRED]
    case = handling.fail(
        reach("mediating", house), actor=house.mediator, reasons=reasons, note=" 找过三次 "
    )
    assert (case.status, case.end_reasons) == ("failed", ["unreachable", "expired"])
    assert case.end_note == "找过三次"
    assert case.end_reason_labels == [EndReason(r).label for r in reasons]


@pytest.mark.parametrize("reasons", [[], ["lazy"], ["expired", "lazy"]])
def test_mediation_does_not_end_without_them(house, reasons):
    with pytest.raises(CaseError, match="原因"):
        handling.fail(reach("mediating", house), actor=house.mediator, reasons=reasons)


@pytest.mark.parametrize(
    ("contacted", "days", "complete"), [(True, 0, True), (False, 0, False), (True, 60, False)]
)
def test_an_honest_failure_has_its_record_and_is_in_time(house, contacted, days, complete):
    with time_machine.travel(FRIDAY, tick=False) as clock:
        case = reach("mediating", house)
        if contacted:
            handling.log_contact(
                respondent_of(case), actor=house.mediator, means="phone", outcome="reached"
            )
        clock.shift(dt.timedelta(days=days))
        handling.fail(case, actor=house.mediator, reasons=["far_apart"])
    assert facts(case, "case.fail")["complete"] is complete


@pytest.mark.parametrize("status", ["filed", "dispatched", "inviting", "mediating", "agreed"])
def test_the_applicant_may_take_the_application_back_until_an_agreement_stands(house, status):
    case = reach(status, house)
    case = handling.withdraw(case, actor=applicant_of(case), note="和好了")
    assert (case.status, case.end_note) == ("withdrawn", "和好了")
    assert case.ended_at


def test_a_stale_copy_of_the_case_overwrites_nothing(house):
    case = reach("mediating", house)
    stale = Case.objects.get(pk=case.pk)
    handling.set_difficulty(case, difficulty="major", actor=house.mediator)
    assert handling.withdraw(stale, actor=applicant_of(case)).difficulty == "major"
    with pytest.raises(TransitionNotAllowed):
        handling.withdraw(stale, actor=applicant_of(case))


def test_a_case_can_go_to_a_second_body_after_the_first_gave_it_back(house):
    case = handling.refuse(reach("dispatched", house), actor=house.mediator, reason="scope")
    case = send_to_body(case, house)
    assert case.status == "dispatched"
    assert [a.outcome for a in case.assignments.all()] == ["refused", "waiting"]
