"""Several people at one rule book, and several workers at one replay."""

import time

import pytest

from cases.errors import CaseError
from cases.models import Publication, RuleBook
from cases.routing import drafting, publishing, replay, rulebook
from tests import factories
from tests.cases.routing import books
from tests.cases.routing.books import QUARREL
from tests.races import refused, together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
THREADS = 6


@pytest.fixture
def draft() -> RuleBook:
    return drafting.draft(based_on=books.in_force(), author=None)


def fresh(draft: RuleBook) -> RuleBook:
    return RuleBook.objects.get(pk=draft.pk)


def test_drafts_begun_at_once_have_numbers_of_their_own(draft):
    made = together([lambda: drafting.draft(based_on=draft, author=None)] * THREADS)
    assert refused(made) == []
    assert len({one.version for one in made}) == THREADS


def test_a_draft_is_published_once_by_two_people_at_once(draft):
    def publish() -> Publication:
        return publishing.publish(fresh(draft), by=None, unreplayed=True)

    outcomes = together([publish] * THREADS)
    assert len(refused(outcomes)) == THREADS - 1
    assert all(isinstance(error, CaseError) for error in refused(outcomes))
    assert draft.publications.count() == 1


def test_an_edit_comes_before_a_publication_or_is_refused(draft, monkeypatch):
    """What was in the book when it was published is in it for ever: no edit slips in after."""
    at_publication: list[int] = []
    put_in_force = publishing._put_in_force

    def slowly(book: RuleBook, *rest: object) -> Publication:
        at_publication.append(len(rulebook.table(book)))
        time.sleep(0.05)
        return put_in_force(book, *rest)

    monkeypatch.setattr(publishing, "_put_in_force", slowly)

    def edit(n: int) -> object:
        return drafting.change(fresh(draft), {("labour", f"新词{n}"): 1.0}, by=None)

    calls = [lambda n=n: edit(n) for n in range(THREADS)]
    together([*calls, lambda: publishing.publish(fresh(draft), by=None, unreplayed=True)])
    assert [len(rulebook.table(draft))] == at_publication


def test_edits_at_once_are_all_kept_and_counted(draft):
    def edit(n: int) -> object:
        return drafting.change(fresh(draft), {("labour", f"新词{n}"): 1.0}, by=None)

    outcomes = together([lambda n=n: edit(n) for n in range(THREADS)])
    assert refused(outcomes) == []
    assert len(rulebook.table(draft)) == len(books.KEYWORDS) + THREADS
    assert fresh(draft).revision == THREADS


def test_workers_at_one_replay_look_at_every_case_once(draft, house, monkeypatch):
    monkeypatch.setattr(replay, "CHUNK", 3)
    drafting.change(draft, {("neighbour", "拉二胡"): 3.0}, by=None)
    for _ in range(20):
        factories.file(description=QUARREL)
    started = replay.start(draft, by=None)
    assert refused(together([lambda: replay.run(started)] * 4)) == []
    started.refresh_from_db()
    assert (started.state, started.cases, started.moves.count()) == ("done", 20, 20)
