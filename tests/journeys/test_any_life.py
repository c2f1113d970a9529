"""Any life of a case: deeds in any order, by anybody, and what must hold after each of them."""

import dataclasses

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from cases import events, lifecycle
from cases.errors import CaseError
from cases.faces import colour_of
from cases.models import Agreement, Case, Notice
from mediators import audit
from mediators.models import AuditEntry, User
from scoring.models import PointEntry
from tests import factories
from tests.cases.deeds import DEEDS, STAFF, person
from tests.cases.test_policies import snapshot

pytestmark = pytest.mark.usefixtures("no_documents")
SETTINGS = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
OVER = ("withdrawn", "rejected", "merged", "litigating", "confirmed")
SIDES = ("applicant", "respondent")
starts = st.sampled_from(["filed", "dispatched", "mediating", "agreed", "settled", "failed"])
deeds = st.sampled_from(DEEDS)
people = st.sampled_from([*STAFF, *SIDES])
SEEN: set[str] = set()  # the statuses that some example came to


class Life(RuleBasedStateMachine):
    """Two cases of one house; every example is rolled back."""

    def __init__(self, house):
        super().__init__()
        self.house = house
        self.in_force = {}  # agreement -> what it said when it took effect
        self.closed = {}  # case -> the row as it was when the case was over
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize(starts=st.tuples(starts, starts))
    def begin(self, starts):
        self.cases = [factories.reach(status, self.house) for status in starts]

    def case(self, which):
        return Case.objects.get(pk=self.cases[which].pk)

    def rightful(self, deed, case):
        """Who may do this deed in this case now; written apart from the code's own policies."""
        if case.status not in deed.statuses:
            return set()
        found = set()
        for who in (deed.who, *deed.also):
            if who == "mediator":
                found |= {case.mediator and case.mediator.user}
                if deed.name == "accept" and case.mediator is None:
                    found |= set(User.objects.filter(role="mediator", mediator__body=case.body))
            elif who == "lead":
                found |= set(User.objects.filter(role="lead", mediator__body=case.body))
            else:
                found.add(person(who, case, self.house))
        return found - {None}

    def house_of(self, case):
        """Return the house with the mediator who has the case as its mediator."""
        if case.mediator is None:
            return self.house
        return dataclasses.replace(self.house, mediator=case.mediator.user)

    @rule(which=st.sampled_from([0, 1]), deed=deeds, who=people)
    def anybody_tries_anything(self, which, deed, who):
        case = self.case(which)
        actor = person(who, case, self.house)
        if actor in self.rightful(deed, case):
            self.do(deed, case, actor)
        elif any((who in SIDES) == (name in SIDES) for name in (deed.who, *deed.also)):
            with transaction.atomic():
                act = deed.prepare(case, self.house_of(case))
                before = snapshot()
                with pytest.raises(CaseError):
                    act(actor)
                assert snapshot() == before
                transaction.set_rollback(True)

    @rule(which=st.sampled_from([0, 1]), choice=st.integers(0, 99))
    def somebody_does_what_is_theirs(self, which, choice):
        case = self.case(which)
        possible = [deed for deed in DEEDS if self.rightful(deed, case)]
        if possible:
            deed = possible[choice % len(possible)]
            actors = sorted(self.rightful(deed, case), key=lambda a: (type(a).__name__, a.pk))
            self.do(deed, case, actors[choice % len(actors)])

    def do(self, deed, case, actor):
        """Do a deed that the table allows."""
        if deed.name == "assign mediator" and case.body != self.house.body:
            return  # the deed names a colleague of the first body
        with transaction.atomic():
            deed.prepare(case, self.house_of(case))(actor)
        SEEN.add(Case.objects.get(pk=case.pk).status)

    @rule()
    def the_worker_relays(self):
        events.relay()

    # --- What always holds ---

    @invariant()
    def each_change_of_status_has_one_event_and_one_audit_entry(self):
        for case in Case.objects.all():
            moves = [e for e in case.events.order_by("id") if e.kind in MOVES]
            entries = list(AuditEntry.objects.filter(chain=f"case:{case.pk}").order_by("seq"))
            deeds_ = [entry for entry in entries if "source" in entry.facts]
            path = [(e.facts["source"], e.facts["target"]) for e in moves]
            assert path == [(d.facts["source"], d.facts["target"]) for d in deeds_]
            assert [source for source, _ in path] == ["filed", *[t for _, t in path]][: len(path)]
            assert case.status == (path[-1][1] if path else "filed")
            assert audit.first_broken(entries) is None

    @invariant()
    def the_colour_is_that_of_the_status_and_each_change_is_an_event(self):
        for case in Case.objects.all():
            colour = "blue"
            for event in case.events.filter(kind="code.recoloured").order_by("id"):
                assert event.facts["source"] == colour
                colour = event.facts["target"]
            assert colour == colour_of(case.status)

    @invariant()
    def one_assignment_at_most_is_open(self):
        for case in Case.objects.all():
            assert case.assignments.filter(outcome__in=("waiting", "accepted")).count() <= 1

    @invariant()
    def what_is_over_stays_as_it_was(self):
        for row in Case.objects.filter(status__in=OVER).values():
            assert self.closed.setdefault(row["id"], row) == row

    @invariant()
    def an_agreement_in_force_never_changes_and_was_signed_by_all(self):
        fields = ("digest", "facts", "terms", "performance", "amount", "number", "effective_at")
        for row in Agreement.objects.filter(state="effective").values("pk", "form", *fields):
            assert self.in_force.setdefault(row["pk"], row) == row
            agreement = Agreement.objects.get(pk=row["pk"])
            if row["form"] == "written":
                assert agreement.signatures.count() == agreement.case.parties.count() + 1
                assert agreement.sealed_by
        assert set(self.in_force) <= set(
            Agreement.objects.filter(state="effective").values_list("pk", flat=True)
        )

    @invariant()
    def a_respondent_hears_nothing_before_a_body_has_accepted(self):
        for case in Case.objects.exclude(events__kind="case.accept"):
            phones = set(p.phone for p in case.parties.filter(side="respondent") if p.phone)
            assert not [n for n in Notice.objects.filter(case=case) if n.phone in phones]

    @invariant()
    def points_come_from_events_once(self):
        pairs = list(PointEntry.objects.values_list("event", "rule"))
        assert len(pairs) == len(set(pairs))


MOVES = {f"case.{action.value}" for action in lifecycle.Action}


def test_whatever_is_done_in_whatever_order_the_rules_hold(house):
    SEEN.clear()
    run_state_machine_as_test(lambda: Life(house), settings=SETTINGS)
    assert {"inviting", "mediating", "agreed", "settled", "failed", "withdrawn"} <= SEEN


def test_a_planted_fault_is_found(house, monkeypatch):
    """A change of colour that is not recorded: the walk must notice."""
    monkeypatch.setattr(lifecycle, "_record_colour", lambda *arguments: None)
    quick = settings(SETTINGS, phases=[Phase.generate])
    with pytest.raises(AssertionError):
        run_state_machine_as_test(lambda: Life(house), settings=quick)
