"""What the API may be asked to do to a case: one table, from action to parameters and function."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from cases import agreements, duplicates, handling, handover, judicial
from cases.errors import CaseError, TransitionNotAllowed
from cases.lifecycle import Action, move, offered_actions
from cases.models import (
    Assignment,
    Case,
    CaseType,
    Confirmation,
    EndReason,
    RefuseReason,
    RejectReason,
)
from cases.routing import assign, desk
from mediators.models import Body, User

LONGEST_NOTE = 500
PLAIN = (
    Action.ACCEPT,
    Action.LAPSE,
    Action.TAKE_BACK,
    Action.BEGIN,
    Action.AGREE,
    Action.REVISE,
    Action.LITIGATE,
)


def _named(*actions: Action) -> serializers.ChoiceField:
    return serializers.ChoiceField([(action.value, action.label) for action in actions])


def _note() -> serializers.CharField:
    return serializers.CharField(max_length=LONGEST_NOTE, required=False, allow_blank=True)


class PlainActionSerializer(serializers.Serializer[Any]):
    """An action that needs nothing more than its name."""

    action = _named(*PLAIN)


class DispatchSerializer(serializers.Serializer[Any]):
    action = _named(Action.DISPATCH)
    body = serializers.PrimaryKeyRelatedField(queryset=Body.objects.active())
    case_type = serializers.SlugRelatedField(slug_field="key", queryset=CaseType.objects.all())
    reason = serializers.CharField(max_length=200)


class RejectSerializer(serializers.Serializer[Any]):
    action = _named(Action.REJECT)
    reason = serializers.ChoiceField(RejectReason.choices)
    note = _note()


class RefuseSerializer(serializers.Serializer[Any]):
    action = _named(Action.REFUSE)
    reason = serializers.ChoiceField(RefuseReason.choices)
    note = _note()


class HandUpSerializer(serializers.Serializer[Any]):
    action = _named(Action.HAND_UP)
    note = _note()


class FailSerializer(serializers.Serializer[Any]):
    action = _named(Action.FAIL)
    reasons = serializers.ListField(
        child=serializers.ChoiceField(EndReason.choices),
        min_length=1,
        max_length=len(EndReason.choices),
    )
    note = _note()


class MergeSerializer(serializers.Serializer[Any]):
    action = _named(Action.MERGE)
    into = serializers.CharField(max_length=30, help_text="Number of the case that goes on.")

    def validate_into(self, value: str) -> Case:
        """Find the other case, where the one who asks may see it."""
        cases = Case.objects.visible_to(self.context["request"].user)
        if case := cases.by_number(value).first():
            return case
        raise serializers.ValidationError(_("没有这个编号的案件"))


class UnmergeSerializer(serializers.Serializer[Any]):
    action = _named(Action.UNMERGE)
    reason = serializers.CharField(max_length=200)


class SettleOrallySerializer(serializers.Serializer[Any]):
    """What was agreed by word of mouth (人民调解法 28): one term a line."""

    action = _named(Action.SETTLE_ORALLY)
    facts = serializers.CharField(max_length=4000)
    terms = serializers.CharField(max_length=8000)
    performance = serializers.CharField(max_length=200)
    perform_by = serializers.DateField(required=False, allow_null=True)
    amount = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, required=False, allow_null=True
    )


class GrantSerializer(serializers.Serializer[Any]):
    action = _named(Action.GRANT)
    ruling_number = serializers.CharField(max_length=60)


class RefuseConfirmationSerializer(serializers.Serializer[Any]):
    action = _named(Action.REFUSE_CONFIRMATION)
    refusal = serializers.ChoiceField(Confirmation.Refusal.choices)
    note = _note()


def _take_back(case: Case, *, actor: User) -> Case:
    waiting = case.assignments.filter(outcome=Assignment.Outcome.WAITING).first()
    return desk.take_back(case, actor=actor, seen=waiting.pk if waiting else 0)


def _begin(case: Case, *, actor: User) -> Case:
    return move(case, Action.BEGIN, actor=actor)


def _settle_orally(case: Case, *, actor: User, **said: Any) -> Case:
    return agreements.settle_orally(case, text=agreements.Text(**said), actor=actor)


def _grant(case: Case, *, actor: User, ruling_number: str) -> Confirmation:
    return judicial.grant(_applied_for(case), ruling_number=ruling_number, actor=actor)


def _refuse_confirmation(case: Case, *, actor: User, **why: str) -> Confirmation:
    return judicial.refuse(_applied_for(case), actor=actor, **why)


def _applied_for(case: Case) -> Confirmation:
    confirmation = case.confirmations.filter(state=Confirmation.State.APPLIED).first()
    if confirmation is None:
        raise CaseError(_("这份申请不在审查中，可能已经有结果了"))
    return confirmation


@dataclass(frozen=True)
class Deed:
    """How an action is asked for, and the function that does it: (case, actor=, parameters)."""

    asked: type[serializers.Serializer[Any]]
    do: Callable[..., object]


DEEDS: dict[Action, Deed] = {
    Action.DISPATCH: Deed(DispatchSerializer, assign.dispatch),
    Action.REJECT: Deed(RejectSerializer, handling.reject),
    Action.ACCEPT: Deed(PlainActionSerializer, handling.accept),
    Action.REFUSE: Deed(RefuseSerializer, handling.refuse),
    Action.LAPSE: Deed(PlainActionSerializer, handling.lapse),
    Action.TAKE_BACK: Deed(PlainActionSerializer, _take_back),
    Action.BEGIN: Deed(PlainActionSerializer, _begin),
    Action.AGREE: Deed(PlainActionSerializer, agreements.conclude),
    Action.SETTLE_ORALLY: Deed(SettleOrallySerializer, _settle_orally),
    Action.REVISE: Deed(PlainActionSerializer, agreements.revise),
    Action.HAND_UP: Deed(HandUpSerializer, handover.hand_up),
    Action.FAIL: Deed(FailSerializer, handling.fail),
    Action.MERGE: Deed(MergeSerializer, duplicates.merge),
    Action.UNMERGE: Deed(UnmergeSerializer, duplicates.unmerge),
    Action.GRANT: Deed(GrantSerializer, _grant),
    Action.REFUSE_CONFIRMATION: Deed(RefuseConfirmationSerializer, _refuse_confirmation),
    Action.LITIGATE: Deed(PlainActionSerializer, judicial.litigate),
}


def offered_deed(case: Case, *, user: User, asked: object) -> Deed:
    """Return the deed of this name if the case offers it to this user now.

    Raises TransitionNotAllowed, also for a name that no action has.
    """
    for action in offered_actions(case, user):
        if action.value == asked and action in DEEDS:
            return DEEDS[action]
    raise TransitionNotAllowed(
        _("案件现在是“%(status)s”，不能这样做。可以做的见offered_actions")
        % {"status": case.get_status_display()}
    )
