"""What the keywords and the rules say of a text that is no case: for whoever asks before filing."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.budgets import MINUTE, spend
from cases.errors import TooOften
from cases.models import CaseType, Channel
from cases.routing import layers, questions, roster, rulebook
from cases.routing.choose import Question, choose
from cases.routing.classify import JOINT, Ranked, Verdict, whole_words
from cases.routing.matcher import Hit
from mediators.models import Body, Region, User

LONGEST_TEXT = 100_000  # characters: longer than any filing, short enough to answer at once
PREVIEWS_A_MINUTE = 300  # for one account: a partner system's desk, not a copy of the rule book
MOST_BODIES = 10


@dataclass(frozen=True)
class Preview:
    """A judgement that nothing is kept of, with the version of the rule book that made it."""

    rule_book: int
    verdict: Verdict

    @property
    def first_type(self) -> str:
        """The code of the type that the text speaks for most; empty without one."""
        return self.verdict.ranked[0].case_type if self.verdict.ranked else ""

    def hits_for(self, ranked: Ranked) -> list[Hit]:
        """Return where the words for a type stand in the text as it was sent."""
        parts = {part for keyword in whole_words(ranked.keywords) for part in keyword.split(JOINT)}
        return [hit for hit in self.verdict.hits if hit.word in parts]


@dataclass(frozen=True)
class CandidateBody:
    """A body that could take a case, with its load."""

    body: Body
    open_cases: int
    capacity: int


def preview(text: str, *, by: User | None = None) -> Preview:
    """Classify a text by the rule book in force; nothing of it is written, not even to a log.

    What an account asks is counted. Raises NoRuleBook, TooOften.
    """
    if by and not spend(f"preview:{by.pk}", limit=PREVIEWS_A_MINUTE, seconds=MINUTE):
        raise TooOften(_("问得太快了，请等1分钟再试"))
    book = rulebook.in_force()
    return Preview(book.version, rulebook.compiled(book).classify(text))


def bodies(
    text: str, case_type: CaseType, *, region: Region, channel: Channel | None
) -> list[CandidateBody]:
    """Return the bodies that would be asked for such a dispute, were it filed now, the best first.

    As `assign.route` chooses them, as far as parties and amount that nobody has named yet allow.
    """
    rules = questions.read_rules({case_type.pk})
    facts = layers.Facts(start_tier=case_type.start_tier, text=text)
    placed = layers.place(facts, rules.tier_rules, rules.silent_rounds)
    channel_pk = channel.pk if channel else 0
    question = Question(
        case=0,
        case_type=case_type.key,
        kinds=rules.kinds.get(case_type.pk, ()),
        barred=rules.barred.get(case_type.pk, frozenset()),
        tier=placed.tier,
        places=frozenset(one.pk for one in region.lineage()),
        channel_kinds=rules.channel_kinds.get(channel_pk, frozenset()),
        channel_bodies=rules.channel_bodies.get(channel_pk, frozenset()),
    )
    people = roster.read_for([question])
    fits = choose(question, people.considered(question)).fits[:MOST_BODIES]
    rows = Body.objects.select_related("kind").in_bulk([fit.body.pk for fit in fits])
    return [
        CandidateBody(rows[fit.body.pk], fit.body.open_cases, fit.body.capacity) for fit in fits
    ]
