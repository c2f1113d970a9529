import os
import pathlib
import runpy
import subprocess
import sys
from types import SimpleNamespace
from unittest import mock

import pytest
from django.conf import global_settings
from django.core.cache import caches
from django.core.exceptions import ImproperlyConfigured

from mediation import checks
from tests.mediation.production import SAFE

UNSAFE = [
    ("mediation.E001", {"SECRET_KEY": ""}),
    ("mediation.E001", {"SECRET_KEY": "too-short-to-be-a-secret"}),
    ("mediation.E001", {"SECRET_KEY": "x" * 64}),
    ("mediation.E002", {"FIELD_KEYS": ""}),
    ("mediation.E002", {"FIELD_KEYS": "k1:c2hvcnQ="}),
    ("mediation.E002", {"FIELD_KEYS": "k1:not base64!"}),
    ("mediation.E002", {"FIELD_KEYS": "dev:ZGV2ZWxvcG1lbnQtb25seS0zMi1ieXRlLWtleSEhISE="}),
    ("mediation.E003", {"INDEX_KEY": ""}),
    ("mediation.E004", {"AUDIT_KEY": "short"}),
    ("mediation.E005", {"AUDIT_KEY": SAFE["INDEX_KEY"]}),
    ("mediation.E006", {"SECRET_KEY_FALLBACKS": "old"}),
    ("mediation.E007", {"ALLOWED_HOSTS": ""}),
    ("mediation.E007", {"ALLOWED_HOSTS": "*"}),
    ("mediation.E008", {"SITE_URL": "http://tj.example.gov.cn"}),
    ("mediation.E009", {"SECURE_SSL_REDIRECT": "false"}),
    ("mediation.E010", {"SECURE_HSTS_SECONDS": "60"}),
    ("mediation.E012", {"NOTICE_BACKEND": checks.DEVELOPMENT_CHANNEL}),
    ("mediation.E013", {"SMS_ACCESS_KEY_SECRET": ""}),
    ("mediation.E013", {"SMS_ENDPOINT": "http://dysmsapi.aliyuncs.com"}),
    ("mediation.E014", {"CACHE_URL": "redis://127.0.0.1:6379/1"}),
    ("mediation.E014", {"CACHE_URL": "filecache:///tmp/cache"}),
    ("mediation.E016", {"SMS_TEMPLATES": "one_time_code=SMS_1"}),
    ("mediation.W001", {"DATABASE_URL": "sqlite:////tmp/mediation.sqlite3"}),
    ("mediation.W002", {"CELERY_BROKER_URL": "safefs://"}),
]
UNSAFE_IN_CODE = [
    ("mediation.E011", {"SESSION_COOKIE_SECURE": False}),
    ("mediation.E011", {"CSRF_COOKIE_SECURE": False}),
    ("mediation.E015", {"CELERY_ACCEPT_CONTENT": ["json", "pickle"]}),
    ("mediation.E015", {"CELERY_TASK_SERIALIZER": "pickle"}),
]


def _settings(tmp_path, **environment):
    """Return the product's settings as they are in that environment, over Django's own."""
    path = pathlib.Path(checks.__file__).with_name("settings.py")
    with mock.patch.dict(os.environ, environment | {"VAR_DIR": str(tmp_path)}, clear=True):
        return SimpleNamespace(**(vars(global_settings) | runpy.run_path(str(path))))


def _production(tmp_path, **changes):
    return _settings(tmp_path, **(SAFE | changes))


def _ids(conf):
    return [message.id for message in checks.problems(conf)]


def test_a_safe_production_environment_has_no_problem(tmp_path):
    assert _ids(_production(tmp_path)) == []


@pytest.mark.parametrize(("identifier", "environment"), UNSAFE)
def test_each_unsafe_variable_is_named_by_exactly_its_id(tmp_path, identifier, environment):
    assert _ids(_production(tmp_path, **environment)) == [identifier]


@pytest.mark.parametrize(("identifier", "changes"), UNSAFE_IN_CODE)
def test_each_unsafe_change_of_the_settings_file_is_named_too(tmp_path, identifier, changes):
    conf = _production(tmp_path)
    vars(conf).update(changes)
    assert _ids(conf) == [identifier]


def test_every_rule_has_its_own_id_that_a_case_above_breaks(tmp_path):
    tried = {identifier for identifier, _ in UNSAFE + UNSAFE_IN_CODE}
    assert len(tried) == len(checks.RULES)


def test_with_debug_on_and_nothing_set_there_is_no_problem(tmp_path):
    assert _ids(_settings(tmp_path)) == []


def test_no_development_default_passes_outside_debug(tmp_path):
    conf = _settings(tmp_path)
    conf.DEBUG = False
    errors = {f"mediation.E{number:03}" for number in (1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12)}
    assert set(_ids(conf)) == errors | {"mediation.W001", "mediation.W002"}


def test_every_problem_says_what_to_do(tmp_path):
    for _, environment in UNSAFE:
        for message in checks.problems(_production(tmp_path, **environment)):
            assert message.hint


def test_the_recommended_cache_address_keeps_values_without_pickles(tmp_path, settings):
    settings.CACHES = _production(tmp_path).CACHES
    stored = caches["default"]._cache._serializer.dumps({"tries": 3})
    assert stored == b'{"tries":3}'


def test_servers_refuse_to_start_on_unsafe_settings(tmp_path, monkeypatch):
    monkeypatch.setattr(
        checks, "settings", _production(tmp_path, SITE_URL="http://x", INDEX_KEY="")
    )
    with pytest.raises(ImproperlyConfigured, match=r"(?s)E003.*E008"):
        checks.refuse_unsafe()


def test_servers_start_in_spite_of_a_warning(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "settings", _production(tmp_path, CELERY_BROKER_URL="safefs://"))
    checks.refuse_unsafe()


def _check_deploy(tmp_path, **environment):
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(
        command,
        cwd=pathlib.Path(checks.__file__).parent.parent,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path)} | SAFE | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_check_deploy_passes_without_a_message_in_a_safe_environment(tmp_path):
    done = _check_deploy(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 silenced" in done.stdout


def test_check_deploy_fails_in_an_unsafe_environment(tmp_path):
    done = _check_deploy(tmp_path, ALLOWED_HOSTS="*")
    assert done.returncode == 1
    assert "mediation.E007" in done.stderr
