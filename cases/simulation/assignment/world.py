"""What a simulated year of assignment consists of: bodies, people who come and go, disputes.

Nothing is read but reference data, and nothing is written. The bodies are those of the
demonstration under numbers drawn by lot, so that no rule can lean on the order of the numbers.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from django.utils.translation import gettext as _

from cases import clocks
from cases.deadlines import ONE_DAY, WorkCalendar
from cases.errors import CaseError
from cases.models import CaseType, Channel
from cases.routing import questions
from cases.routing.choose import Candidate, Person
from cases.routing.roster import Roster, is_present
from mediators.demo import MEDIATORS, days_off, languages_of, plan, spread
from mediators.models import BodyKind, Region

Fields = Mapping[str, Sequence[str]]
START = dt.date(2026, 1, 5)
# How often each type comes, in a hundred that can be mediated: the first six from questions drawn
# blindly from consultation sites, the others after our own estimate.
TYPES = {
    "marriage_family": 15, "finance": 8, "corporate": 8, "work_injury": 8, "labour": 6,
    "private_loan": 6, "housing_lease": 5, "traffic_accident": 5, "property_service": 5,
    "other_contract": 5, "consumer": 4, "neighbour": 4, "sale_contract": 3, "internet": 3,
    "inheritance": 3, "housing_sale": 3, "intellectual_property": 2, "construction": 2,
    "medical": 2, "personal_injury": 2, "insurance": 1.5, "personality_rights": 1,
    "expropriation": 1, "land_homestead": 1, "environment": 1,
}  # fmt: skip
CHANNELS = {
    "public": 45, "court": 20, "police": 10, "window": 10, "departments": 8, "petitions": 5,
    "procuratorate": 2,
}  # fmt: skip
LANGUAGES = {"": 950, "hangzhou": 25, "xiaoshan": 15, "wu": 6, "en": 3, "sign": 1}
# Where disputes arise: mostly in a community, sometimes only the street or the district is known.
PLACES = {Region.Level.COMMUNITY: 72, Region.Level.STREET: 25, Region.Level.DISTRICT: 3}
UNEVEN = 0.15  # how unlike places of the same staff are: standard deviation of the logarithm
DANGER, RELATED, LEAVE_A_DAY = 0.01, 0.05, 1 / 90
WEEKEND = 0.4  # of the filings of a working day: about a third come outside working hours
# Bodies that must never get anything by themselves, to show that the bars hold: they charge, and
# commercial ones are barred from family, inheritance, labour and consumer cases.
BAITS = ("market_lawyer", "market_commercial")


@dataclass(frozen=True)
class Dispute:
    """A simulated case: what the rules ask about it, and whom it keeps out."""

    number: int
    day: int
    case_type: str
    channel: str
    places: frozenset[int]
    amount: Decimal | None
    parties: int
    text: str
    language: str
    related: frozenset[int]  # mediators with a relation to a party

    @property
    def is_court(self) -> bool:
        return self.channel == "court"


@dataclass
class World:
    """Bodies and people, the rules, and who is there on which day."""

    bodies: dict[int, Candidate]
    rules: dict[str, "TypeRules"]
    policy: questions.Rules
    channels: dict[str, int]
    regions: dict[str, Region]
    calendar: WorkCalendar
    days_off: dict[int, str] = field(default_factory=dict)
    leave: dict[int, set[dt.date]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.roster = Roster(self.bodies)
        self.people = {one.pk: one for body in self.bodies.values() for one in body.people}

    def date(self, day: int) -> dt.date:
        return START + day * ONE_DAY

    def is_there(self, mediator: int, day: int) -> bool:
        """Say whether a mediator counts as present for a case given on a day: see `roster`."""
        on = self.calendar.next_working(self.date(day))
        return is_present(self.days_off[mediator], on) and on not in self.leave[mediator]


@dataclass(frozen=True)
class TypeRules:
    """What the reference data says of a case type."""

    start_tier: str
    kinds: tuple[str, ...]
    barred: frozenset[str]


def make_world(*, capacity: int, days: int, fields: Fields, rng: Random) -> World:
    """Return the demonstration's bodies and people with `capacity` places for each person.

    `fields` gives the case types of an industry body by a part of its name: `demo.COMPETENCE`.
    Raises CaseError without reference data.
    """
    types = list(CaseType.objects.all())
    if not types:
        raise CaseError(_("还没有基础数据，请先运行 load_reference"))
    policy = questions.read_rules({one.pk for one in types})
    bodies = _bodies(capacity, fields, rng)
    world = World(
        bodies={body.pk: body for body in bodies},
        rules={
            one.key: TypeRules(
                one.start_tier, policy.kinds.get(one.pk, ()), policy.barred.get(one.pk, frozenset())
            )
            for one in types
        },
        policy=policy,
        channels=dict(Channel.objects.values_list("key", "pk")),
        regions={region.key: region for region in Region.objects.select_related("parent__parent")},
        calendar=clocks.work_calendar(),
    )
    for number, mediator in enumerate(world.people):
        world.days_off[mediator] = days_off(number)
        world.leave[mediator] = set(_leave(days, rng))
    return world


def _bodies(capacity: int, fields: Fields, rng: Random) -> list[Candidate]:
    kinds = {kind.key: kind for kind in BodyKind.objects.all()}
    regions = dict(Region.objects.values_list("key", "pk"))
    district = next(body.region for body in plan() if body.kind == "people_district")
    rows = [(body.name, body.kind, body.region) for body in plan()]
    sizes = spread([body.people for body in plan()], MEDIATORS)
    rows += [(kind, kind, district) for kind in BAITS]
    sizes += [10] * len(BAITS)
    body_numbers = rng.sample(range(1, 100_000), len(rows))
    person_numbers = iter(rng.sample(range(1, 1_000_000), sum(sizes)))
    staff = iter(range(sum(sizes)))
    return [
        Candidate(
            pk=number,
            kind=kind,
            tier=kinds[kind].tier,
            family=kinds[kind].family,
            region=regions[region],
            may_charge=kinds[kind].may_charge,
            fields=_fields_of(name, fields),
            people=[
                Person(next(person_numbers), capacity, languages=frozenset(languages_of(place)))
                for place in (next(staff) for _ in range(size))
            ],
        )
        for number, size, (name, kind, region) in zip(body_numbers, sizes, rows, strict=True)
    ]


def _fields_of(name: str, fields: Fields) -> frozenset[str]:
    """The types that an industry body of the demonstration is named for."""
    known = [keys for field, keys in fields.items() if name.startswith(f"滨江区{field}")]
    return frozenset(known[0]) if known else frozenset()


def _leave(days: int, rng: Random) -> Iterator[dt.date]:
    """Draw blocks of leave: three to nine days, four blocks a year."""
    for day in range(days):
        if rng.random() < LEAVE_A_DAY:
            for more in range(rng.randrange(3, 10)):
                yield START + (day + more) * ONE_DAY


def disputes(world: World, *, cases: int, days: int, rng: Random) -> Iterator[Dispute]:
    """Yield simulated disputes in the order of their days."""
    weights = [1.0 if world.calendar.is_working(world.date(d)) else WEEKEND for d in range(days)]
    filed = sorted(rng.choices(range(days), weights=weights, k=cases))
    places = _Places(world, rng)
    for number, day in enumerate(filed, 1):
        where = places.draw()
        case_type = _one_of(TYPES, rng)
        yield Dispute(
            number=number,
            day=day,
            case_type=case_type,
            channel=_one_of(CHANNELS, rng),
            places=where,
            amount=None if rng.random() < 0.3 else _amount(rng),
            parties=rng.choices((2, 3, 4, 6, 12), weights=(88, 7, 3.5, 1, 0.5))[0],
            text="跳楼" if rng.random() < DANGER else "",
            language=_one_of(LANGUAGES, rng),
            related=_related(world, where, case_type, rng),
        )


def _one_of(weighted: Mapping[str, float], rng: Random) -> str:
    return rng.choices(list(weighted), weights=list(weighted.values()))[0]


def _amount(rng: Random) -> Decimal:
    return Decimal(round(rng.lognormvariate(9.4, 1.3)))  # half below 12,000 yuan


def _related(world: World, where: frozenset[int], case_type: str, rng: Random) -> frozenset[int]:
    """Draw who is related to a party: seldom anybody, else half of a body that may be asked."""
    if rng.random() >= RELATED:
        return frozenset()
    near = [
        body
        for body in world.bodies.values()
        if body.region in where
        and body.kind in world.rules[case_type].kinds
        and (not body.fields or case_type in body.fields)
    ]
    people = rng.choice(near).people if near else []
    return frozenset(one.pk for one in rng.sample(people, len(people) // 2))


class _Places:
    """Draws where disputes arise: in places about as often as their committee has people."""

    def __init__(self, world: World, rng: Random) -> None:
        self.rng = rng
        self.lineages = {r.pk: frozenset(x.pk for x in r.lineage()) for r in world.regions.values()}
        staff = {region: 0 for region in self.lineages}
        for body in world.bodies.values():
            staff[body.region] += len(body.people)
        self.by_level: dict[str, tuple[list[int], list[float]]] = {}
        for level in PLACES:
            keys = [r.pk for r in world.regions.values() if r.level == level]
            uneven = [staff[key] * rng.lognormvariate(0, UNEVEN) for key in keys]
            self.by_level[level] = keys, uneven

    def draw(self) -> frozenset[int]:
        """Return the numbers of a place and those above it."""
        level = self.rng.choices(list(PLACES), weights=list(PLACES.values()))[0]
        keys, weights = self.by_level[level]
        return self.lineages[self.rng.choices(keys, weights=weights)[0]]
