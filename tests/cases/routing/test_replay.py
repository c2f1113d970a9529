"""A draft run over past cases: what would move and how often it is right; no case is touched."""

import pytest

from cases.errors import CaseError
from cases.models import Case, CaseType, Classification, Replay, ReplayMove, RuleBook
from cases.routing import corrections, drafting, publishing, replay, rulebook
from cases.routing.labelled import Labelled
from cases.tasks import run_replays
from mediators.models import User
from tests import factories
from tests.cases.routing import books
from tests.cases.routing.books import LEASE_TEXT, QUARREL

DONE = Replay.State.DONE
TEXTS = [
    Labelled("a", QUARREL, "neighbour"),
    Labelled("b", LEASE_TEXT, "housing_lease"),
]


@pytest.fixture
def draft(house) -> RuleBook:
    """A draft that knows of quarrels between neighbours."""
    draft = drafting.draft(based_on=books.in_force(), author=house.dispatcher)
    drafting.change(
        draft, {("neighbour", "拉二胡"): 3.0, ("neighbour", "吵得"): 3.0}, by=house.dispatcher
    )
    return draft


@pytest.fixture
def quarrel(draft) -> Case:
    return factories.file(description=QUARREL).case


@pytest.fixture
def rent(draft) -> Case:
    return factories.file(description=LEASE_TEXT).case


def replayed(draft: RuleBook, by: User | None = None, **texts: object) -> Replay:
    started = replay.start(draft, by=by, **texts)
    replay.run(started)
    started.refresh_from_db()
    return started


def test_a_case_that_the_draft_judges_otherwise_would_move_and_no_other(draft, quarrel, rent):
    found = replayed(draft)
    assert (found.state, found.cases) == (DONE, 2)
    move = found.moves.get()
    assert (move.case, move.before, move.after) == (quarrel, "", "neighbour")
    assert move.before_decision == "review"


def test_no_case_is_touched(draft, quarrel, woken):
    replayed(draft)
    assert not Classification.objects.filter(rule_book=draft).exists()
    assert Case.objects.get(pk=quarrel.pk).status == Case.Status.FILED
    assert rulebook.in_force() != draft


def test_a_moved_case_says_what_a_person_decided(draft, quarrel, dispatcher):
    neighbour = CaseType.objects.get(key="neighbour")
    corrections.record_type_decision(quarrel, neighbour, dispatcher)
    found = replayed(draft)
    assert found.moves.get().decided == "neighbour"
    assert found.before["cases"]["top1_strict"] == 0
    assert found.after["cases"]["top1_strict"] == 1
    assert found.after["cases"]["texts"] == 1


def test_labelled_texts_are_measured_at_once_and_only_their_figures_are_kept(draft):
    started = replay.start(draft, by=None, texts=TEXTS, file_name="texts.jsonl")
    assert started.before["file"]["top1_strict"] == 0.5
    assert started.after["file"]["top1_strict"] == 1
    kept = [str(getattr(started, f.attname)) for f in Replay._meta.concrete_fields]
    assert "二胡" not in "".join(kept)


def test_a_finished_replay_lets_the_draft_be_published(draft, quarrel, dispatcher):
    replayed(draft, dispatcher)
    assert publishing.is_replayed(draft)
    publishing.publish(draft, by=dispatcher)
    assert rulebook.in_force() == draft


def test_running_it_twice_changes_nothing(draft, quarrel, rent):
    found = replayed(draft)
    before = list(ReplayMove.objects.values_list("pk", flat=True))
    assert replay.run(found)
    found.refresh_from_db()
    assert (found.cases, list(ReplayMove.objects.values_list("pk", flat=True))) == (2, before)


def test_it_goes_on_where_it_stopped(draft, monkeypatch):
    cases = [factories.file(description=QUARREL).case for _ in range(5)]
    monkeypatch.setattr(replay, "CHUNK", 2)
    started = replay.start(draft, by=None)
    assert not replay.run(started, seconds=0)  # no time left for a chunk
    replay._next_chunk(started)
    started.refresh_from_db()
    assert (started.state, started.cases) == (Replay.State.RUNNING, 2)
    assert replay.run(started)
    started.refresh_from_db()
    assert (started.state, started.cases) == (DONE, 5)
    assert sorted(started.moves.values_list("case", flat=True)) == [one.pk for one in cases]


def test_two_workers_share_the_work_and_count_no_case_twice(draft, monkeypatch):
    for _ in range(5):
        factories.file(description=QUARREL)
    monkeypatch.setattr(replay, "CHUNK", 2)
    started = replay.start(draft, by=None)
    one, other = Replay.objects.get(pk=started.pk), Replay.objects.get(pk=started.pk)
    replay._next_chunk(one)
    replay._next_chunk(other)
    replay.run(one)
    replay.run(other)
    started.refresh_from_db()
    assert (started.state, started.cases, started.moves.count()) == (DONE, 5, 5)


def test_only_the_newest_cases_are_looked_at(draft, monkeypatch):
    older, *newer = [factories.file(description=QUARREL).case for _ in range(4)]
    monkeypatch.setattr(replay, "MOST_CASES", 3)
    monkeypatch.setattr(replay, "CHUNK", 2)
    found = replayed(draft)
    assert (found.state, found.cases) == (DONE, 3)
    assert set(found.moves.values_list("case", flat=True)) == {one.pk for one in newer}
    assert older.pk not in found.moves.values_list("case", flat=True)


def test_a_draft_that_is_edited_meanwhile_ends_the_replay(draft, quarrel, dispatcher):
    started = replay.start(draft, by=None)
    drafting.change(draft, {("labour", "加班费"): 1.0}, by=dispatcher)
    replay.run(started)
    started.refresh_from_db()
    assert started.state == Replay.State.FAILED
    assert "改过" in started.error
    assert not publishing.is_replayed(draft)


def test_a_fault_is_kept_without_the_text_that_caused_it(draft, quarrel, monkeypatch):
    def break_down(*args: object) -> None:
        raise ValueError(QUARREL)

    started = replay.start(draft, by=None)
    monkeypatch.setattr(replay, "_keep_moves", break_down)
    assert not replay.run(started)
    started.refresh_from_db()
    assert (started.state, started.error) == (Replay.State.FAILED, "ValueError")


def test_a_new_replay_takes_the_place_of_the_one_before(draft, quarrel):
    first = replayed(draft)
    waiting = replay.start(draft, by=None)
    second = replayed(draft)
    for one in (first, waiting):
        one.refresh_from_db()
    assert (first.state, waiting.state, second.state) == (DONE, Replay.State.FAILED, DONE)
    assert list(ReplayMove.objects.values_list("replay", flat=True)) == [second.pk]


def test_a_published_book_is_not_replayed(db):
    with pytest.raises(CaseError, match="草稿"):
        replay.start(books.in_force(), by=None)


def test_too_many_labelled_texts_are_refused(draft, monkeypatch):
    monkeypatch.setattr(replay, "MOST_TEXTS", 1)
    with pytest.raises(CaseError, match="最多1条"):
        replay.start(draft, by=None, texts=TEXTS)


def test_the_worker_is_woken_and_runs_whatever_waits(
    draft, quarrel, monkeypatch, django_capture_on_commit_callbacks
):
    calls: list[str] = []
    monkeypatch.setattr(replay, "wake", lambda: calls.append("replay"))
    with django_capture_on_commit_callbacks(execute=True):
        started = replay.start(draft, by=None)
    assert calls == ["replay"]
    assert run_replays() == 1
    assert run_replays() == 0
    started.refresh_from_db()
    assert started.state == DONE


def test_a_chunk_costs_a_fixed_number_of_queries(draft, django_assert_max_num_queries):
    for _ in range(6):
        factories.file(description=QUARREL)
    started = replay.start(draft, by=None)
    rulebook.compiled(started.against)
    rulebook.compiled(started.draft)
    with django_assert_max_num_queries(8):
        replay._next_chunk(started)
