"""Who is reminded before a day runs out. Swept by a task; the same reminder is written once."""

import datetime as dt

from cases import clocks, messages
from cases.deadlines import after_working_days
from cases.models import Assignment, Case
from cases.notices.telling import leads
from cases.routing import layers
from mediators.models import User


def answer_soon(today: dt.date) -> int:
    """Remind mediator and lead one working day before their time to answer ends (在线 12).

    Returns how many messages were written.
    """
    tomorrow = after_working_days(today, 1, clocks.work_calendar())
    given = Assignment.objects.filter(
        outcome=Assignment.Outcome.WAITING, respond_by__range=(today, tomorrow)
    ).select_related("case", "mediator__user")
    return sum(_remind(one) for one in given)


def _remind(given: Assignment) -> int:
    people = {user.pk: user for user in leads(given.body_id)}
    if given.mediator:
        people[given.mediator.user_id] = given.mediator.user
    return sum(
        _write("respond_soon", f"remind:{given.pk}", user, given.case, day=given.respond_by)
        for user in people.values()
    )


def layers_over(today: dt.date) -> int:
    """Remind the mediator of a case whose days in its layer are over that it may go up.

    Nothing moves by itself: who is still talking goes on (facts §2.4). Returns how many messages
    were written.
    """
    over = Case.objects.filter(
        status__in=(Case.Status.INVITING, Case.Status.MEDIATING),
        layer_by__lt=today,
        mediator__isnull=False,
    ).select_related("mediator__user")
    return sum(
        _write("layer_over", f"layer:{case.pk}:{case.layer_by}", case.mediator.user, case)
        for case in over
        if case.mediator and layers.next_tier(case.tier)
    )


def _write(template: str, key: str, user: User, case: Case, **params: object) -> int:
    full_key = f"{key}:user:{user.pk}"
    if case.notices.filter(key=full_key).exists():
        return 0
    to = messages.Recipient(user=user)
    messages.write(template, to, key=full_key, case=case, number=case.number, **params)
    return 1
