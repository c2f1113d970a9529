import io
import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
import time_machine
import zxingcpp
from django.conf import settings
from django.urls import reverse
from PIL import Image, ImageDraw

from cases import access
from cases.codes import grouped, new_short_code
from cases.faces import all_faces, face_of
from cases.filing import Person
from cases.models import Case, Party
from mediators.models import Region
from tests.cases.web.conftest import check_error_page, classes, everything, one_other_than, token_of
from tests.factories import new_phone, reach

AT = "2026-11-20 10:17:30+08:00"


def addresses(case):
    """Return every address that the code alone opens."""
    token = token_of(case)
    return [reverse(name, args=[token]) for name in ("code", "code-svg", "party-enter")]


# --- What a stranger sees ---


@pytest.mark.parametrize("status", Case.Status.values)
def test_the_code_alone_says_nothing_personal_in_any_status(stranger, house, status):
    case = reach(
        status,
        house,
        description="隔壁装修漏水，把我家客厅的金丝楠木柜子泡坏了",
        applicants=[Person("欧阳甲", new_phone())],
        respondents=[
            Person("慕容乙", new_phone()),
            Person("某某木业公司", new_phone(), kind="company"),
        ],
        amount=Decimal("98765.43"),
        wish_note="要一只新柜子",
        place="江南大道77号",
        region=Region.objects.filter(level=Region.Level.STREET).order_by("code")[1],
    )
    parties = Party.objects.filter(case=case)
    secrets = {
        *(party.name for party in parties),
        *(party.masked_name for party in parties),
        *(party.phone for party in parties if party.phone),
        *(party.masked_phone for party in parties if party.phone),
        *(party.link for party in parties),
        "金丝楠木",
        "98765",
        "98,765",
        "新柜子",
        "江南大道",
        str(case.region),
        case.get_wish_display(),
        *((case.body.name, house.mediator.name) if case.body else ()),
        *((case.case_type.name,) if case.case_type else ()),
        *case.agreements.values_list("number", flat=True),
        *case.end_reason_labels,
    }
    for address in addresses(case):
        page = stranger.client.get(address)
        assert page.status_code == 200
        assert [s for s in secrets if s and s in page.content.decode()] == []


def test_a_party_s_own_page_does_name_what_the_code_hides(visitor, house):
    case = reach("mediating", house)
    respondent = case.parties.get(side="respondent")
    page = visitor.enter(respondent)
    for shown in ("张三丰", case.description, case.body.name, house.mediator.name):
        assert shown in page.html


@pytest.mark.parametrize("status", ["filed", "inviting", "agreed", "confirmed", "failed", "merged"])
def test_the_page_says_colour_word_icon_and_frame_and_where_it_stands(stranger, house, status):
    case = reach(status, house)
    face = face_of(status)
    page = stranger.go_to("code", case)
    (card,) = [e for e in page.all("section") if "code" in classes(e)]
    assert {f"k-{face.colour}", f"f-{face.frame}"} <= classes(card)
    assert [e for e in everything(card) if "ico" in classes(e)]
    assert page.heading == face.word
    assert page.title.startswith(face.word)
    for said in (face.name, face.line, face.badge, case.number, "这是一件调解案件的码。"):
        assert said in page.words
    assert grouped(case.mediation_code.short) in page.words
    assert page.all("ol", class_="steps")
    assert settings.HELP_PHONE in page.html
    assert page.link("我是当事人，用手机验证") == f"/c/{token_of(case)}/enter/"


def test_a_party_that_proved_its_phone_is_led_to_its_own_page(visitor, case, applicant):
    visitor.enter(applicant)
    page = visitor.go_to("code", case)
    assert page.link("看我的案件") == f"/c/{token_of(case)}/my/"


@pytest.mark.parametrize("token", ["x", "a" * 22, "3k2GVJdCgDmvkbirAa9OtQ", "my"])
@pytest.mark.parametrize("name", ["code", "code-svg", "code-png", "party-enter", "party-case"])
def test_a_token_that_belongs_to_no_case_is_not_found(stranger, case, name, token):
    page = stranger.go(reverse(name, args=[token]))
    assert (page.status, page.heading) == (404, "没有这个网页")
    assert "请再扫一次码，或者从首页进" in page.words


@pytest.mark.parametrize("name", ["code", "code-svg", "code-png"])
def test_the_code_is_neither_kept_nor_indexed_nor_told_to_other_sites(stranger, case, name):
    answer = stranger.client.get(reverse(name, args=[token_of(case)]))
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("name", ["code", "code-svg", "code-png"])
def test_the_code_is_only_read(stranger, case, name):
    stranger.client.handler.enforce_csrf_checks = False
    for method in (stranger.client.post, stranger.client.put, stranger.client.delete):
        assert method(reverse(name, args=[token_of(case)])).status_code == 405


# --- Its pictures ---


def decoded(picture):
    (found,) = zxingcpp.read_barcodes(picture)
    return found.text


def drawn(root):
    """Draw the QR of an SVG as a picture, as a browser would: a path of bars in its own field."""
    paths = {e: child for e in root.iter() for child in e if child.tag.endswith("path")}
    field, bars = max(paths.items(), key=lambda pair: len(pair[1].attrib["d"]))
    scale = 1000 / float(field.attrib["viewBox"].split()[-1])
    picture = Image.new("L", (1000, 1000), 255)
    draw = ImageDraw.Draw(picture)
    for x, y, width, height in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)", bars.attrib["d"]):
        left, top = float(x) * scale, float(y) * scale
        box = (left, top, left + float(width) * scale, top + float(height) * scale)
        draw.rectangle([round(edge) for edge in box], fill=0)
    return picture


def own_address(case):
    return f"{settings.SITE_URL}{reverse('code', args=[token_of(case)])}"


def test_the_png_is_a_picture_whose_code_leads_to_the_case_s_page(stranger, case):
    answer = stranger.client.get(reverse("code-png", args=[token_of(case)]))
    assert answer["Content-Type"] == "image/png"
    assert case.number in answer["Content-Disposition"]
    picture = Image.open(io.BytesIO(answer.content))
    assert (picture.format, decoded(picture)) == ("PNG", own_address(case))


def test_the_svg_carries_the_same_code_and_says_the_word(stranger, case):
    answer = stranger.client.get(reverse("code-svg", args=[token_of(case)]))
    assert answer["Content-Type"] == "image/svg+xml"
    root = ElementTree.fromstring(answer.content)
    assert decoded(drawn(root)) == own_address(case)
    said = "".join(root.itertext())
    for word in ("待受理", case.number, grouped(case.mediation_code.short)):
        assert word in said


def test_the_code_inside_the_page_leads_there_too(stranger, case):
    page = stranger.go_to("code", case)
    (svg,) = re.findall(r'<svg class="qr".*?</svg>', page.html, re.DOTALL)
    assert decoded(drawn(ElementTree.fromstring(svg))) == own_address(case)


def test_a_picture_saved_earlier_is_another_than_today_s(stranger, case):
    pictures = []
    for day in ("2026-11-20", "2026-11-21"):
        with time_machine.travel(f"{day} 10:00+08:00", tick=False):
            address = reverse("code-png", args=[token_of(case)])
            pictures.append(stranger.client.get(address).content)
    assert pictures[0] != pictures[1]


def test_the_stylesheet_of_colours_has_every_colour_in_force(stranger):
    answer = stranger.client.get(reverse("theme"))
    assert answer["Content-Type"] == "text/css"
    css = answer.content.decode()
    faces = all_faces().values()
    assert {face.colour for face in faces} == {"blue", "orange", "yellow", "green", "grey"}
    for face in faces:
        assert f"--c-{face.colour}:{face.hex};--t-{face.colour}:{face.text_hex};" in css


# --- Typed by hand ---


def misread(code):
    """Return the code as somebody types it who mistakes what looks alike."""
    typed = code.translate(str.maketrans("10V", "lou")).lower()
    return f" {typed[:4]} {typed[4:8]}-{typed[8:]}"


def test_a_typed_code_leads_to_its_page_in_spite_of_look_alikes(stranger, case):
    stranger.go(reverse("home"))
    stranger.follow("查进度")
    page = stranger.press("查", code=misread(case.mediation_code.short))
    assert page.address == reverse("code", args=[token_of(case)])


def test_a_wrong_check_character_finds_nothing_and_says_what_to_look_at(stranger, case):
    short = case.mediation_code.short
    typed = short[:-1] + ("2" if short[-1] != "2" else "3")
    stranger.go(reverse("code-find"))
    page = stranger.press("查", code=typed)
    check_error_page(page, "没查到。请看调解码是不是11位字母和数字，或者打电话问")
    assert page.field("code") == typed


def test_a_code_that_was_never_given_is_answered_like_a_mistyped_one(stranger, case):
    stranger.go(reverse("code-find"))
    said = {stranger.press("查", code=typed).words for typed in (new_short_code(), "nonsense")}
    assert len(said) == 1


def test_no_code_at_all_is_asked_for(stranger):
    stranger.go(reverse("code-find"))
    check_error_page(stranger.press("查"), "请写调解码")


def test_after_thirty_wrong_codes_in_an_hour_nobody_guesses_on_from_there(stranger, case):
    with time_machine.travel(AT, tick=False) as clock:
        stranger.go(reverse("code-find"))
        for _ in range(access.GUESSES_AN_HOUR):
            assert stranger.press("查", code=new_short_code()).status == 422
        page = stranger.press("查", code=case.mediation_code.short)
        check_error_page(page, "试得太多了，请过一小时再试，或者打电话问", status=429)
        clock.shift(3600)
        assert stranger.press("查", code=case.mediation_code.short).status == 200


def test_entering_with_a_guessed_one_time_code_tells_nothing(stranger, case, applicant):
    stranger.go_to("party-enter", case)
    stranger.press("发验证码", phone=applicant.phone)
    page = stranger.press("进去", code=one_other_than("123456"))
    assert page.status == 422
    assert applicant.name not in page.html
