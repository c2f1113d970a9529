"""What the made-up disputes are about: texts of our own, people who are plainly made up."""

import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from cases.agreements import Text
from cases.filing import Person
from cases.models import Party

SHIPPED = Path(__file__).parent.parent / "data" / "simulation.json"
FIRST_PHONE = 19900000000  # 199 0000 xxxx: ours to use up, all of them made up
PHONES = 10_000


@dataclass(frozen=True)
class Story:
    """One dispute: what it says, its true type, and why it may not be mediable."""

    text: str
    case_type: str  # empty when there is nothing to mediate
    respondent: str
    wish: str
    amount: Decimal | None = None
    reject_reason: str = ""
    values: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=1)
def shipped() -> dict[str, Any]:
    """Return the shipped texts."""
    texts: dict[str, Any] = json.loads(SHIPPED.read_text(encoding="utf-8"))
    return texts


def phrase(kind: str, rng: Random) -> str:
    """Return one of the phrases that all types share."""
    return str(rng.choice(shipped()["shared"][kind]))


def clear(rng: Random) -> Story:
    """Return a dispute of some type; common types come more often, as in the published figures."""
    types = shipped()["types"]
    key = rng.choices(list(types), weights=[COMMON.get(key, 2) for key in types])[0]
    return _told(rng.choice(types[key]["stories"]), key, rng)


def vague(rng: Random) -> Story:
    """Return a dispute whose words decide nothing: it needs the dispatcher."""
    told = rng.choice(shipped()["undecided"])
    return _told(told, told["case_type"], rng)


def not_mediable(rng: Random) -> Story:
    """Return a matter that mediation cannot take."""
    return _told(rng.choice(shipped()["not_mediable"]), "", rng)


COMMON = {
    "housing_lease": 8,
    "property_service": 7,
    "labour": 7,
    "neighbour": 6,
    "marriage_family": 6,
    "consumer": 5,
    "traffic_accident": 5,
    "private_loan": 5,
    "other_contract": 4,
    "intellectual_property": 3,
    "internet": 3,
    "finance": 3,
    "sale_contract": 3,
}


def _told(told: dict[str, Any], case_type: str, rng: Random) -> Story:
    span = told["amount"]
    amount = Decimal(rng.randrange(span[0], span[1], 100)) if span else None
    part = (amount or Decimal(3000)) / 3
    values = {
        "amount": f"{amount:.0f}" if amount else "",
        "part": f"{part:.0f}",
        "days": str(rng.randrange(20, 180)),
        "months": str(rng.choice((6, 12, 24))),
    }
    return Story(
        text=told["text"].format_map(values),
        case_type=case_type,
        respondent=told["respondent"],
        wish=told["wish"],
        amount=amount,
        reject_reason=told.get("reason", ""),
        values=tuple(values.items()),
    )


def agreement_text(story: Story, *, today: dt.date, rng: Random) -> Text:
    """Return the agreement that ends a story well."""
    perform_by = today + dt.timedelta(days=rng.randrange(5, 40))
    day = f"{perform_by.year}年{perform_by.month}月{perform_by.day}日"
    values = {**dict(story.values), "date": day}
    shared = shipped()["shared"]
    terms = [
        term.format_map(values)
        for term in shipped()["types"][story.case_type]["terms"]
        if values["amount"] or "{amount}" not in term
    ]
    return Text(
        facts=shared["facts"].format(description=story.text),
        terms="\n".join(terms),
        performance=shared["performance"],
        perform_by=perform_by,
        amount=story.amount,
    )


def person(rng: Random, number: int) -> Person:
    """Return a made-up person: a common surname, and a given name that says so."""
    return Person(f"{phrase('surnames', rng)}演示{number:04d}", phone(number))


def company(number: int) -> Person:
    """Return a made-up company with the phone of the one who answers for it."""
    return Person(f"演示{number:04d}有限公司", phone(number), Party.Kind.COMPANY)


def phone(number: int) -> str:
    """Return the made-up phone of this number."""
    return str(FIRST_PHONE + number % PHONES)
