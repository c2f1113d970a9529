import re
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection
from rest_framework.test import APIClient

from cases import access, clients, duplicates
from cases.codes import clean_short_code
from cases.models import Case, CaseEvent, Channel, Consent, IdempotencyKey, Party
from mediators.models import Region
from tests import factories
from tests.cases.api.conftest import BODY, with_key


def test_a_partner_files_and_gets_number_code_and_addresses_at_once(file, settings):
    settings.SITE_URL = "https://tj.example.gov.cn"
    answer = file()
    assert answer.status_code == 201
    got = answer.json()
    case = Case.objects.get()
    token = case.mediation_code.token
    assert got.pop("filed_at")
    assert got == {
        "number": case.number,
        "code": case.mediation_code.short,
        "status": "filed",
        "colour": "blue",
        "word": "待受理",
        "case_url": f"https://tj.example.gov.cn/c/{token}/",
        "qr_url": f"https://tj.example.gov.cn/c/{token}/code.png",
        "offered_actions": [],
    }
    assert answer["Location"].endswith(f"/api/v1/cases/{case.number}/")
    assert clean_short_code(got["code"]) == got["code"]
    assert access.by_token(re.search(r"/c/([^/]+)/", got["case_url"])[1]) == case


def test_everything_that_was_sent_is_in_the_case(file, police_key):
    file(respondents=[{"name": "某某公司", "kind": "company", "whereabouts": "江南大道2号"}])
    case = Case.objects.get()
    assert case.channel.key == "police"
    assert case.filed_by == police_key[0].user
    assert case.track == Case.Track.CENTRE
    assert case.description == BODY["description"]
    assert (case.wish, case.amount, case.place) == ("money", Decimal("3400"), "江南大道1号")
    assert case.region.code == "330108001"
    applicant, respondent = case.parties.all()
    assert (applicant.name, applicant.phone, applicant.kind) == ("张三丰", "19900001111", "person")
    assert applicant.answer == Party.Answer.AGREES
    assert set(applicant.consents.values_list("purpose", "means")) == {
        ("privacy", "api"),
        ("mediation", "api"),
        ("truth", "api"),
    }
    assert (respondent.name, respondent.kind, respondent.phone) == ("某某公司", "company", "")
    assert respondent.whereabouts == "江南大道2号"
    assert CaseEvent.objects.get(kind="case.filed").actor == police_key[0].user


def test_only_applicant_respondents_and_description_are_needed(file):
    needed = {name: BODY[name] for name in ("applicant", "respondents", "description")}
    assert file(body=needed).status_code == 201
    case = Case.objects.get()
    assert (case.wish, case.amount, case.region, case.place) == ("other", None, None, "")
    assert not Consent.objects.exists()
    assert case.parties.get(side="applicant").answer == Party.Answer.NONE


def test_a_region_is_named_by_its_code_or_by_its_key(file):
    community = Region.objects.filter(code=None).first()
    file("by-code", region="330108002")
    file("by-key", region=community.key)
    regions = list(Case.objects.order_by("id").values_list("region", flat=True))
    assert regions == [Region.objects.get(code="330108002").pk, community.pk]


def test_the_same_key_with_the_same_body_is_one_case_and_the_same_answer(file):
    first, second = file(), file()
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert Case.objects.count() == 1


def test_the_answer_stays_the_same_when_the_case_has_gone_on(file, house):
    first = file()
    case = factories.send_to_body(Case.objects.get(), house)
    assert case.status == Case.Status.DISPATCHED
    assert file().content == first.content


@pytest.mark.parametrize(
    "change",
    [
        {"description": "楼上漏水，泡坏了我家的地板，一直不来修。"},
        {"amount": "3400.01"},
        {"region": "330108002"},
        {"place": "江南大道3号"},
        {"wish": "apology"},
        {"consents": []},
        {"applicant": {"name": "张三丰", "phone": "19900001112"}},
        {"applicant": {"name": "张三丰", "phone": "19900001111", "kind": "company"}},
        {"respondents": [*BODY["respondents"], {"name": "王五"}]},
    ],
    ids=lambda change: "-".join(change),
)
def test_the_same_key_with_another_body_is_refused(file, change):
    file()
    answer = file(**change)
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_reused"
    assert Case.objects.count() == 1


def test_two_systems_may_use_the_same_key_without_meeting(file, court):
    police_answer = file()
    court_answer = file(client=court)
    assert court_answer.status_code == 201
    assert court_answer.json()["number"] != police_answer.json()["number"]


@pytest.mark.parametrize("key", ["", "x" * 101, "with blank", "钥匙", "tab\tkey"])
def test_without_a_sound_idempotency_key_nothing_is_filed(file, key):
    answer = file(key)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["Idempotency-Key"]
    assert not Case.objects.exists()


def test_a_channel_other_than_the_keys_is_refused(file):
    answer = file(channel="court")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["channel"]
    assert file(channel="police").status_code == 201


def test_a_court_number_puts_the_case_on_the_courts_track(file, court):
    answer = file(client=court, court_number=" (2026)浙0108诉前调123号 ")
    assert answer.status_code == 201
    case = Case.objects.get()
    assert (case.track, case.court_number) == ("court", "（2026）浙0108诉前调123号")


def test_a_court_number_is_registered_once_however_it_is_typed(file, court):
    file("one", client=court, court_number="（2026）浙0108诉前调123号")
    again = file("two", client=court, court_number="(2026) 浙0108诉前调123号")
    assert again.status_code == 422
    assert list(again.json()["fields"]) == ["court_number"]
    assert file("one", client=court, court_number="（2026）浙0108诉前调123号").status_code == 201
    assert Case.objects.count() == 1


def test_only_the_court_may_give_a_court_number(file):
    answer = file(court_number="（2026）浙0108诉前调123号")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["court_number"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"applicant": {"name": "张三丰"}}, "applicant.phone"),
        ({"applicant": {"phone": "19900001111"}}, "applicant.name"),
        ({"applicant": "张三丰"}, "applicant.non_field_errors"),
        ({"applicant": None}, "applicant"),
        ({"respondents": []}, "respondents"),
        ({"respondents": [{"name": "李四光"}, {}]}, "respondents.1.name"),
        ({"respondents": [{"name": "李四光"}] * 21}, "respondents"),
        ({"respondents": [{"name": "李四光", "kind": "alien"}]}, "respondents.0.kind"),
        ({"description": "短"}, "description"),
        ({"description": "长" * 1001}, "description"),
        ({"wish": "revenge"}, "wish"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "1e400"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "1234567890123.00"}, "amount"),
        ({"region": "999999999"}, "region"),
        ({"place": "x" * 121}, "place"),
        ({"consents": ["everything"]}, "consents.0"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_wrong_is_named_by_its_place(file, change, field):
    answer = file(**change)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert list(answer.json()["fields"]) == [field]
    assert not Case.objects.exists()


@pytest.mark.parametrize("body", [[], "text", 1, [BODY]])
def test_a_body_that_is_no_object_is_refused(file, body):
    answer = file(body=body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"


def test_a_phone_that_cannot_be_right_is_unprocessable_with_its_reason(file):
    answer = file(applicant={"name": "张三丰", "phone": "1390000"})
    assert answer.status_code == 422
    assert answer.json() == {
        "code": "invalid_filing",
        "message": "手机号应是11位数字，现在是7位",
        "fields": {"applicant_phone": "手机号应是11位数字，现在是7位"},
    }


def test_a_refused_filing_does_not_use_up_its_key(file):
    assert file(applicant={"name": "张三丰", "phone": "1390000"}).status_code == 422
    assert file().status_code == 201


def test_staff_file_at_their_own_pages_and_not_here(signed_in, dispatcher, file):
    answer = file(client=signed_in(dispatcher))
    assert answer.status_code == 403
    assert answer.json()["code"] == "permission_denied"


def test_a_stranger_files_nothing(db, file):
    assert file(client=APIClient()).status_code == 401
    assert not Case.objects.exists()
    assert not IdempotencyKey.objects.exists()


def test_filing_takes_few_statements(file, django_assert_max_num_queries):
    file("warm")
    with django_assert_max_num_queries(22):
        assert file("key").status_code == 201


def test_a_channel_that_the_admin_added_files_too(file):
    channel = Channel.objects.create(key="new_one", name="新渠道", name_en="New", origin="x")
    client = with_key(clients.issue_key("新系统", channel=channel, by=None)[1])
    assert file(client=client, channel="new_one").status_code == 201


PROBES = [
    "\u202e三张三三三",
    "张\u200b三三三三",
    "\ufeff张三三三三",
    "１３８００１３８０００",
    "²²²²²",
    "' or 1=1--",
    "<script>alert(1)</script>",
    "{{7*7}}{% debug %}${7*7}",
    "%s%n%(name)s",
    "../../etc/passwd",
    "=1+1+@SUM(1)",
    "𠮷" * 60,
    "👨‍👩‍👧‍👦" * 8,
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉" * 4,
    "\r\nSet-Cookie: a=b",
    "⼈⼭\uf9d1⼈⼭",
    "\x7f\x80\x9f\x1b[31m",
    "\ufdfa" * 60,
]


@pytest.mark.parametrize("probe", PROBES, ids=ascii)
def test_no_text_breaks_filing_or_is_kept_with_invisible_characters(file, probe):
    answer = file(
        description=probe + "：一件纠纷",
        place=probe,
        applicant={"name": probe, "phone": "19900001111"},
        respondents=[{"name": "李四光", "whereabouts": probe}],
    )
    assert answer.status_code in (201, 400, 422), answer.content
    for case in Case.objects.all():
        kept = [case.description, case.place, *case.parties.values_list("name", flat=True)]
        assert not any("\u200b" in text or "\u202e" in text or "\x1b" in text for text in kept)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_at_once_with_one_key_make_one_case_and_get_one_answer(file, police_key):
    def send(_: int) -> tuple[int, bytes]:
        try:
            answer = file(client=with_key(police_key[1]))
            return answer.status_code, answer.content
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=10) as pool:
        answers = set(pool.map(send, range(40)))
    assert [status for status, _ in answers] == [201]
    assert Case.objects.count() == 1


# --- Identity numbers: they find the same dispute in another channel, and never come back ---

CARD = "11010519491231002X"


def test_an_identity_number_is_taken_sealed_and_never_sent_back(file, police):
    answer = file(applicant={**BODY["applicant"], "id_number": CARD})
    assert answer.status_code == 201
    case = Case.objects.get()
    assert case.parties.get(side="applicant").identity == CARD
    read = police.get(f"/api/v1/cases/{case.number}/")
    assert CARD not in answer.content.decode() + read.content.decode()


def test_a_wrong_identity_number_is_refused_by_name(file):
    answer = file(applicant={**BODY["applicant"], "id_number": "110105194912310021"})
    assert answer.status_code == 422
    assert "身份证号不对" in answer.content.decode()
    assert CARD[:-1] not in answer.content.decode()
    assert not Case.objects.exists()


def test_a_channel_reads_into_which_case_its_own_was_merged(file, police, house):
    number = file().json()["number"]
    assert police.get(f"/api/v1/cases/{number}/").json()["merged_into"] is None
    kept = factories.file().case
    duplicates.merge(Case.objects.by_number(number).get(), into=kept, actor=house.dispatcher)
    read = police.get(f"/api/v1/cases/{number}/").json()
    assert (read["status"], read["merged_into"]) == ("merged", kept.number)
    assert "case.merge" in [event["kind"] for event in read["timeline"]]
