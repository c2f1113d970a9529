"""Who is told when something happens to a case. Writes notices; a task sends them."""

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import messages
from cases.events import subscribe
from cases.models import CaseEvent, Party, Session
from cases.notices.telling import applicants, called, leads, people, tell, tell_staff
from cases.routing.between_bodies import HANDED_OVER


@subscribe("case.dispatch", name="notices.dispatched")
def tell_body_and_applicant(event: CaseEvent) -> None:
    case = event.case
    if case.body is None:
        return
    for user in people(case.body.pk, case.mediator_id):
        messages.write(
            "new_case",
            messages.Recipient(user=user),
            key=f"{event.pk}:user:{user.pk}",
            case=case,
            number=case.number,
            day=case.respond_by,
        )
    tell(event, "dispatched", applicants(case), body=case.body.name)


@subscribe("case.accept", name="notices.invited")
def invite_respondents(event: CaseEvent) -> None:
    case = event.case
    applicant = case.parties.filter(side=Party.Side.APPLICANT).first()
    unanswered = case.parties.filter(answer=Party.Answer.NONE)
    tell(event, "invited", unanswered, surname=called(applicant))


@subscribe("case.begin", name="notices.begun")
def tell_that_mediation_begins(event: CaseEvent) -> None:
    tell(event, "begun", event.case.parties.all())


@subscribe("session.planned", name="notices.session")
def tell_of_a_session(event: CaseEvent) -> None:
    session = Session.objects.get(pk=event.facts["session"])
    when = timezone.localtime(session.starts_at)
    tell(
        event,
        "session",
        event.case.parties.all(),
        when=_("%(month)d月%(day)d日%(time)s")
        % {"month": when.month, "day": when.day, "time": f"{when:%H:%M}"},
        mode=session.get_mode_display(),
    )


@subscribe("case.agree", name="notices.sign")
def ask_for_signatures(event: CaseEvent) -> None:
    tell(event, "sign", event.case.parties.all())


@subscribe("case.settle", "case.settle_orally", name="notices.settled")
def tell_that_it_is_settled(event: CaseEvent) -> None:
    tell(event, "settled", event.case.parties.all())


@subscribe("case.fail", "case.decline", name="notices.failed")
def tell_that_it_failed(event: CaseEvent) -> None:
    tell(event, "failed", event.case.parties.all())


@subscribe("case.withdraw", name="notices.withdrawn")
def tell_of_the_withdrawal(event: CaseEvent) -> None:
    reached = event.case.parties.exclude(answer=Party.Answer.NONE)
    tell(event, "withdrawn", reached)


@subscribe("case.reject", name="notices.rejected")
def tell_of_the_rejection(event: CaseEvent) -> None:
    tell(event, "rejected", applicants(event.case), number=event.case.number)


@subscribe("case.grant", name="notices.granted")
def tell_of_the_confirmation(event: CaseEvent) -> None:
    tell(event, "confirmed", event.case.parties.all())


@subscribe("case.refuse_confirmation", name="notices.confirmation_refused")
def tell_of_the_refused_confirmation(event: CaseEvent) -> None:
    tell(event, "decided_refused", event.case.parties.all())


@subscribe("case.litigate", name="notices.litigating")
def tell_of_the_hand_over(event: CaseEvent) -> None:
    tell(event, "litigating", applicants(event.case))


@subscribe("case.lapse", name="notices.lapsed")
def tell_who_was_silent(event: CaseEvent) -> None:
    """The mediator who did not answer, and who leads the body."""
    body, mediator = event.facts["body"], event.facts["mediator"]
    tell_staff(event, "lapsed", [*people(body, mediator), *leads(body)])


@subscribe("case.merge", name="notices.merged")
def tell_that_it_was_merged(event: CaseEvent) -> None:
    case = event.case
    tell(event, "merged", applicants(case), number=case.number)
    if case.body_id:
        tell_staff(event, "taken_back", people(case.body_id, case.mediator_id))


@subscribe("case.received_merge", name="notices.received_merge")
def tell_who_has_the_case_that_goes_on(event: CaseEvent) -> None:
    case = event.case
    if case.body_id:
        tell_staff(event, "received", people(case.body_id, case.mediator_id))


@subscribe("case.unmerge", name="notices.unmerged")
def tell_that_it_was_taken_out_again(event: CaseEvent) -> None:
    tell(event, "unmerged", applicants(event.case), number=event.case.number)


@subscribe("case.take_back", "case.retype", name="notices.taken_back")
def tell_that_it_was_taken_back(event: CaseEvent) -> None:
    tell_staff(event, "taken_back", people(event.facts["body"], event.facts["mediator"]))


@subscribe("case.give_back", name="notices.handed_over")
def tell_who_had_what_goes_to_another_body(event: CaseEvent) -> None:
    if event.facts["why"] == HANDED_OVER:
        tell_that_it_was_taken_back(event)
