"""What each role may do in the admin: one table, and the one function that reads it.

The duties are kept apart (GB/T 22239-2019 8.1.4, 8.1.5): who runs the house manages people and
reference data and sees no case; the court sees cases and changes no reference data; who scores
keeps the points and sees neither. One table has two keepers: the keywords, which the dispatcher
knows best and the administrator answers for; every publication is in the audit trail. Nothing here
is kept in Django's groups or permissions.
"""

from collections.abc import Mapping
from enum import StrEnum

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from mediators.models import User


class Deed(StrEnum):
    VIEW = "view"
    ADD = "add"
    CHANGE = "change"
    DELETE = "delete"


SEES = frozenset({Deed.VIEW})
KEEPS = frozenset({Deed.VIEW, Deed.ADD, Deed.CHANGE})
# Lines of something that is kept (the kinds of a case type): they go with an edit of the whole.
EDITS = frozenset(Deed)

TABLE: Mapping[str, Mapping[str, frozenset[Deed]]] = {
    User.Role.ADMINISTRATOR: {
        "mediators.user": KEEPS,
        "mediators.body": KEEPS,
        "mediators.mediator": KEEPS,
        "mediators.leave": EDITS,
        "mediators.relation": EDITS,
        "mediators.region": KEEPS,
        "mediators.bodykind": KEEPS,
        # No role of an auditor exists yet. The trail holds ids and codes, and nobody can edit it.
        "mediators.auditentry": SEES,
        "cases.casetype": KEEPS,
        "cases.typekind": EDITS,
        "cases.clock": KEEPS,
        "cases.calendarday": KEEPS,
        "cases.channel": KEEPS,
        "cases.layer": SEES | {Deed.CHANGE},
        "cases.tierrule": KEEPS,
        "cases.colourscheme": SEES | {Deed.CHANGE},
        "cases.codecolour": SEES | {Deed.CHANGE},
        "cases.poster": KEEPS,
        "cases.rulebook": KEEPS,
        "cases.keyword": SEES,
        "cases.channelkey": SEES,
        "cases.notice": SEES,
        "scoring.pointbook": SEES,
        "scoring.pointrule": SEES,
    },
    User.Role.DISPATCHER: {
        "cases.rulebook": KEEPS,
        "cases.keyword": SEES,
    },
    # Who answers for the district reads by which rules its cases go where.
    User.Role.LEADER: {
        "mediators.bodykind": SEES,
        "cases.casetype": SEES,
        "cases.typekind": SEES,
        "cases.layer": SEES,
        "cases.tierrule": SEES,
        "cases.channel": SEES,
        "cases.clock": SEES,
        "cases.rulebook": SEES,
        "cases.keyword": SEES,
    },
    User.Role.COURT: {
        "cases.case": KEEPS,
        "cases.confirmation": SEES | {Deed.CHANGE},
    },
    User.Role.ASSESSOR: {
        "scoring.pointbook": KEEPS,
        "scoring.pointrule": EDITS,
        "scoring.pointentry": SEES,
        "scoring.month": SEES,
        "scoring.monthresult": SEES,
    },
}


def may(user: User | AnonymousUser, deed: str, model: type[Model]) -> bool:
    """Say whether this person may do this (`view add change delete`) to rows of a model at all.

    Which rows is another question: `visible_to` answers it.
    """
    if not (isinstance(user, User) and user.is_active and user.is_staff):
        return False
    return deed in _duties(user).get(model._meta.label_lower, ())


def enters_admin(user: User) -> bool:
    """Say whether a person's role has anything to do in the admin."""
    return bool(_duties(user))


def _duties(user: User) -> Mapping[str, frozenset[Deed]]:
    # A superuser made on the command line is an administrator, and no more than that.
    role = User.Role.ADMINISTRATOR if user.is_superuser else user.role
    return TABLE.get(role, {})
