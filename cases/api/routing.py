"""The routing preview: what the keywords make of a text, and who could take it; no case is made."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.filings import region_named
from cases.api.parsers import LongTextParser
from cases.models import Case, CaseType, ChannelKey
from cases.routing import preview
from cases.routing.classify import LONGEST_TEXT, NOT_MEDIABLE_TYPE, Decision
from mediators.models import Region, User

EXAMPLE_TEXT = "楼上漏水，把我家天花板泡坏了，物业不管。"


@extend_schema_serializer(
    examples=[
        OpenApiExample("Only the text", {"text": EXAMPLE_TEXT}, request_only=True),
        OpenApiExample(
            "With the place, for candidate bodies",
            {"text": EXAMPLE_TEXT, "region": "330108001"},
            request_only=True,
        ),
    ]
)
class PreviewRequestSerializer(serializers.Serializer[Any]):
    """A text to classify, and perhaps where the dispute arose."""

    text = serializers.CharField(
        min_length=1,
        max_length=preview.LONGEST_TEXT,
        trim_whitespace=False,  # the spans of the answer are places in the text as it was sent
        help_text="It is classified and forgotten: nothing of it is stored or logged. Of a long "
        f"text the first {LONGEST_TEXT:,} characters are read.",
    )
    region = serializers.CharField(
        required=False,
        allow_null=True,
        default=None,
        max_length=60,
        help_text="Key or code of /api/v1/regions/; with it partner systems and dispatchers get "
        "candidate bodies.",
    )

    def validate_region(self, value: str | None) -> Region | None:
        """Find the region that was named."""
        return None if value is None else region_named(value)


class PreviewWordSerializer(serializers.Serializer[Any]):
    """A keyword at `text[start:end]`, counted in Unicode code points of the text as sent."""

    word = serializers.CharField(help_text="The keyword as the rule book has it.")
    start = serializers.IntegerField()
    end = serializers.IntegerField()


class PreviewTypeSerializer(serializers.Serializer[Any]):
    """A case type that the text speaks for; `none` stands for nothing to mediate."""

    case_type = serializers.CharField(help_text="Key of /api/v1/case-types/, or `none`.")
    name = serializers.CharField()
    name_en = serializers.CharField()
    score = serializers.FloatField(help_text="Higher is likelier; only compared within an answer.")
    words = PreviewWordSerializer(many=True)


class PreviewBodySerializer(serializers.Serializer[Any]):
    """A body that could take a case of the first type, the best first."""

    id = serializers.IntegerField(source="body.pk")
    name = serializers.CharField(source="body.name")
    kind = serializers.CharField(source="body.kind.name")
    open_cases = serializers.IntegerField()
    capacity = serializers.IntegerField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A leak",
            {
                "rule_book": 3,
                "decision": "review",
                "confidence": 0.71,
                "types": [
                    {
                        "case_type": "neighbour",
                        "name": "邻里纠纷",
                        "name_en": "Neighbours",
                        "score": 3.1,
                        "words": [{"word": EXAMPLE_TEXT[:4], "start": 0, "end": 4}],
                    }
                ],
                "bodies": None,
            },
            response_only=True,
        )
    ]
)
class PreviewSerializer(serializers.Serializer[Any]):
    """What the keywords in force say of a text."""

    rule_book = serializers.IntegerField(help_text="Version of the rule book that was used.")
    decision = serializers.ChoiceField([one.value for one in Decision])
    confidence = serializers.FloatField(
        min_value=0, max_value=1, help_text="That the first type is right."
    )
    types = PreviewTypeSerializer(many=True, help_text="The likeliest first.")
    bodies = PreviewBodySerializer(
        many=True,
        allow_null=True,
        help_text="null without a region, for other callers, and where there is no type.",
    )


class RoutingPreview(GenericAPIView[Case]):
    queryset = Case.objects.none()
    serializer_class = PreviewSerializer
    parser_classes = [LongTextParser]

    @extend_schema(
        operation_id="preview_routing",
        request=PreviewRequestSerializer,
        responses=PreviewSerializer,
    )
    def post(self, request: Request) -> Response:
        """Classify a text as a case would be, without making one: at most 300 a minute."""
        assert isinstance(request.user, User)
        sent = PreviewRequestSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        asked = sent.validated_data
        seen = preview.preview(asked["text"], by=request.user)
        types = {one.key: one for one in CaseType.objects.all()}
        answer = {
            "rule_book": seen.rule_book,
            "decision": seen.verdict.decision,
            "confidence": round(seen.verdict.confidence, 3),
            "types": _types(seen, types),
            "bodies": _bodies(request, seen, types, asked),
        }
        return Response(self.get_serializer(answer).data)


def _types(seen: preview.Preview, types: dict[str, CaseType]) -> list[dict[str, Any]]:
    return [
        {
            "case_type": one.case_type,
            "score": one.score,
            "words": [hit._asdict() for hit in seen.hits_for(one)],
            **_names(types.get(one.case_type)),
        }
        for one in seen.verdict.ranked
        if one.case_type in types or one.case_type == NOT_MEDIABLE_TYPE
    ]


def _names(case_type: CaseType | None) -> dict[str, str]:
    if case_type is None:
        return {"name": _("不能调解"), "name_en": "Not for mediation"}
    return {"name": case_type.name, "name_en": case_type.name_en}


def _bodies(
    request: Request, seen: preview.Preview, types: dict[str, CaseType], asked: dict[str, Any]
) -> list[preview.CandidateBody] | None:
    """Who could take it: told to those who send cases here or give them to bodies."""
    key = request.auth if isinstance(request.auth, ChannelKey) else None
    user = request.user
    assert isinstance(user, User)
    may_know = key is not None or user.role == User.Role.DISPATCHER
    first = types.get(seen.first_type)
    if not (may_know and asked["region"] and first):
        return None
    channel = key.channel if key else None
    return preview.bodies(asked["text"], first, region=asked["region"], channel=channel)
