from collections import Counter

import pytest
from django.contrib.auth import authenticate
from django.db.models import Count
from django.test import RequestFactory

from mediators import demo, loading, reference
from mediators.loading import Counts
from mediators.models import Body, BodyKind, Mediator, ReferenceVersion, Region, User

pytestmark = pytest.mark.django_db
CODED = {
    "滨江区": "330108",
    "西兴街道": "330108001",
    "长河街道": "330108002",
    "浦沿街道": "330108003",
    "东冠社区": "330108003006",
}


@pytest.fixture
def populated():
    return demo.populate()


# --- Regions and kinds ---


def test_the_district_has_three_streets_and_its_communities():
    levels = Counter(Region.objects.values_list("level", flat=True))
    assert levels == {"district": 1, "street": 3, "community": 61}


def test_only_codes_that_a_source_shows_are_filled_in():
    assert dict(Region.objects.exclude(code=None).values_list("name", "code")) == CODED


def test_only_streets_and_communities_with_a_source_are_verified():
    verified = Region.objects.filter(is_verified=True, level=Region.Level.COMMUNITY)
    assert set(verified.values_list("name", flat=True)) == {"七甲闸社区", "襄七房社区", "东冠社区"}


def test_a_community_whose_street_is_not_known_stands_under_the_district():
    under_district = Region.objects.filter(parent__key="binjiang", level=Region.Level.COMMUNITY)
    assert under_district.count() == 14
    assert not under_district.filter(is_verified=True).exists()


def test_every_region_and_kind_has_an_english_name():
    assert not Region.objects.filter(name_en="").exists()
    assert not BodyKind.objects.filter(name_en="").exists()


def test_only_market_bodies_may_charge():
    charging = BodyKind.objects.filter(may_charge=True)
    assert set(charging.values_list("family", flat=True)) == {BodyKind.Family.MARKET}


def test_loading_again_changes_nothing():
    versions = ReferenceVersion.objects.count()
    assert loading.load("2026.11") == Counts(unchanged=73)
    assert ReferenceVersion.objects.count() == versions


def test_a_later_release_with_the_same_content_changes_nothing():
    assert loading.load("2027.01") == Counts(unchanged=73)


def test_a_region_that_people_have_moved_stays_where_they_put_it():
    community = Region.objects.get(key="shuidian-community")
    community.parent, community.is_verified = Region.objects.get(key="puyan"), True
    reference.revise(community, by=None)
    assert loading.load("2027.01") == Counts(unchanged=72, kept=1)
    community.refresh_from_db()
    assert community.parent.key == "puyan"


def test_changed_content_of_a_release_comes_in_as_a_new_version(monkeypatch):
    shipped = loading.read

    def changed(path):
        content = shipped(path)
        content["rows"][0]["name"] = "改过的名称"
        return content

    monkeypatch.setattr(loading, "read", changed)
    assert loading.load("2027.01") == Counts(updated=2, unchanged=71)
    district = Region.objects.get(key="binjiang")
    assert (district.name, district.version, district.shipped) == ("改过的名称", 2, "2027.01")


# --- The demonstration's bodies and people ---


def test_the_demonstration_has_the_published_scale(populated):
    assert populated == (97, 882)
    families = Counter(Body.objects.values_list("kind__family", flat=True))
    assert families == {"people": 66, "industry": 27, "court_invited": 4}
    assert Mediator.objects.count() == 882


def test_everything_made_up_is_marked(populated):
    assert not Body.objects.filter(is_demo=False).exists()
    assert not Body.objects.exclude(name__endswith="（演示）").exists()
    assert not Mediator.objects.filter(is_demo=False).exists()
    assert not User.objects.exclude(name__startswith="演示").exists()


def test_bodies_have_three_to_fifteen_people_of_whom_one_leads(populated):
    sizes = Body.objects.annotate(people=Count("mediators")).values_list("people", flat=True)
    assert set(sizes) <= set(range(3, 16))
    leads = Mediator.objects.filter(user__role=User.Role.LEAD)
    assert Counter(leads.values_list("body", flat=True)) == Counter(
        Body.objects.values_list("pk", flat=True)
    )


def test_no_two_bodies_share_the_abbreviation_that_their_numbers_begin_with(populated):
    names = Counter(Body.objects.values_list("abbreviation", flat=True))
    assert set(names.values()) == {1}


def test_everybody_who_is_shown_can_sign_in_and_nobody_else(populated):
    request = RequestFactory().post("/")
    for _label, username, password in demo.SIGN_INS:
        assert authenticate(request, username=username, password=password)
    others = User.objects.exclude(username__in=[s.username for s in demo.SIGN_INS])
    assert not any(user.has_usable_password() for user in others)


def test_there_is_a_sign_in_for_every_role(populated):
    roles = User.objects.filter(username__in=[s.username for s in demo.SIGN_INS])
    assert set(roles.values_list("role", flat=True)) == set(User.Role)


def test_only_those_whose_office_needs_it_come_to_the_admin(populated):
    staff = dict(User.objects.filter(is_staff=True).values_list("role", "is_superuser"))
    offices = ("court", "assessor", "dispatcher", "leader")
    assert staff == {"administrator": True, **dict.fromkeys(offices, False)}


def test_the_mediator_and_the_lead_who_sign_in_share_a_body(populated):
    mediator = Mediator.objects.get(user__username="mediator")
    lead = Mediator.objects.get(user__username="lead")
    assert mediator.body == lead.body
    assert mediator.body.region.key == demo.HOME
    assert mediator == Mediator.objects.order_by("pk").first()


def test_the_demonstration_is_made_only_once(populated):
    assert demo.populate() is None
    assert Body.objects.count() == 97


def test_spreading_people_makes_the_total_without_crowding_a_body():
    assert demo.spread([15, 3, 4], 25) == [15, 5, 5]
