"""How a made-up case finds a body: the desk, refusals, silence, and one that accepts."""

import datetime as dt

from django.utils import timezone

from cases import handling
from cases.deadlines import ONE_DAY
from cases.models import Case, CaseType, Party, RefuseReason
from cases.routing import assign
from cases.routing.suggest import suggest
from cases.simulation.world import Ending, Going, Life

Status = Case.Status
REFUSALS = (RefuseReason.BUSY, RefuseReason.BUSY, RefuseReason.CONFLICT)
AWAKE_AGAIN = dt.time(8)  # after the sweep of the night has taken silent bodies' cases back


def taken_on(life: Life) -> Going:
    """Go on until a body accepts; False when the case ends before."""
    while True:
        yield life.office(0.5, 6)
        if life.case.status == Status.FILED and not _at_the_desk(life):
            return False
        if withdraws(life, early=True):
            return False
        yield life.office(0.5, 16)
        if life.case.status != Status.DISPATCHED:
            continue
        if life.chance(0.04):
            yield _when_taken_back(life)
        elif _answered(life):
            return True


def show_to_host(life: Life) -> None:
    """Let the lead give a case that shows a status to the mediator who can sign in."""
    host = life.world.host
    if life.plan.is_exemplary and life.case.body_id == host.body_id:
        handling.assign_mediator(life.case, mediator=host, actor=life.lead())
        life.done()


def _at_the_desk(life: Life) -> bool:
    """Let the dispatcher decide what the keywords left open; False when that ends the case."""
    story, dispatcher = life.plan.story, life.world.dispatcher
    if story.reject_reason:
        handling.reject(life.case, actor=dispatcher, reason=story.reject_reason)
        life.done()
        return False
    case_type = CaseType.objects.get(key=story.case_type)
    suggested = suggest(life.case, case_type)
    if not suggested:
        return False
    assign.dispatch(
        life.case,
        body=suggested[0].body,
        case_type=case_type,
        actor=dispatcher,
    )
    life.done()
    show_to_host(life)
    return True


def _when_taken_back(life: Life) -> dt.datetime:
    assert life.case.respond_by is not None, "a dispatched case has a last day to respond"
    day = life.case.respond_by + ONE_DAY
    return dt.datetime.combine(day, AWAKE_AGAIN, timezone.get_current_timezone())


def _answered(life: Life) -> bool:
    """Let the body answer; True when it accepts."""
    if reason := _refusal(life):
        handling.refuse(life.case, actor=life.mediator(), reason=reason)
    else:
        handling.accept(life.case, actor=life.mediator())
    life.done()
    return not reason


def _refusal(life: Life) -> str:
    if life.plan.story.reject_reason:
        return RefuseReason.SCOPE
    return life.rng.choice(REFUSALS) if life.chance(0.05) else ""


def withdraws(life: Life, *, early: bool) -> bool:
    """Let those applicants think better of it who do; half of them before anybody has called."""
    is_early = life.plan.is_exemplary or life.plan.number % 2 == 0
    if life.plan.ending != Ending.WITHDRAWN or is_early != early:
        return False
    handling.withdraw(life.case, actor=life.parties(Party.Side.APPLICANT)[0])
    life.done()
    return True
