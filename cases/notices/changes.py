"""Who is told when a case changes hands, when somebody is to step aside, and of prices."""

from collections.abc import Iterable

from cases.events import subscribe
from cases.models import Case, CaseEvent, FeeOffer, Party, Recusal
from cases.notices.telling import applicants, called, tell, tell_staff
from mediators.models import User

UNKNOWN_TO_RESPONDENTS = (Case.Status.FILED, Case.Status.DISPATCHED)


@subscribe("case.mediator_changed", name="notices.mediator_changed")
def tell_of_the_new_mediator(event: CaseEvent) -> None:
    """The one who has the case now, the one who had it, and the parties who know of it."""
    facts = event.facts
    tell_staff(event, "handed_over", _user(facts["mediator"]))
    if facts.get("before"):
        tell_staff(event, "recused", _user(facts["before"]))
    tell(event, "mediator_changed", _involved(event.case))


@subscribe("case.give_back", name="notices.given_back")
def tell_who_gave_it_back(event: CaseEvent) -> None:
    if event.facts["why"] == "recusal":
        tell_staff(event, "recused", _user(event.facts["mediator"]))


@subscribe("case.hand_up", name="notices.handed_up")
def tell_that_it_goes_up(event: CaseEvent) -> None:
    tell(event, "handed_up", event.case.parties.all())


@subscribe("recusal.asked", name="notices.recusal_asked")
def tell_who_decides(event: CaseEvent) -> None:
    """The leads of the body, where the ruling is theirs; the desk lists what is the centre's."""
    recusal = Recusal.objects.select_related("mediator").get(pk=event.facts["recusal"])
    if recusal.reason != Recusal.Reason.WISH:
        leads = User.objects.filter(
            mediator__body=recusal.mediator.body_id, role=User.Role.LEAD
        ).exclude(pk=recusal.mediator.user_id)
        tell_staff(event, "recusal_asked", leads)


@subscribe("recusal.disclosed", name="notices.disclosed")
def tell_what_was_disclosed(event: CaseEvent) -> None:
    recusal = Recusal.objects.get(pk=event.facts["recusal"])
    if recusal.state == Recusal.State.ASKED:  # who stepped aside at once leaves nothing to answer
        tell(event, "disclosed", _involved(event.case))


@subscribe("recusal.refused", name="notices.recusal_refused")
def tell_the_answer(event: CaseEvent) -> None:
    recusal = Recusal.objects.select_related("party").get(pk=event.facts["recusal"])
    if recusal.party:
        tell(event, "recusal_refused", [recusal.party])


@subscribe("fee.offered", name="notices.fee_offered")
def ask_about_the_price(event: CaseEvent) -> None:
    applicant = applicants(event.case).first()
    tell(event, "fee_offered", event.case.parties.all(), surname=called(applicant))


@subscribe("fee.agreed", "fee.declined", name="notices.fee_answered")
def tell_what_was_answered(event: CaseEvent) -> None:
    """Whoever asked, once there is nothing more to wait for."""
    offer = FeeOffer.objects.select_related("by").get(pk=event.facts["offer"])
    if offer.closed_at and offer.by:
        tell_staff(event, "fee_answered", [offer.by])


def _user(mediator: int | None) -> Iterable[User]:
    return User.objects.filter(mediator__pk=mediator) if mediator else []


def _involved(case: Case) -> Iterable[Party]:
    """The parties who know of the case: before a body accepts it, the respondent does not."""
    if case.status in UNKNOWN_TO_RESPONDENTS:
        return applicants(case)
    return case.parties.all()
