"""The table of a case's life, walked: status by action by standing, allowed and refused."""

import pytest
from django.db import DatabaseError, connection, transaction

from cases import agreements
from cases.errors import TransitionNotAllowed
from cases.faces import colour_of
from cases.lifecycle import STEPS, TRANSITIONS, Action, move, offered_actions
from cases.models import Agreement, Case, CaseEvent, Confirmation
from mediators.models import AuditEntry
from tests import factories
from tests.factories import reach

# The specification, written down a second time: source, action, target, who may.
SPECIFICATION = """
filed        dispatch             dispatched   system dispatcher
dispatched   dispatch             dispatched   system dispatcher
filed        reject               rejected     dispatcher
dispatched   accept               inviting     handler lead
dispatched   refuse               filed        handler lead
dispatched   lapse                filed        system dispatcher
dispatched   take_back            filed        dispatcher
dispatched   retype               filed        applicant
dispatched   give_back            filed        system
inviting     give_back            filed        system
mediating    give_back            filed        system
inviting     hand_up              filed        handler lead
mediating    hand_up              filed        handler lead
inviting     begin                mediating    handler lead applicant respondent
mediating    agree                agreed       handler
mediating    settle_orally        settled      handler
agreed       revise               mediating    handler
agreed       settle               settled      system
inviting     fail                 failed       system handler lead
mediating    fail                 failed       system handler lead
agreed       fail                 failed       system handler lead
inviting     decline              failed       applicant respondent
mediating    decline              failed       applicant respondent
agreed       decline              failed       applicant respondent
filed        withdraw             withdrawn    applicant
dispatched   withdraw             withdrawn    applicant
inviting     withdraw             withdrawn    applicant
mediating    withdraw             withdrawn    applicant
agreed       withdraw             withdrawn    applicant
filed        merge                merged       system dispatcher
dispatched   merge                merged       dispatcher
inviting     merge                merged       dispatcher
mediating    merge                merged       dispatcher
merged       unmerge              filed        dispatcher
settled      apply                confirming   system
confirming   grant                confirmed    court
confirming   refuse_confirmation  settled      court
failed       litigate             litigating   court
"""
ROWS = [line.split() for line in SPECIFICATION.strip().splitlines()]
ALLOWED = {(row[0], row[1]): (row[2], set(row[3:])) for row in ROWS}
STATUSES = Case.Status.values
STRANGERS = (
    "other mediator",
    "other lead",
    "colleague",
    "assessor",
    "leader",
    "other party",
    "gone",
)


def _facing(case, house):
    """Everybody who may face a case, by standing; strangers by a name of their own."""
    gone = factories.make_staff("mediator", house.body)
    gone.is_active = False
    return {
        "system": None,
        "applicant": factories.applicant_of(case),
        "respondent": factories.respondent_of(case),
        "handler": house.mediator,
        "lead": house.lead,
        "dispatcher": house.dispatcher,
        "court": house.clerk,
        "other mediator": house.other_mediator,
        "other lead": house.other_lead,
        "colleague": house.colleague,
        "assessor": house.assessor,
        "leader": house.leader,
        "other party": factories.applicant_of(factories.file().case),
        "gone": gone,
    }


def _give_body(case, house):
    Case.objects.filter(pk=case.pk).update(body=house.body, mediator=house.mediator.mediator)


def _answer_all(case, house):
    case.parties.update(answer="agrees")


def _write_agreement(state):
    def write(case, house):
        living = case.agreements.exclude(state=Agreement.State.VOID).first()
        agreement = living or Agreement(case=case, revision=1, by=house.mediator)
        agreement.facts = agreement.terms = agreement.performance = "一"
        agreement.state = state
        agreement.save()

    return write


def _name_the_other(case, house):
    Case.objects.filter(pk=case.pk).update(merged_into=factories.file().case)


def _collect_applications(case, house):
    Confirmation.objects.create(
        case=case, agreement=case.agreements.first(), state=Confirmation.State.APPLIED
    )


# What the domain functions have written down before they take the step.
PREPARE = {
    Action.DISPATCH: _give_body,
    Action.BEGIN: _answer_all,
    Action.AGREE: _write_agreement(Agreement.State.FIXED),
    Action.SETTLE_ORALLY: _write_agreement(Agreement.State.EFFECTIVE),
    Action.SETTLE: _write_agreement(Agreement.State.EFFECTIVE),
    Action.MERGE: _name_the_other,
    Action.APPLY: _collect_applications,
}


def _snapshot():
    counts = (CaseEvent.objects.count(), AuditEntry.objects.count())
    return list(Case.objects.order_by("pk").values()), counts


def test_the_table_is_the_specification():
    table = {(s.source, s.action): (s.target, set(s.who)) for s in TRANSITIONS}
    assert table == ALLOWED
    assert len(TRANSITIONS) == len(STEPS) == len(ALLOWED)


def test_every_status_but_the_first_can_be_reached_and_every_action_is_in_the_table():
    assert {target for target, _ in ALLOWED.values()} | {"filed"} == set(STATUSES)
    assert {action for _, action in ALLOWED} == set(Action.values)


@pytest.mark.parametrize("status", STATUSES)
def test_whatever_the_table_allows_works_for_exactly_those_it_names(house, status):
    case = reach(status, house)
    for source, action in ALLOWED:
        if source != status:
            continue
        target, who = ALLOWED[source, action]
        for name in who:
            with transaction.atomic():
                PREPARE.get(Action(action), lambda case, house: None)(case, house)
                actor = _facing(case, house)[name]
                events, deeds = CaseEvent.objects.count(), AuditEntry.objects.count()
                moved = move(case, Action(action), actor=actor, proof=7)
                assert moved.status == Case.objects.get(pk=case.pk).status == target
                recoloured = colour_of(source) != colour_of(target)
                assert CaseEvent.objects.count() == events + 1 + recoloured
                assert AuditEntry.objects.count() == deeds + 1
                event = case.events.get(kind=f"case.{action}", facts__proof=7)
                assert (event.facts["source"], event.facts["target"]) == (source, target)
                assert AuditEntry.objects.order_by("-id").first().capacity == name
                transaction.set_rollback(True)


@pytest.mark.parametrize("status", STATUSES)
def test_everything_else_is_refused_and_changes_nothing(house, status):
    case = reach(status, house)
    facing = _facing(case, house)
    before = _snapshot()
    refused = 0
    for action in Action:
        _, who = ALLOWED.get((status, action.value), ("", set()))
        for name, actor in facing.items():
            if name not in who:
                with pytest.raises(TransitionNotAllowed):
                    move(case, action, actor=actor)
                refused += 1
    assert refused == len(Action) * len(facing) - sum(
        len(who) for (source, _), (_, who) in ALLOWED.items() if source == status
    )
    assert _snapshot() == before


# These two depend on what others have said: until then there is no button for them.
HIDDEN = {("inviting", "begin"), ("settled", "apply")}


@pytest.mark.parametrize("status", STATUSES)
def test_everybody_is_offered_the_steps_of_the_table_and_strangers_none(house, status):
    case = reach(status, house)
    for name, actor in _facing(case, house).items():
        offered = [
            action
            for (source, action), (_, who) in ALLOWED.items()
            if source == status and name in who and (source, action) not in HIDDEN
        ]
        assert sorted(offered_actions(case, actor)) == sorted(offered)
        assert not offered or name not in STRANGERS


def test_mediation_can_be_begun_once_everybody_has_agreed(house):
    case = reach("inviting", house)
    _answer_all(case, house)
    assert Action.BEGIN in offered_actions(case, house.mediator)


@pytest.mark.parametrize(
    ("status", "action", "standing", "why"),
    [
        ("filed", Action.DISPATCH, "dispatcher", "还没有选调解组织"),
        ("inviting", Action.BEGIN, "handler", "没有同意调解"),
        ("mediating", Action.AGREE, "handler", "还没有定稿"),
        ("mediating", Action.SETTLE_ORALLY, "handler", "签字和盖章"),
        ("agreed", Action.SETTLE, "system", "签字和盖章"),
        ("settled", Action.APPLY, "system", "共同申请"),
        ("filed", Action.MERGE, "dispatcher", "并入哪一件"),
    ],
)
def test_a_step_whose_ground_is_missing_is_refused_with_the_reason(
    house, status, action, standing, why
):
    case = reach(status, house)
    actor = _facing(case, house)[standing]
    before = _snapshot()
    with pytest.raises(TransitionNotAllowed, match=why):
        move(case, action, actor=actor)
    assert _snapshot() == before


def test_above_the_district_there_is_no_layer_to_hand_a_case_up_to(house):
    case = reach("mediating", house)
    Case.objects.filter(pk=case.pk).update(tier="district")
    case.refresh_from_db()
    assert Action.HAND_UP not in offered_actions(case, house.mediator)
    with pytest.raises(TransitionNotAllowed, match="没有可以接着"):
        move(case, Action.HAND_UP, actor=house.mediator)


def test_a_case_without_a_mediator_cannot_be_accepted_by_the_lead_s_word_alone(house):
    case = reach("dispatched", house)
    Case.objects.filter(pk=case.pk).update(mediator=None)
    with pytest.raises(TransitionNotAllowed, match="调解员"):
        move(case, Action.ACCEPT, actor=house.lead)


def test_the_refusal_names_the_status_and_the_deed_in_the_person_s_words(house):
    with pytest.raises(TransitionNotAllowed, match=r"“已登记”.*“接案”"):
        move(reach("filed", house), Action.ACCEPT, actor=house.mediator)


def test_a_move_reads_the_case_anew_and_trusts_no_stale_copy(house):
    case = reach("dispatched", house)
    stale = Case.objects.get(pk=case.pk)
    move(case, Action.REFUSE, actor=house.mediator)
    with pytest.raises(TransitionNotAllowed):
        move(stale, Action.ACCEPT, actor=house.mediator)


def test_a_change_of_colour_is_an_event_and_no_change_is_none(house):
    case = reach("inviting", house)
    kinds = case.events.values_list("kind", flat=True)
    recoloured = [
        (event.facts["source"], event.facts["target"])
        for event in case.events.filter(kind="code.recoloured")
    ]
    assert recoloured == [("blue", "orange")]  # dispatched and inviting are both orange
    assert list(kinds).count("code.recoloured") == 1


def test_events_name_the_party_or_the_member_of_staff_who_acted(house):
    case = reach("mediating", house)
    assert case.events.get(kind="case.accept").actor == house.mediator
    begun = case.events.get(kind="case.begin")
    assert (begun.actor, begun.party) == (None, factories.respondent_of(case))


def test_a_step_that_is_rolled_back_leaves_neither_event_nor_audit(house):
    case = reach("dispatched", house)
    before = _snapshot()
    with transaction.atomic():
        move(case, Action.REFUSE, actor=house.mediator)
        transaction.set_rollback(True)
    assert _snapshot() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_case SET status = 'lost'",
        "UPDATE cases_case SET status = 'merged'",  # without naming the other case
        "INSERT INTO cases_assignment (case_id, body_id, reason, at, respond_by, outcome,"
        " refuse_reason, note, tier, explanation) SELECT case_id, body_id, '', at, respond_by,"
        " 'waiting', '', '', tier, explanation FROM cases_assignment",
        "INSERT INTO cases_agreement (case_id, revision, form, state, facts, terms, performance,"
        " by_id, created_at, digest, document, document_digest) SELECT case_id, 9, form, 'draft',"
        " '', '', '', by_id, created_at, '', '', '' FROM cases_agreement",
    ],
    ids=["unknown status", "merged into nothing", "two open assignments", "two living agreements"],
)
def test_the_database_itself_refuses_what_must_never_be(house, statement):
    case = reach("mediating", house)
    agreements.draft(case, text=factories.TERMS, actor=house.mediator)
    refused = pytest.raises(DatabaseError, match=r"(?i)(check|unique) constraint")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_signature_cannot_be_written_twice_even_by_hand(house):
    case = reach("agreed", house)
    agreement = factories.fixed_agreement(case)
    factories.sign_as(factories.applicant_of(case), agreement)
    copy = agreement.signatures.get()
    copy.pk = None
    with pytest.raises(DatabaseError), transaction.atomic():
        copy.save(force_insert=True)
