"""An auditor of simulated assignments: finds what must never happen from the log alone.

On purpose it shares no code with `choose` and none of its state: it counts open cases anew from
the log, and applies the bars and the limits in its own words.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

from cases.routing.choose import Candidate, Person
from cases.simulation.assignment.run import Entry, Freed, Given, Left
from cases.simulation.assignment.world import Dispute, World

LEVELS = {"community": 1, "street": 2, "district": 3, "court": 3}


class Auditor:
    """Walks through a log once; `found` counts each kind of violation."""

    KINDS = (
        "barred",  # a kind that may not have this type, or one that charges unasked
        "conflicts",  # a mediator with a relation to a party
        "over_capacity",  # given to somebody full while somebody fitting had room
        "absent",
        "wrong_place",
        "wrong_field",
        "below_tier",
        "wrong_language",
        "given_twice",  # to a body that had it
        "left_waiting",  # left to a person while somebody fitting had room
    )

    def __init__(self, world: World, disputes: dict[int, Dispute]) -> None:
        self.world, self.disputes = world, disputes
        self.found: Counter[str] = Counter(dict.fromkeys(self.KINDS, 0))
        self.open: Counter[int] = Counter()
        self.holder: dict[int, int] = {}
        self.had: dict[int, set[int]] = defaultdict(set)

    def read(self, log: Iterable[Entry]) -> Counter[str]:
        """Return how often each kind of violation happened."""
        for entry in log:
            if isinstance(entry, Given):
                self._given(entry)
            elif isinstance(entry, Freed):
                self.open[self.holder.pop(entry.case)] -= 1
            else:
                self._left(entry)
        return self.found

    def _given(self, entry: Given) -> None:
        dispute, body = self.disputes[entry.case], self.world.bodies[entry.body]
        mediator = self.world.people[entry.mediator]
        self.found.update(self._wrong_body(dispute, entry.tier, body))
        self.found.update(self._wrong_person(dispute, entry.day, mediator))
        if self._is_full(mediator) and self._could(dispute, entry.tier, entry.day):
            self.found["over_capacity"] += 1
        self.had[entry.case].add(entry.body)
        self.holder[entry.case] = entry.mediator
        self.open[entry.mediator] += 1

    def _left(self, entry: Left) -> None:
        if entry.why == "nobody":
            could = self._could(self.disputes[entry.case], entry.tier, entry.day)
            self.found["left_waiting"] += could

    def _could(self, dispute: Dispute, tier: str, day: int) -> bool:
        """Say whether somebody with room could have been given a case on a day."""
        return any(
            not self._is_full(one) and not self._wrong_person(dispute, day, one)
            for body in self.world.bodies.values()
            if not self._wrong_body(dispute, tier, body)
            for one in body.people
        )

    def _is_full(self, mediator: Person) -> bool:
        return self.open[mediator.pk] >= mediator.capacity

    def _wrong_body(self, dispute: Dispute, tier: str, body: Candidate) -> list[str]:
        rules = self.world.rules[dispute.case_type]
        named = body.fields or body.kind == "industry"
        faults = {
            "barred": body.kind in rules.barred or body.may_charge,
            "wrong_place": body.region not in dispute.places,
            "wrong_field": body.kind not in rules.kinds
            or (named and dispute.case_type not in body.fields),
            "below_tier": LEVELS[body.tier] < LEVELS[tier],
            "given_twice": body.pk in self.had[dispute.number],
        }
        return [fault for fault, is_so in faults.items() if is_so]

    def _wrong_person(self, dispute: Dispute, day: int, mediator: Person) -> list[str]:
        spoken = dispute.language
        faults = {
            "conflicts": mediator.pk in dispute.related,
            "absent": not self.world.is_there(mediator.pk, day),
            "wrong_language": spoken != "" and spoken not in mediator.languages,
        }
        return [fault for fault, is_so in faults.items() if is_so]
