"""Text messages by Alibaba Cloud (阿里云短信服务): SendSms of Dysmsapi, version 2017-05-25.

Signed as its page "请求签名" says (RPC, SignatureVersion 1.0). The provider's words are not kept,
because they may repeat the phone; its code and request number are enough to ask it.
"""

import base64
import datetime as dt
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.utils import timezone

from cases.notices.channels.base import ChannelError, Message
from mediators.identity import is_mobile

SECONDS = 3
LONGEST_ANSWER = 65_536  # bytes
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
CAN_RETRY = {
    "isp.SYSTEM_ERROR",
    "isv.BUSINESS_LIMIT_CONTROL",  # the provider's own limit a minute and an hour for each phone
    "isv.AMOUNT_NOT_ENOUGH",  # until somebody has paid
    "isv.OUT_OF_SERVICE",
    "SignatureNonceUsed",  # a new try carries a new one
    "InternalError",
    "ServiceUnavailable",
    "ServiceUnavailableTemporary",
    "SystemBusy",
    "Throttling",
    "Throttling.User",
    "Throttling.Api",
}


class AliyunSmsChannel:
    """Hands each message to SendSms; texts are templates that the provider has approved."""

    def send(self, message: Message) -> str:
        """Return the provider's BizId. Raises ChannelError."""
        if not is_mobile(message.phone):
            raise ChannelError("not a mobile number", can_retry=False)
        answer = _post(_endpoint(), _signed(_parameters(message)))
        if answer.get("Code") != "OK":
            raise _refused(answer)
        return str(answer.get("BizId", ""))[:120]


def signature(method: str, parameters: Mapping[str, str], *, secret: str) -> str:
    """Return the Signature of a request: HMAC-SHA1 over method, "/" and the sorted parameters."""
    pairs = [f"{_encoded(name)}={_encoded(value)}" for name, value in sorted(parameters.items())]
    text = "&".join((method, _encoded("/"), _encoded("&".join(pairs))))
    digest = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _encoded(text: str) -> str:
    """RFC 3986: everything but letters, digits and -_.~ as %XX; a blank is %20, never +."""
    return quote(text, safe="-_.~")


def _parameters(message: Message) -> dict[str, str]:
    template = settings.SMS_TEMPLATES.get(message.template)
    if not template:
        raise ChannelError(f"SMS_TEMPLATES has no {message.template}", can_retry=False)
    return {
        "Action": "SendSms",
        "Version": "2017-05-25",
        "Format": "JSON",
        "PhoneNumbers": message.phone,
        "SignName": settings.SMS_SIGN_NAME,
        "TemplateCode": template,
        "TemplateParam": json.dumps(dict(message.params), ensure_ascii=False),
    }


def _signed(parameters: Mapping[str, str]) -> dict[str, str]:
    complete = {
        **parameters,
        "AccessKeyId": settings.SMS_ACCESS_KEY_ID,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": secrets.token_hex(16),
        "Timestamp": timezone.now().astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    secret = settings.SMS_ACCESS_KEY_SECRET
    return {**complete, "Signature": signature("POST", complete, secret=secret)}


def _endpoint() -> str:
    """Return the provider's address; phones and codes go out by https only."""
    endpoint: str = settings.SMS_ENDPOINT
    address = urlsplit(endpoint)
    safe = address.scheme == "https" or (address.scheme == "http" and address.hostname in LOOPBACK)
    if not (safe and address.hostname):
        raise ChannelError("SMS_ENDPOINT is not an https address", can_retry=False)
    return endpoint.rstrip("/") + "/"


class _NoRedirect(HTTPRedirectHandler):
    """A signed message goes to the address of the settings, and nowhere that it may name."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


_opener = build_opener(_NoRedirect)


def _post(endpoint: str, form: Mapping[str, str]) -> dict[str, Any]:
    body = urlencode(form, quote_via=quote).encode()
    request = Request(endpoint, data=body, method="POST")  # noqa: S310 scheme checked above
    try:
        with _opener.open(request, timeout=SECONDS) as response:
            return _answer(response.read(LONGEST_ANSWER))
    except HTTPError as error:
        with error:
            raise _failed(error) from None
    except (OSError, HTTPException) as error:
        raise ChannelError(type(error).__name__, can_retry=True) from error


def _failed(error: HTTPError) -> ChannelError:
    """Read why from the answer where it says so; else the status of HTTP has to do."""
    passing = error.code >= 500 or error.code == 429
    try:
        answer = _answer(error.read(LONGEST_ANSWER))
    except (ChannelError, OSError, HTTPException):
        return ChannelError(f"HTTP {error.code}", can_retry=passing)
    refused = _refused(answer)
    return ChannelError(str(refused), can_retry=passing or refused.can_retry)


def _answer(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ChannelError("an answer that is no JSON object", can_retry=True)
    return answer


def _refused(answer: Mapping[str, Any]) -> ChannelError:
    code = str(answer.get("Code", "no code"))
    reason = f"{code} {answer.get('RequestId', '')}".strip()
    return ChannelError(reason, can_retry=code in CAN_RETRY)
