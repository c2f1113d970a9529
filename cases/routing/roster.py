"""Bodies and their people as the rules of `choose` see them, read from the database.

However many cases are asked, the number of queries is the same, and only bodies that can matter to
them are read: of the kinds that their types name, in the places where they arose.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from cases import clocks
from cases.models import (
    Assignment,
    Case,
    CaseType,
)
from cases.querysets import WORKED_ON
from cases.routing.choose import Candidate, Person, Question
from mediators.models import Body, Leave, Mediator

LATELY = dt.timedelta(days=90)  # of late: for answers, and for whose turn it is
Key = tuple[str, int]  # kind and region of a body


@dataclass
class Roster:
    """Bodies by number and by kind and region, as `choose` sees them."""

    bodies: dict[int, Candidate]
    by_place: dict[Key, list[Candidate]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for body in self.bodies.values():
            self.by_place.setdefault((body.kind, body.region), []).append(body)

    def considered(self, question: Question) -> list[Candidate]:
        """Return the bodies that can matter to a case: of its kinds and places, and the named."""
        kinds = dict.fromkeys((*question.kinds, *question.barred))
        near = [
            body
            for kind in kinds
            for place in question.places
            for body in self.by_place.get((kind, place), ())
        ]
        named = question.channel_bodies | question.fees_agreed
        seen = {body.pk for body in near}
        return near + [self.bodies[pk] for pk in named if pk in self.bodies and pk not in seen]


def read(which: Q, *, on: dt.date, types: Collection[str] = ()) -> Roster:
    """Return the active bodies of a condition with their people, loads and recent history.

    `on` is the day whose leaves and days off count, `types` are the keys of the case types for
    which people's fields are asked. Four queries.
    """
    bodies = {body.pk: body for body in _bodies(which)}
    for body_pk, person in _people(bodies, on):
        bodies[body_pk].people.append(person)
    _add_lately(bodies)
    _add_fields(bodies, types)
    return Roster(bodies)


def read_for(questions: Sequence[Question], *, only: int | None = None) -> Roster:
    """Return the bodies that can matter to these cases, or one body alone. Five queries."""
    which = _that_matter(questions) if only is None else Q(pk=only)
    return read(which, on=day_of_presence(), types={q.case_type for q in questions})


def _that_matter(questions: Sequence[Question]) -> Q:
    """Bodies of the kinds and places of these cases, and those that are named for them."""
    which = Q(pk__in=set().union(*(q.channel_bodies | q.fees_agreed for q in questions)))
    for kinds in {(*q.kinds, *q.barred) for q in questions}:
        places = set().union(*(q.places for q in questions if (*q.kinds, *q.barred) == kinds))
        which |= Q(kind__key__in=kinds, region__in=places)
    return which


def day_of_presence() -> dt.date:
    """Return the day on which somebody must be there for a case given today.

    On rest days hardly anybody is, and yet the case may be given: it is answered within working
    days. So the next working day counts, and a dispute filed on Saturday is not lifted over its
    committee.
    """
    return clocks.work_calendar().next_working(timezone.localdate())


def _bodies(which: Q) -> Iterable[Candidate]:
    unassigned = _counted(Case.objects.filter(body=OuterRef("pk"), mediator=None), "body")
    rows = Body.objects.active().filter(which).annotate(unassigned=unassigned).order_by("pk")
    for row in rows.values(
        "pk", "kind__key", "kind__tier", "kind__family", "kind__may_charge", "region", "share",
        "unassigned",
    ):  # fmt: skip
        yield Candidate(
            pk=row["pk"],
            kind=row["kind__key"],
            tier=row["kind__tier"],
            family=row["kind__family"],
            region=row["region"],
            may_charge=row["kind__may_charge"],
            share=row["share"],
            unassigned=row["unassigned"],
        )


def _people(bodies: Collection[int], on: dt.date) -> Iterable[tuple[int, Person]]:
    away = Leave.objects.filter(mediator=OuterRef("pk"), first_day__lte=on, last_day__gte=on)
    rows = Mediator.objects.filter(body__in=bodies, user__is_active=True).annotate(
        open_cases=_counted(Case.objects.filter(mediator=OuterRef("pk")), "mediator"),
        away=Exists(away),
    )
    for row in rows.order_by("pk").values(
        "pk", "body", "capacity", "open_cases", "away", "days_off", "languages"
    ):
        yield (
            row["body"],
            Person(
                pk=row["pk"],
                capacity=row["capacity"],
                open_cases=row["open_cases"],
                present=is_present(row["days_off"], on) and not row["away"],
                languages=frozenset(row["languages"]),
            ),
        )


def recount(body: Candidate) -> None:
    """Count the open cases of a body and its people anew, as where its row is now held."""
    people = {one.pk: one for one in body.people}
    for one in body.people:
        one.open_cases = 0
    body.unassigned = 0
    theirs = Case.objects.worked_on().filter(Q(body=body.pk) | Q(mediator__in=people))
    for mediator, count in theirs.order_by().values_list("mediator").annotate(n=Count("pk")):
        if mediator is None:
            body.unassigned = count
        elif mediator in people:
            people[mediator].open_cases = count


def is_present(days_off: str, on: dt.date) -> bool:
    """Say whether somebody with these weekly days off (ISO numbers) works on a day."""
    return str(on.isoweekday()) not in days_off


def _counted(cases: QuerySet[Case], by: str) -> Coalesce:
    rows = cases.filter(status__in=WORKED_ON).order_by().values(by)
    count = Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return Coalesce(count, Value(0))


def _add_lately(bodies: dict[int, Candidate]) -> None:
    """Count what each body and each of its people were given of late, and how they answered."""
    people = {one.pk: one for body in bodies.values() for one in body.people}
    rows = (
        Assignment.objects.filter(body__in=bodies, at__gte=timezone.now() - LATELY)
        .order_by()
        .values_list("body", "mediator", "outcome")
        .annotate(n=Count("pk"), last=Max("at"))
    )
    for body_pk, mediator_pk, outcome, count, last in rows:
        body = bodies[body_pk]
        person = people.get(mediator_pk)
        for one in (body, person) if person else (body,):
            one.given += count
            one.last_given = max(one.last_given, last.timestamp())
        body.silent += count if outcome == Assignment.Outcome.LAPSED else 0
        body.answered += count if outcome in ANSWERED else 0


ANSWERED = (Assignment.Outcome.ACCEPTED, Assignment.Outcome.REFUSED)


def _add_fields(bodies: dict[int, Candidate], types: Collection[str]) -> None:
    """Name the types for which a body, and the types for which a person, is named."""
    people = {one.pk: one for body in bodies.values() for one in body.people}
    for_bodies = CaseType.bodies.through.objects.filter(body__in=bodies)
    for_people = CaseType.mediators.through.objects.filter(
        casetype__key__in=types, mediator__body__in=bodies
    )
    columns = ("casetype__key", "whose", "pk_named")
    rows = for_bodies.annotate(whose=Value("body"), pk_named=F("body")).values_list(*columns)
    more = for_people.annotate(whose=Value("person"), pk_named=F("mediator"))
    for key, whose, pk in rows.union(more.values_list(*columns)):
        one: Candidate | Person | None = bodies.get(pk) if whose == "body" else people.get(pk)
        if one is not None:
            one.fields |= {key}
