"""What the API shows of cases and of reference data."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.codes import Face
from cases.faces import face_of
from cases.lifecycle import Action, offered_actions
from cases.models import Case, CaseEvent, CaseType, ChannelKey, Party
from mediators.models import Region

EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # databases do not hold every year of Python
PARTNERS_MAY_SEE = Q(kind__startswith="case.") | Q(kind="code.recoloured")


class CaseQuery(serializers.Serializer[Any]):
    """How a list of cases may be narrowed."""

    status = serializers.ChoiceField(Case.Status.choices, required=False)
    filed_after = serializers.DateTimeField(required=False)

    def narrow(self, cases: "QuerySet[Case]") -> "QuerySet[Case]":
        """Return the cases that were asked for. Raises ValidationError."""
        self.is_valid(raise_exception=True)
        if status := self.validated_data.get("status"):
            cases = cases.filter(status=status)
        if moment := self.validated_data.get("filed_after"):
            cases = cases.filter(filed_at__gt=max(moment, EARLIEST))
        return cases


class PartyNameSerializer(serializers.ModelSerializer[Party]):
    """A party as lists show it; partner systems see respondents masked, whoever named them."""

    name = serializers.SerializerMethodField()

    class Meta:
        model = Party
        fields = ["side", "kind", "name", "answer"]
        read_only_fields = fields

    def get_name(self, party: Party) -> str:
        masked = is_partner(self.context) and party.side == Party.Side.RESPONDENT
        return party.masked_name if masked else party.name


class PartySerializer(PartyNameSerializer):
    """A party as its case shows it: reading one is noted, so that it may tell the phone."""

    phone = serializers.SerializerMethodField(help_text="In full for staff, masked for partners.")

    class Meta(PartyNameSerializer.Meta):
        fields = [*PartyNameSerializer.Meta.fields, "phone"]
        read_only_fields = fields

    def get_phone(self, party: Party) -> str:
        return party.masked_phone if is_partner(self.context) else party.phone


class TypeNameSerializer(serializers.ModelSerializer[CaseType]):
    class Meta:
        model = CaseType
        fields = ["key", "name"]
        read_only_fields = fields


class CaseRowSerializer(serializers.ModelSerializer[Case]):
    """A case as lists show it."""

    number = serializers.CharField(read_only=True)
    colour = serializers.SerializerMethodField()
    word = serializers.SerializerMethodField(help_text="The word on the code.")
    badge = serializers.SerializerMethodField()
    channel = serializers.SlugRelatedField(slug_field="key", read_only=True)  # type: ignore[var-annotated]
    region = serializers.SlugRelatedField(  # type: ignore[var-annotated]
        slug_field="key", read_only=True, allow_null=True
    )
    case_type = TypeNameSerializer(read_only=True, allow_null=True)
    body = serializers.SlugRelatedField(  # type: ignore[var-annotated]
        slug_field="name", read_only=True, allow_null=True
    )
    parties = PartyNameSerializer(many=True, read_only=True)

    class Meta:
        model = Case
        fields = [
            "number",
            "status",
            "colour",
            "word",
            "badge",
            "track",
            "channel",
            "region",
            "case_type",
            "body",
            "filed_at",
            "respond_by",
            "mediate_by",
            "parties",
        ]
        read_only_fields = fields

    def get_colour(self, case: Case) -> str:
        return _face(case).colour

    def get_word(self, case: Case) -> str:
        return _face(case).word

    def get_badge(self, case: Case) -> str:
        return _face(case).badge


class EventSerializer(serializers.ModelSerializer[CaseEvent]):
    class Meta:
        model = CaseEvent
        fields = ["kind", "at"]
        read_only_fields = fields


class CaseSerializer(CaseRowSerializer):
    """One case: what was filed, where it stands, what may be done now."""

    parties = PartySerializer(many=True, read_only=True)
    end_reasons = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="Values of EndReason, or of RejectReason where the case was rejected.",
    )
    merged_into = serializers.CharField(
        source="merged_into.number",
        read_only=True,
        allow_null=True,
        default=None,
        help_text="Number of the case that goes on, where this one is the same dispute.",
    )
    timeline = serializers.SerializerMethodField()
    offered_actions = serializers.SerializerMethodField()

    class Meta(CaseRowSerializer.Meta):
        fields = [
            *CaseRowSerializer.Meta.fields,
            "description",
            "wish",
            "wish_note",
            "amount",
            "place",
            "court_number",
            "accepted_at",
            "settled_at",
            "confirm_by",
            "ended_at",
            "end_reasons",
            "merged_into",
            "timeline",
            "offered_actions",
        ]
        read_only_fields = fields

    @extend_schema_field(EventSerializer(many=True))
    def get_timeline(self, case: Case) -> Any:
        events = case.events.order_by("id")
        shown = events.filter(PARTNERS_MAY_SEE) if is_partner(self.context) else events
        return EventSerializer(shown, many=True).data

    def get_offered_actions(self, case: Case) -> list[Action]:
        return offered_actions(case, self.context["request"].user)


class OutcomeSerializer(serializers.Serializer[Case]):
    """Where a case stands after an action; what more may be seen of it, reading tells."""

    number = serializers.CharField()
    status = serializers.ChoiceField(Case.Status.choices)
    colour = serializers.SerializerMethodField()
    word = serializers.SerializerMethodField(help_text="The word on the code.")
    offered_actions = serializers.SerializerMethodField()

    def get_colour(self, case: Case) -> str:
        return _face(case).colour

    def get_word(self, case: Case) -> str:
        return _face(case).word

    def get_offered_actions(self, case: Case) -> list[Action]:
        return offered_actions(case, self.context["request"].user)


class CaseTypeSerializer(serializers.ModelSerializer[CaseType]):
    class Meta:
        model = CaseType
        fields = ["key", "name", "name_en", "scope", "statistic"]
        read_only_fields = fields


class RegionSerializer(serializers.ModelSerializer[Region]):
    parent = serializers.SlugRelatedField(  # type: ignore[assignment,var-annotated]
        slug_field="key", read_only=True, allow_null=True
    )

    class Meta:
        model = Region
        fields = ["key", "code", "name", "name_en", "level", "parent", "is_verified"]
        read_only_fields = fields


def is_partner(context: Mapping[str, Any]) -> bool:
    """Say whether a partner system asks, and not a member of staff."""
    return isinstance(context["request"].auth, ChannelKey)


def _face(case: Case) -> Face:
    return face_of(case.status)
