"""The administrator's tables of cases: types, calendar, colours, keywords, notices."""

import json
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cases import colours, faces
from cases.colours import ColourMissing
from cases.faces import colour_of, face_of
from cases.loading import load
from cases.models import (
    CalendarDay,
    Case,
    CaseType,
    CodeColour,
    ColourScheme,
    Keyword,
    Notice,
    Poster,
)
from mediators.models import AuditEntry, ReferenceVersion, User
from tests import factories


@pytest.fixture(autouse=True)
def _fresh_faces() -> Iterator[None]:
    """Faces are kept by the newest version's number, which a rolled back test gives back."""
    faces.forget()
    yield
    faces.forget()


@pytest.fixture
def administrator(db) -> User:
    user = factories.make_staff(User.Role.ADMINISTRATOR)
    user.is_staff = True
    user.save()
    return user


@pytest.fixture
def desk(administrator: User) -> Client:
    """The administrator's browser."""
    client = Client()
    client.force_login(administrator)
    return client


def form_of(row, **changes: object) -> dict[str, object]:
    """Return a row's editable fields as its form sends them."""
    values = {}
    for field in row._meta.concrete_fields:
        value = field.value_from_object(row)
        if field.editable and not field.primary_key and value not in (None, False):
            values[field.name] = json.dumps(value) if isinstance(value, dict) else value
    return {**values, **changes}


# --- Case types ---


def kinds_of(case_type: CaseType, **changes: str) -> dict[str, object]:
    rows = list(case_type.type_kinds.all())
    form: dict[str, object] = {
        "type_kinds-TOTAL_FORMS": len(rows),
        "type_kinds-INITIAL_FORMS": len(rows),
    }
    for place, row in enumerate(rows):
        form[f"type_kinds-{place}-id"] = row.pk
        form[f"type_kinds-{place}-case_type"] = case_type.pk
        form[f"type_kinds-{place}-kind"] = row.kind_id
        form[f"type_kinds-{place}-order"] = row.order
        if row.is_barred:
            form[f"type_kinds-{place}-is_barred"] = "on"
    return {**form, **changes}


def test_a_changed_order_of_kinds_is_a_version_and_outlives_the_next_release(desk):
    case_type = CaseType.objects.get(key="housing_lease")
    form = {**form_of(case_type), **kinds_of(case_type, **{"type_kinds-0-order": "9"})}
    address = reverse("admin:cases_casetype_change", args=[case_type.pk])
    assert desk.post(address, form).status_code == 302
    version = ReferenceVersion.objects.filter(model="cases.casetype", row=case_type.pk).last()
    assert any(kind.startswith("9 ") for kind in version.content["kinds"])
    assert version.by.role == "administrator"
    assert "承办组织种类" in desk.get(address).content.decode()
    load("2099.01")
    assert case_type.type_kinds.filter(order=9).exists()


def test_saving_a_case_type_as_it_is_makes_no_version(desk):
    case_type = CaseType.objects.get(key="housing_lease")
    form = {**form_of(case_type), **kinds_of(case_type)}
    address = reverse("admin:cases_casetype_change", args=[case_type.pk])
    assert desk.post(address, form).status_code == 302
    after = CaseType.objects.get(pk=case_type.pk)
    assert (after.version, after.shipped) == (case_type.version, case_type.shipped)


def test_a_new_case_type_is_one_version_together_with_its_kinds(desk):
    like = CaseType.objects.get(key="housing_lease")
    form = form_of(like, key="boats", name="船舶纠纷", name_en="Boats")
    form |= {
        "type_kinds-TOTAL_FORMS": 1,
        "type_kinds-INITIAL_FORMS": 0,
        "type_kinds-0-kind": like.type_kinds.first().kind_id,
        "type_kinds-0-order": 1,
    }
    assert desk.post(reverse("admin:cases_casetype_add"), form).status_code == 302
    made = CaseType.objects.get(key="boats")
    version = ReferenceVersion.objects.get(model="cases.casetype", row=made.pk)
    assert (made.version, version.version) == (1, 1)
    assert len(version.content["kinds"]) == 1


def test_a_holiday_of_next_year_is_added_by_its_day(desk):
    form = {"day": "2027-01-01", "note": "元旦"}
    assert desk.post(reverse("admin:cases_calendarday_add"), form).status_code == 302
    day = CalendarDay.objects.get(key="2027-01-01")
    assert (day.is_working, day.version) == (False, 1)


# --- Colours ---


def activate(desk: Client, *keys: str) -> str:
    chosen = list(ColourScheme.objects.filter(key__in=keys).values_list("pk", flat=True))
    answer = desk.post(
        reverse("admin:cases_colourscheme_changelist"),
        {"action": "put_in_force", "_selected_action": chosen},
        follow=True,
    )
    cache.clear()
    return answer.content.decode()


def test_one_action_puts_another_set_of_colours_in_force(desk, administrator):
    assert colour_of(Case.Status.FAILED) == "grey"
    assert "已启用" in activate(desk, "B")
    assert list(ColourScheme.objects.filter(is_active=True).values_list("key", flat=True)) == ["B"]
    assert colour_of(Case.Status.FAILED) == "red"
    entry = AuditEntry.objects.filter(deed="colours.switched").get()
    assert (entry.actor, entry.facts) == (administrator, {"scheme": "B"})


def test_two_sets_cannot_be_put_in_force_together(desk):
    assert "只选一个" in activate(desk, "A", "B")
    assert ColourScheme.objects.get(is_active=True).key == "A"


def test_a_set_that_leaves_a_status_without_colour_stays_out_of_force(desk):
    CodeColour.objects.filter(key="B-red").update(faces={"failed": {}})
    told = activate(desk, "B")
    assert "已转立案" in told
    assert "还没有颜色" in told
    assert ColourScheme.objects.get(is_active=True).key == "A"


def colour_address(colour: CodeColour) -> str:
    return reverse("admin:cases_codecolour_change", args=[colour.pk])


def test_a_colour_whose_text_cannot_be_read_is_refused(desk):
    colour = CodeColour.objects.get(key="A-yellow")
    told = desk.post(colour_address(colour), form_of(colour, text_hex="#FFFFFF")).content.decode()
    assert "4.5比1" in told
    colour.refresh_from_db()
    assert colour.text_hex != "#FFFFFF"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"dispatched": {}}, "还没有颜色：已登记"),
        ({"filed": {}, "flying": {}}, "只能写这些状态"),
        ({"filed": {"song": "x"}}, "每个状态下只能写"),
        ({"filed": []}, "每个状态下只能写"),
        ([], ""),
    ],
)
def test_faces_that_would_break_the_codes_are_refused(desk, written, words):
    colour = CodeColour.objects.get(key="A-blue")
    form = form_of(colour, faces=json.dumps(written))
    answer = desk.post(colour_address(colour), form)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    colour.refresh_from_db()
    assert colour.faces == {"filed": {}}


def test_a_status_that_moves_to_another_colour_leaves_the_one_it_had(desk):
    blue, orange = (CodeColour.objects.get(key=f"A-{name}") for name in ("blue", "orange"))
    said = {**blue.faces, "dispatched": {"word": "在路上"}}
    form = form_of(blue, faces=json.dumps(said, ensure_ascii=False))
    assert desk.post(colour_address(blue), form).status_code == 302
    cache.clear()
    orange.refresh_from_db()
    assert "dispatched" not in orange.faces
    assert (face_of("dispatched").colour, face_of("dispatched").word) == ("blue", "在路上")
    assert ReferenceVersion.objects.filter(model="cases.codecolour", row=orange.pk).count() == 2


def test_the_last_colour_of_a_status_cannot_be_taken_away(db, dispatcher):
    colour = CodeColour.objects.get(key="A-grey")
    colour.faces = {"failed": {}}
    with pytest.raises(ColourMissing, match="已撤回"):
        colours.repaint(colour, by=dispatcher)


def test_a_colour_shows_how_it_looks_and_how_well_it_reads(desk):
    told = desk.get(reverse("admin:cases_codecolour_changelist")).content.decode()
    assert 'fill="#1D6AB3"' in told
    assert "5.6 : 1 看得清" in told


# --- Other tables ---


def test_the_number_of_a_printed_poster_stays(desk, house):
    poster = Poster.objects.create(token="abc", label="大厅", channel_id=1, region=house.region)
    form = form_of(poster, token="other", label="一楼大厅")
    desk.post(reverse("admin:cases_poster_change", args=[poster.pk]), form)
    poster.refresh_from_db()
    assert (poster.token, poster.label) == ("abc", "一楼大厅")


def test_keywords_are_found_by_the_word(desk, django_assert_max_num_queries):
    word = Keyword.objects.filter(word__contains="押金").first()
    with django_assert_max_num_queries(12):
        told = desk.get(reverse("admin:cases_keyword_changelist"), {"q": "押金"}).content.decode()
    assert word.word in told


def test_notices_show_their_state_and_hide_phone_and_text(desk):
    factories.file()
    notice = Notice.objects.first()
    listed = desk.get(reverse("admin:cases_notice_changelist")).content.decode()
    told = desk.get(reverse("admin:cases_notice_change", args=[notice.pk])).content.decode()
    for page in (listed, told):
        assert notice.case.number in page
        assert "待发" in page
        assert notice.phone not in page
        assert notice.text not in page
