import base64
import hashlib

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from cases.models import Party
from mediators.errors import SealBroken
from mediators.sealing import blind_index, seal, unseal

PHONE = "13912345678"
KEYS = {
    name: base64.b64encode(hashlib.sha256(name.encode()).digest()).decode() for name in ("k1", "k2")
}


@given(st.text())
def test_what_is_sealed_opens_again(value):
    assert unseal(seal(value, purpose="p"), purpose="p") == value


def test_the_same_value_never_looks_the_same_twice():
    assert seal(PHONE, purpose="p") != seal(PHONE, purpose="p")


def test_a_sealed_value_does_not_open_in_another_column():
    with pytest.raises(SealBroken):
        unseal(seal(PHONE, purpose="party.phone"), purpose="notice.phone")


def test_every_changed_byte_is_found():
    version, key, body = seal(PHONE, purpose="p").split(".")
    raw = bytearray(base64.urlsafe_b64decode(body))
    for place in range(len(raw)):
        raw[place] ^= 1
        changed = base64.urlsafe_b64encode(bytes(raw)).decode()
        with pytest.raises(SealBroken):
            unseal(f"{version}.{key}.{changed}", purpose="p")
        raw[place] ^= 1


@pytest.mark.parametrize("sealed", ["", "v1", "v1.dev.x", "v1.dev.", "plain text", "v1.gone.AAAA"])
def test_what_was_never_sealed_by_us_is_refused(sealed):
    with pytest.raises(SealBroken):
        unseal(sealed, purpose="p")


def test_a_new_first_key_seals_from_now_on_and_the_old_one_still_opens(settings):
    settings.FIELD_KEYS = {"k1": KEYS["k1"]}
    old = seal(PHONE, purpose="p")
    settings.FIELD_KEYS = {"k2": KEYS["k2"], "k1": KEYS["k1"]}
    assert seal(PHONE, purpose="p").startswith("v1.k2.")
    assert unseal(old, purpose="p") == PHONE
    settings.FIELD_KEYS = {"k2": KEYS["k2"]}
    with pytest.raises(SealBroken):
        unseal(old, purpose="p")


def test_the_index_finds_the_value_and_cannot_be_made_without_the_key(settings):
    index = blind_index(PHONE, purpose="phone")
    assert index == blind_index(f" {PHONE} ", purpose="phone")
    assert index != blind_index(PHONE, purpose="link")
    assert index != hashlib.sha256(PHONE.encode()).hexdigest()
    settings.INDEX_KEY = "another key"
    assert index != blind_index(PHONE, purpose="phone")


def test_the_database_never_sees_a_phone(respondent):
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, link FROM cases_party WHERE id = %s", [respondent.pk])
        phone, link = cursor.fetchone()
    assert phone.startswith("v1.")
    assert respondent.phone not in phone
    assert respondent.link not in link
    assert Party.objects.get(pk=respondent.pk).phone == respondent.phone


def test_an_empty_value_stays_empty(respondent):
    respondent.set_phone("")
    respondent.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, phone_index FROM cases_party WHERE id=%s", [respondent.pk])
        assert cursor.fetchone() == ("", "")


@pytest.mark.parametrize("lookup", ["phone", "phone__contains", "phone__in"])
def test_searching_an_encrypted_column_is_a_mistake_that_shows(db, lookup):
    with pytest.raises(TypeError, match="blind index"):
        Party.objects.filter(**{lookup: [PHONE]}).exists()
