import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import filing
from cases.codes import clean_short_code
from cases.errors import InvalidFiling, KeyReused, TooOften
from cases.filing import FilingKey, Person, Proxy, file_dispute, receipt_of
from cases.models import Case, Consent, IdempotencyKey, MediationCode, Notice, Party, ProxyFiler
from mediators import audit
from mediators.models import AuditEntry
from tests.factories import a_dispute, file, new_key, new_phone

pytestmark = pytest.mark.usefixtures("house")


def test_a_filing_writes_the_case_with_its_code_and_parties():
    dispute = a_dispute(place="滨盛路1号", wish_note="尽快")
    receipt = file_dispute(dispute, key=new_key())
    case = Case.objects.get(pk=receipt.case.pk)
    assert (case.status, case.track, case.amount) == ("filed", "centre", Decimal("3400.00"))
    assert (case.place, case.wish, case.region) == ("滨盛路1号", "money", dispute.region)
    assert clean_short_code(receipt.short_code) == receipt.short_code
    assert receipt_of(case) == receipt
    sides = [(p.side, p.name, p.phone) for p in case.parties.all()]
    people = [*dispute.applicants, *dispute.respondents]
    assert sides == [
        ("applicant", "张三丰", people[0].phone),
        ("respondent", "李四光", people[1].phone),
    ]


def test_the_number_is_the_year_and_a_running_number():
    with time_machine.travel("2026-12-31 23:30+08:00", tick=False):
        case = file().case
    assert case.number == f"2026-{case.pk:06d}"
    with time_machine.travel("2027-01-01 00:30+08:00", tick=False):
        assert file().case.number.startswith("2027-")
    assert Case.objects.by_number(case.number).get() == case


def test_the_time_of_application_is_kept_to_the_second():
    moment = dt.datetime(2026, 11, 20, 10, 17, 30, tzinfo=dt.UTC)
    with time_machine.travel(moment, tick=False):
        case = file().case
    assert case.filed_at == moment


def test_a_filing_is_one_event_and_one_audit_entry_and_tells_the_rest_of_the_house():
    case = file().case
    event = case.events.get()
    assert (event.kind, event.facts["colour"], event.relayed_at) == ("case.filed", "blue", None)
    entries = AuditEntry.objects.filter(chain=f"case:{case.pk}")
    assert [entry.deed for entry in entries] == ["case.filed"]
    assert audit.first_broken(entries) is None


def test_nothing_is_routed_and_nobody_but_the_applicant_is_written_to():
    receipt = file()
    assert receipt.case.body is None
    notice = Notice.objects.get()
    assert notice.phone == receipt.case.parties.get(side="applicant").phone
    assert notice.template == "filed"
    assert receipt.case.number in notice.text


def test_the_respondent_agrees_to_nothing_by_being_named():
    case = file().case
    assert case.parties.get(side="applicant").answer == Party.Answer.AGREES
    assert case.parties.get(side="respondent").answer == Party.Answer.NONE


def test_who_did_not_consent_to_mediation_has_not_answered():
    case = file(consents=[Consent.Purpose.PRIVACY]).case
    assert case.parties.get(side="applicant").answer == Party.Answer.NONE


def test_consents_are_kept_with_text_version_and_means():
    case = file().case
    consents = Consent.objects.filter(party__case=case)
    assert {c.purpose for c in consents} == {"privacy", "truth", "mediation"}
    assert {(c.text_version, c.means) for c in consents} == {(filing.TEXTS_VERSION, "web")}


def test_filing_for_somebody_else_records_both():
    receipt = file(proxy=Proxy("王五", ProxyFiler.Relation.GRID_WORKER, f"+86{new_phone()}"))
    proxy = receipt.case.proxy
    assert (proxy.name, proxy.relation) == ("王五", "grid_worker")
    assert proxy.phone.startswith("199")
    notice = Notice.objects.get()
    assert notice.template == "proxy_filed"
    assert notice.text.startswith("王")
    assert receipt.case.parties.get(side="applicant").name == "张三丰"


def test_names_phones_and_texts_are_stored_in_one_form():
    case = file(
        applicants=[Person("  张\u200b三丰 ", f"+86 {new_phone()}")],
        description="房东不退\x00押金，怎么办？\u202e",
        place=" 滨盛路１号 ",
    ).case
    party = case.parties.get(side="applicant")
    assert party.name == "张三丰"
    assert len(party.phone) == 11
    assert case.description == "房东不退押金，怎么办？"
    assert case.place == "滨盛路1号"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"description": "  房东  "}, "description"),
        ({"description": "长" * 1001}, "description"),
        ({"applicants": []}, "applicant"),
        ({"respondents": []}, "respondent"),
        ({"applicants": [Person("", "19900000000")]}, "applicant_name"),
        ({"applicants": [Person("张" * 61, "19900000000")]}, "applicant_name"),
        ({"applicants": [Person("张三", "123")]}, "applicant_phone"),
        ({"respondents": [Person("李四", "abc")]}, "respondent_phone"),
        ({"respondents": [Person("李四", kind="robot")]}, "respondent_name"),
        ({"respondents": [Person("李四")] * 21}, "respondent"),
        ({"amount": Decimal(-1)}, "amount"),
        ({"amount": Decimal("1e13")}, "amount"),
        ({"wish": "revenge"}, "wish"),
        ({"proxy": Proxy("", "family")}, "proxy_name"),
        ({"proxy": Proxy("王" * 61, "family")}, "proxy_name"),
        ({"proxy": Proxy("王五", "enemy")}, "proxy_name"),
        ({"proxy": Proxy("王五", "family", "123")}, "proxy_phone"),
    ],
)
def test_what_cannot_be_a_case_is_refused_by_field_and_leaves_nothing(changes, field):
    with pytest.raises(InvalidFiling) as refused:
        file(**changes)
    assert field in refused.value.fields
    assert refused.value.fields[field] in str(refused.value)
    assert not Case.objects.exists()
    assert not IdempotencyKey.objects.exists()
    assert not Notice.objects.exists()


def test_everything_wrong_is_said_at_once():
    with pytest.raises(InvalidFiling) as refused:
        file(description="x", applicants=[Person("", "1")], respondents=[], wish="")
    assert set(refused.value.fields) == {
        "description", "applicant_name", "applicant_phone", "respondent", "wish",
    }  # fmt: skip


def test_the_other_side_s_phone_may_be_unknown_and_there_may_be_several():
    others = [Person("李四光"), Person("某某公司", kind="company", whereabouts="滨盛路")]
    case = file(respondents=others).case
    assert [p.phone for p in case.parties.filter(side="respondent")] == ["", ""]
    links = {p.link_index for p in case.parties.all()}
    assert len(links) == 3


def test_the_same_key_with_the_same_content_is_the_same_case():
    dispute, key = a_dispute(), new_key()
    first = file_dispute(dispute, key=key)
    assert file_dispute(dispute, key=key) == first
    assert Case.objects.count() == Notice.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"description": "房东不退押金，也不回话。"},
        {"amount": Decimal("3500")},
        {"wish": "apology"},
        {"place": "别处"},
        {"region": None},
        {"respondents": [Person("李四")]},
        {"consents": []},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_same_key_with_other_content_is_refused(change):
    dispute, key = a_dispute(), new_key()
    file_dispute(dispute, key=key)
    with pytest.raises(KeyReused):
        file_dispute(a_dispute(**{**dispute.__dict__, **change}), key=key)
    assert Case.objects.count() == 1


def test_a_key_belongs_to_whoever_uses_it():
    dispute = a_dispute()
    one = file_dispute(dispute, key=FilingKey("partner-a", "1"))
    other = file_dispute(dispute, key=FilingKey("partner-b", "1"))
    assert one.case != other.case
    assert one.token != other.token


def test_five_filings_a_day_from_one_phone_and_the_sixth_waits():
    phone = new_phone()
    with time_machine.travel("2026-11-20 10:00+08:00", tick=False) as clock:
        for _ in range(5):
            file(applicants=[Person("张三丰", phone)])
        with pytest.raises(TooOften, match="明天"):
            file(applicants=[Person("张三丰", phone)])
        assert Case.objects.count() == IdempotencyKey.objects.count() == 5
        clock.shift(86_400)
        file(applicants=[Person("张三丰", phone)])


def test_sending_one_filing_again_spends_no_budget():
    dispute, key = a_dispute(), new_key()
    for _ in range(12):
        file_dispute(dispute, key=key)
    assert Case.objects.count() == 1


def test_a_helper_may_file_for_many_and_people_without_a_phone_do_not_share_a_limit():
    helper = Proxy("王五", ProxyFiler.Relation.GRID_WORKER, new_phone())
    for _ in range(8):
        file(applicants=[Person("张三丰")], proxy=helper)
    for _ in range(8):
        file(applicants=[Person("张三丰")])
    assert Case.objects.count() == 16


def test_staff_and_partner_systems_have_no_limit_per_phone(dispatcher):
    person = Person("张三丰", new_phone())
    for _ in range(8):
        file_dispute(a_dispute(applicants=[person]), key=new_key(), by=dispatcher)
    assert Case.objects.filter(filed_by=dispatcher).count() == 8


def test_a_court_number_is_registered_once(clerk):
    number = "（2026）浙0108民诉前调1号"
    case = file_dispute(
        a_dispute(court_number=number, track=Case.Track.COURT), key=new_key(), by=clerk
    ).case
    assert (case.track, case.court_number) == ("court", number)
    again = a_dispute(court_number=number.replace("（", "("), track=Case.Track.COURT)
    with pytest.raises(InvalidFiling) as refused:
        file_dispute(again, key=new_key(), by=clerk)
    assert "court_number" in refused.value.fields


def test_cases_without_a_court_number_do_not_collide():
    file(court_number="")
    file(court_number=None)
    assert Case.objects.filter(court_number=None).count() == 2


def test_every_case_has_a_code_of_its_own():
    for _ in range(20):
        file()
    codes = MediationCode.objects.all()
    assert len({c.short for c in codes}) == len({c.token for c in codes}) == 20


def test_a_filing_takes_at_most_twenty_statements():
    dispute, key = a_dispute(), new_key()
    file()
    with CaptureQueriesContext(connection) as captured:
        file_dispute(dispute, key=key)
    assert len(captured) <= 20, [q["sql"][:90] for q in captured]
