"""How a made-up case comes in: by one of the channels, or once more by another one."""

from typing import Any
from uuid import uuid4

from cases import duplicates, filing
from cases.deadlines import ONE_DAY
from cases.models import Case, Consent, Party
from cases.simulation import stories
from cases.simulation.world import Ending, Life, Steps

CONSENTS = (Consent.Purpose.PRIVACY, Consent.Purpose.TRUTH, Consent.Purpose.MEDIATION)
COURT_NUMBERS = 900_000  # far above what a court gives, so that none of its numbers is taken
OVER_AT_ONCE = (Ending.MERGED, Ending.WITHDRAWN, Ending.REJECTED)


def file(life: Life) -> None:
    """File the dispute of a plan."""
    first = life.world.first_person + 2 * life.plan.number
    is_company = life.plan.story.respondent == Party.Kind.COMPANY
    other = stories.company(first + 1) if is_company else stories.person(life.rng, first + 1)
    if life.chance(0.08):
        other = filing.Person(other.name, "", other.kind, "只知道店名和大概位置")
    _file(
        life,
        description=life.plan.story.text,
        applicants=[stories.person(life.rng, first)],
        respondents=[other],
        wish=life.plan.story.wish,
        amount=life.plan.story.amount,
        region=life.plan.region,
    )


def original_of(life: Life) -> Life | None:
    """Return the recent case that a duplicate repeats; None when it is to be no duplicate."""
    if life.plan.ending != Ending.MERGED:
        return None
    lately = life.now - 10 * ONE_DAY
    known = [
        other
        for other in life.world.lives
        if other.plan.ending not in OVER_AT_ONCE and other.plan.filed_at > lately
    ]
    return life.rng.choice(known) if known else None


def duplicate(life: Life, original: Life) -> Steps:
    """File the same dispute by another door: the rules merge it, or the dispatcher, who is shown
    it where the other door knew no phones."""
    known = original.case
    with_phones = life.chance(0.5)
    _file(
        life,
        description=known.description,
        applicants=_people(original, Party.Side.APPLICANT, with_phones),
        respondents=_people(original, Party.Side.RESPONDENT, with_phones),
        wish=known.wish,
        amount=known.amount,
        region=known.region,
    )
    yield life.office(1, 6)
    if life.case.status in (Case.Status.FILED, Case.Status.DISPATCHED):
        duplicates.merge(life.case, into=known, actor=life.world.dispatcher)
        life.done()


def _people(life: Life, side: str, with_phones: bool) -> list[filing.Person]:
    parties = life.parties(side)
    return [filing.Person(p.name, p.phone if with_phones else "", p.kind) for p in parties]


def _file(life: Life, **dispute: Any) -> None:
    by = {"public": None, "court": life.world.clerk}.get(life.plan.channel, life.world.dispatcher)
    receipt = filing.file_dispute(
        filing.Dispute(
            **dispute,
            channel=life.world.channels[life.plan.channel],
            **_owed_to_channel(life),
        ),
        key=filing.FilingKey("simulation", uuid4().hex),
        by=by,
    )
    life.filed(receipt.case)


def _owed_to_channel(life: Life) -> dict[str, Any]:
    """Return what only disputes of this channel have."""
    if life.plan.channel == "public":
        return {"consents": CONSENTS}
    if life.plan.channel == "court":
        number = _court_number(life.now.year)
        return {"track": Case.Track.COURT, "court_number": number, "means": "court"}
    if life.plan.channel == "window":
        helper = filing.Proxy("演示社工", "social_worker")
        return {"consents": CONSENTS, "proxy": helper, "means": "window"}
    return {"means": "official"}


def _court_number(year: int) -> str:
    register = f"（{year}）浙0108民诉前调"
    given = Case.objects.filter(court_number__startswith=f"{register}9").count()
    return f"{register}{COURT_NUMBERS + given + 1}号"
