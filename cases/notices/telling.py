"""How people are told: each once for an event, by a notice that a task sends."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases import messages
from cases.models import Case, CaseEvent, Party
from mediators.models import User


def people(body: int, mediator: int | None) -> Iterable[User]:
    """The mediator of a case; while it has none, the leads of its body."""
    if mediator:
        return User.objects.filter(mediator__pk=mediator)
    return leads(body)


def tell_staff(event: CaseEvent, template: str, people: Iterable[User]) -> None:
    """Write a notice about the case to each of these members of staff."""
    for user in people:
        messages.write(
            template,
            messages.Recipient(user=user),
            key=f"{event.pk}:{template}:user:{user.pk}",
            case=event.case,
            number=event.case.number,
        )


def tell(event: CaseEvent, template: str, parties: Iterable[Party], **params: object) -> None:
    """Write a message with each party's own link; `params` fill in the text."""
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


def applicants(case: Case) -> QuerySet[Party]:
    """The parties who asked for mediation."""
    return case.parties.filter(side=Party.Side.APPLICANT)


def leads(body: int | None) -> QuerySet[User]:
    """Who leads a body, and can sign in."""
    return User.objects.filter(mediator__body=body, role=User.Role.LEAD, is_active=True)


def called(party: Party | None) -> str:
    """What the other side is told of a party: a company's name, a person's surname."""
    if party is None:
        return _("有人")
    if party.kind == Party.Kind.COMPANY:
        return party.name
    return _("%(surname)s某") % {"surname": party.name[:1]}
