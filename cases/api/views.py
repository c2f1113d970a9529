"""The doors of the API: parse, find through visible_to, call one function, answer."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from cases import filing
from cases.api.actions import DEEDS, offered_deed
from cases.api.filings import FilingSerializer, ReceiptSerializer
from cases.api.permissions import FilesWithChannelKey
from cases.api.schema import IDEMPOTENCY_HEADER, IDEMPOTENCY_KEY, KEY_FORM
from cases.api.serializers import (
    CaseQuery,
    CaseRowSerializer,
    CaseSerializer,
    CaseTypeSerializer,
    OutcomeSerializer,
    RegionSerializer,
)
from cases.models import Case, CaseType, ChannelKey
from mediators import audit
from mediators.models import Region, User


class Cases(ListAPIView[Case]):
    queryset = Case.objects.none()  # for the schema; get_queryset decides
    serializer_class = CaseRowSerializer
    permission_classes = [*ListAPIView.permission_classes, FilesWithChannelKey]

    def get_queryset(self) -> QuerySet[Case]:
        query = CaseQuery(data=self.request.query_params.dict())
        return query.narrow(Case.objects.visible_to(_user(self.request)).with_people())

    @extend_schema(operation_id="list_cases", parameters=[CaseQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the cases that the caller may read, newest first."""
        return self.list(request, *args, **kwargs)

    @extend_schema(
        operation_id="file_case",
        request=FilingSerializer,
        responses={201: ReceiptSerializer},
        parameters=[IDEMPOTENCY_HEADER],
        auth=[{"ChannelKey": []}],  # type: ignore[list-item]
    )
    def post(self, request: Request) -> Response:
        """File a dispute as the channel of the key; the mediation code comes at once."""
        key = _filing_key(request)
        sent = FilingSerializer(data=request.data, context=self.get_serializer_context())
        sent.is_valid(raise_exception=True)
        receipt = filing.file_dispute(sent.dispute(), key=key, by=_user(request))
        place = reverse("api-case", args=[receipt.case.number], request=request)
        answer = ReceiptSerializer(receipt, context=self.get_serializer_context())
        return Response(answer.data, status.HTTP_201_CREATED, headers={"Location": place})


class OneCase(GenericAPIView[Case]):
    queryset = Case.objects.none()
    serializer_class = CaseSerializer

    @extend_schema(operation_id="read_case")
    def get(self, request: Request, number: str) -> Response:
        """Read one case with its timeline and what the caller may do; reading is noted."""
        case = _found(request, number)
        audit.note("case.read", actor=_user(request), chain=f"case:{case.pk}", means="api")
        return Response(self.get_serializer(case).data)


class CaseActions(GenericAPIView[Case]):
    queryset = Case.objects.none()
    serializer_class = OutcomeSerializer

    @extend_schema(
        operation_id="act_on_case",
        request=PolymorphicProxySerializer(
            component_name="CaseAction",
            serializers={action.value: deed.asked for action, deed in DEEDS.items()},
            resource_type_field_name="action",
        ),
        responses=OutcomeSerializer,
    )
    def post(self, request: Request, number: str) -> Response:
        """Do one of the case's `offered_actions`."""
        case, user = _found(request, number), _user(request)
        if not isinstance(request.data, dict) or "action" not in request.data:
            raise serializers.ValidationError({"action": _("请写要做什么")})
        deed = offered_deed(case, user=user, asked=request.data["action"])
        asked = deed.asked(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        parameters = {k: v for k, v in asked.validated_data.items() if k != "action"}
        deed.do(case, actor=user, **parameters)
        return Response(self.get_serializer(Case.objects.get(pk=case.pk)).data)


class CaseTypes(ListAPIView[CaseType]):
    queryset = CaseType.objects.all()
    serializer_class = CaseTypeSerializer
    pagination_class = None

    @extend_schema(operation_id="list_case_types")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the case types (案由), in their order."""
        return self.list(request, *args, **kwargs)


class Regions(ListAPIView[Region]):
    queryset = Region.objects.select_related("parent")
    serializer_class = RegionSerializer
    pagination_class = None

    @extend_schema(operation_id="list_regions")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the district, its streets and communities."""
        return self.list(request, *args, **kwargs)


class Nowhere(APIView):
    """An address that the API does not have: 404 in the shape of all its errors."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise Http404


def _user(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def _found(request: Request, number: str) -> Case:
    cases = Case.objects.visible_to(_user(request)).with_people()
    return get_object_or_404(cases.by_number(number))


def _filing_key(request: Request) -> filing.FilingKey:
    assert isinstance(request.auth, ChannelKey)
    given = request.headers.get(IDEMPOTENCY_KEY, "")
    if not KEY_FORM.fullmatch(given):
        raise serializers.ValidationError(
            {IDEMPOTENCY_KEY: _("要有这个请求头：1到100个可见的ASCII字符，一件纠纷一个")}
        )
    return filing.FilingKey(scope=f"channel-key:{request.auth.pk}", key=given)
