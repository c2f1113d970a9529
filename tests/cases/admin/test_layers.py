"""The rules that a director reads and the administrator edits: layers, tiers, channels, fields."""

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import CaseType, Channel, Layer, TierRule
from mediators.models import BodyKind, Mediator, ReferenceVersion, User
from tests import factories


def browser_of(role: str) -> Client:
    user = factories.make_staff(role)
    user.is_staff = True
    user.save()
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(db) -> Client:
    """The administrator's browser."""
    return browser_of(User.Role.ADMINISTRATOR)


@pytest.fixture
def director(db) -> Client:
    return browser_of(User.Role.LEADER)


def change(row) -> str:
    return reverse(f"admin:cases_{row._meta.model_name}_change", args=[row.pk])


def versions(row):
    return ReferenceVersion.objects.filter(model=row._meta.label_lower, row=row.pk)


def test_a_layer_s_days_are_changed_as_a_version(desk):
    layer = Layer.objects.get(key="community")
    form = {"days": "5", "silent_rounds": "3", "order": layer.order}
    assert desk.post(change(layer), form).status_code == 302
    layer.refresh_from_db()
    assert (layer.key, layer.days, layer.silent_rounds) == ("community", 5, 3)
    assert versions(layer).last().by.role == "administrator"


def test_no_layer_is_added_and_none_deleted(desk):
    assert desk.get(reverse("admin:cases_layer_add")).status_code == 403
    address = reverse("admin:cases_layer_delete", args=[Layer.objects.first().pk])
    assert desk.post(address, {"post": "yes"}).status_code == 403


def test_a_rule_is_added_and_reads_as_a_sentence(desk):
    form = {
        "key": "amount_million",
        "name": "一百万以上",
        "name_en": "A million",
        "condition": "amount",
        "threshold": "1000000",
        "words": "",
        "tier": "district",
        "is_active": "on",
        "order": 99,
    }
    assert desk.post(reverse("admin:cases_tierrule_add"), form).status_code == 302
    page = desk.get(reverse("admin:cases_tierrule_changelist")).content.decode()
    assert "金额1000000元以上的，至少到区矛调中心" in page


@pytest.mark.parametrize(
    ("condition", "threshold", "words", "said"),
    [
        ("people", "5", "", "当事人5人以上的，至少到街道"),
        ("words", None, "堵门\n上访", "写到堵门、上访的，至少到街道"),
        ("words", None, "\n".join("甲乙丙丁戊己庚"), "写到甲、乙、丙、丁、戊等7个词的"),
        ("track", None, "", "法院诉前调来的"),
        ("failed", "2", "", "下面2次没有谈成的"),
    ],
)
def test_every_kind_of_rule_has_its_sentence(director, condition, threshold, words, said):
    TierRule.objects.create(
        key="one", name="一", name_en="one", condition=condition, threshold=threshold,
        words=words, tier="street",
    )  # fmt: skip
    assert said in director.get(reverse("admin:cases_tierrule_changelist")).content.decode()


def test_a_rule_without_its_number_is_refused_with_what_to_write(desk):
    rule = TierRule.objects.get(key="amount_50000")
    form = {"name": "x", "name_en": "x", "condition": "amount", "tier": "street", "order": 1}
    page = desk.post(change(rule), form).content.decode()
    assert "请写数字" in page


def test_a_director_reads_every_rule_and_changes_none(director):
    for model in (Layer, TierRule, Channel, CaseType):
        name = model._meta.model_name
        row = model._default_manager.order_by("pk").first()
        assert director.get(reverse(f"admin:cases_{name}_changelist")).status_code == 200
        page = director.get(change(row))
        assert page.status_code == 200
        assert 'name="_save"' not in page.content.decode()
        assert director.post(change(row), {}).status_code == 403
        assert director.get(reverse(f"admin:cases_{name}_add")).status_code == 403


def test_a_channel_s_first_bodies_are_kept_in_its_history(desk, house):
    channel = Channel.objects.get(key="police")
    kind = BodyKind.objects.get(key="industry")
    form = {
        "name": channel.name,
        "name_en": channel.name_en,
        "origin": channel.origin,
        "order": channel.order,
        "kinds": [kind.pk],
        "bodies": [house.body.pk],
    }
    assert desk.post(change(channel), form).status_code == 302
    assert list(channel.bodies.all()) == [house.body]
    assert versions(channel).last().content["bodies"] == [house.body.name]
    page = desk.get(change(channel)).content.decode()
    assert "优先派给哪个组织" in page


def test_of_hundreds_of_mediators_a_type_lists_only_those_it_names(desk, house):
    case_type = CaseType.objects.get(key="housing_lease")
    mediator = Mediator.objects.get(user=house.mediator)
    case_type.mediators.add(mediator)
    page = desk.get(change(case_type)).content.decode()
    assert "admin-autocomplete" in page
    assert f'<option value="{mediator.pk}" selected>{mediator}</option>' in page
    assert house.colleague.name not in page
    address = reverse("admin:autocomplete")
    query = {"app_label": "cases", "model_name": "casetype", "field_name": "mediators"}
    found = desk.get(address, {**query, "term": house.colleague.name}).json()
    assert [row["id"] for row in found["results"]] == [str(house.colleague.mediator.pk)]
