"""System checks: outside DEBUG, settings that would put people's cases at risk are refused.

Each rule looks at the settings and answers with one message or none; ids are never reused.
`manage.py` runs them before every command; `refuse_unsafe()` does so for the servers.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from cases.messages import FOR_STAFF, TEXTS

Rule = Callable[[Any], CheckMessage | None]

KEY_CHARACTERS = 50  # what Django asks of SECRET_KEY
FIELD_KEY_BYTES = 32  # AES-256
HSTS_SECONDS = 31_536_000  # ASVS 5.0, 3.4.1: one year
DEVELOPMENT_CHANNEL = "cases.notices.channels.development.DevelopmentChannel"
SAFE_CACHE_SERIALIZER = "django.core.signing.JSONSerializer"


@register(Tags.security)
def check_production_settings(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Return what is unsafe about the settings in use; with DEBUG on, nothing."""
    return problems(settings)


def problems(conf: Any) -> list[CheckMessage]:
    """Return the message of every broken rule for the settings `conf`; with DEBUG on, none."""
    if conf.DEBUG:
        return []
    return [message for rule in RULES if (message := rule(conf))]


def refuse_unsafe() -> None:
    """Stop a server from starting on unsafe settings.

    Raises ImproperlyConfigured naming each broken rule: web servers load the settings
    without running the system checks that every management command runs.
    """
    errors = [message for message in problems(settings) if message.is_serious()]
    if errors:
        raise ImproperlyConfigured("\n".join(str(error) for error in errors))


def refuse_unsafe_worker(**_: object) -> None:
    """Stop a Celery worker from starting on unsafe settings: it logs what its signals raise."""
    try:
        refuse_unsafe()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from error


def _weak(key: str, conf: Any) -> bool:
    return len(key) < KEY_CHARACTERS or key == conf.DEVELOPMENT_KEY or len(set(key)) < 5


def _secret_key(conf: Any) -> str:
    try:
        return str(conf.SECRET_KEY)
    except ImproperlyConfigured:  # how Django says that it is empty
        return ""


def secret_key(conf: Any) -> CheckMessage | None:
    if not _weak(_secret_key(conf), conf):
        return None
    return Error(_("SECRET_KEY 缺失、过短或仍是开发用值。"), hint=_key_hint(), id="mediation.E001")


def field_keys(conf: Any) -> CheckMessage | None:
    if conf.FIELD_KEYS and all(_is_field_key(key, conf) for key in conf.FIELD_KEYS.values()):
        return None
    return Error(
        _("FIELD_KEYS 缺失、仍是开发用值，或有密钥不是 32 字节的 base64。"),
        hint=_("生成：openssl rand -base64 32"),
        id="mediation.E002",
    )


def _is_field_key(key: str, conf: Any) -> bool:
    try:
        size = len(base64.b64decode(key, validate=True))
    except (binascii.Error, ValueError):
        return False
    return size == FIELD_KEY_BYTES and key != conf.DEVELOPMENT_FIELD_KEY


def index_key(conf: Any) -> CheckMessage | None:
    if not _weak(conf.INDEX_KEY, conf):
        return None
    return Error(_("INDEX_KEY 缺失、过短或仍是开发用值。"), hint=_key_hint(), id="mediation.E003")


def audit_key(conf: Any) -> CheckMessage | None:
    if not _weak(conf.AUDIT_KEY, conf):
        return None
    return Error(_("AUDIT_KEY 缺失、过短或仍是开发用值。"), hint=_key_hint(), id="mediation.E004")


def one_key_one_purpose(conf: Any) -> CheckMessage | None:
    keys = [key for key in (_secret_key(conf), conf.INDEX_KEY, conf.AUDIT_KEY) if key]
    if len(set(keys)) == len(keys):
        return None
    return Error(
        _("SECRET_KEY、INDEX_KEY、AUDIT_KEY 中有两个相同。"),
        hint=_("每个用途单独生成一个密钥：一个泄露时，其余仍然有效。"),
        id="mediation.E005",
    )


def retired_keys(conf: Any) -> CheckMessage | None:
    if not any(_weak(key, conf) for key in conf.SECRET_KEY_FALLBACKS):
        return None
    return Error(
        _("SECRET_KEY_FALLBACKS 中有过短的密钥或开发用值。"),
        hint=_("旧密钥仍能签发有效的登录状态，请删去不安全的旧密钥。"),
        id="mediation.E006",
    )


def allowed_hosts(conf: Any) -> CheckMessage | None:
    if conf.ALLOWED_HOSTS and "*" not in conf.ALLOWED_HOSTS:
        return None
    return Error(
        _("ALLOWED_HOSTS 为空或包含“*”。"),
        hint=_("写明本系统的域名，例如 ALLOWED_HOSTS=tj.example.gov.cn。"),
        id="mediation.E007",
    )


def site_url(conf: Any) -> CheckMessage | None:
    address = urlsplit(conf.SITE_URL)
    if address.scheme == "https" and address.hostname and not address.path:
        return None
    return Error(
        _("SITE_URL 不是 https 地址。"),
        hint=_("二维码和短信里的链接都由它生成，例如 SITE_URL=https://tj.example.gov.cn。"),
        id="mediation.E008",
    )


def ssl_redirect(conf: Any) -> CheckMessage | None:
    if conf.SECURE_SSL_REDIRECT:
        return None
    return Error(
        _("SECURE_SSL_REDIRECT 已关闭，页面可能以明文传输。"),
        hint=_("删去该变量；在反向代理之后请设置 TRUSTED_PROXIES。"),
        id="mediation.E009",
    )


def strict_transport(conf: Any) -> CheckMessage | None:
    if conf.SECURE_HSTS_SECONDS >= HSTS_SECONDS and conf.SECURE_HSTS_INCLUDE_SUBDOMAINS:
        return None
    return Error(
        _("SECURE_HSTS_SECONDS 少于一年。"),
        hint=_("删去该变量，即使用默认值 31536000 秒。"),
        id="mediation.E010",
    )


def cookies(conf: Any) -> CheckMessage | None:
    if all((conf.SESSION_COOKIE_SECURE, conf.CSRF_COOKIE_SECURE, conf.SESSION_COOKIE_HTTPONLY)):
        return None
    return Error(
        _("登录或防跨站请求的 Cookie 可经明文连接或脚本读取。"),
        hint=_("SESSION_COOKIE_SECURE、CSRF_COOKIE_SECURE、SESSION_COOKIE_HTTPONLY 须为 True。"),
        id="mediation.E011",
    )


def notice_channel(conf: Any) -> CheckMessage | None:
    if conf.NOTICE_BACKEND != DEVELOPMENT_CHANNEL:
        return None
    return Error(
        _("NOTICE_BACKEND 是开发用通道：短信不会发出，验证码会显示在网页上。"),
        hint=_("删去该变量即使用短信通道。"),
        id="mediation.E012",
    )


def sms_account(conf: Any) -> CheckMessage | None:
    account = (conf.SMS_ENDPOINT, conf.SMS_ACCESS_KEY_ID, conf.SMS_ACCESS_KEY_SECRET)
    by_sms = "sms" in conf.NOTICE_BACKEND.lower()
    if not by_sms or (all(account) and conf.SMS_ENDPOINT.startswith("https://")):
        return None
    return Error(
        _("短信通道的账号不完整，或接口地址不是 https。"),
        hint=_("设置 SMS_ENDPOINT、SMS_ACCESS_KEY_ID、SMS_ACCESS_KEY_SECRET。"),
        id="mediation.E013",
    )


def sms_templates(conf: Any) -> CheckMessage | None:
    missing = sorted(TEXTS.keys() - FOR_STAFF - conf.SMS_TEMPLATES.keys())
    if "sms" not in conf.NOTICE_BACKEND.lower() or not missing:
        return None
    return Error(
        _("SMS_TEMPLATES 缺少这些短信的模板，它们将无法发出：%(names)s。")
        % {"names": ", ".join(missing)},
        hint=_("写明服务商审核通过的模板编号，例如 one_time_code=SMS_123,filed=SMS_124。"),
        id="mediation.E016",
    )


def cache_serializer(conf: Any) -> CheckMessage | None:
    """Refuse pickles in a cache shared over the network: whoever writes one runs code here."""
    if all(_is_pickle_free(cache) for cache in conf.CACHES.values()):
        return None
    return Error(
        _("缓存以 pickle 存取数据：能写入缓存的人就能在本系统中执行代码。"),
        hint=_("Redis 缓存请在 CACHE_URL 末尾加 ?serializer=%(name)s。")
        % {"name": SAFE_CACHE_SERIALIZER},
        id="mediation.E014",
    )


def _is_pickle_free(cache: dict[str, Any]) -> bool:
    backend = cache["BACKEND"].rpartition(".")[2]
    serializer = str(cache.get("OPTIONS", {}).get("serializer", ""))
    return backend in {"LocMemCache", "DummyCache"} or "JSON" in serializer.upper()


def task_content(conf: Any) -> CheckMessage | None:
    if conf.CELERY_ACCEPT_CONTENT == ["json"] and conf.CELERY_TASK_SERIALIZER == "json":
        return None
    return Error(
        _("Celery 接受 JSON 以外的消息：能写入队列的人就能在本系统中执行代码。"),
        hint=_('保持 CELERY_ACCEPT_CONTENT = ["json"]、CELERY_TASK_SERIALIZER = "json"。'),
        id="mediation.E015",
    )


def database(conf: Any) -> CheckMessage | None:
    if not conf.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return None
    return Warning(
        _("正在使用 SQLite：只适合单机、单个网页进程。"),
        hint=_("多进程或多机运行请设置 DATABASE_URL=postgres://…。"),
        id="mediation.W001",
    )


def broker(conf: Any) -> CheckMessage | None:
    if not conf.CELERY_BROKER_URL.startswith("safefs"):
        return None
    return Warning(
        _("正在使用内置队列：只支持一台机器上的一个任务进程。"),
        hint=_("多进程或多机运行请设置 CELERY_BROKER_URL=redis://…。"),
        id="mediation.W002",
    )


def _key_hint() -> str:
    return _('生成：python -c "import secrets;print(secrets.token_urlsafe(48))"')


RULES: Iterable[Rule] = (
    secret_key,
    field_keys,
    index_key,
    audit_key,
    one_key_one_purpose,
    retired_keys,
    allowed_hosts,
    site_url,
    ssl_redirect,
    strict_transport,
    cookies,
    notice_channel,
    sms_account,
    sms_templates,
    cache_serializer,
    task_content,
    database,
    broker,
)
