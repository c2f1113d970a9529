"""The demonstration's people and bodies, at the district's published scale and plainly marked.

97 bodies (66 people's, 27 industry, 4 court-invited) and 882 mediators; who works in them is not
published, so every name says that it is a demonstration.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from mediators import roles
from mediators.models import Body, BodyKind, Language, Leave, Mediator, Region, User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MEDIATORS = 882
LARGEST_BODY = 15
PASSWORD = "demo-tiaojie-2026"  # noqa: S105 (shown on the sign-in page of a demonstration)
HOME = "xixing"  # the street whose committee the signed-in mediator and lead belong to
INDUSTRIES = {
    "物业服务": 3,
    "劳动人事": 3,
    "知识产权": 2,
    "婚姻家事": 2,
    "医疗": 1,
    "道路交通": 2,
    "消费": 2,
    "金融": 2,
    "建设工程": 2,
    "保险": 1,
    "互联网": 2,
    "生态环境": 1,
    "房产交易": 1,
    "住房租赁": 1,
    "商会": 1,
    "教育培训": 1,
}
COURT_INVITED = 4
NUMERALS = "一二三四"


class SignIn(NamedTuple):
    """Somebody who can sign in to the demonstration."""

    label: "StrOrPromise"
    username: str
    password: str


SIGN_INS: tuple[SignIn, ...] = tuple(SignIn(role.label, role.value, PASSWORD) for role in User.Role)


@dataclass(frozen=True)
class DemoBody:
    """A body to be made up: its kind and region by key, and how many work there."""

    name: str
    abbreviation: str
    kind: str
    region: str
    people: int


@transaction.atomic
def populate() -> tuple[int, int] | None:
    """Make up bodies, mediators and sign-ins; return how many of the first two.

    Returns None and does nothing when demonstration bodies are there. Regions and kinds of body
    must have been loaded.
    """
    if Body.objects.filter(is_demo=True).exists():
        return None
    sizes = spread([body.people for body in plan()], MEDIATORS)
    bodies = _write_bodies()
    people = _write_people(list(zip(bodies, sizes, strict=True)))
    return len(bodies), people


def plan() -> list[DemoBody]:
    """Return the bodies to be made up; the home committee first, so that its people are first."""
    streets = Region.objects.filter(level=Region.Level.STREET)
    bodies = chain(
        (_committee(r, "people_street", "", 15) for r in streets.order_by("code")),
        _communities(),
        (
            DemoBody(f"{name}人民调解委员会（演示）", short, "people_district", "binjiang", 10)
            for name, short in (("滨江区", "滨区"), ("滨江区企业", "滨企业"))
        ),
        _industries(),
        (
            DemoBody(
                f"滨江区法院特邀调解组织{numeral}（演示）",
                f"滨特邀{numeral}",
                "court_invited",
                "binjiang",
                12,
            )
            for numeral in NUMERALS[:COURT_INVITED]
        ),
    )
    return sorted(bodies, key=lambda body: body.region != HOME)


def _communities() -> Iterator[DemoBody]:
    communities = Region.objects.filter(level=Region.Level.COMMUNITY)
    for place, region in enumerate(communities.order_by("pk")):
        # Small and large ones side by side: 4 to 11 people.
        yield _committee(region, "people_community", "社", 4 + place % 8)


def _committee(region: Region, kind: str, suffix: str, people: int) -> DemoBody:
    short = region.name.removesuffix("街道").removesuffix("社区")
    return DemoBody(
        f"{region.name}人民调解委员会（演示）", f"滨{short}{suffix}", kind, region.key, people
    )


def _industries() -> Iterator[DemoBody]:
    for field, count in INDUSTRIES.items():
        for numeral in NUMERALS[:count] if count > 1 else ("",):
            yield DemoBody(
                f"滨江区{field}纠纷调解委员会{numeral}（演示）",
                f"滨{field}{numeral}",
                "industry",
                "binjiang",
                11,
            )


def spread(sizes: list[int], total: int) -> list[int]:
    """Return the sizes, raised one by one (none above the largest) until they make the total."""
    sizes = list(sizes)
    while (missing := total - sum(sizes)) > 0:
        room = [place for place, size in enumerate(sizes) if size < LARGEST_BODY]
        for place in room[:missing]:
            sizes[place] += 1
    return sizes


def _write_bodies() -> list[Body]:
    kinds = {kind.key: kind for kind in BodyKind.objects.all()}
    regions = {region.key: region for region in Region.objects.all()}
    return Body.objects.bulk_create(
        Body(
            name=body.name,
            abbreviation=body.abbreviation,
            kind=kinds[body.kind],
            region=regions[body.region],
            phone="0571-0000 0000",
            is_demo=True,
        )
        for body in plan()
    )


def _write_people(bodies: list[tuple[Body, int]]) -> int:
    """Write sign-ins, leads and mediators; in each body the mediators come before the lead.

    The first mediator of the home committee is the one who can sign in.
    """
    signed_in = {user.role: user for user in User.objects.bulk_create(_sign_in_users())}
    posts = [(body, place == size - 1) for body, size in bodies for place in range(size)]
    users = _staff_users(posts)
    users[0] = signed_in[User.Role.MEDIATOR]
    users[bodies[0][1] - 1] = signed_in[User.Role.LEAD]
    User.objects.bulk_create(user for user in users if user.pk is None)
    rows = Mediator.objects.bulk_create(
        Mediator(
            user=user,
            body=body,
            days_off=days_off(number),
            languages=languages_of(number),
            is_demo=True,
        )
        for number, (user, (body, _)) in enumerate(zip(users, posts, strict=True))
    )
    _write_leaves(rows)
    return len(rows)


def days_off(number: int) -> str:
    """Return the weekly days off of a made-up mediator: weekends for one in five, or a weekday."""
    return "67" if number % 5 == 3 else {4: "2", 6: "3", 8: "4"}.get(number % 11, "")


def languages_of(number: int) -> list[str]:
    """Return what a made-up mediator speaks besides Mandarin."""
    spoken = {
        Language.HANGZHOU: number % 2 == 1,
        Language.XIAOSHAN: number % 3 == 1,
        Language.WU: number % 8 == 2,
        Language.ENGLISH: number % 25 == 6,
        Language.SIGN: number % 60 == 12,
    }
    return [str(language) for language, speaks in spoken.items() if speaks]


def _write_leaves(people: list[Mediator]) -> None:
    """Send a few on leave, now and next month; whoever signs in to the demonstration stays."""
    today = timezone.localdate()
    Leave.objects.bulk_create(
        Leave(
            mediator=one,
            first_day=today + dt.timedelta(days=number // 40 - 5),
            last_day=today + dt.timedelta(days=number // 40 + 4),
            note="年休假（演示）",
        )
        for number, one in enumerate(people)
        if number % 40 in (20, 25) and one.user.username.startswith("demo-")
    )


def _staff_users(posts: list[tuple[Body, bool]]) -> list[User]:
    nobody_signs_in = make_password(None)
    return [
        User(
            username=f"demo-{number:03d}",
            name=f"演示{'负责人' if leads else '调解员'}{number:03d}",
            role=User.Role.LEAD if leads else User.Role.MEDIATOR,
            password=nobody_signs_in,
        )
        for number, (_, leads) in enumerate(posts, 1)
    ]


def _sign_in_users() -> Iterator[User]:
    """One person for each role; who has duties in the admin may enter it."""
    password = make_password(PASSWORD)
    for role in User.Role:
        administrates = role == User.Role.ADMINISTRATOR
        yield User(
            username=role.value,
            name=f"演示{role.label}",
            role=role,
            password=password,
            is_staff=role in roles.TABLE,
            is_superuser=administrates,
        )
