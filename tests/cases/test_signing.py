import dataclasses
import io
import itertools

import pytest
import time_machine
from PIL import Image, ImageDraw

from cases import agreements, documents, events, handling, onetime
from cases.errors import CaseError, CodeRefused, TooOften
from cases.models import Agreement, Attachment, CaseType, Consent, Notice
from cases.signing import requests
from cases.signing.requests import Hand
from tests import factories
from tests.factories import (
    applicant_of,
    code_sent_to,
    file,
    fixed_agreement,
    let_time_pass_for,
    reach,
    respondent_of,
)


def drawn(size: tuple[int, int] = (300, 100)) -> bytes:
    picture, out = Image.new("RGBA", size), io.BytesIO()
    ImageDraw.Draw(picture).line([(10, 80), (150, 20), (290, 60)], fill="red", width=6)
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def case(house):
    return reach("agreed", house)


@pytest.fixture
def agreement(case):
    return fixed_agreement(case)


@pytest.fixture
def respondent(case):
    return respondent_of(case)


@pytest.fixture
def applicant(case):
    return applicant_of(case)


def ask(party, agreement):
    let_time_pass_for(party.phone)
    requests.ask_code(party, agreement)
    return code_sent_to(party.phone)


def sign(party, agreement, code=None, **changes):
    values = {"hand": Hand(party.name), "shown": agreement.digest}
    code = code or ask(party, agreement)
    return requests.sign(party, agreement, code=code, **{**values, **changes})


def signed_by_mediator(agreement, house):
    return requests.sign_as_mediator(agreement, actor=house.mediator, shown=agreement.digest)


def seal(agreement, house):
    return requests.seal(agreement, actor=house.lead, shown=agreement.digest)


def test_a_party_signs_with_the_typed_name(case, agreement, respondent):
    signature = sign(respondent, agreement, device="Chromium")
    assert (signature.method, signature.name) == ("typed", "李四光")
    assert (signature.digest, signature.device) == (agreement.digest, "Chromium")
    event = case.events.get(kind="agreement.signed")
    assert event.party == respondent


def test_a_party_signs_by_drawing(agreement, respondent):
    signature = sign(respondent, agreement, hand=Hand(respondent.name, drawn()))
    signature.refresh_from_db()
    assert signature.method == "drawn"
    kept = Image.open(io.BytesIO(signature.picture))
    assert {colour for _, colour in kept.getcolors() if colour[3]} == {(22, 32, 42, 255)}


def test_signing_keeps_that_the_party_agreed_to_sign_electronically(agreement, respondent):
    sign(respondent, agreement)
    consent = Consent.objects.get(party=respondent, purpose="electronic_signing")
    assert consent.text_version == agreement.digest[:16]


def test_signing_again_is_one_signature_one_consent_and_one_event(case, agreement, respondent):
    first = sign(respondent, agreement)
    assert sign(respondent, agreement) == first
    assert agreement.signatures.count() == 1
    assert respondent.consents.filter(purpose="electronic_signing").count() == 1
    assert case.events.filter(kind="agreement.signed").count() == 1


def test_another_name_is_not_a_signature(agreement, respondent):
    with pytest.raises(CaseError, match="李四光"):
        sign(respondent, agreement, hand=Hand("李四"))
    assert sign(respondent, agreement, hand=Hand(" 李四\u200b光 ")).name == "李四光"


def test_a_company_signs_by_a_person_of_its_choice(house):
    company = factories.Person("某某公司", factories.new_phone(), kind="company")
    case = reach("agreed", house, respondents=[company])
    assert sign(respondent_of(case), fixed_agreement(case), hand=Hand("王五")).name == "王五"
    with pytest.raises(CaseError, match="名字"):
        sign(respondent_of(case), fixed_agreement(case), hand=Hand(" "))


@pytest.mark.parametrize(
    "picture",
    [b"<svg/>", drawn() + b"x" * 500_000, drawn()[:60], drawn((9000, 40)), drawn((2, 2))],
    ids=["no picture", "too heavy", "cut off", "too wide", "too small"],
)
def test_what_is_no_picture_of_a_signature_is_refused(agreement, respondent, picture):
    with pytest.raises(CaseError, match="重写"):
        sign(respondent, agreement, hand=Hand(respondent.name, picture))


def test_a_wrong_code_signs_nothing(agreement, respondent):
    code = ask(respondent, agreement)
    with pytest.raises(CodeRefused):
        sign(respondent, agreement, code=f"{(int(code) + 1) % 10**6:06d}")
    assert not agreement.signatures.exists()


def test_a_code_for_entering_the_case_signs_nothing(case, agreement, respondent):
    onetime.send(respondent.phone, purpose=f"case:{case.pk}")
    with pytest.raises(CodeRefused):
        sign(respondent, agreement, code=code_sent_to(respondent.phone))


def test_the_other_party_s_code_signs_nothing(agreement, respondent, applicant):
    code = ask(applicant, agreement)
    with pytest.raises(CodeRefused):
        sign(respondent, agreement, code=code)


def test_a_code_for_the_old_text_does_not_sign_the_new_one(case, agreement, respondent, house):
    code = ask(respondent, agreement)
    agreements.revise(case, actor=house.mediator)
    new = agreements.conclude(case, actor=house.mediator)
    with pytest.raises(CodeRefused):
        sign(respondent, new, code=code)
    with pytest.raises(CaseError, match="新的一版"):
        sign(respondent, new, code=ask(respondent, new), shown=agreement.digest)
    assert not new.signatures.exists()


def test_a_party_without_a_phone_comes_to_the_window(house):
    case = reach("agreed", house, respondents=[factories.Person("李四光")])
    with pytest.raises(CaseError, match="窗口"):
        requests.ask_code(respondent_of(case), fixed_agreement(case))


def test_codes_for_signing_are_limited_like_all_codes(agreement, respondent):
    with time_machine.travel("2026-11-20 10:17:30+08:00", tick=False):
        requests.ask_code(respondent, agreement)
        with pytest.raises(TooOften):
            requests.ask_code(respondent, agreement)


@pytest.mark.parametrize("key", ["marriage_family", "inheritance"])
def test_papers_about_personal_status_are_signed_in_person(house, case, agreement, key):
    case.case_type = CaseType.objects.get(key=key)
    case.save()
    agreement.refresh_from_db()
    with pytest.raises(CaseError, match="当面"):
        sign(respondent_of(case), agreement)
    for party in case.parties.all():
        on_paper(party, agreement, house)
    signed_by_mediator(agreement, house)
    seal(agreement, house)
    case.refresh_from_db()
    assert case.status == "settled"


def on_paper(party, agreement, house):
    scan = Attachment.objects.create(
        case=agreement.case, title="签字页", content_type="image/jpeg", size=1, sha256=""
    )
    return requests.sign_on_paper(
        party, agreement, scan=scan, actor=house.mediator, shown=agreement.digest
    )


def test_a_signature_on_paper_is_recorded_with_its_scan(house, case, agreement, respondent):
    signature = on_paper(respondent, agreement, house)
    assert (signature.method, signature.name) == ("paper", "李四光")
    assert signature.scan.title == "签字页"
    assert on_paper(respondent, agreement, house) == signature
    assert case.events.filter(kind="agreement.signed").count() == 1


def test_a_party_of_another_case_signs_neither_on_screen_nor_on_paper(house, agreement):
    stranger = applicant_of(file().case)
    with pytest.raises(CaseError, match="本案当事人"):
        sign(stranger, agreement)
    with pytest.raises(CaseError, match="本案当事人"):
        on_paper(stranger, agreement, house)


SIGNERS = ("applicant", "respondent", "mediator")


@pytest.mark.parametrize("order", [*itertools.permutations(SIGNERS)], ids="-".join)
def test_in_whatever_order_they_sign_it_binds_with_the_seal_and_not_before(
    house, case, agreement, order
):
    for who in order:
        with pytest.raises(CaseError, match="还有人没有签"):
            seal(agreement, house)
        if who == "mediator":
            signed_by_mediator(agreement, house)
        else:
            sign(case.parties.get(side=who), agreement)
        agreement.refresh_from_db()
        case.refresh_from_db()
        assert (agreement.state, case.status) == ("fixed", "agreed")
    seal(agreement, house)
    agreement.refresh_from_db()
    case.refresh_from_db()
    assert (agreement.state, case.status) == ("effective", "settled")
    assert agreement.sealed_by == house.lead
    assert case.events.filter(kind="case.settle").count() == 1


def test_who_has_not_signed_is_told_by_name(house, case, agreement):
    assert requests.missing_signers(agreement) == ["张三丰", "李四光", "调解员"]
    sign(applicant_of(case), agreement)
    signed_by_mediator(agreement, house)
    assert requests.missing_signers(agreement) == ["李四光"]


def test_the_mediator_signs_once(house, case, agreement):
    assert signed_by_mediator(agreement, house) == signed_by_mediator(agreement, house)
    assert agreement.signatures.count() == 1


@pytest.mark.parametrize("end", ["withdraw", "decline"])
def test_a_case_that_ended_takes_no_signature_any_more(house, case, agreement, end):
    sign(applicant_of(case), agreement)
    if end == "withdraw":
        handling.withdraw(case, actor=applicant_of(case))
    else:
        party = applicant_of(case)
        handling.answer_invitation(party, agrees=False, actor=party)
    for deed in (
        lambda: sign(respondent_of(case), agreement),
        lambda: signed_by_mediator(agreement, house),
        lambda: on_paper(respondent_of(case), agreement, house),
        lambda: seal(agreement, house),
    ):
        with pytest.raises(CaseError, match="结束"):
            deed()
    assert agreement.signatures.count() == 1


def settled_facts(case):
    return case.events.get(kind="case.settle").facts


@pytest.mark.parametrize("difficulty", ["simple", "general", "difficult", "major"])
def test_a_difficulty_that_the_lead_confirmed_by_sealing_counts(house, difficulty):
    case = reach("agreed", house)
    handling.set_difficulty(case, difficulty=difficulty, actor=house.mediator)
    case = factories.sign_all(case, house)
    assert settled_facts(case)["difficulty"] == difficulty


@pytest.mark.parametrize(
    ("difficulty", "counts"), [("simple", "simple"), ("difficult", "general"), ("major", "general")]
)
def test_a_lead_does_not_confirm_the_difficulty_of_an_own_case(house, difficulty, counts):
    lead_handles = dataclasses.replace(house, mediator=house.lead)
    case = reach("agreed", lead_handles)
    handling.set_difficulty(case, difficulty=difficulty, actor=house.lead)
    case = factories.sign_all(case, lead_handles)
    assert settled_facts(case)["difficulty"] == counts


def test_the_document_is_made_once_and_keeps_its_bytes(house):
    case = reach("settled", house)
    events.relay()
    agreement = case.agreements.get()
    with agreement.document.open() as stream:
        pdf = stream.read()
    assert pdf.startswith(b"%PDF")
    assert agreement.document_digest == documents.digest(pdf)
    name = agreement.document.name
    assert requests.store_document(agreement).document.name == name
    with Agreement.objects.get(pk=agreement.pk).document.open() as stream:
        assert stream.read() == pdf


def test_each_party_is_asked_to_sign_by_a_link_of_its_own(house, case):
    events.relay()
    asked = Notice.objects.filter(template="sign")
    assert {n.phone for n in asked} == {p.phone for p in case.parties.all()}
    for notice in asked:
        assert notice.party.link in notice.text
