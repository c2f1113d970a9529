"""A simulated year of assignment: the live rules, over bodies and people in memory."""

import heapq
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from cases.models import Assignment
from cases.routing import layers
from cases.routing.assign import MOST_REFUSALS
from cases.routing.choose import Candidate, Choice, Person, Question, Why, choose
from cases.routing.questions import REASONS
from cases.routing.roster import LATELY
from cases.simulation.assignment.world import Dispute, World

Outcome = Assignment.Outcome
Chooser = Callable[[Question, Iterable[Candidate]], Choice]
SILENT_FOR, LONGEST = 5, 30  # days: three working days, and the whole clock of mediation
REFUSES, FAILS_THERE = 0.04, 0.06


class Given(NamedTuple):
    """An entry of the log: a case was given to a mediator of a body in a layer."""

    day: int
    case: int
    tier: str
    body: int
    mediator: int


class Freed(NamedTuple):
    """An entry of the log: a mediator has a case no longer."""

    day: int
    case: int
    outcome: str


class Left(NamedTuple):
    """An entry of the log: the rules left a case to a person; `why` is "nobody" or "rounds"."""

    day: int
    case: int
    tier: str
    why: str


Entry = Given | Freed | Left


@dataclass
class Life:
    """A dispute on its way: who had it."""

    dispute: Dispute
    rounds: list[tuple[str, str]] = field(default_factory=list)
    out: dict[int, str] = field(default_factory=dict)
    body: Candidate | None = None
    mediator: Person | None = None
    tier: str = ""


class Run:
    """One simulated year; `log` tells what happened, for the auditor and the figures."""

    def __init__(self, world: World, rng: Random, chooser: Chooser = choose) -> None:
        self.world, self.rng, self.chooser = world, rng, chooser
        self.log: list[Entry] = []
        self.day = 0
        self.due: list[tuple[int, int, str, Life]] = []  # a heap by day, then in order of entry
        self.lately: deque[tuple[int, Candidate, Person, str]] = deque()
        self.answers = {pk: rng.uniform(0.9, 1.0) for pk in world.bodies}
        for pk in rng.sample(sorted(world.bodies), len(world.bodies) // 20):
            self.answers[pk] = rng.uniform(0.6, 0.8)
        self.open_on_days: dict[int, int] = dict.fromkeys(world.bodies, 0)
        self.entries = 0

    def live(self, disputes: Iterable[Dispute]) -> None:
        """Let a year go by: disputes come, bodies answer or do not, cases end."""
        for dispute in disputes:
            while self.day < dispute.day:
                self._next_day()
            if not self.entries:
                self._arrive()
            self._give(Life(dispute))

    def _next_day(self) -> None:
        for pk, body in self.world.bodies.items():
            self.open_on_days[pk] += body.open_cases
        self.day += 1
        self._arrive()
        while self.due and self.due[0][0] <= self.day:
            _day, _entry, outcome, life = heapq.heappop(self.due)
            self._freed(life, outcome)

    def _arrive(self) -> None:
        """See who is there today, and forget what is longer ago than counts."""
        for pk, person in self.world.people.items():
            person.present = self.world.is_there(pk, self.day)
        while self.lately and self.lately[0][0] < self.day - LATELY.days:
            _day, body, person, outcome = self.lately.popleft()
            self._count(body, person, outcome, -1)

    def _count(self, body: Candidate, person: Person, outcome: str, by: int) -> None:
        if outcome == "given":
            body.given += by
            person.given += by
        elif outcome == Outcome.LAPSED:
            body.silent += by
        else:
            body.answered += by

    def _remember(self, life: Life, outcome: str) -> None:
        assert life.body
        assert life.mediator
        self.lately.append((self.day, life.body, life.mediator, outcome))
        self._count(life.body, life.mediator, outcome, 1)

    def _give(self, life: Life) -> None:
        """Ask the rules for a case, as `assign.route` does."""
        rounds = tuple(life.rounds)
        silent_rounds = self.world.policy.silent_rounds
        placed = layers.place(
            self._facts(life, rounds), self.world.policy.tier_rules, silent_rounds
        )
        closed = sum(outcome in (Outcome.REFUSED, Outcome.LAPSED) for _tier, outcome in rounds)
        if closed >= MOST_REFUSALS or layers.exhausted(rounds, silent_rounds):
            self.log.append(Left(self.day, life.dispute.number, placed.tier, "rounds"))
            return
        question = self._question(life, placed.tier)
        best = self.chooser(question, self.world.roster.considered(question)).best
        if best is None:
            self.log.append(Left(self.day, life.dispute.number, placed.tier, "nobody"))
            return
        self._given(life, best.body, best.mediator, placed.tier)

    def _facts(self, life: Life, rounds: layers.Rounds) -> layers.Facts:
        dispute = life.dispute
        return layers.Facts(
            start_tier=self.world.rules[dispute.case_type].start_tier,
            amount=dispute.amount,
            people=dispute.parties,
            text=dispute.text,
            is_court=dispute.is_court,
            rounds=rounds,
        )

    def _question(self, life: Life, tier: str) -> Question:
        dispute, policy = life.dispute, self.world.policy
        rules, channel = self.world.rules[dispute.case_type], self.world.channels[dispute.channel]
        return Question(
            case=dispute.number,
            case_type=dispute.case_type,
            kinds=rules.kinds,
            tier=tier,
            places=dispute.places,
            barred=rules.barred,
            channel_kinds=policy.channel_kinds.get(channel, frozenset()),
            channel_bodies=policy.channel_bodies.get(channel, frozenset()),
            language=dispute.language,
            bodies_out=life.out,
            people_out=dict.fromkeys(dispute.related, Why.CONFLICT),
        )

    def _given(self, life: Life, body: Candidate, mediator: Person, tier: str) -> None:
        life.body, life.mediator, life.tier = body, mediator, body.tier
        self.entries += 1
        mediator.open_cases += 1
        body.last_given = mediator.last_given = float(self.entries)
        self._remember(life, "given")
        self.log.append(Given(self.day, life.dispute.number, tier, body.pk, mediator.pk))
        days, outcome = self._fate(body)
        heapq.heappush(self.due, (self.day + days, self.entries, outcome, life))

    def _fate(self, body: Candidate) -> tuple[int, str]:
        """Draw how a body ends with a case, and after how many days."""
        if self.rng.random() > self.answers[body.pk]:
            return SILENT_FOR, Outcome.LAPSED
        if self.rng.random() < REFUSES:
            return self.rng.randrange(1, SILENT_FOR), Outcome.REFUSED
        if layers.next_tier(body.tier) and self.rng.random() < FAILS_THERE:
            return self.rng.randrange(5, 11), Outcome.HANDED_UP
        return min(LONGEST, round(self.rng.lognormvariate(2.7, 0.5)) + 2), Outcome.ACCEPTED

    def _freed(self, life: Life, outcome: str) -> None:
        assert life.body
        assert life.mediator
        life.mediator.open_cases -= 1
        self._remember(life, outcome)
        self.log.append(Freed(self.day, life.dispute.number, outcome))
        if outcome == Outcome.ACCEPTED:
            return
        life.rounds.append((life.tier, outcome))
        life.out[life.body.pk] = REASONS[Outcome(outcome)]
        self._give(life)
