"""The demonstration's posters, its partner system, and which body knows which case types."""

import secrets
from collections.abc import Iterator

from django.db import transaction

from cases import clients
from cases.models import CaseType, Channel, Poster
from mediators.models import Body, BodyKind, Mediator, Region

COMPETENCE = {
    "物业服务": ("property_service",),
    "劳动人事": ("labour", "work_injury"),
    "知识产权": ("intellectual_property",),
    "婚姻家事": ("marriage_family",),
    "医疗": ("medical",),
    "道路交通": ("traffic_accident",),
    "消费": ("consumer",),
    "金融": ("finance",),
    "建设工程": ("construction",),
    "保险": ("insurance",),
    "互联网": ("internet",),
    "生态环境": ("environment",),
    "房产交易": ("housing_sale",),
    "住房租赁": ("housing_lease",),
    "商会": ("sale_contract", "corporate"),
    "教育培训": ("other_contract",),
}
SPECIALITIES = ("marriage_family", "neighbour", "private_loan", "personal_injury", "inheritance")
STABLE_TOKENS = {"西兴街道": "xixing", "长河街道": "changhe", "浦沿街道": "puyan"}
WINDOWS = {
    "window": ("区矛调中心窗口（演示）", "binjiang"),
    "win-xixing": ("西兴街道窗口（演示）", "xixing"),
    "win-changhe": ("长河街道窗口（演示）", "changhe"),
    "win-puyan": ("浦沿街道窗口（演示）", "puyan"),
}


PARTNER = "公安警调系统（演示）"


@transaction.atomic
def populate() -> tuple[int, str]:
    """Name the case types of the demonstration's industry bodies, put up posters, add a partner.

    One poster for each region, body and window. Returns how many, and the secret of the partner
    system's key, which is shown this once. Bodies must have been made up.
    """
    types = {case_type.key: case_type for case_type in CaseType.objects.all()}
    bodies = list(Body.objects.filter(is_demo=True).select_related("region", "kind").order_by("pk"))
    for field, keys in COMPETENCE.items():
        known = [body for body in _industry(bodies) if body.name.startswith(f"滨江区{field}")]
        for key in keys:
            types[key].bodies.add(*known)
    _name_specialists(types)
    posters = Poster.objects.bulk_create(_posters(bodies))
    police = Channel.objects.get(key="police")
    _key, secret = clients.issue_key(PARTNER, channel=police, by=None)
    return len(posters), secret


def _name_specialists(types: dict[str, CaseType]) -> None:
    """Name one in twelve of the people's mediators for a type each, in turn.

    And the one who can sign in, the first of all, for leases: so that some come there.
    """
    people = Mediator.objects.filter(
        is_demo=True, body__kind__family=BodyKind.Family.PEOPLE
    ).order_by("pk")
    types["housing_lease"].mediators.add(people[0])
    for place, mediator in enumerate(people[11::12]):
        types[SPECIALITIES[place % len(SPECIALITIES)]].mediators.add(mediator)


def _industry(bodies: list[Body]) -> list[Body]:
    return [body for body in bodies if body.kind.family == BodyKind.Family.INDUSTRY]


def _posters(bodies: list[Body]) -> Iterator[Poster]:
    public, window = Channel.objects.get(key="public"), Channel.objects.get(key="window")
    regions = {region.key: region for region in Region.objects.order_by("pk")}
    for region in regions.values():
        token = STABLE_TOKENS.get(region.name) or new_token()
        yield Poster(token=token, label=region.name, channel=public, region=region)
    for token, (label, key) in WINDOWS.items():
        yield Poster(token=token, label=label, channel=window, region=regions[key])
    for body in bodies:
        yield Poster(
            token=new_token(),
            label=body.name,
            channel=public,
            region=_place_of(body),
            body=body,
        )


def _place_of(body: Body) -> Region | None:
    """A body of the whole district says nothing about where a dispute arose."""
    whole = body.region.level == Region.Level.DISTRICT
    return None if whole else body.region


def new_token() -> str:
    """Return the random token of a poster, safe in an address."""
    return secrets.token_hex(4)
