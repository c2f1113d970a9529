"""Who reads English meets no Chinese on a page but what people wrote and the document itself."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import agreements, drafts, handling
from cases.agreements import Text
from cases.filing import Person
from cases.models import Case, Clock, FilingDraft, Session
from cases.web import dispatcher_deeds, mediator_deeds
from mediators.models import Body, Region, User
from scoring import ledger
from scoring.models import PointRule
from tests.cases.web.conftest import answers, token_of
from tests.factories import (
    applicant_of,
    apply_all,
    code_sent_to,
    file,
    fix_agreement,
    new_phone,
    reach,
    sign_all,
)

CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
KEYWORD = "押金"  # typed by the applicant, and marked as the word that decides
# Not for translating: the way back to Chinese, official numbers, the agreement as it is signed.
STAYS = re.compile(
    rf">中文<|{KEYWORD}|（20[0-9]{{2}}）\S*?号|<article class=\"card agreement\">.*?</article>",
    re.DOTALL,
)
TERMS = Text(
    facts="The deposit was not returned.",
    terms="The landlord returns 3400 yuan.",
    performance="By bank transfer",
)
DISPUTE = {
    "description": f"My landlord does not return the deposit ({KEYWORD}) of 3400 yuan.",
    "place": "1 Jiangnan Avenue",
}
STEPS = ("what", "wish", "respondent", "contact", "where", "check")


def people() -> dict[str, object]:
    return {
        "applicants": [Person("Anna Berg", new_phone())],
        "respondents": [Person("Ma Homes Ltd", new_phone())],
    }


@pytest.fixture
def reader(house) -> Client:
    """Somebody who reads English, in a house whose people and bodies have English names."""
    for model in (User, Body):
        for row in model.objects.all():
            model.objects.filter(pk=row.pk).update(name=f"{model.__name__} {row.pk}")
    for one in vars(house).values():
        one.refresh_from_db()
    return Client(headers={"accept-language": "en"})


def chinese_of(response) -> list[str]:
    html = response.content.decode()
    assert '<html lang="en"' in html
    return CHINESE.findall(STAYS.sub("", html))


def check(client: Client, address: str, *statuses: int) -> str:
    """Read a page as an English reader does."""
    response = client.get(address, follow=True)
    assert response.status_code in (statuses or (200,)), address
    assert chinese_of(response) == [], address
    return response.content.decode()


def a_case(status: str, house) -> Case:
    if status == Case.Status.AGREED:
        return fix_agreement(a_case("mediating", house), house, TERMS)
    case = reach(status, house, **DISPUTE, **people())
    case.assignments.update(reason="Nearest and free")
    return case


def sign_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


# --- For the public ---


@pytest.mark.parametrize(
    "name", ["home", "privacy", "accessibility", "code-find", "file-resume", "sign-in"]
)
def test_public_pages_are_english(reader, name):
    check(reader, reverse(name))


def test_a_link_is_enough_to_read_a_page_in_english_and_the_next_ones_too(house):
    visitor = Client(headers={"accept-language": "zh-CN"})
    check(visitor, reverse("home") + "?lang=en")
    check(visitor, reverse("privacy"))


@pytest.mark.parametrize("address", ["/nowhere/", "/c/no-such-code/", "/j/no-such-link/"])
def test_what_is_not_there_is_said_in_english(reader, address):
    check(reader, address, 404)


@pytest.mark.parametrize("step", STEPS)
def test_each_question_of_a_filing_is_english_and_so_is_what_is_wrong(reader, step):
    reader.post(reverse("file-start"))
    token = reader.cookies["draft"].value.split(":")[0]
    said = answers(
        description=DISPUTE["description"],
        place=DISPUTE["place"],
        name="Anna Berg",
        respondents=[{"kind": "person", "name": "Ma", "phone": new_phone(), "whereabouts": ""}],
    )
    drafts.keep(FilingDraft.objects.get(token=token), **said)
    address = reverse("file-step", args=[step])
    html = check(reader, address)
    if step == "check":
        assert Region.objects.get(pk=said["region"]).name_en in html
    wrong = reader.post(address, {"phone": "1", "amount": "x", "name": "", "code": "x"})
    assert wrong.status_code == 422
    assert chinese_of(wrong) == []


@pytest.mark.parametrize("status", Case.Status.values)
def test_the_page_of_a_code_is_english(reader, house, status):
    check(reader, reverse("code", args=[token_of(a_case(status, house))]))


# --- For the parties ---


def enter(client: Client, case: Case) -> None:
    """Prove the applicant's phone."""
    door = reverse("party-enter", args=[token_of(case)])
    phone = applicant_of(case).phone
    assert chinese_of(client.post(door, {"phone": phone})) == []
    client.post(door, {"phone": phone, "code": code_sent_to(phone)})


@pytest.mark.parametrize("status", Case.Status.values)
def test_a_party_reads_its_case_in_english(reader, house, status):
    case = a_case(status, house)
    enter(reader, case)
    check(reader, reverse("party-case", args=[token_of(case)]))


def test_what_a_party_may_do_is_asked_in_english(reader, house):
    case = a_case("agreed", house)
    check(reader, reverse("invitation", args=[applicant_of(case).link]))
    enter(reader, case)
    for name in ("party-answer", "party-files", "party-sign", "party-withdraw"):
        check(reader, reverse(name, args=[token_of(case)]))


def test_the_way_to_the_court_is_told_in_english(reader, house):
    case = a_case("settled", house)
    enter(reader, case)
    check(reader, reverse("party-confirm", args=[token_of(case)]))


# --- For the staff ---


@pytest.mark.parametrize("status", ["dispatched", "inviting", "mediating", "agreed", "failed"])
def test_the_workbench_is_english(reader, house, status):
    case = a_case(status, house)
    for user in (house.mediator, house.lead):
        sign_in(reader, user)
        check(reader, reverse("workbench"))
        check(reader, reverse("workbench-case", args=[case.number]))
        for deed in mediator_deeds.DEEDS:
            check(reader, reverse("workbench-act", args=[case.number, deed]), 200, 409)


def test_a_meeting_and_an_agreement_are_written_down_in_english(reader, house):
    sign_in(reader, house.mediator)
    case = a_case("mediating", house)
    soon = timezone.now() + dt.timedelta(hours=1)
    session = handling.plan_session(
        case, starts_at=soon, mode=Session.Mode.PHONE, place="0571", actor=house.mediator
    )
    check(reader, reverse("workbench-session", args=[case.number, session.pk]))
    check(reader, reverse("workbench-agreement", args=[case.number]))
    agreements.draft(case, text=TERMS, actor=house.mediator)
    check(reader, reverse("workbench-case", args=[case.number]))


def test_the_dispatcher_s_desk_is_english(reader, house):
    sign_in(reader, house.dispatcher)
    case = a_case("filed", house)
    unanswered = a_case("dispatched", house)
    check(reader, reverse("dispatch"))
    check(reader, reverse("posters"))
    for one in (case, unanswered):
        check(reader, reverse("dispatch-case", args=[one.number]))
        for deed in dispatcher_deeds.DEEDS:
            check(reader, reverse("dispatch-act", args=[one.number, deed]), 200, 409)


def test_points_are_told_in_english(reader, house):
    PointRule.objects.update(source="")  # law and rules are cited as they are called
    case = a_case("settled", house)
    for event in case.events.all():
        ledger.award(event)
    sign_in(reader, house.mediator)
    check(reader, reverse("points"))
    check(reader, reverse("points-board"))


def test_the_court_s_pages_are_english(reader, house):
    User.objects.filter(pk=house.clerk.pk).update(is_staff=True)
    sign_in(reader, house.clerk)
    case = apply_all(sign_all(a_case("agreed", house), house))
    check(reader, reverse("admin:index"))
    check(reader, reverse("admin:cases_case_changelist"))
    check(reader, reverse("admin:cases_case_add"))
    check(reader, reverse("admin:cases_case_change", args=[file(**DISPUTE, **people()).case.pk]))
    check(reader, reverse("admin:cases_confirmation_changelist"))
    confirmation = case.confirmations.get()
    check(reader, reverse("admin:cases_confirmation_change", args=[confirmation.pk]))


def test_reference_data_has_an_english_name_for_each_chinese_one(db):
    for model in (Region, Clock):
        assert not model.objects.filter(name_en="").exists()
