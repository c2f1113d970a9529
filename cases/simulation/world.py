"""What a made-up history consists of: plans, the world they share, and the lives lived by them."""

import datetime as dt
import re
from collections.abc import Generator
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from django.utils.translation import gettext as _

from cases import events
from cases.deadlines import WorkCalendar
from cases.errors import CaseError
from cases.models import Case, CaseEvent, Channel, Notice, Party
from cases.notices import sending
from cases.simulation.clock import Clock, Diary
from cases.simulation.stories import Story
from mediators.models import Mediator, Region, User

# A step is what happens between two yields; what is yielded is when the next one happens.
Steps = Generator[dt.datetime, None, None]
Going = Generator[dt.datetime, None, bool]  # returns whether the case goes on
SIX_DIGITS = re.compile(r"[0-9]{6}")


class Ending(StrEnum):
    """How a case is meant to end, if nothing comes between."""

    WRITTEN = "written"
    ORAL = "oral"
    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    UNREACHABLE = "unreachable"
    DECLINED = "declined"
    FAR_APART = "far_apart"
    EXPIRED = "expired"
    NOT_SIGNED = "not_signed"
    LITIGATED = "litigated"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    MERGED = "merged"


@dataclass(frozen=True)
class Plan:
    """What is decided of a case before it begins."""

    number: int
    filed_at: dt.datetime
    story: Story
    channel: str
    region: Region | None
    ending: Ending
    stop: str = ""  # the status in which a case stays that must show it
    pace: float = 1.0

    @property
    def is_exemplary(self) -> bool:
        """Say whether this case must reach its status, so that no accident may come between."""
        return self.pace < 1


@dataclass
class World:
    """What all cases of a history share."""

    clock: Clock
    calendar: WorkCalendar
    dispatcher: User
    clerk: User
    host: Mediator  # who can sign in to the demonstration
    channels: dict[str, Channel]
    first_person: int
    last_event: int  # of what really happened here
    lives: list["Life"] = field(default_factory=list)

    def catch_up(self) -> None:
        """Do what the worker does within seconds: relay events, send messages.

        Raises CaseError when an event cannot be delivered: the worker would try again later, but
        by then the history has gone on without what it was to bring about.
        """
        waiting = CaseEvent.objects.filter(relayed_at=None, pk__gt=self.last_event)
        while waiting.exists():
            if not events.relay():
                raise CaseError(_("有事件处理不了，历史编到这里为止，原因见日志"))
        sending.send_due()


class Life:
    """One case on its way."""

    def __init__(self, plan: Plan, world: World, seed: int) -> None:
        self.plan = plan
        self.world = world
        # Of its own, so that a life does not depend on what others draw.
        self.rng = Random(f"{seed}:{plan.number}")  # noqa: S311
        self.diary = Diary(world.calendar, self.rng, plan.pace)
        self.number: int | None = None  # primary key of the case, once it is filed
        self._case: Case | None = None

    @property
    def case(self) -> Case:
        """The case as it is now."""
        assert self.number is not None, "a case is looked at once it is filed"
        if self._case is None:
            self._case = Case.objects.select_related("mediator__user").get(pk=self.number)
        return self._case

    @property
    def now(self) -> dt.datetime:
        return self.world.clock.at

    def filed(self, case: Case) -> None:
        """Take the case that has been filed."""
        self.number = case.pk
        self.world.lives.append(self)
        self.done()

    def look_again(self) -> None:
        """Trust no longer what was known of the case: others work on it as well."""
        self._case = None

    def done(self) -> None:
        """End a deed: let the worker catch up."""
        self.world.catch_up()
        self.look_again()

    def office(self, least: float, most: float) -> dt.datetime:
        """Return a time in office hours, so many hours of work from now."""
        return self.diary.office(self.now, least, most)

    def citizen(self, least: float, most: float) -> dt.datetime:
        """Return a waking hour, so many hours from now."""
        return self.diary.citizen(self.now, least, most)

    def chance(self, probability: float) -> bool:
        """Say whether something that may happen does; never in a life that must not fail."""
        return self.rng.random() < probability and not self.plan.is_exemplary

    def mediator(self) -> User:
        """Return the mediator who has the case."""
        assert self.case.mediator is not None, "a body of the demonstration has mediators"
        return self.case.mediator.user

    def lead(self) -> User:
        """Return the lead of the body that has the case."""
        leads = User.objects.filter(mediator__body=self.case.body_id, role=User.Role.LEAD)
        return leads.order_by("pk")[0]

    def parties(self, side: str) -> list[Party]:
        """Return the parties of one side."""
        return list(self.case.parties.filter(side=side))

    def read_code(self, party: Party) -> str:
        """Read the one-time code in the message that has just been sent to a party's phone."""
        notice = Notice.objects.filter(template="one_time_code").order_by("-id").first()
        found = notice and notice.phone == party.phone and SIX_DIGITS.search(notice.text)
        assert found, "the newest message carries this party's code"
        return found[0]
