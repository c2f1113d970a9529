import json

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, Clock
from mediators import audit, reference, roles
from mediators.models import AuditEntry, Body, BodyKind, Mediator, ReferenceVersion, Region, User
from mediators.roles import Deed
from tests import factories

REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
ROLES = [*User.Role.values, "", "superuser"]
SECRET_FROM_ADMINISTRATORS = {
    "cases.case",
    "cases.party",
    "cases.agreement",
    "cases.confirmation",
    "cases.session",
    "scoring.pointentry",
    "scoring.monthresult",
}
# The dispatcher knows the keywords best, the administrator answers for them.
KEPT_BY_TWO = {"cases.rulebook"}
# The admin form of a mediator without leave and relations.
NO_LINES = {
    f"{prefix}-{count}_FORMS": 0
    for prefix in ("leaves", "relations")
    for count in ("TOTAL", "INITIAL")
}


def make_user(role: str) -> User:
    """Return a person of a role, with the entry to the admin that the role has."""
    user = factories.make_staff("" if role == "superuser" else role)
    user.is_superuser = role == "superuser"
    user.is_staff = roles.enters_admin(user)
    user.save()
    return user


def sign_in(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role))
    return client


def duties(role: str, model: type) -> set[str]:
    table = roles.TABLE.get("administrator" if role == "superuser" else role, {})
    return set(table.get(model._meta.label_lower, ()))


def page(model: type, name: str) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}")


@pytest.fixture
def desk(db) -> Client:
    """The administrator's browser."""
    return sign_in("administrator")


# --- Who may do what ---


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_exactly_the_lists_of_its_duties(db, role):
    client = sign_in(role)
    for model in REGISTERED:
        expected = 200 if Deed.VIEW in duties(role, model) else 403
        assert client.get(page(model, "changelist"), follow=True).status_code == expected, model


@pytest.mark.parametrize("role", ROLES)
def test_each_role_adds_only_what_it_keeps_and_deletes_nothing(db, role):
    client = sign_in(role)
    for model in REGISTERED:
        allowed = client.get(page(model, "add"), follow=True).status_code == 200
        assert allowed <= (Deed.ADD in duties(role, model)), model
        address = reverse(
            f"admin:{model._meta.app_label}_{model._meta.model_name}_delete", args=[1]
        )
        assert client.post(address, {"post": "yes"}, follow=True).status_code in (403, 404), model


def test_running_the_house_and_seeing_cases_are_apart():
    administrator = roles.TABLE[User.Role.ADMINISTRATOR]
    assert not SECRET_FROM_ADMINISTRATORS & administrator.keys()
    for one in roles.TABLE:
        for other in roles.TABLE:
            shared = {
                label
                for label in roles.TABLE[one].keys() & roles.TABLE[other].keys()
                if Deed.CHANGE in roles.TABLE[one][label] & roles.TABLE[other][label]
            }
            assert one == other or shared <= KEPT_BY_TWO


def test_the_table_of_roles_names_only_tables_that_exist():
    for label in {label for table in roles.TABLE.values() for label in table}:
        assert apps.get_model(label)


def test_a_superuser_is_an_administrator_even_with_the_role_of_the_court(db):
    user = factories.make_staff(User.Role.COURT)
    user.is_staff = user.is_superuser = True
    assert not roles.may(user, Deed.VIEW, Case)
    assert roles.may(user, Deed.VIEW, Body)


def test_a_closed_account_may_do_nothing(db):
    user = make_user("administrator")
    user.is_active = False
    assert not roles.may(user, Deed.VIEW, Body)


def test_strangers_are_sent_to_the_one_sign_in_page(db, client):
    answer = client.get("/admin/mediators/body/")
    assert answer.status_code == 302
    answer = client.get(answer["Location"])
    assert answer["Location"].startswith(reverse("sign-in"))
    assert "next=/admin/mediators/body/" in answer["Location"]


def test_the_way_back_after_signing_in_never_leads_to_another_site(db, client):
    answer = client.get("/admin/login/?next=https://example.org/")
    assert "example.org" not in answer["Location"]


# --- Reference data ---


def test_an_edit_of_reference_data_is_a_version_with_its_editor(desk):
    clock = Clock.objects.get(key="respond")
    before = clock.version
    answer = desk.post(
        reverse("admin:cases_clock_change", args=[clock.pk]),
        {
            "name": clock.name,
            "name_en": clock.name_en,
            "days": 4,
            "unit": clock.unit,
            "article": clock.article,
            "effective_from": clock.effective_from,
        },
    )
    assert answer.status_code == 302
    clock.refresh_from_db()
    version = ReferenceVersion.objects.get(model="cases.clock", row=clock.pk, version=before + 1)
    assert (clock.days, clock.version, clock.shipped) == (4, before + 1, "")
    assert version.by.role == "administrator"
    told = desk.get(reverse("admin:cases_clock_change", args=[clock.pk])).content.decode()
    assert "天数</b> 3 → 4" in told
    assert "本地改过" in told


def test_saving_without_a_change_makes_no_version(desk):
    kind = BodyKind.objects.first()
    form = {f: getattr(kind, f) for f in ("name", "name_en", "family", "tier", "order")}
    answer = desk.post(reverse("admin:mediators_bodykind_change", args=[kind.pk]), form)
    assert answer.status_code == 302
    assert BodyKind.objects.get(pk=kind.pk).version == kind.version


def test_the_key_of_a_row_is_fixed_once_made(desk):
    region = Region.objects.filter(level="street").first()
    desk.post(
        reverse("admin:mediators_region_change", args=[region.pk]),
        {"key": "other", "name": "改名街道", "level": region.level, "parent": region.parent_id},
    )
    region.refresh_from_db()
    assert region.name == "改名街道"
    assert region.key != "other"


def test_a_region_cannot_lie_in_itself_or_below(desk):
    street = Region.objects.filter(level="street").first()
    below = Region.objects.filter(parent=street).first() or street
    for parent in (street, below):
        form = {"name": street.name, "level": "street", "parent": parent.pk}
        told = desk.post(reverse("admin:mediators_region_change", args=[street.pk]), form)
        assert "上级要比本级高" in told.content.decode()
    assert Region.objects.get(pk=street.pk).parent_id == street.parent_id


def test_history_tells_what_each_version_changed(db, dispatcher):
    clock = Clock.objects.get(key="invite")
    clock.days = 5
    reference.revise(clock, by=dispatcher, related={"kinds": ["1 街道"]})
    clock.days = 6
    reference.revise(clock, by=dispatcher)
    newest, middle, first = reference.history(clock)
    assert dict(newest.changes) == {"days": ("5", "6")}
    assert dict(middle.changes) == {"days": ("3", "5"), "kinds": (None, ["1 街道"])}
    assert not first.changes


def test_a_list_shows_where_each_row_came_from_in_few_queries(desk, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        told = desk.get(page(Region, "changelist")).content.decode()
    assert "版发布" in told


# --- People ---


def test_an_account_is_made_with_role_and_password_and_enters_what_its_role_needs(desk):
    form = {
        "username": "new-clerk",
        "name": "新书记员",
        "role": "court",
        "usable_password": "true",
        "password1": "a-long-pass-phrase-1",
        "password2": "a-long-pass-phrase-1",
    }
    assert desk.post(page(User, "add"), form).status_code == 302
    user = User.objects.get(username="new-clerk")
    assert (user.role, user.is_staff, user.is_superuser) == ("court", True, False)
    assert user.check_password("a-long-pass-phrase-1")


def test_taking_a_role_away_takes_the_entry_away(desk):
    clerk = make_user("court")
    form = {"username": clerk.username, "name": clerk.name, "role": "mediator", "is_active": "on"}
    desk.post(reverse("admin:mediators_user_change", args=[clerk.pk]), form)
    clerk.refresh_from_db()
    assert (clerk.role, clerk.is_staff) == ("mediator", False)


def test_nobody_makes_a_superuser_in_the_admin(desk):
    clerk = make_user("court")
    form = {"username": clerk.username, "role": "court", "is_active": "on", "is_superuser": "on"}
    desk.post(reverse("admin:mediators_user_change", args=[clerk.pk]), form)
    assert not User.objects.get(pk=clerk.pk).is_superuser


def test_administrators_cannot_close_or_demote_their_own_account(db):
    own = make_user("administrator")
    client = Client()
    client.force_login(own)
    form = {"username": own.username, "name": own.name, "role": "mediator"}
    client.post(reverse("admin:mediators_user_change", args=[own.pk]), form)
    own.refresh_from_db()
    assert (own.role, own.is_active) == ("administrator", True)


def test_every_change_in_the_admin_is_in_the_audit_trail_without_names(desk, house):
    form = {
        "name": "改名调委会",
        "abbreviation": house.body.abbreviation,
        "kind": house.body.kind_id,
        "region": house.body.region_id,
        "share": 1,
        "is_active": "on",
    }
    desk.post(reverse("admin:mediators_body_change", args=[house.body.pk]), form)
    entry = AuditEntry.objects.filter(chain="house").last()
    assert (entry.deed, entry.facts["row"]) == ("body.changed", house.body.pk)
    assert entry.actor.role == "administrator"
    assert "改名调委会" not in json.dumps(entry.facts, ensure_ascii=False)


def test_a_new_mediator_is_chosen_among_accounts_that_are_on_no_roster(desk, house):
    fresh = factories.make_staff(User.Role.MEDIATOR)
    told = desk.get(page(Mediator, "add")).content.decode()
    assert f'value="{fresh.pk}"' in told
    for other in (house.mediator, house.clerk):
        assert f'<option value="{other.pk}">{other}' not in told
    form = {"user": fresh.pk, "body": house.body.pk, "capacity": 40, **NO_LINES}
    assert desk.post(page(Mediator, "add"), form).status_code == 302
    assert fresh.mediator.body == house.body


def test_a_mediators_days_off_languages_leave_and_relations_are_kept_in_the_admin(desk, house):
    mediator = house.mediator.mediator
    form = {
        "body": house.body.pk,
        "capacity": 40,
        "days_off": ["7", "6"],
        "languages": ["xiaoshan"],
        **NO_LINES,
        "leaves-TOTAL_FORMS": 1,
        "leaves-0-first_day": "2026-12-01",
        "leaves-0-last_day": "2026-12-03",
        "relations-TOTAL_FORMS": 1,
        "relations-0-kind": "employer",
        "relations-0-name": "某某 （杭州）有限公司",
    }
    answer = desk.post(reverse("admin:mediators_mediator_change", args=[mediator.pk]), form)
    assert answer.status_code == 302, answer.content.decode()
    mediator.refresh_from_db()
    assert (mediator.days_off, mediator.languages) == ("67", ["xiaoshan"])
    assert str(mediator.leaves.get().last_day) == "2026-12-03"
    assert mediator.relations.get().name_key == "某某杭州有限公司"


def test_leave_that_ends_before_it_begins_is_told(desk, house):
    form = {
        "body": house.body.pk,
        "capacity": 40,
        **NO_LINES,
        "leaves-TOTAL_FORMS": 1,
        "leaves-0-first_day": "2026-12-03",
        "leaves-0-last_day": "2026-12-01",
    }
    address = reverse("admin:mediators_mediator_change", args=[house.mediator.mediator.pk])
    assert "最后一天不能早于第一天" in desk.post(address, form).content.decode()


def test_people_are_found_by_the_name_of_their_body(desk, house):
    told = desk.get(page(Mediator, "changelist"), {"q": house.body.name}).content.decode()
    assert str(house.mediator) in told
    assert str(house.other_mediator) not in told


# --- The audit trail ---


def test_choosing_a_chain_shows_only_it_and_proves_it(desk, dispatcher):
    audit.note("case.read", actor=dispatcher, chain="case:7")
    audit.note("case.read", actor=dispatcher, chain="case:8")
    told = desk.get(page(AuditEntry, "changelist"), {"chain__exact": "case:7"}).content.decode()
    assert "链“case:7”完好" in told
    assert "case:8" not in told


def test_an_entry_that_does_not_follow_shows_when_its_chain_is_chosen(desk):
    AuditEntry.objects.create(
        chain="case:9",
        seq=1,
        at=timezone.now(),
        deed="case.read",
        previous=audit.FIRST,
        digest="0" * 64,
    )
    told = desk.get(page(AuditEntry, "changelist"), {"chain__exact": "case:9"}).content.decode()
    assert "从第1条起对不上" in told


def test_an_entry_of_the_trail_opens_for_reading_and_takes_no_change(desk, dispatcher):
    entry = audit.note("case.read", actor=dispatcher, chain="case:7")
    address = reverse("admin:mediators_auditentry_change", args=[entry.pk])
    assert entry.digest in desk.get(address).content.decode()
    assert desk.post(address, {"deed": "nothing"}).status_code == 403


# --- The look ---


def test_admin_pages_carry_no_inline_style_or_script_and_no_english(desk):
    for path in ("/admin/", page(Body, "changelist"), page(User, "add"), page(Region, "add")):
        told = desk.get(path).content.decode()
        assert "style=" not in told
        assert "<style" not in told
        assert "<script>" not in told
        for english in ("After you", "Django", "Select", "Filter"):
            assert english not in told, path
