"""Identity numbers and company codes at filing: checked, sealed, found again, never shown."""

import json
from dataclasses import replace

import pytest
from django.db import connection

from cases import filing
from cases.errors import InvalidFiling, KeyReused
from cases.filing import Person, file_dispute
from cases.models import CaseEvent, Notice, Party
from mediators.models import AuditEntry
from mediators.sealing import blind_index
from tests.factories import a_dispute, file, new_key, new_phone

pytestmark = pytest.mark.usefixtures("house")
CARD, CODE = "11010519491231002X", "91350100M000100Y43"
FIRM = Person("某某有限公司", kind="company", identity=CODE)


def person(identity=CARD):
    return Person("张三丰", new_phone(), identity=identity)


def test_a_number_is_stored_in_its_one_form_and_found_by_its_index():
    case = file(applicants=[person(" 11010519491231002ｘ ")], respondents=[FIRM]).case
    applicant, respondent = case.parties.all()
    assert (applicant.identity, respondent.identity) == (CARD, CODE)
    found = Party.objects.get(identity_index=blind_index(CARD, purpose="identity"))
    assert found == applicant


def test_in_the_table_the_number_is_sealed():
    file(applicants=[person()])
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity, identity_index FROM cases_party WHERE identity <> ''")
        [(sealed, index)] = cursor.fetchall()
    assert CARD not in sealed
    assert CARD not in index


def test_nobody_needs_to_give_a_number():
    party = file().case.parties.first()
    assert (party.identity, party.identity_index, party.masked_identity) == ("", "", "")


@pytest.mark.parametrize(
    ("who", "field", "words"),
    [
        ({"applicants": [person("110105194912310021")]}, "applicant_identity", "身份证号不对"),
        ({"applicants": [person("1101051949")]}, "applicant_identity", "18位"),
        ({"respondents": [replace(FIRM, identity=CARD)]}, "respondent_identity", "信用代码"),
        ({"applicants": [person(CODE)]}, "applicant_identity", "身份证号"),
    ],
    ids=["check character", "length", "a card for a company", "a code for a person"],
)
def test_a_wrong_number_is_refused_at_its_field(who, field, words):
    with pytest.raises(InvalidFiling) as refused:
        file(**who)
    assert words in refused.value.fields[field]


def test_the_number_is_part_of_what_makes_a_filing_the_same():
    dispute, key = a_dispute(applicants=[person()]), new_key()
    first = file_dispute(dispute, key=key)
    assert file_dispute(dispute, key=key) == first
    with pytest.raises(KeyReused):
        file_dispute(
            replace(dispute, applicants=[replace(dispute.applicants[0], identity="")]), key=key
        )


def test_what_older_filings_could_not_say_does_not_change_their_digest():
    """A partner system may send again after an update what it sent before."""
    said = filing._said_of(Person("张三丰", "13900000000", "person", "门口"))
    assert said == ["张三丰", "13900000000", "person", "门口"]


def test_no_number_is_in_events_messages_or_the_audit_trail():
    file(applicants=[person()], respondents=[FIRM])
    kept = [
        *CaseEvent.objects.values_list("facts", flat=True),
        *AuditEntry.objects.values_list("facts", flat=True),
        *Notice.objects.values_list("text", flat=True),
    ]
    assert kept
    assert not {CARD, CODE} & set(json.dumps(kept, ensure_ascii=False).replace('"', " ").split())
    assert CARD not in json.dumps(kept)


def test_on_pages_it_is_masked():
    party = file(applicants=[person()]).case.parties.first()
    assert party.masked_identity == "110105********002X"
