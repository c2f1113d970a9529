import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from mediators import audit
from mediators.models import AuditEntry

CHAIN = "case:1"


@pytest.fixture
def entries(db, mediator):
    """A chain of six deeds, read back from the database."""
    for turn in range(6):
        audit.note("case.read", actor=mediator, chain=CHAIN, capacity="handler", turn=turn)
    return list(AuditEntry.objects.filter(chain=CHAIN).order_by("seq"))


def test_a_chain_that_nobody_touched_follows(entries):
    assert audit.first_broken(entries) is None
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert entries[0].previous == audit.FIRST


@pytest.mark.parametrize(
    "change",
    [
        {"deed": "case.sealed"},
        {"facts": {"turn": 99}},
        {"facts": {}},
        {"actor_id": None},
        {"capacity": "lead"},
        {"chain": "case:2"},
        {"seq": 30},
        {"previous": audit.FIRST},
        {"digest": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_changed_field_is_found(entries, change):
    for field, value in change.items():
        setattr(entries[3], field, value)
    assert audit.first_broken(entries) == entries[3]


def test_a_changed_time_is_found(entries):
    entries[2].at = entries[2].at.replace(microsecond=(entries[2].at.microsecond + 1) % 10**6)
    assert audit.first_broken(entries) == entries[2]


@pytest.mark.parametrize("place", range(5))
def test_a_removed_entry_is_found(entries, place):
    follower = entries[place + 1]
    del entries[place]
    assert audit.first_broken(entries) == follower


def test_two_swapped_entries_are_found(entries):
    entries[1], entries[2] = entries[2], entries[1]
    assert audit.first_broken(entries) == entries[1]


def test_a_chain_written_anew_without_the_key_is_found(entries, settings):
    right, settings.AUDIT_KEY = settings.AUDIT_KEY, "what the database administrator guesses"
    previous = audit.FIRST
    for entry in entries:
        entry.previous, entry.capacity = previous, "forged"
        entry.digest = previous = audit.digest_of(entry)
    assert audit.first_broken(entries) is None  # whoever has that key would be believed
    settings.AUDIT_KEY = right
    assert audit.first_broken(entries) == entries[0]


def test_a_tail_that_was_cut_off_shows_only_against_a_head_kept_elsewhere(entries):
    head = entries[-1].digest
    assert audit.first_broken(entries[:-1]) is None
    assert entries[-2].digest != head


def test_chains_count_apart(entries, mediator):
    other = audit.note("case.read", actor=mediator, chain="case:2")
    assert (other.seq, other.previous) == (1, audit.FIRST)


def test_a_deed_that_was_rolled_back_leaves_no_entry(entries, mediator):
    with transaction.atomic():
        audit.note("case.read", actor=mediator, chain=CHAIN)
        transaction.set_rollback(True)
    assert AuditEntry.objects.filter(chain=CHAIN).count() == 6


@pytest.mark.django_db
@given(
    facts=st.dictionaries(
        st.from_regex(r"f_[a-z]{1,8}", fullmatch=True),
        st.none()
        | st.booleans()
        | st.integers(-(2**53), 2**53)
        | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
        | st.lists(st.integers(0, 9)),
        max_size=4,
    )
)
def test_whatever_the_facts_they_verify_after_being_stored(facts):
    with transaction.atomic():
        written = audit.note("x", actor=None, chain="facts", **facts)
        read = AuditEntry.objects.get(pk=written.pk)
        assert audit.digest_of(read) == written.digest
        transaction.set_rollback(True)
