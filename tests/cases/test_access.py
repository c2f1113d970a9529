import pytest
import time_machine

from cases import access
from cases.access import ask_code, by_link, by_short_code, by_token, prove_phone
from cases.codes import new_short_code, new_token
from cases.errors import CodeRefused, TooOften
from cases.filing import Person, receipt_of
from cases.handling import correct_phone
from cases.models import Notice
from mediators.errors import InvalidIdentity
from tests.factories import (
    code_sent_to,
    file,
    let_time_pass_for,
    new_phone,
    reach,
    respondent_of,
)

HERE, ELSEWHERE = "10.0.0.1", "10.0.0.2"


@pytest.fixture(autouse=True)
def _at_ten():
    with time_machine.travel("2026-11-20 10:17:30+08:00", tick=False):
        yield


def test_the_qr_and_the_typed_code_open_the_same_case(case):
    receipt = receipt_of(case)
    assert by_token(receipt.token) == case
    found = by_short_code(receipt.short_code, address=HERE)
    assert (found.case, found.token) == (case, receipt.token)


def test_a_code_typed_with_mistakes_of_the_eye_is_found(case):
    typed = receipt_of(case).short_code.replace("0", "o").replace("1", "l").lower()
    assert by_short_code(f"{typed[:4]}-{typed[4:8]} {typed[8:]}", address=HERE).case == case


@pytest.mark.parametrize("token", ["", "x", "a" * 22, "../../etc", "\0", "码" * 200])
def test_no_other_token_opens_anything(case, token):
    assert by_token(token) is None
    assert by_link(token) is None


def test_neither_a_token_opens_a_link_nor_a_link_a_code_page(case, applicant):
    assert by_link(applicant.link) == applicant
    assert by_token(applicant.link) is None
    assert by_link(receipt_of(case).token) is None
    assert by_token(new_token()) is None


def guess(times, address=HERE):
    """Type wrong codes; return how many were looked up before the door closed."""
    looked_up = 0
    for _ in range(times):
        try:
            assert by_short_code(new_short_code(), address=address) is None
            looked_up += 1
        except TooOften:
            pass
    return looked_up


def test_thirty_wrong_codes_an_hour_from_one_address_and_no_more(case):
    assert guess(40) == access.GUESSES_AN_HOUR
    assert guess(1, ELSEWHERE) == 1


def test_past_the_limit_a_right_code_is_refused_like_a_wrong_one(case):
    guess(access.GUESSES_AN_HOUR)
    with pytest.raises(TooOften):
        by_short_code(receipt_of(case).short_code, address=HERE)
    assert by_short_code(receipt_of(case).short_code, address=ELSEWHERE)


def test_what_is_no_code_at_all_counts_as_a_guess_too(case):
    for _ in range(access.GUESSES_AN_HOUR):
        assert by_short_code("nonsense", address=HERE) is None
    with pytest.raises(TooOften):
        by_short_code("nonsense", address=HERE)


def test_right_codes_are_never_too_many(case):
    code = receipt_of(case).short_code
    for _ in range(access.GUESSES_AN_HOUR + 5):
        assert by_short_code(code, address=HERE)
    assert guess(access.GUESSES_AN_HOUR) == access.GUESSES_AN_HOUR


def test_guesses_from_everywhere_together_blow_a_fuse(case, monkeypatch):
    monkeypatch.setattr(access, "HOUSE_GUESSES_AN_HOUR", 50)
    looked_up = sum(guess(1, f"10.0.1.{n}") for n in range(80))
    assert looked_up == 50


def test_a_party_enters_with_the_code_sent_to_its_own_phone(case, respondent):
    assert ask_code(case, phone=f"+86 {respondent.phone}") == respondent.phone
    party = prove_phone(case, phone=respondent.phone, code=code_sent_to(respondent.phone))
    assert party == respondent
    assert party.phone_proved_at
    assert case.events.filter(kind="party.phone_proved", party=respondent).count() == 1


def test_proving_the_phone_again_is_no_news(case, applicant):
    for _ in range(2):
        let_time_pass_for(applicant.phone)
        ask_code(case, phone=applicant.phone)
        prove_phone(case, phone=applicant.phone, code=code_sent_to(applicant.phone))
    assert case.events.filter(kind="party.phone_proved").count() == 1


def test_a_code_for_one_case_opens_no_other(case, applicant):
    other = file(applicants=[Person(applicant.name, applicant.phone)]).case
    ask_code(case, phone=applicant.phone)
    with pytest.raises(CodeRefused):
        prove_phone(other, phone=applicant.phone, code=code_sent_to(applicant.phone))


def _dialogue(case, phone):
    """Everything that somebody who does not have the phone is told, question by question."""
    said = []
    for question in [
        lambda: ask_code(case, phone=phone),
        lambda: ask_code(case, phone=phone),
        *[lambda: prove_phone(case, phone=phone, code="wrong!")] * 7,
    ]:
        try:
            said.append(question() == phone)
        except (CodeRefused, TooOften) as error:
            said.append(str(error))
    return said


def test_a_stranger_s_phone_gets_word_for_word_the_same_answers_as_a_party_s(case, respondent):
    notices = Notice.objects.count()
    stranger = _dialogue(case, new_phone())
    assert Notice.objects.count() == notices
    assert stranger == _dialogue(case, respondent.phone)
    assert Notice.objects.count() == notices + 1
    assert len(set(stranger)) == 8


def test_before_any_code_was_asked_for_both_are_told_the_same(case, respondent):
    said = set()
    for phone in (respondent.phone, new_phone()):
        with pytest.raises(CodeRefused) as refused:
            prove_phone(case, phone=phone, code="000000")
        said.add(str(refused.value))
    assert len(said) == 1


def test_what_is_no_phone_is_said_to_be_none(case):
    with pytest.raises(InvalidIdentity):
        ask_code(case, phone="123")
    with pytest.raises(InvalidIdentity):
        prove_phone(case, phone="123", code="000000")


def test_a_party_whose_phone_was_corrected_enters_with_the_new_one_only(house):
    case = reach("inviting", house)
    respondent, new = respondent_of(case), new_phone()
    old = respondent.phone
    correct_phone(respondent, phone=new, actor=house.mediator)
    ask_code(case, phone=new)
    assert prove_phone(case, phone=new, code=code_sent_to(new)) == respondent
    ask_code(case, phone=old)
    assert not any(n.phone == old for n in Notice.objects.filter(template="one_time_code"))
