"""Two made-up disputes that look like one: the ways by which they come to look alike."""

import datetime as dt
from dataclasses import replace
from random import Random

from cases.models import Party
from cases.simulation.retelling import (
    MONTHS,
    OWN,
    Two,
    Way,
    file,
    is_so,
    new_dispute,
    new_id_card,
    new_person,
    new_phone,
    new_place,
    shipped,
)


def other_dispute(rng: Random) -> Two:
    """The same two people fall out over something else."""
    first = new_dispute(rng)
    plots = [plot for plot in shipped()["plots"] if plot["key"] != first.plot["key"]]
    second = new_dispute(
        rng,
        plot=rng.choice(plots),
        applicant=first.applicant,
        respondent=first.respondent,
        day=first.day + dt.timedelta(days=rng.randrange(3, 150)),
    )
    return file(rng, first, "plain"), file(rng, second, rng.choice(OWN))


def again_next_month(rng: Random) -> Two:
    """The same two people, words and perhaps sum, about another month."""
    plots = [plot for plot in shipped()["plots"] if "{month}" in plot["plain"]]
    months = list(MONTHS if is_so(rng) else (f"{number}月" for number in range(1, 13)))
    one, other = rng.sample(months, 2)
    first = replace(new_dispute(rng, plot=rng.choice(plots)), month=one)
    second = replace(first, month=other, day=first.day + dt.timedelta(days=rng.randrange(3, 120)))
    if rng.random() < 0.7:
        second.amount = new_dispute(rng, plot=first.plot).amount
    voice = "plain" if rng.random() < 0.8 else "court"
    return file(rng, first, "plain", loosely=0), file(rng, second, voice, loosely=0.1)


def other_thing(rng: Random) -> Two:
    """The same two people and the same words, but for the thing that it is about."""
    things = [
        (plot, *pair) for plot in shipped()["plots"] for pair in shipped()["things"]
        if pair[0] in plot["plain"]
    ]  # fmt: skip
    plot, thing, another = rng.choice(things)
    first = new_dispute(rng, plot=plot)
    second = replace(first, day=first.day + dt.timedelta(days=rng.randrange(3, 60)))
    if rng.random() < 0.7:
        second.amount = new_dispute(rng, plot=plot).amount
    second.plot = {**plot, "plain": plot["plain"].replace(thing, another)}
    return file(rng, first, "plain", loosely=0), file(rng, second, "plain", loosely=0)


def many_tenants(rng: Random) -> Two:
    """One landlord, firm or school and many who pay it: the words passed on from one to all."""
    plots = [plot for plot in shipped()["plots"] if plot["key"] != "inheritance"]
    first = new_dispute(rng, plot=rng.choice(plots))
    same_sum = {"amount": first.amount} if rng.random() < 0.3 else {}
    second = new_dispute(
        rng,
        plot=first.plot,
        respondent=first.respondent,
        day=first.day + dt.timedelta(days=rng.randrange(10)),
        street=first.street,
        **same_sum,
    )
    return file(rng, first, "plain", loosely=0), file(rng, second, "plain", loosely=0.1)


def spokesman(rng: Random) -> Two:
    """Colleagues file one by one, all by the phone of the one who speaks for them."""
    plot = next(plot for plot in shipped()["plots"] if plot["key"] == "wages")
    first = new_dispute(rng, plot=plot)
    colleague = replace(new_person(rng), phone=first.applicant.phone)
    second = new_dispute(
        rng, plot=plot, applicant=colleague, respondent=first.respondent, day=first.day
    )
    return file(rng, first, "plain", loosely=0), file(rng, second, "plain", loosely=0.1)


def family_each(rng: Random) -> Two:
    """Husband and wife each have a contract of their own with one firm, and one phone."""
    plots = [plot for plot in shipped()["plots"] if plot["respondent"] == "company"]
    first = new_dispute(rng, plot=rng.choice(plots))
    spouse = replace(new_person(rng), phone=first.applicant.phone if is_so(rng) else new_phone(rng))
    second = new_dispute(
        rng, plot=first.plot, applicant=spouse, respondent=first.respondent, day=first.day
    )
    return file(rng, first, "plain"), file(rng, second, rng.choice(OWN))


def neighbours(rng: Random) -> Two:
    """Neighbours complain about one and the same noise or leak: each is hurt on his own."""
    plots = [plot for plot in shipped()["plots"] if plot["key"] in ("noise", "leak", "parking")]
    first = new_dispute(rng, plot=rng.choice(plots))
    second = new_dispute(
        rng,
        plot=first.plot,
        respondent=first.respondent,
        street=first.street,
        place=first.place if is_so(rng) else new_place(rng),
        day=first.day + dt.timedelta(days=rng.randrange(10)),
    )
    return file(rng, first, "plain"), file(rng, second, rng.choice(OWN))


def same_names(rng: Random) -> Two:
    """Other people who happen to bear the same name, on one side or on both."""
    first = new_dispute(rng)
    namesake = replace(first.applicant, phone=new_phone(rng), identity=new_id_card(rng))
    other = None
    if first.respondent.kind == Party.Kind.PERSON and rng.random() < 0.1:
        other = replace(first.respondent, phone=new_phone(rng), identity=new_id_card(rng))
    second = new_dispute(rng, plot=first.plot if is_so(rng) else None, applicant=namesake,
                      respondent=other)  # fmt: skip
    return file(rng, first, "plain"), file(rng, second, rng.choice(OWN))


def other_respondents(rng: Random) -> Two:
    """One person with the same trouble with two others."""
    first = new_dispute(rng)
    second = new_dispute(
        rng,
        plot=first.plot,
        applicant=first.applicant,
        street=first.street,
        day=first.day + dt.timedelta(days=rng.randrange(60)),
    )
    return file(rng, first, "plain", loosely=0), file(rng, second, "plain", loosely=0.1)


def strangers(rng: Random) -> Two:
    """Nothing in common but the kind of trouble."""
    first = new_dispute(rng)
    return file(rng, first, "plain"), file(rng, new_dispute(rng, plot=first.plot), "again")


WAYS: dict[str, Way] = {
    way.__name__: way
    for way in (
        other_dispute,
        again_next_month,
        other_thing,
        many_tenants,
        spokesman,
        family_each,
        neighbours,
        same_names,
        other_respondents,
        strangers,
    )
}
