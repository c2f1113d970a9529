"""Who is told when something happens to a case. Writes notices; a task sends them."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import messages
from cases.events import subscribe
from cases.models import Case, CaseEvent, Party, Session
from mediators.models import User


@subscribe("case.dispatch", name="notices.dispatched")
def tell_body_and_applicant(event: CaseEvent) -> None:
    case = event.case
    if case.body is None:
        return
    people = [case.mediator.user] if case.mediator else _leads(case)
    for user in people:
        messages.write(
            "new_case",
            messages.Recipient(user=user),
            key=f"{event.pk}:user:{user.pk}",
            case=case,
            number=case.number,
            day=case.respond_by,
        )
    _tell(event, "dispatched", _applicants(case), body=case.body.name)


@subscribe("case.accept", name="notices.invited")
def invite_respondents(event: CaseEvent) -> None:
    case = event.case
    applicant = case.parties.filter(side=Party.Side.APPLICANT).first()
    unanswered = case.parties.filter(answer=Party.Answer.NONE)
    _tell(event, "invited", unanswered, surname=_called(applicant))


@subscribe("case.begin", name="notices.begun")
def tell_that_mediation_begins(event: CaseEvent) -> None:
    _tell(event, "begun", event.case.parties.all())


@subscribe("session.planned", name="notices.session")
def tell_of_a_session(event: CaseEvent) -> None:
    session = Session.objects.get(pk=event.facts["session"])
    when = timezone.localtime(session.starts_at)
    _tell(
        event,
        "session",
        event.case.parties.all(),
        when=_("%(month)d月%(day)d日%(time)s")
        % {"month": when.month, "day": when.day, "time": f"{when:%H:%M}"},
        mode=session.get_mode_display(),
    )


@subscribe("case.agree", name="notices.sign")
def ask_for_signatures(event: CaseEvent) -> None:
    _tell(event, "sign", event.case.parties.all())


@subscribe("case.settle", "case.settle_orally", name="notices.settled")
def tell_that_it_is_settled(event: CaseEvent) -> None:
    _tell(event, "settled", event.case.parties.all())


@subscribe("case.fail", "case.decline", name="notices.failed")
def tell_that_it_failed(event: CaseEvent) -> None:
    _tell(event, "failed", event.case.parties.all())


@subscribe("case.withdraw", name="notices.withdrawn")
def tell_of_the_withdrawal(event: CaseEvent) -> None:
    reached = event.case.parties.exclude(answer=Party.Answer.NONE)
    _tell(event, "withdrawn", reached)


@subscribe("case.reject", name="notices.rejected")
def tell_of_the_rejection(event: CaseEvent) -> None:
    _tell(event, "rejected", _applicants(event.case), number=event.case.number)


@subscribe("case.grant", name="notices.granted")
def tell_of_the_confirmation(event: CaseEvent) -> None:
    _tell(event, "confirmed", event.case.parties.all())


@subscribe("case.refuse_confirmation", name="notices.confirmation_refused")
def tell_of_the_refused_confirmation(event: CaseEvent) -> None:
    _tell(event, "decided_refused", event.case.parties.all())


@subscribe("case.litigate", name="notices.litigating")
def tell_of_the_hand_over(event: CaseEvent) -> None:
    _tell(event, "litigating", _applicants(event.case))


@subscribe("case.lapse", name="notices.lapsed")
def tell_the_silent_mediator(event: CaseEvent) -> None:
    user = User.objects.filter(mediator__pk=event.facts.get("mediator")).first()
    if user:
        messages.write(
            "lapsed",
            messages.Recipient(user=user),
            key=f"{event.pk}:user:{user.pk}",
            case=event.case,
            number=event.case.number,
        )


def _tell(event: CaseEvent, template: str, parties: Iterable[Party], **params: object) -> None:
    for party in parties:
        messages.write(
            template,
            messages.to_party(party),
            key=f"{event.pk}:party:{party.pk}",
            case=event.case,
            link=messages.party_link(party),
            phone=messages.help_phone(),
            **params,
        )


def _applicants(case: Case) -> Iterable[Party]:
    return case.parties.filter(side=Party.Side.APPLICANT)


def _leads(case: Case) -> Iterable[User]:
    return User.objects.filter(mediator__body=case.body, role=User.Role.LEAD)


def _called(party: Party | None) -> str:
    """What the other side is told of a party: a company's name, a person's surname."""
    if party is None:
        return _("有人")
    if party.kind == Party.Kind.COMPANY:
        return party.name
    return _("%(surname)s某") % {"surname": party.name[:1]}
