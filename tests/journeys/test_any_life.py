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
from cases.models import Case, Notice, Signature
from mediators import audit
from mediators.models import AuditEntry, User
from scoring.models import PointEntry
from tests import factories
from tests.cases.deeds import DEEDS, STAFF, person
from tests.cases.test_policies import snapshot

pytestmark = pytest.mark.usefixtures("no_documents")
SETTINGS = settings(
    max_examples=25,
    stateful_step_count=10,
    deadline=None,
    derandomize=True,
    phases=[
        Phase.generate
    ],  # to shrink a failure takes minutes: add Phase.shrink when there is one
    suppress_health_check=list(HealthCheck),
)
AGREED = (
    "pk", "form", "digest", "facts", "terms", "performance", "amount", "number", "sealed_by",
    "effective_at", "fixed_at", "revision",
)  # fmt: skip
OVER = ("withdrawn", "rejected", "litigating", "confirmed")
SIDES = ("applicant", "respondent")
starts = st.sampled_from(["filed", "dispatched", "mediating", "agreed", "settled", "failed"])
deeds = st.sampled_from(DEEDS)
people = st.sampled_from([*STAFF, *SIDES])
# What brings a case on: chosen every other time, so that lives do not end where they began.
ONWARD = ("dispatch", "accept", "record yes", "conclude", "seal", "apply", "grant", "revise")
SEEN: set[str] = set()  # the statuses that some example came to


class Life(RuleBasedStateMachine):
    """One case of a house, from wherever it stands; every example is rolled back."""

    def __init__(self, house):
        super().__init__()
        self.house = house
        self.in_force = None  # what the agreement said when it took effect
        self.over = None  # the row of the case as it was when the case was over
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize(status=starts)
    def begin(self, status):
        self.pk = factories.reach(status, self.house).pk

    @property
    def case(self):
        return Case.objects.get(pk=self.pk)

    def rightful(self, deed, case):
        """Who may do this deed in this case now; written apart from the code's own policies."""
        oral = case.agreements.filter(state="effective", form="oral").exists()
        if case.status not in deed.statuses or (deed.name == "apply" and oral):
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

    @rule(deed=deeds, who=people)
    def anybody_tries_anything(self, deed, who):
        case = self.case
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

    @rule(choices=st.lists(st.integers(0, 99), min_size=1, max_size=4))
    def people_do_what_is_theirs(self, choices):
        for choice in choices:
            case = self.case
            possible = [deed for deed in DEEDS if self.rightful(deed, case)]
            onward = [deed for deed in possible if deed.name in ONWARD]
            possible = onward if onward and choice % 2 else possible
            if possible:
                deed = possible[choice // 2 % len(possible)]
                actors = sorted(self.rightful(deed, case), key=lambda a: (type(a).__name__, a.pk))
                self.do(deed, case, actors[choice % len(actors)])

    def do(self, deed, case, actor):
        """Do a deed that the table allows."""
        if deed.name == "assign mediator" and case.body != self.house.body:
            return  # the deed names a colleague of the first body
        with transaction.atomic():
            deed.prepare(case, self.house_of(case))(actor)
        SEEN.add(self.case.status)

    @rule()
    def the_worker_relays(self):
        events.relay()

    # --- What always holds ---

    @invariant()
    def each_change_of_status_has_one_event_and_one_audit_entry(self):
        moves = [e for e in self.case.events.order_by("id") if e.kind in MOVES]
        entries = list(AuditEntry.objects.filter(chain=f"case:{self.pk}").order_by("seq"))
        noted = [entry for entry in entries if "source" in entry.facts]
        path = [(e.facts["source"], e.facts["target"]) for e in moves]
        assert path == [(entry.facts["source"], entry.facts["target"]) for entry in noted]
        assert [source for source, _ in path] == ["filed", *[t for _, t in path]][: len(path)]
        assert self.case.status == (path[-1][1] if path else "filed")
        assert audit.first_broken(entries) is None

    @invariant()
    def the_colour_is_that_of_the_status_and_each_change_is_an_event(self):
        colour = "blue"
        for event in self.case.events.filter(kind="code.recoloured").order_by("id"):
            assert event.facts["source"] == colour
            colour = event.facts["target"]
        assert colour == colour_of(self.case.status)

    @invariant()
    def one_assignment_at_most_is_open(self):
        assert self.case.assignments.filter(outcome__in=("waiting", "accepted")).count() <= 1

    @invariant()
    def what_is_over_stays_as_it_was(self):
        row = Case.objects.filter(pk=self.pk).values().get()
        if self.over or row["status"] in OVER:
            self.over = self.over or row
            assert row == self.over

    @invariant()
    def an_agreement_in_force_never_changes_and_was_signed_by_all(self):
        row = self.case.agreements.filter(state="effective").values(*AGREED).first()
        assert row or not self.in_force
        if row:
            self.in_force = self.in_force or row
            assert row == self.in_force
        if row and row["form"] == "written":
            signed = Signature.objects.filter(agreement=row["pk"]).count()
            assert signed == self.case.parties.count() + 1
            assert row["sealed_by"]

    @invariant()
    def a_respondent_hears_nothing_before_a_body_has_accepted(self):
        if not self.case.events.filter(kind="case.accept").exists():
            assert not Notice.objects.filter(party__case=self.pk, party__side="respondent").exists()

    @invariant()
    def no_event_earns_twice_under_a_rule(self):
        pairs = list(PointEntry.objects.values_list("event", "rule"))
        assert len(pairs) == len(set(pairs))


MOVES = {f"case.{action.value}" for action in lifecycle.Action}


def test_whatever_is_done_in_whatever_order_the_rules_hold(house):
    SEEN.clear()
    run_state_machine_as_test(lambda: Life(house), settings=SETTINGS)
    assert len(SEEN) >= 6, SEEN  # else the walk has become too short to prove anything


def test_a_planted_fault_is_found(house, monkeypatch):
    """A change of colour that is not recorded: the walk must notice."""
    monkeypatch.setattr(lifecycle, "_record_colour", lambda *arguments: None)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(lambda: Life(house), settings=SETTINGS)
