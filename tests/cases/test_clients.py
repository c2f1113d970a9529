import datetime as dt
import io

import pytest
import time_machine
from django.core.management import CommandError, call_command

from cases import clients
from cases.errors import CaseError
from cases.models import Case, Channel, ChannelKey
from mediators.models import AuditEntry


@pytest.fixture
def police(db) -> Channel:
    return Channel.objects.get(key="police")


def test_a_key_is_found_by_its_secret_and_by_nothing_else(police):
    key, secret = clients.issue_key("测试110平台", channel=police, by=None)
    other, _ = clients.issue_key("测试系统二", channel=police, by=None)
    assert clients.find(secret) == key
    assert key.user != other.user
    for wrong in ("", secret[:-1], secret + "0", key.digest, str(key.pk), "\0", "é"):
        assert clients.find(wrong) is None


def test_a_secret_is_long_and_never_the_same(police):
    secrets = {clients.issue_key(f"系统{n}", channel=police, by=None)[1] for n in range(5)}
    assert len(secrets) == 5
    assert all(len(bytes.fromhex(secret)) == 32 for secret in secrets)


def test_the_secret_is_not_kept(police):
    key, secret = clients.issue_key("测试110平台", channel=police, by=None)
    stored = str(ChannelKey.objects.filter(pk=key.pk).values().get())
    assert secret not in stored
    assert secret.upper() not in stored
    assert secret not in str(list(AuditEntry.objects.values_list("facts", flat=True)))


def test_the_digest_needs_our_index_key(police, settings):
    _, secret = clients.issue_key("测试110平台", channel=police, by=None)
    settings.INDEX_KEY = "another key of this installation"
    assert clients.find(secret) is None


def test_its_account_has_neither_role_nor_password_and_sees_no_case_of_others(police, case):
    key, _ = clients.issue_key("测试110平台", channel=police, by=None)
    assert (key.user.role, key.user.name) == ("", "测试110平台")
    assert not key.user.has_usable_password()
    assert (key.user.is_staff, key.user.is_superuser) == (False, False)
    assert not Case.objects.visible_to(key.user).exists()


def test_issuing_is_on_the_audit_trail(police, dispatcher):
    key, _ = clients.issue_key("测试110平台", channel=police, by=dispatcher)
    entry = AuditEntry.objects.get(deed="channel_key.issued")
    assert (entry.actor, entry.facts) == (dispatcher, {"key": key.pk, "channel": "police"})


def test_a_key_works_until_the_end_of_its_last_day_here(police):
    last = dt.date(2026, 11, 20)
    key, secret = clients.issue_key("测试110平台", channel=police, by=None, expires_on=last)
    with time_machine.travel("2026-11-20T23:59:59+08:00", tick=False):
        assert clients.find(secret) == key
    with time_machine.travel("2026-11-21T00:00:00+08:00", tick=False):
        assert clients.find(secret) is None


@pytest.mark.parametrize("name", ["", " ", "\u200b", "长" * 61])
def test_a_key_needs_a_name_that_people_can_tell(police, name):
    with pytest.raises(CaseError):
        clients.issue_key(name, channel=police, by=None)
    assert not ChannelKey.objects.exists()


def test_the_command_prints_the_secret_alone_on_standard_output(police):
    out, err = io.StringIO(), io.StringIO()
    arguments = ["测试110平台", "police", "--expires-on", "2099-12-31"]
    call_command("issue_channel_key", *arguments, stdout=out, stderr=err)
    key = clients.find(out.getvalue().strip())
    assert key
    assert (key.name, key.channel, key.expires_on) == ("测试110平台", police, dt.date(2099, 12, 31))
    assert out.getvalue().strip() not in err.getvalue()


@pytest.mark.parametrize("arguments", [["测试110平台", "nowhere"], ["", "police"]])
def test_the_command_refuses_what_the_rule_refuses(police, arguments):
    with pytest.raises(CommandError):
        call_command("issue_channel_key", *arguments)
    assert not ChannelKey.objects.exists()
