"""Made-up disputes, told in several voices: who they are between, and what each filing says.

People are drawn at random with common surnames and given names, so that some share a name as they
do in life.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from cases.filing import Person
from cases.models import Party
from mediators.identity import COMPANY_ALPHABET, ID_WEIGHTS

SHIPPED = Path(__file__).parent.parent / "data" / "retellings.json"
FIRST_DAY = dt.date(2026, 3, 2)
STREETS = 3
SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高罗郑梁谢宋唐许邓韩冯曹彭曾萧田董潘袁蔡蒋余"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚英华建国玉梅文辉红玲鹏飞浩宇婷雪佳欣雨晨博"
FIRMS = "星光云海金桥天成安居和顺万家宏达新城华庭瑞丰百合智远东方绿野尚品优家锦绣"
TRADES = ("物业服务", "装饰工程", "健身服务", "教育咨询", "商贸", "公寓管理", "汽车销售", "科技")
MONTHS = tuple(f"{one}月" for one in (*"一二三四五六七八九十", "十一", "十二"))
OWN = ("plain", "again")  # the voices of the one who files for itself
OFFICIAL = ("note", "court")
ROADS = ("江南大道", "滨盛路", "长河路", "西兴路", "浦沿路", "滨康路", "网商路", "江陵路")


@dataclass(frozen=True)
class Filing:
    """What somebody filed, before it is a case."""

    applicants: tuple[Person, ...]
    respondents: tuple[Person, ...]
    text: str
    day: dt.date
    amount: Decimal | None
    street: int | None
    place: str = ""


@dataclass
class Dispute:
    """A made-up dispute, from which filings are told."""

    plot: dict[str, Any]
    applicant: Person
    respondent: Person
    amount: Decimal | None
    month: str
    place: str
    street: int
    day: dt.date


Two = tuple[Filing, Filing]
Way = Callable[[Random], Two]


def is_so(rng: Random) -> bool:
    """Toss a coin."""
    return rng.random() < 0.5


def soon(rng: Random) -> int:
    """Return after how many days a dispute is filed again: mostly within two weeks."""
    return min(int(rng.expovariate(1 / 12)), 150)


# --- People ---


def new_person(rng: Random, *, surname: str = "") -> Person:
    """Return a made-up person with phone and identity number."""
    given = "".join(rng.choices(GIVEN, k=rng.choice((1, 2, 2))))
    name = (surname or rng.choice(SURNAMES)) + given
    return Person(name, new_phone(rng), identity=new_id_card(rng))


def new_company(rng: Random) -> Person:
    """Return a made-up company with phone and code."""
    name = f"杭州{''.join(rng.sample(FIRMS, 2))}{rng.choice(TRADES)}有限公司"
    return Person(name, new_phone(rng), Party.Kind.COMPANY, identity=_company_code(rng))


def new_phone(rng: Random) -> str:
    """Return a made-up mobile number."""
    return f"1{rng.choice((38, 39, 57, 58, 86))}{rng.randrange(10**8):08d}"


def new_id_card(rng: Random) -> str:
    """Return a made-up identity number whose check character is right."""
    day = dt.date(1950, 1, 1) + dt.timedelta(days=rng.randrange(20_000))
    body = f"330108{day:%Y%m%d}{rng.randrange(1000):03d}"
    total = sum(int(d) * w for d, w in zip(body, ID_WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def _company_code(rng: Random) -> str:
    body = "91330108" + "".join(rng.choices(COMPANY_ALPHABET, k=9))
    total = sum(COMPANY_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + COMPANY_ALPHABET[-total % 31]


def known_as(rng: Random, person: Person, *, phone: float = 0.6, identity: float = 0.15) -> Person:
    """Return a person as a filing knows it: the phone and the number are often missing."""
    return replace(
        person,
        phone=person.phone if rng.random() < phone else "",
        identity=person.identity if rng.random() < identity else "",
    )


def mistyped(rng: Random, person: Person) -> Person:
    """Return a person with one character of the name changed; of a company, left out."""
    name = person.name
    if person.kind == Party.Kind.COMPANY:
        short = (name.replace("有限公司", ""), name.replace("杭州", ""), name[:-1])
        return replace(person, name=rng.choice(short))
    place = rng.randrange(1, len(name))
    return replace(person, name=name[:place] + rng.choice(GIVEN) + name[place + 1 :])


# --- Texts ---


@lru_cache(maxsize=1)
def shipped() -> dict[str, Any]:
    """Return the shipped texts."""
    texts: dict[str, Any] = json.loads(SHIPPED.read_text(encoding="utf-8"))
    return texts


def new_dispute(rng: Random, **known: Any) -> Dispute:
    """Return a made-up dispute; `known` is what is not to be drawn."""
    plot = known.get("plot") or rng.choice(shipped()["plots"])
    span = plot["amount"]
    company = plot["respondent"] == "company" or (plot["respondent"] == "either" and is_so(rng))
    return Dispute(
        plot=plot,
        applicant=known.get("applicant") or new_person(rng),
        respondent=known.get("respondent") or (new_company(rng) if company else new_person(rng)),
        amount=known.get("amount", Decimal(rng.randrange(span[0], span[1], 50)) if span else None),
        month=f"{rng.randrange(1, 13)}月",
        place=known.get("place") or new_place(rng),
        street=known.get("street") or rng.randrange(1, STREETS + 1),
        day=known.get("day") or FIRST_DAY + dt.timedelta(days=rng.randrange(150)),
    )


def new_place(rng: Random) -> str:
    """Return a made-up address."""
    road, house = rng.choice(ROADS), rng.randrange(1, 400)
    return f"{road}{house}号{rng.randrange(1, 20)}幢{rng.randrange(101, 2800)}室"


def tell(rng: Random, dispute: Dispute, voice: str, *, loosely: float = 0.5) -> str:
    """Tell a dispute in one of its voices, `loosely`: other words, order, gaps and slips."""
    amount = f"{dispute.amount:.0f}" if dispute.amount else ""
    named = dispute.respondent.name if rng.random() < 0.5 else dispute.plot["role"]
    text = dispute.plot[voice].format(
        amount=_said(rng, amount, loosely), month=dispute.month, place=dispute.place, name=named
    )
    sentences = [part + "。" for part in text.split("。") if part]
    if len(sentences) > 2 and rng.random() < 0.6 * loosely:
        sentences.remove(rng.choice(sentences[1:]))
    if rng.random() < 0.6 * loosely:
        rng.shuffle(sentences)
    if rng.random() < 0.7 * loosely:
        sentences.append(rng.choice(shipped()["fillers"]))
    return slipped(rng, _in_other_words(rng, "".join(sentences), loosely), loosely)


def _said(rng: Random, amount: str, loosely: float) -> str:
    if not amount or rng.random() > loosely:
        return amount
    ways = (f"{int(amount):,}", f"{int(amount) / 10000:g}万", f"{int(amount) / 1000:g}千", "好多")
    return rng.choice(ways)


def _in_other_words(rng: Random, text: str, loosely: float) -> str:
    for words in shipped()["synonyms"]:
        for word in words:
            if word in text and rng.random() < loosely:
                text = text.replace(word, rng.choice(words))
                break
    return text


def slipped(rng: Random, text: str, loosely: float) -> str:
    """Leave out a character here and there, as a hurried finger does."""
    return "".join(c for c in text if not c.isalpha() or rng.random() > 0.03 * loosely)


def file(rng: Random, dispute: Dispute, voice: str, *, later: int = 0, **other: Any) -> Filing:
    """File a dispute so many days later; `other` is what is otherwise than in the first filing."""
    loosely = other.pop("loosely", 0.5)
    values: dict[str, Any] = {
        "applicants": (known_as(rng, dispute.applicant, phone=1),),
        "respondents": (known_as(rng, dispute.respondent),),
        "text": tell(rng, dispute, voice, loosely=loosely),
        "day": dispute.day + dt.timedelta(days=later),
        "amount": dispute.amount if rng.random() < 0.6 else None,
        "street": dispute.street if rng.random() < 0.8 else None,
        "place": dispute.place if rng.random() < 0.3 else "",
    }
    return Filing(**{**values, **other})


def _half(rng: Random) -> bool:
    return rng.random() < 0.5
