import datetime as dt
from collections import Counter

import pytest

import cases.demo
import mediators.demo
from cases import clients, clocks, filing, loading
from cases.models import (
    CalendarDay,
    Case,
    CaseType,
    Channel,
    Clock,
    CodeColour,
    ColourScheme,
    Poster,
    RuleBook,
    TypeKind,
)
from cases.routing import assign, publishing, rulebook
from cases.routing.classify import NOT_MEDIABLE_TYPE, Keyword, load_keywords
from cases.routing.suggest import suggest
from mediators import reference
from mediators.loading import Counts
from mediators.models import BodyKind, Region

pytestmark = pytest.mark.django_db
# 10 clocks, 39 days, 7 channels, 4 layers, 8 tier rules, 2 schemes, 10 colours, 25 types, 1 book
ROWS = 106
STATISTICS = {
    *("婚姻家庭", "邻里", "房屋宅基地", "合同", "生产经营", "损害赔偿", "山林土地", "征地拆迁"),
    *("环境污染", "劳动争议", "消费", "医疗", "道路交通事故", "物业", "其他"),
}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


# --- Loading ---


def test_loading_again_changes_nothing():
    assert loading.load("2026.11") == Counts(unchanged=ROWS)


def test_a_clock_that_people_have_changed_stays():
    clock = Clock.objects.get(key="mediate")
    clock.days = 20
    reference.revise(clock, by=None)
    assert loading.load("2027.01") == Counts(unchanged=ROWS - 1, kept=1)
    assert Clock.objects.get(key="mediate").days == 20


# --- Case types ---


def test_the_25_types_are_those_that_the_keywords_speak_for():
    spoken_for = {k.case_type for k in load_keywords(loading.KEYWORDS)} - {NOT_MEDIABLE_TYPE}
    assert set(CaseType.objects.values_list("key", flat=True)) == spoken_for
    assert len(spoken_for) == 25


def test_every_type_has_a_statistic_category_a_versioned_cause_and_an_english_name():
    for case_type in CaseType.objects.all():
        assert case_type.statistic in STATISTICS
        assert case_type.cause
        assert "2026-01-01" in case_type.cause_version
        assert case_type.name_en
        assert case_type.scope


def test_every_type_goes_first_to_a_body_that_takes_no_fee():
    for case_type in CaseType.objects.all():
        first = case_type.type_kinds.filter(is_barred=False).order_by("order").first()
        assert first is not None
        assert not first.kind.may_charge


def test_commercial_bodies_may_not_take_what_the_law_keeps_from_them():
    barred = TypeKind.objects.filter(is_barred=True)
    assert set(barred.values_list("case_type__key", "kind__key")) == {
        ("marriage_family", "market_commercial"),
        ("inheritance", "market_commercial"),
        ("labour", "market_commercial"),
        ("work_injury", "market_commercial"),
        ("consumer", "market_commercial"),
    }


def test_only_personal_status_is_signed_on_paper():
    on_paper = CaseType.objects.filter(is_signed_on_paper=True)
    assert set(on_paper.values_list("key", flat=True)) == {"marriage_family", "inheritance"}


def test_medical_disputes_have_30_working_days_and_all_others_30_days():
    for case_type in CaseType.objects.select_related("clock"):
        unit = Clock.Unit.WORKING if case_type.key == "medical" else Clock.Unit.CALENDAR
        assert (case_type.clock.days, case_type.clock.unit) == (30, unit)


def _ship_lease_to(monkeypatch, kinds):
    shipped = loading.read

    def changed(path):
        content = shipped(path)
        if path.name == "case_types.json":
            [lease] = [row for row in content["rows"] if row["key"] == "housing_lease"]
            lease["kinds"] = kinds
        return content

    monkeypatch.setattr(loading, "read", changed)
    loading.load("2027.01")
    rows = TypeKind.objects.filter(case_type__key="housing_lease").order_by("order")
    return list(rows.values_list("kind__key", flat=True))


def test_a_release_may_change_the_kinds_of_a_type(monkeypatch):
    assert _ship_lease_to(monkeypatch, ["industry", "people_street"]) == [
        "industry",
        "people_street",
    ]


def test_kinds_that_people_have_changed_stay(monkeypatch):
    lease = CaseType.objects.get(key="housing_lease")
    lease.type_kinds.exclude(kind__key="people_street").delete()
    assert _ship_lease_to(monkeypatch, ["industry"]) == ["people_street"]


def test_kinds_of_a_type_that_people_have_changed_stay(monkeypatch):
    lease = CaseType.objects.get(key="housing_lease")
    lease.name = "租房"
    reference.revise(lease, by=None)
    before = list(lease.type_kinds.order_by("order").values_list("kind__key", flat=True))
    assert _ship_lease_to(monkeypatch, ["industry"]) == before


# --- Colours ---


@pytest.mark.parametrize("scheme", ["A", "B"])
def test_a_scheme_has_five_colours_that_show_every_status_once(scheme):
    colours = CodeColour.objects.filter(scheme__key=scheme)
    assert colours.count() == 5
    shown = Counter(status for colour in colours for status in colour.faces)
    assert shown == Counter(Case.Status.values)


def test_every_colour_is_legible_and_told_apart_by_more_than_its_hue():
    for colour in CodeColour.objects.all():
        colour.full_clean()
    for scheme in ("A", "B"):
        colours = CodeColour.objects.filter(scheme__key=scheme)
        for field in ("icon", "frame", "word", "name", "hex"):
            assert len(set(colours.values_list(field, flat=True))) == 5, field


def test_a_status_that_ended_otherwise_says_so_in_both_languages():
    grey = CodeColour.objects.get(key="A-grey")
    assert [grey.faces[s]["word"] for s in ("withdrawn", "rejected", "merged")] == [
        "已撤回",
        "不予受理",
        "已并案",
    ]
    for face in (face for colour in CodeColour.objects.all() for face in colour.faces.values()):
        assert {f"{key}_en" for key in face if not key.endswith("_en")} <= set(face)


def test_the_scheme_that_people_put_in_force_stays_in_force():
    a, b = ColourScheme.objects.order_by("key")
    a.is_active, b.is_active = False, True
    reference.revise(a, by=None)
    reference.revise(b, by=None)
    loading.load("2027.01")
    assert ColourScheme.objects.get(is_active=True).key == "B"


def test_a_scheme_of_their_own_that_people_put_in_force_stays_in_force():
    a = ColourScheme.objects.get(key="A")
    a.is_active = False
    reference.revise(a, by=None)
    reference.revise(ColourScheme(key="C", name="自己的", is_active=True), by=None)
    loading.load("2027.01")
    assert ColourScheme.objects.get(is_active=True).key == "C"


# --- Calendar ---


@pytest.mark.parametrize(
    ("clock", "start", "last"),
    [
        ("mediate", "2026-09-05", "2026-10-08"),
        ("mediate", "2026-01-16", "2026-02-24"),
        ("mediate", "2026-08-21", "2026-09-20"),
        ("mediate", "2026-09-10", "2026-10-10"),
        ("mediate", "2026-04-01", "2026-05-06"),
        ("court_decide", "2026-09-10", "2026-09-28"),
        ("file_suit", "2026-09-29", "2026-10-08"),
        ("choose_mediator", "2026-09-30", "2026-10-09"),
        ("respond", "2026-09-30", "2026-10-10"),
        ("mediate_medical", "2026-09-30", "2026-11-17"),
        ("respond", "2026-02-13", "2026-02-25"),
        ("invite", "2026-09-18", "2026-09-22"),
    ],
)
def test_the_shipped_clocks_and_calendar_give_the_published_days(clock, start, last):
    assert clocks.due(clock, day(start)) == day(last)


def test_the_calendar_marks_moved_weekends_as_working_days():
    working = CalendarDay.objects.filter(is_working=True).values_list("key", flat=True)
    assert [d[5:] for d in working] == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]


# --- Keywords ---


def _reload_keywords(tmp_path, monkeypatch, extra=""):
    changed = tmp_path / "keywords.tsv"
    changed.write_text(loading.KEYWORDS.read_text(encoding="utf-8") + extra, encoding="utf-8")
    monkeypatch.setattr(loading, "KEYWORDS", changed)
    loading.load("2027.01")
    return RuleBook.objects.order_by("version").last()


def test_the_shipped_keywords_are_in_force():
    assert rulebook.in_force().keywords.count() == len(load_keywords(loading.KEYWORDS))


def test_keywords_that_changed_come_in_as_a_new_version(tmp_path, monkeypatch):
    book = _reload_keywords(tmp_path, monkeypatch, "housing_lease\t独特的词\t1.0\n")
    assert book.version == 2
    assert book.keywords.filter(word="独特的词").exists()


def test_the_same_keywords_make_no_new_version(tmp_path, monkeypatch):
    assert _reload_keywords(tmp_path, monkeypatch).version == 1


def test_keywords_that_people_published_since_stay_in_force(tmp_path, monkeypatch):
    theirs = publishing.ship([Keyword("labour", "欠薪", 2.0)], note="本区修订")
    _reload_keywords(tmp_path, monkeypatch, "housing_lease\t独特的词\t1.0\n")
    assert rulebook.in_force() == theirs


# --- The demonstration ---


@pytest.fixture
def populated():
    mediators.demo.populate()
    return cases.demo.populate()


def _filed_lease(region):
    return filing.file_dispute(
        filing.Dispute(
            description="租房合同到期了，房东不退押金3400元，说要扣清洁费。",
            applicants=[filing.Person("戴演示", "19900009001")],
            respondents=[filing.Person("马演示", "19900009002")],
            channel=Channel.objects.get(key="public"),
            wish=Case.Wish.MONEY,
            region=Region.objects.get(key=region),
        ),
        key=filing.FilingKey("test", region),
    ).case


def test_a_lease_dispute_of_the_home_street_goes_to_the_mediator_who_can_sign_in(populated):
    case = assign.route(_filed_lease("xixing"))
    assert case.status == Case.Status.DISPATCHED
    assert case.case_type.key == "housing_lease"
    assert case.body.region.key == "xixing"
    assert case.mediator.user.username == "mediator"


def test_a_lease_dispute_of_a_community_goes_to_its_own_committee(populated):
    case = assign.route(_filed_lease("qijiazha-community"))
    assert case.body.region.key == "qijiazha-community"


def test_every_type_has_a_body_of_the_demonstration(populated):
    case = _filed_lease("xixing")
    for case_type in CaseType.objects.all():
        assert suggest(case, case_type), case_type


def test_every_industry_body_knows_a_type(populated):
    industry = BodyKind.objects.get(key="industry")
    assert not industry.bodies.filter(case_types=None).exists()


def test_each_region_body_and_window_has_a_poster(populated):
    posters, _secret = populated
    assert posters == Poster.objects.count() == 65 + 97 + 4
    assert Poster.objects.get(token="xixing").region.key == "xixing"
    assert Poster.objects.get(token="window").channel.key == "window"


def test_the_partner_system_of_the_demonstration_has_a_key_that_works(populated):
    _posters, secret = populated
    assert clients.find(secret).channel.key == "police"
