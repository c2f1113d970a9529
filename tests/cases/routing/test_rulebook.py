"""Rule books: drafted, edited, published once and then fixed, put in force again."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.errors import CaseError, NoRuleBook, NotReplayed
from cases.models import (
    CaseEvent,
    CaseType,
    Classification,
    Keyword,
    Publication,
    Replay,
    RuleBook,
)
from cases.routing import classify, drafting, publishing, rulebook
from cases.routing.drafting import Edited
from cases.routing.judge import judge
from mediation.celery import share_the_keywords
from mediators.models import AuditEntry, User
from tests import factories
from tests.cases.routing import books
from tests.cases.routing.books import QUARREL, first_of


@pytest.fixture(autouse=True)
def _small_book(db) -> None:
    books.in_force()


@pytest.fixture
def editor(db) -> User:
    return factories.make_staff(User.Role.DISPATCHER)


@pytest.fixture
def neighbour(db) -> CaseType:
    return CaseType.objects.get(key="neighbour")


@pytest.fixture
def draft(editor: User) -> RuleBook:
    return drafting.draft(based_on=rulebook.in_force(), author=editor, note="二胡")


def say(draft: RuleBook, word: str, weight: float, case_type: CaseType | None, by: User) -> Edited:
    return drafting.set_keyword(draft, case_type=case_type, word=word, weight=weight, by=by)


# --- Drafts ---


def test_a_draft_has_the_keywords_and_settings_of_the_book_it_is_made_from(draft, editor):
    current = rulebook.in_force()
    assert rulebook.table(draft) == rulebook.table(current)
    assert draft.settings == current.settings
    assert (draft.version, draft.based_on, draft.author) == (current.version + 1, current, editor)
    assert rulebook.is_draft(draft)
    assert AuditEntry.objects.filter(deed="rulebook.drafted", actor=editor).exists()


def test_drafting_costs_a_fixed_number_of_queries_however_many_keywords(editor):
    current = rulebook.in_force()
    with CaptureQueriesContext(connection) as asked:
        drafting.draft(based_on=current, author=editor)
    assert len(asked) <= 12


def test_two_drafts_have_two_numbers(draft, editor):
    other = drafting.draft(based_on=draft, author=editor)
    assert other.version == draft.version + 1
    assert rulebook.table(other) == rulebook.table(draft)


def test_an_edit_of_a_draft_changes_nothing_of_what_is_in_force(draft, neighbour, editor):
    say(draft, "拉二胡", 3.0, neighbour, editor)
    assert first_of(draft, QUARREL) == "neighbour"
    assert "拉二胡" not in {word for _type, word in rulebook.table(rulebook.in_force())}


def test_a_keyword_is_added_weighed_anew_and_removed(draft, neighbour, editor):
    assert say(draft, "拉二胡", 3.0, neighbour, editor) == Edited(added=1)
    assert say(draft, "拉二胡", -1.5, neighbour, editor) == Edited(reweighed=1)
    assert rulebook.table(draft)["neighbour", "拉二胡"] == -1.5
    gone = drafting.remove_keyword(draft, case_type=neighbour, word="拉二胡", by=editor)
    assert gone == Edited(removed=1)
    assert ("neighbour", "拉二胡") not in rulebook.table(draft)


def test_a_word_may_speak_for_several_types_and_for_none(draft, neighbour, editor):
    say(draft, "拉二胡", 1.0, neighbour, editor)
    say(draft, "拉二胡", 2.0, None, editor)
    assert rulebook.table(draft)["neighbour", "拉二胡"] == 1.0
    assert rulebook.table(draft)["none", "拉二胡"] == 2.0


def test_an_edit_that_changes_nothing_is_none(draft, neighbour, editor):
    say(draft, "拉二胡", 1.0, neighbour, editor)
    entries = AuditEntry.objects.filter(deed="rulebook.edited").count()
    revision = draft.revision
    assert say(draft, "拉二胡", 1.0, neighbour, editor) == Edited()
    assert draft.revision == revision
    assert AuditEntry.objects.filter(deed="rulebook.edited").count() == entries


def test_a_keyword_is_kept_in_the_form_in_which_texts_are_compared(draft, neighbour, editor):
    say(draft, "ＡＢ吉他", 1.0, neighbour, editor)
    assert ("neighbour", "ab吉他") in rulebook.table(draft)
    say(draft, "吉他 & 半夜。", 1.0, neighbour, editor)
    assert ("neighbour", "吉他&半夜") in rulebook.table(draft)


@pytest.mark.parametrize(
    "word", ["", "  ", "&", "吉他&", "甲&乙&丙", "长" * 41, "，", "押金，房东"]
)
def test_what_is_no_keyword_is_refused(draft, neighbour, editor, word):
    with pytest.raises(CaseError):
        say(draft, word, 1.0, neighbour, editor)


def test_a_weight_that_is_no_number_is_refused_and_nothing_of_the_edit_is_kept(draft, editor):
    before = rulebook.table(draft)
    with pytest.raises(CaseError, match="数字"):
        drafting.change(
            draft, {("labour", "工资"): 1.0, ("labour", "新词"): float("nan")}, by=editor
        )
    assert rulebook.table(draft) == before


def test_a_type_that_does_not_exist_is_refused(draft, editor):
    with pytest.raises(CaseError, match="flying"):
        drafting.change(draft, {("flying", "飞"): 1.0}, by=editor)


def test_a_book_takes_no_more_than_so_many_keywords(draft, editor, monkeypatch):
    monkeypatch.setattr(drafting, "MOST_KEYWORDS", len(rulebook.table(draft)))
    with pytest.raises(CaseError, match="最多"):
        drafting.change(draft, {("labour", "一个新词"): 1.0}, by=editor)


def test_settings_of_a_draft_change_with_its_revision(draft, editor):
    revision = draft.revision
    drafting.set_calibration(draft, classify.Calibration(), by=editor)
    wanted = classify.Calibration().to_dict()
    draft.refresh_from_db()
    assert draft.settings == wanted
    assert draft.revision >= revision


def test_a_discarded_draft_is_gone_with_all_its_keywords(draft, editor):
    drafting.discard(draft, by=editor)
    assert not Keyword.objects.filter(rule_book_id=draft.pk).exists()
    assert AuditEntry.objects.filter(deed="rulebook.discarded", actor=editor).exists()
    with pytest.raises(CaseError, match="删掉"):
        publishing.publish(draft, by=editor, unreplayed=True)


def test_a_draft_that_another_was_made_from_stays(draft, editor):
    drafting.draft(based_on=draft, author=editor)
    with pytest.raises(CaseError, match="不能删"):
        drafting.discard(draft, by=editor)


# --- Publishing ---


def test_publishing_puts_a_draft_in_force_with_who_and_when(draft, neighbour, editor):
    say(draft, "拉二胡", 3.0, neighbour, editor)
    publishing.publish(draft, by=editor, unreplayed=True)
    assert rulebook.in_force() == draft
    assert draft.publications.get().by == editor
    entry = AuditEntry.objects.get(deed="rulebook.published", actor=editor)
    assert entry.facts == {"rule_book": draft.version}


def test_what_was_published_never_changes(draft, neighbour, editor):
    publishing.publish(draft, by=editor, unreplayed=True)
    before = rulebook.table(draft)
    for edit in (
        lambda: say(draft, "拉二胡", 3.0, neighbour, editor),
        lambda: drafting.remove_keyword(draft, case_type=None, word="拉二胡", by=editor),
        lambda: drafting.set_calibration(draft, classify.Calibration(), by=editor),
        lambda: drafting.discard(draft, by=editor),
        lambda: publishing.publish(draft, by=editor, unreplayed=True),
    ):
        with pytest.raises(CaseError, match="启用过"):
            edit()
    assert rulebook.table(draft) == before
    assert draft.publications.count() == 1


def test_an_empty_book_is_not_published(draft, editor):
    drafting.change(draft, dict.fromkeys(rulebook.table(draft)), by=editor)
    with pytest.raises(CaseError, match="没有关键词"):
        publishing.publish(draft, by=editor, unreplayed=True)


def test_a_draft_that_was_not_replayed_is_published_only_when_a_person_means_it(draft, editor):
    with pytest.raises(NotReplayed):
        publishing.publish(draft, by=editor)
    assert rulebook.in_force() != draft
    publishing.publish(draft, by=editor, unreplayed=True)
    assert rulebook.in_force() == draft


def replayed(draft: RuleBook, **fields: object) -> Replay:
    values = {"against": rulebook.in_force(), "revision": draft.revision, "state": "done"}
    return Replay.objects.create(draft=draft, **{**values, **fields})


def test_a_replayed_draft_is_published_without_a_question(draft, editor):
    replayed(draft)
    publishing.publish(draft, by=editor)
    assert rulebook.in_force() == draft


@pytest.mark.parametrize("fields", [{"state": "running"}, {"revision": 99}])
def test_a_replay_that_is_not_of_this_content_does_not_count(draft, editor, fields):
    replayed(draft, **fields)
    with pytest.raises(NotReplayed):
        publishing.publish(draft, by=editor)


def test_an_edit_after_the_replay_asks_for_another(draft, neighbour, editor):
    replayed(draft)
    say(draft, "拉二胡", 3.0, neighbour, editor)
    with pytest.raises(NotReplayed):
        publishing.publish(draft, by=editor)


def test_a_replay_against_another_book_than_the_one_in_force_does_not_count(draft, editor):
    replayed(draft)
    other = drafting.draft(based_on=draft, author=editor)
    publishing.publish(other, by=editor, unreplayed=True)
    with pytest.raises(NotReplayed):
        publishing.publish(draft, by=editor)


def test_an_earlier_book_is_put_in_force_again(draft, editor):
    first = rulebook.in_force()
    publishing.publish(draft, by=editor, unreplayed=True)
    publishing.roll_back(first, by=editor)
    assert rulebook.in_force() == first
    assert AuditEntry.objects.filter(deed="rulebook.rolled_back", actor=editor).count() == 1
    with pytest.raises(CaseError, match="现在用的"):
        publishing.roll_back(first, by=editor)


def test_nobody_rolls_back_to_what_was_never_in_force(draft, editor):
    with pytest.raises(CaseError, match="没有启用过"):
        publishing.roll_back(draft, by=editor)


# --- Workers ---


def test_a_worker_follows_a_publication_without_a_restart(draft, neighbour, editor):
    def worker_judges() -> str:
        return first_of(rulebook.in_force(), QUARREL)

    assert worker_judges() == ""
    say(draft, "拉二胡", 3.0, neighbour, editor)
    first = rulebook.in_force()
    publishing.publish(draft, by=editor, unreplayed=True)
    assert worker_judges() == "neighbour"
    publishing.roll_back(first, by=editor)
    assert worker_judges() == ""


def test_a_book_is_compiled_once_for_all_cases(db, django_assert_num_queries):
    book = rulebook.in_force()
    rulebook.compiled(book)
    with django_assert_num_queries(0):
        assert rulebook.compiled(book) is rulebook.compiled(book)


def test_an_edited_draft_is_compiled_anew(draft, neighbour, editor):
    assert first_of(draft, QUARREL) == ""
    say(draft, "拉二胡", 3.0, neighbour, editor)
    assert first_of(RuleBook.objects.get(pk=draft.pk), QUARREL) == "neighbour"


@pytest.mark.postgres  # a database in memory is not let go of
@pytest.mark.django_db(transaction=True)
def test_before_it_forks_a_worker_compiles_the_book_and_lets_go_of_the_database():
    rulebook._compiled.cache_clear()
    share_the_keywords()
    assert connection.connection is None
    book = rulebook.in_force()
    with CaptureQueriesContext(connection) as asked:
        rulebook.compiled(book)
    assert len(asked) == 0


def test_without_a_book_a_worker_starts_all_the_same(db, caplog, monkeypatch):
    monkeypatch.setattr(rulebook.connections, "close_all", lambda: None)
    Publication.objects.all().delete()
    with pytest.raises(NoRuleBook):
        rulebook.in_force()
    rulebook.warm_up()
    assert "rulebook_not_warmed_up" in caplog.text


# --- Judging a case ---


def test_a_judgement_keeps_the_version_the_types_their_words_and_how_sure_it_is(case):
    made = judge(case)
    assert made.rule_book == rulebook.in_force()
    assert made.ranked[0]["case_type"] == "housing_lease"
    assert made.ranked[0]["keywords"]
    assert len(made.ranked) <= 5
    assert 0 <= made.confidence <= 1
    event = CaseEvent.objects.filter(case=case, kind="case.classified").last()
    assert event.facts == {"decision": made.decision, "rule_book": made.rule_book.version}


def test_an_old_judgement_stays_as_it_was_when_another_book_is_published(case, draft, editor):
    before = judge(case)
    drafting.change(draft, dict.fromkeys(list(rulebook.table(draft))[1:]), by=editor)
    publishing.publish(draft, by=editor, unreplayed=True)
    after = judge(case)
    assert after.rule_book == draft
    kept = Classification.objects.get(pk=before.pk)
    assert (kept.rule_book, kept.ranked) == (before.rule_book, before.ranked)


def test_judging_costs_few_queries(case, django_assert_max_num_queries):
    rulebook.compiled(rulebook.in_force())
    with django_assert_max_num_queries(6):
        judge(case)
