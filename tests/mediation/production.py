"""An environment that is safe for production, for the tests that then spoil it piece by piece."""

import base64

from cases.messages import TEXTS

SAFE = {
    "DEBUG": "false",
    "SECRET_KEY": "3f9a6c1e8b7d4052" * 4,
    "INDEX_KEY": "a7c05e92d1b8f364" * 4,
    "AUDIT_KEY": "58e1d09b3c7fa264" * 4,
    "FIELD_KEYS": "k1:" + base64.b64encode(bytes(range(32))).decode(),
    "ALLOWED_HOSTS": "tj.example.gov.cn",
    "SITE_URL": "https://tj.example.gov.cn",
    "TRUSTED_PROXIES": "1",
    "DATABASE_URL": "postgres://app@127.0.0.1:5432/mediation",
    "CELERY_BROKER_URL": "redis://127.0.0.1:6379/0",
    "CACHE_URL": "redis://127.0.0.1:6379/1?serializer=django.core.signing.JSONSerializer",
    "SMS_ENDPOINT": "https://dysmsapi.aliyuncs.com",
    "SMS_ACCESS_KEY_ID": "id-of-the-account",
    "SMS_ACCESS_KEY_SECRET": "secret-of-the-account",
    "SMS_TEMPLATES": ",".join(f"{name}=SMS_{at}" for at, name in enumerate(TEXTS)),
}
