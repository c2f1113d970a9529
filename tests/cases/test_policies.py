"""Who may do what: each deed by its person, and by everybody else."""

import pytest
from django.db import transaction

from cases.errors import CaseError
from cases.models import Agreement, Assignment, Case, CaseEvent, Party
from cases.policies import Standing, standing
from mediators.models import AuditEntry
from tests import factories
from tests.cases.deeds import DEEDS, STAFF, person
from tests.factories import reach

WATCHED = (Case, Party, Agreement, Assignment, CaseEvent, AuditEntry)


def snapshot():
    """Everything that a refused deed must leave as it was."""
    return {model: list(model._default_manager.order_by("pk").values()) for model in WATCHED}


def refuse(act, actor):
    before = snapshot()
    with pytest.raises(CaseError):
        act(actor)
    assert snapshot() == before


def test_each_standing_is_what_the_case_says(house):
    case = reach("inviting", house)
    expected = {
        "mediator": {Standing.HANDLER},
        "lead": {Standing.LEAD},
        "dispatcher": {Standing.DISPATCHER},
        "clerk": {Standing.COURT},
        "applicant": {Standing.APPLICANT},
        "respondent": {Standing.RESPONDENT},
    }
    for name in (*STAFF, "applicant", "respondent"):
        assert standing(person(name, case, house), case) == expected.get(name, set()), name
    assert standing(None, case) == {Standing.SYSTEM}


def test_a_lead_who_handles_a_case_stands_in_both_capacities(house):
    case = reach("dispatched", house)
    Case.objects.filter(pk=case.pk).update(mediator=house.lead.mediator)
    case.refresh_from_db()
    assert standing(house.lead, case) == {Standing.LEAD, Standing.HANDLER}


def test_a_party_of_another_case_stands_nowhere(house):
    case, other = reach("inviting", house), reach("inviting", house)
    assert standing(factories.applicant_of(other), case) == set()


def test_a_mediator_who_became_something_else_loses_the_case(house):
    case = reach("inviting", house)
    house.mediator.role = "assessor"
    house.mediator.save()
    assert standing(house.mediator, case) == set()


@pytest.mark.parametrize("deed", DEEDS, ids=str)
def test_the_deed_works_in_its_states_for_its_people(house, deed):
    for status in deed.statuses:
        case = reach(status, house)
        for name in (deed.who, *deed.also):
            with transaction.atomic():
                before = CaseEvent.objects.count()
                deed.prepare(case, house)(person(name, case, house))
                assert CaseEvent.objects.count() > before, (status, name)
                transaction.set_rollback(True)


@pytest.mark.parametrize("deed", DEEDS, ids=str)
def test_everybody_else_is_refused_and_nothing_changes(house, deed):
    case = reach(deed.statuses[0], house)
    stranger = factories.applicant_of(reach(deed.statuses[0], house))
    act = deed.prepare(case, house)
    parties = deed.who in Party.Side.values or set(deed.also) & set(Party.Side.values)
    staff = deed.who in STAFF
    for name in STAFF if staff else ():
        if name not in (deed.who, *deed.also):
            refuse(act, person(name, case, house))
    for side in Party.Side.values if parties else ():
        if side not in (deed.who, *deed.also):
            refuse(act, person(side, case, house))
    if parties and deed.name != "apply":  # a party applies in its own case only
        refuse(act, stranger)


@pytest.mark.parametrize("status", Case.Status.values)
def test_in_every_other_state_the_deed_is_refused_and_nothing_changes(house, status):
    case = reach(status, house)
    for deed in DEEDS:
        if status in deed.statuses:
            continue
        with transaction.atomic():
            refuse(deed.prepare(case, house), person(deed.who, case, house))
            transaction.set_rollback(True)
