"""Another mediator: wishes (在线 14), claims and rulings (特邀 15), disclosures (在线 13)."""

import pytest

from cases import events, handling, recusals
from cases.errors import CaseError
from cases.models import Assignment, Case, Consent, Notice, Recusal
from mediators import audit
from mediators.models import AuditEntry, Mediator
from tests import factories
from tests.factories import applicant_of, make_staff, reach, respondent_of

IN_TALKS = ("inviting", "mediating")
CHANGEABLE = ("dispatched", *IN_TALKS)
RELATIONS = [one for one in Recusal.Reason.values if one != "wish"]


def again(case):
    return Case.objects.get(pk=case.pk)


def alone(house):
    """Leave the mediator of the house without any colleague who could take over."""
    Mediator.objects.filter(body=house.body).exclude(user=house.mediator).update(capacity=0)


def ask(case, reason="wish", of=applicant_of, **more):
    return recusals.ask_for_another(of(again(case)), reason=reason, **more)


def told(template):
    return sorted(n.user.username if n.user else n.phone for n in notices(template))


def notices(template):
    while events.relay():
        pass
    return Notice.objects.filter(template=template)


# --- A wish ---


@pytest.mark.parametrize("status", CHANGEABLE)
def test_a_wish_is_granted_at_once_by_a_colleague_of_the_same_body(house, status):
    case = reach(status, house)
    before = (case.respond_by, case.mediate_by)
    recusal = ask(case, note=" 不合适\u200b ")
    case = again(case)
    assert (recusal.state, recusal.ruled_by, recusal.note) == ("granted", None, "不合适")
    assert case.mediator.user in (house.colleague, house.lead)
    assert (case.status, case.body) == (status, house.body)
    assert (case.respond_by, case.mediate_by) == before  # no clock starts anew
    assert case.assignments.get().mediator == case.mediator


@pytest.mark.parametrize("status", CHANGEABLE)
def test_a_body_without_another_mediator_gives_the_case_back_for_another_body(house, status):
    case = reach(status, house)
    alone(house)
    ask(case)
    case = again(case)
    assert (case.status, case.body, case.mediator) == ("filed", None, None)
    assert case.assignments.get().outcome == Assignment.Outcome.TAKEN_BACK
    while events.relay():
        pass
    assert again(case).body != house.body  # not the same one by itself


def test_a_case_given_back_keeps_its_clock_and_begins_where_all_have_agreed(house):
    case = reach("mediating", house)
    alone(house)
    ask(case)
    factories.dispatch(
        again(case),
        body=house.other_body,
        mediator=house.other_mediator.mediator,
        case_type=case.case_type,
        actor=house.dispatcher,
        reason="换组织",
    )
    taken = handling.accept(again(case), actor=house.other_mediator)
    assert taken.status == "mediating"  # nobody is asked twice
    assert taken.mediate_by == case.mediate_by


def test_who_was_recused_never_gets_the_case_again(house):
    case = reach("mediating", house)
    ask(case)
    with pytest.raises(CaseError):
        handling.assign_mediator(again(case), mediator=house.mediator.mediator, actor=house.lead)


def test_after_two_changes_by_wish_the_centre_decides(house):
    for _ in range(2):
        make_staff("mediator", house.body)
    case = reach("mediating", house)
    assert [ask(case).state for _ in range(2)] == ["granted", "granted"]
    holder = again(case).mediator
    third = ask(case)
    assert (third.state, again(case).mediator) == ("asked", holder)
    assert recusals.has_used_up_wishes(applicant_of(case))
    assert not recusals.has_used_up_wishes(respondent_of(case))  # each side has its own
    assert recusals.to_rule_on(again(case), house.lead) == []
    with pytest.raises(CaseError, match="不归您"):
        recusals.rule(third, granted=True, actor=house.lead)
    recusals.rule(third, granted=True, actor=house.dispatcher)
    assert again(case).mediator != holder


# --- A claim ---


@pytest.mark.parametrize("reason", RELATIONS)
def test_a_claimed_relation_waits_for_its_ruling_and_the_case_goes_on(house, reason):
    case = reach("mediating", house)
    recusal = ask(case, reason, of=respondent_of)
    assert recusal.state == "asked"
    assert again(case).mediator == house.mediator.mediator
    assert recusals.to_rule_on(again(case), house.lead) == [recusal]
    assert recusals.to_rule_on(again(case), house.dispatcher) == [recusal]


@pytest.mark.parametrize("who", ["lead", "dispatcher"])
def test_the_lead_or_the_centre_grants_it_and_another_mediator_goes_on(house, who):
    case = reach("mediating", house)
    recusal = recusals.rule(
        ask(case, "relative"), granted=True, actor=getattr(house, who), ruling="核实是表亲"
    )
    assert (recusal.state, recusal.ruling) == ("granted", "核实是表亲")
    assert recusal.ruled_by == getattr(house, who)
    assert again(case).mediator != house.mediator.mediator


@pytest.mark.parametrize(
    "who", ["mediator", "colleague", "other_lead", "clerk", "assessor", "leader"]
)
def test_nobody_else_rules(house, who):
    case = reach("mediating", house)
    recusal = ask(case, "interest")
    with pytest.raises(CaseError, match="不归您"):
        recusals.rule(recusal, granted=True, actor=getattr(house, who))
    assert Recusal.objects.get().state == "asked"


def test_a_lead_never_rules_on_himself(house):
    case = reach("mediating", house)
    handling.assign_mediator(case, mediator=house.lead.mediator, actor=house.lead)
    recusal = ask(case, "relative")
    with pytest.raises(CaseError, match="不归您"):
        recusals.rule(recusal, granted=False, actor=house.lead, ruling="没有关系")
    assert recusals.to_rule_on(again(case), house.dispatcher) == [recusal]
    assert told("recusal_asked") == []  # the desk lists it


def test_a_refusal_says_why_and_the_mediator_stays(house):
    case = reach("mediating", house)
    recusal = ask(case, "relative")
    with pytest.raises(CaseError, match="理由"):
        recusals.rule(recusal, granted=False, actor=house.lead, ruling="  ")
    recusals.rule(recusal, granted=False, actor=house.lead, ruling="同姓，不是亲属")
    assert again(case).mediator == house.mediator.mediator
    assert told("recusal_refused") == [applicant_of(case).phone]
    with pytest.raises(CaseError, match="决定过"):
        recusals.rule(recusal, granted=True, actor=house.lead)


def test_a_mediator_is_not_changed_under_an_agreement_that_is_being_signed(house):
    case = reach("mediating", house)
    recusal = ask(case, "relative")
    factories.fix_agreement(case, house)
    with pytest.raises(CaseError, match="收回协议"):
        recusals.rule(recusal, granted=True, actor=house.lead)
    recusals.rule(recusal, granted=False, actor=house.lead, ruling="各方同意由他继续")


def test_a_change_settles_what_others_said_against_the_same_mediator(house):
    case = reach("mediating", house)
    claim = ask(case, "relative")
    ask(case, "wish", of=respondent_of)
    claim.refresh_from_db()
    assert claim.state == "granted"
    assert recusals.to_rule_on(again(case), house.dispatcher) == []


# --- When nothing can be asked ---


@pytest.mark.parametrize("status", ["filed", "agreed", "settled", "failed", "withdrawn"])
def test_where_nobody_mediates_nobody_is_changed(house, status):
    case = reach(status, house)
    assert not recusals.may_ask(applicant_of(case))
    with pytest.raises(CaseError, match="没有调解员可以换"):
        ask(case)
    assert not Recusal.objects.exists()


@pytest.mark.parametrize("reason", ["", "mood", "granted"])
def test_without_a_reason_of_the_list_nothing_is_asked(house, reason):
    with pytest.raises(CaseError, match="为什么"):
        ask(reach("mediating", house), reason)


def test_one_claim_waits_at_a_time(house):
    case = reach("mediating", house)
    ask(case, "relative")
    assert not recusals.may_ask(applicant_of(again(case)))
    with pytest.raises(CaseError, match="正在等"):
        ask(case, "wish")
    assert recusals.may_ask(respondent_of(again(case)))


# --- A disclosure ---


def disclose(case, house, *, steps_aside=False, reason="relative"):
    return recusals.disclose(
        again(case), actor=house.mediator, reason=reason, note="远房亲戚", steps_aside=steps_aside
    )


@pytest.mark.parametrize("status", CHANGEABLE)
def test_a_mediator_who_steps_aside_is_replaced_at_once(house, status):
    case = reach(status, house)
    recusal = disclose(case, house, steps_aside=True)
    assert (recusal.state, recusal.ruled_by, recusal.party) == ("granted", house.mediator, None)
    assert again(case).mediator != house.mediator.mediator
    assert told("disclosed") == []  # there is nothing to answer any more


def test_what_is_disclosed_is_put_to_every_party_who_knows_of_the_case(house):
    case = reach("mediating", house)
    recusal = disclose(case, house)
    assert told("disclosed") == sorted(p.phone for p in case.parties.all())
    for party in again(case).parties.all():
        assert list(recusals.disclosures_for(party)) == [recusal]


def test_a_respondent_whom_nobody_invited_yet_hears_of_no_disclosure(house):
    case = reach("dispatched", house)
    disclose(case, house)
    assert told("disclosed") == [applicant_of(case).phone]


def test_a_mediator_stays_when_every_party_knows_and_agrees(house):
    case = reach("mediating", house)
    recusal = disclose(case, house)
    first, second = again(case).parties.all()
    assert recusals.answer_disclosed(first, recusal, agrees=True).state == "asked"
    assert list(recusals.disclosures_for(first)) == []
    assert recusals.answer_disclosed(second, recusal, agrees=True).state == "refused"
    assert again(case).mediator == house.mediator.mediator
    consents = Consent.objects.filter(purpose="known_relation")
    assert {c.party for c in consents} == {first, second}
    assert {c.text_version for c in consents} == {f"recusal {recusal.pk}"}


def test_one_party_who_does_not_agree_is_enough(house):
    case = reach("mediating", house)
    recusal = disclose(case, house)
    first, second = again(case).parties.all()
    recusals.answer_disclosed(first, recusal, agrees=True)
    assert recusals.answer_disclosed(second, recusal, agrees=False).state == "granted"
    assert again(case).mediator != house.mediator.mediator
    with pytest.raises(CaseError, match="已经"):
        recusals.answer_disclosed(first, recusal, agrees=True)


def test_nobody_answers_a_disclosure_twice(house):
    case = reach("mediating", house)
    recusal, party = disclose(case, house), applicant_of(case)
    recusals.answer_disclosed(party, recusal, agrees=True)
    with pytest.raises(CaseError, match="已经答复"):
        recusals.answer_disclosed(party, recusal, agrees=False)


@pytest.mark.parametrize("who", ["lead", "colleague", "other_mediator", "dispatcher"])
def test_only_the_mediator_of_the_case_discloses(house, who):
    case = reach("mediating", house)
    with pytest.raises(CaseError, match="只有本案调解员"):
        recusals.disclose(case, actor=getattr(house, who), reason="other", steps_aside=True)


def test_a_wish_is_no_relation_and_one_disclosure_waits_at_a_time(house):
    case = reach("mediating", house)
    with pytest.raises(CaseError, match="什么关系"):
        disclose(case, house, reason="wish")
    disclose(case, house)
    with pytest.raises(CaseError, match="申报过"):
        disclose(case, house)


# --- The record ---


def test_every_step_is_in_the_events_and_in_the_audit_trail_without_a_word_of_the_note(house):
    case = reach("mediating", house)
    recusal = ask(case, "relative", note="他是我前夫的哥哥")
    recusals.rule(recusal, granted=True, actor=house.lead, ruling="属实")
    kinds = list(case.events.filter(kind__startswith="recusal.").values_list("kind", flat=True))
    assert kinds == ["recusal.asked", "recusal.granted"]
    assert case.events.get(kind="recusal.asked").party == applicant_of(case)
    assert case.events.get(kind="case.mediator_changed").facts["why"] == "recusal"
    trail = AuditEntry.objects.filter(chain=f"case:{case.pk}").order_by("seq")
    assert audit.first_broken(trail.iterator()) is None
    ruled = trail.get(deed="recusal.granted")
    assert (ruled.actor, ruled.capacity) == (house.lead, "lead")
    for row in (*case.events.all(), *trail):
        assert "前夫" not in str(row.facts)
        assert "属实" not in str(row.facts)


def test_who_had_it_who_has_it_and_the_parties_hear_of_the_change(house):
    case = reach("mediating", house)
    ask(case)
    assert told("recused") == [house.mediator.username]
    assert told("handed_over") == [again(case).mediator.user.username]
    assert told("mediator_changed") == sorted(p.phone for p in case.parties.all())


def test_before_acceptance_only_the_applicant_hears_of_the_change(house):
    case = reach("dispatched", house)
    ask(case)
    assert told("mediator_changed") == [applicant_of(case).phone]


def test_the_leads_hear_of_a_claim_and_of_no_wish(house):
    case = reach("mediating", house)
    ask(case, "relative")
    assert told("recusal_asked") == [house.lead.username]
    ask(case, "wish", of=respondent_of)
    assert told("recusal_asked") == [house.lead.username]
