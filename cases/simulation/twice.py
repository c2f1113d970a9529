"""One made-up dispute filed twice: the ways by which it comes a second time."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from random import Random

from cases.simulation.retelling import (
    OFFICIAL,
    OWN,
    Two,
    Way,
    file,
    is_so,
    known_as,
    mistyped,
    new_company,
    new_dispute,
    new_person,
    new_phone,
    shipped,
    slipped,
    soon,
    tell,
)

HEADINGS = ("", "", "来电人反映：", "信访件摘要。", "网格上报：")


def sent_twice(rng: Random) -> Two:
    """Sent again days later, because nobody had called: hardly a word is otherwise."""
    dispute = new_dispute(rng)
    first = file(rng, dispute, "plain", loosely=0)
    text = slipped(rng, first.text, 0.4)
    if is_so(rng):
        text += rng.choice(shipped()["fillers"])
    return first, replace(first, text=text, day=first.day + dt.timedelta(days=soon(rng)))


def passed_on(rng: Random) -> Two:
    """The hotline passes the same words on to two offices, each with a heading of its own."""
    dispute = new_dispute(rng)
    text = tell(rng, dispute, "plain", loosely=0.3)
    both = [
        file(rng, dispute, "plain", later=later, text=rng.choice(HEADINGS) + text)
        for later in (0, soon(rng))
    ]
    return both[0], both[1]


def retold(rng: Random) -> Two:
    """The same person files again in other words."""
    dispute = new_dispute(rng)
    return file(rng, dispute, "plain"), file(rng, dispute, "again", later=soon(rng))


def other_channel(rng: Random) -> Two:
    """The court, the police or the hotline passes on what the person filed as well."""
    dispute = new_dispute(rng)
    person = known_as(rng, dispute.applicant, phone=0.9, identity=0.7)
    second = file(
        rng, dispute, rng.choice(OFFICIAL), later=soon(rng), applicants=(person,), loosely=0.2
    )
    return file(rng, dispute, rng.choice(OWN)), second


def mistyped_name(rng: Random) -> Two:
    """One of the two names is written otherwise."""
    dispute = new_dispute(rng)
    applicant, respondent = dispute.applicant, dispute.respondent
    if is_so(rng):
        applicant = mistyped(rng, applicant)
    else:
        respondent = mistyped(rng, respondent)
    second = file(
        rng,
        dispute,
        rng.choice(OWN),
        later=soon(rng),
        applicants=(known_as(rng, applicant, phone=0.9, identity=0),),
        respondents=(known_as(rng, respondent),),
    )
    return file(rng, dispute, "plain"), second


def swapped_sides(rng: Random) -> Two:
    """The other side files too."""
    dispute = new_dispute(rng)
    second = file(
        rng,
        dispute,
        "other",
        later=soon(rng),
        applicants=(known_as(rng, dispute.respondent, phone=1),),
        respondents=(known_as(rng, dispute.applicant),),
    )
    return file(rng, dispute, "plain"), second


def changed_phone(rng: Random) -> Two:
    """The applicant has another phone now."""
    dispute = new_dispute(rng)
    person = replace(dispute.applicant, phone=new_phone(rng), identity="")
    second = file(rng, dispute, rng.choice(OWN), later=soon(rng), applicants=(person,))
    return file(rng, dispute, "plain"), second


def no_phones(rng: Random) -> Two:
    """Noted down at a window: names only."""
    dispute = new_dispute(rng)
    bare = {"phone": "", "identity": ""}
    second = file(
        rng,
        dispute,
        "note",
        later=soon(rng),
        applicants=(replace(dispute.applicant, **bare),),
        respondents=(replace(dispute.respondent, **bare),),
    )
    return file(rng, dispute, rng.choice(OWN)), second


def relative_filed(rng: Random) -> Two:
    """One of the family files in the own name; mostly by the same phone or naming the other."""
    dispute = new_dispute(rng)
    surname = dispute.applicant.name[0] if rng.random() < 0.7 else ""
    relative = replace(new_person(rng, surname=surname), identity="")
    text = tell(rng, dispute, "family")
    draw = rng.random()
    if draw < 0.5:
        relative = replace(relative, phone=dispute.applicant.phone)
    elif draw < 0.9:
        text = f"{dispute.applicant.name}是我家里人，我替他说。{text}"
    second = file(rng, dispute, "family", later=soon(rng), applicants=(relative,), text=text)
    return file(rng, dispute, "plain"), second


def helper_filed(rng: Random) -> Two:
    """A grid worker files for the person, with the worker's phone or none."""
    dispute = new_dispute(rng)
    phone = new_phone(rng) if is_so(rng) else ""
    person = replace(dispute.applicant, phone=phone, identity="")
    second = file(rng, dispute, "note", later=soon(rng), applicants=(person,))
    return file(rng, dispute, rng.choice(OWN)), second


def rounded_amount(rng: Random) -> Two:
    """The sum is rounded, or has grown by interest."""
    dispute = new_dispute(rng)
    amount = dispute.amount and (dispute.amount * Decimal("1.06")).quantize(Decimal(100))
    second = file(rng, dispute, "again", later=soon(rng), amount=amount)
    return file(rng, dispute, "plain", amount=dispute.amount), second


def owner_or_firm(rng: Random) -> Two:
    """The other side is once the firm and once its owner, mostly at one phone."""
    firm = new_company(rng)
    plots = [plot for plot in shipped()["plots"] if plot["respondent"] != "person"]
    dispute = new_dispute(rng, plot=rng.choice(plots), respondent=firm)
    owner = replace(new_person(rng), identity="", phone=firm.phone if rng.random() < 0.7 else "")
    second = file(rng, dispute, rng.choice(OWN), later=soon(rng), respondents=(owner,))
    return file(rng, dispute, "plain", respondents=(replace(firm, identity=""),)), second


def more_respondents(rng: Random) -> Two:
    """The second filing names one more on the other side."""
    dispute = new_dispute(rng)
    both = (known_as(rng, dispute.respondent), known_as(rng, new_person(rng)))
    second = file(rng, dispute, rng.choice(OWN), later=soon(rng), respondents=both)
    return file(rng, dispute, "plain"), second


WAYS: dict[str, Way] = {
    way.__name__: way
    for way in (
        sent_twice,
        passed_on,
        retold,
        other_channel,
        mistyped_name,
        swapped_sides,
        changed_phone,
        no_phones,
        relative_filed,
        helper_filed,
        rounded_amount,
        owner_or_firm,
        more_respondents,
    )
}
