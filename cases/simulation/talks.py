"""How a made-up case is mediated: the other side is reached, both are met, it works or not."""

import datetime as dt

from django.utils import timezone

from cases import access, agreements, handling, judicial
from cases.deadlines import ONE_DAY
from cases.models import Case, Contact, EndReason, Party, Session
from cases.simulation.bodies import withdraws
from cases.simulation.stories import agreement_text, phrase
from cases.simulation.world import Ending, Going, Life, Steps

READING = dt.timedelta(minutes=2)  # between the message with a code and the code typed
FAILING = (Ending.FAR_APART, Ending.EXPIRED, Ending.LITIGATED)
MODES = (Session.Mode.ON_SITE, Session.Mode.ON_SITE, Session.Mode.PHONE)


def invited(life: Life) -> Going:
    """Reach the other side and hear whether it agrees; False when that ends the case."""
    yield life.office(0.5, 8)
    [respondent] = life.parties(Party.Side.RESPONDENT)
    if life.plan.ending == Ending.UNREACHABLE:
        yield from _called_in_vain(life, respondent)
        return False
    _log_call(life, respondent, Contact.Outcome.REACHED, "contact_notes")
    if life.plan.ending == Ending.DECLINED:
        yield life.citizen(2, 40)
        _declines(life, respondent)
        return False
    for party in life.case.parties.exclude(answer=Party.Answer.AGREES):
        yield life.citizen(1, 30)
        yield from _agrees(life, party)
    yield life.office(0.5, 4)
    return not withdraws(life, early=False)


def _called_in_vain(life: Life, party: Party) -> Steps:
    for _ in range(3):
        _log_call(life, party, Contact.Outcome.NO_ANSWER, "unreachable_notes")
        yield life.office(1, 8)
    handling.fail(life.case, actor=life.mediator(), reasons=[EndReason.UNREACHABLE])
    life.done()


def _log_call(life: Life, party: Party, outcome: str, notes: str) -> None:
    handling.log_contact(
        party,
        actor=life.mediator(),
        means=Contact.Means.PHONE,
        outcome=outcome,
        note=phrase(notes, life.rng),
    )


def _declines(life: Life, party: Party) -> None:
    by_phone = bool(party.phone) and life.rng.random() < 0.5
    actor = party if by_phone else life.mediator()
    handling.answer_invitation(party, agrees=False, actor=actor)
    life.done()


def _agrees(life: Life, party: Party) -> Steps:
    """Agree on the own phone, or say so to the mediator, who records it."""
    if party.phone and life.rng.random() < 0.6:
        access.ask_code(life.case, phone=party.phone)
        code = life.read_code(party)
        yield life.now + READING
        party = access.prove_phone(life.case, phone=party.phone, code=code)
        handling.answer_invitation(party, agrees=True, actor=party)
    else:
        handling.answer_invitation(party, agrees=True, actor=life.mediator())
    life.done()


def talked(life: Life) -> Going:
    """Meet once or twice; False when that ends the case."""
    if life.rng.random() < 0.2:
        yield from _met(life, Session.Result.CONTINUE, "courses")
    if life.plan.ending in FAILING:
        yield from _met(life, Session.Result.FAILED, "courses_failed")
        yield from _failed(life)
        return False
    yield from _met(life, Session.Result.AGREED, "courses")
    if life.plan.ending != Ending.ORAL:
        return True
    text = agreement_text(life.plan.story, today=timezone.localdate(), rng=life.rng)
    agreements.settle_orally(life.case, text=text, actor=life.mediator())
    life.done()
    return False


def _met(life: Life, result: str, courses: str) -> Steps:
    starts_at = life.office(3, 24)
    session = handling.plan_session(
        life.case,
        actor=life.mediator(),
        mode=life.rng.choice(MODES),
        starts_at=starts_at,
        place=phrase("places", life.rng),
    )
    life.done()
    yield starts_at + dt.timedelta(minutes=life.rng.randrange(40, 120))
    handling.record_session(
        session,
        actor=life.mediator(),
        present=life.case.parties.all(),
        course=phrase(courses, life.rng),
        result=result,
        undisputed_facts=phrase("undisputed", life.rng),
        concessions=phrase("concessions", life.rng) if life.rng.random() < 0.4 else "",
    )
    life.done()
    yield life.office(0.2, 3)


def _failed(life: Life) -> Steps:
    reason = EndReason.FAR_APART
    if life.plan.ending == Ending.EXPIRED and life.case.mediate_by:
        reason = EndReason.EXPIRED
        last_day = dt.datetime.combine(
            life.case.mediate_by, dt.time(), timezone.get_current_timezone()
        )
        yield life.diary.office(max(life.now, last_day + ONE_DAY), 0.5, 6)
    handling.fail(life.case, actor=life.mediator(), reasons=[reason])
    life.done()
    if life.plan.ending == Ending.LITIGATED:
        yield life.office(6, 60)
        if life.case.status == Case.Status.FAILED:
            judicial.litigate(life.case, actor=life.world.clerk)
            life.done()
