"""The contract with the provider, against a small stand-in for it on this machine.

The stand-in checks the signature by its own reading of the provider's page on signing, not by
calling ours, and answers with bodies of the documented form.
"""

import base64
import datetime as dt
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl

import pytest
import time_machine

from cases.notices.channels.aliyun import AliyunSmsChannel, signature
from cases.notices.channels.base import ChannelError, Message

SECRET = "secret-of-the-test"
PHONE = "19900000001"
MESSAGE = Message(PHONE, "one_time_code", "验证码…", {"code": "123456", "note": "空 格+*~/&="})
OK = {"Message": "OK", "RequestId": "R-1", "BizId": "197703245997295588^0", "Code": "OK"}


def unreserved(byte: int) -> bool:
    return chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "-_.~")


def encode(text: str) -> str:
    return "".join(chr(b) if unreserved(b) else f"%{b:02X}" for b in text.encode())


def expected_signature(method: str, form: dict[str, str]) -> str:
    rest = sorted((k, v) for k, v in form.items() if k != "Signature")
    query = "&".join(encode(k) + "=" + encode(v) for k, v in rest)
    text = f"{method}&%2F&{encode(query)}"
    return base64.b64encode(hmac.digest(f"{SECRET}&".encode(), text.encode(), "sha1")).decode()


class Provider(HTTPServer):
    """Stands for the provider: remembers what came, answers what the test says."""

    status: int = 200
    body: bytes = json.dumps(OK).encode()
    location: str = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.forms: list[dict[str, str]] = []
        self.paths: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def says(self, code: str, status: int = 200) -> None:
        self.status = status
        text = f"refused for {PHONE}"
        self.body = json.dumps({"Code": code, "Message": text, "RequestId": "R-2"}).encode()


class Answer(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = dict(parse_qsl(sent, strict_parsing=True, keep_blank_values=True))
        self.server.forms.append(form)
        self.server.paths.append(self.path)
        if form["Signature"] != expected_signature("POST", form):
            self.server.says("SignatureDoesNotMatch", 400)
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def provider(settings):
    with Provider() as server:
        settings.SMS_ENDPOINT = server.url
        settings.SMS_ACCESS_KEY_ID = "id-of-the-test"
        settings.SMS_ACCESS_KEY_SECRET = SECRET
        settings.SMS_SIGN_NAME = "滨江调解"
        settings.SMS_TEMPLATES = {"one_time_code": "SMS_71390007"}
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def refusal() -> ChannelError:
    with pytest.raises(ChannelError) as refused:
        AliyunSmsChannel().send(MESSAGE)
    return refused.value


def test_the_signature_is_that_of_the_example_in_the_providers_documentation():
    parameters = {
        "AccessKeyId": "testId",
        "Action": "SendSms",
        "Format": "XML",
        "OutId": "123",
        "PhoneNumbers": "15300000001",
        "RegionId": "cn-hangzhou",
        "SignName": "阿里云短信测试专用",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "45e25e9b-0a6f-4070-8c85-2956eda1b466",
        "SignatureVersion": "1.0",
        "TemplateCode": "SMS_71390007",
        "TemplateParam": '{"customer":"test"}',
        "Timestamp": "2017-07-12T02:42:19Z",
        "Version": "2017-05-25",
    }
    assert signature("GET", parameters, secret="testSecret") == "zJDF+Lrzhj/ThnlvIToysFRq6t4="


def test_a_message_goes_out_signed_and_its_receipt_comes_back(provider):
    with time_machine.travel(dt.datetime(2026, 11, 20, 1, 2, 3, tzinfo=dt.UTC), tick=False):
        assert AliyunSmsChannel().send(MESSAGE) == OK["BizId"]
    form = provider.forms[0]
    assert json.loads(form.pop("TemplateParam")) == MESSAGE.params
    assert form.pop("Signature")
    assert len(form.pop("SignatureNonce")) == 32
    assert form == {
        "Action": "SendSms",
        "Version": "2017-05-25",
        "Format": "JSON",
        "PhoneNumbers": PHONE,
        "SignName": "滨江调解",
        "TemplateCode": "SMS_71390007",
        "AccessKeyId": "id-of-the-test",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "Timestamp": "2026-11-20T01:02:03Z",
    }


def test_phones_and_codes_are_not_in_the_address(provider):
    AliyunSmsChannel().send(MESSAGE)
    assert provider.paths == ["/"]


def test_no_nonce_is_used_twice(provider):
    for _ in range(5):
        AliyunSmsChannel().send(MESSAGE)
    assert len({form["SignatureNonce"] for form in provider.forms}) == 5


def test_a_wrong_secret_is_refused_by_the_provider_and_not_tried_again(provider, settings):
    settings.SMS_ACCESS_KEY_SECRET = "another"
    error = refusal()
    assert str(error) == "SignatureDoesNotMatch R-2"
    assert not error.can_retry


@pytest.mark.parametrize(
    ("code", "can_retry"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", True),
        ("isp.SYSTEM_ERROR", True),
        ("isv.AMOUNT_NOT_ENOUGH", True),
        ("isv.MOBILE_NUMBER_ILLEGAL", False),
        ("isv.SMS_TEMPLATE_ILLEGAL", False),
        ("isv.SMS_SIGNATURE_ILLEGAL", False),
        ("isv.TEMPLATE_MISSING_PARAMETERS", False),
        ("isv.BLACK_KEY_CONTROL_LIMIT", False),
        ("something.NEW", False),
    ],
)
def test_a_refusal_says_whether_trying_again_can_help(provider, code, can_retry):
    provider.says(code)
    assert refusal().can_retry is can_retry


@pytest.mark.parametrize(
    ("code", "status", "can_retry"),
    [
        ("Throttling.User", 400, True),
        ("SignatureNonceUsed", 400, True),
        ("InvalidTimeStamp.Expired", 400, False),
        ("InvalidAccessKeyId.NotFound", 404, False),
        ("ServiceUnavailable", 503, True),
        ("something.NEW", 500, True),
        ("something.NEW", 429, True),
    ],
)
def test_an_error_status_is_read_like_a_refusal(provider, code, status, can_retry):
    provider.says(code, status)
    error = refusal()
    assert str(error).startswith(code)
    assert error.can_retry is can_retry


@pytest.mark.parametrize(("status", "can_retry"), [(200, True), (502, True), (404, False)])
@pytest.mark.parametrize("body", [b"<html>bad gateway</html>", b"", b"[1]", b"\xff\xfe"])
def test_an_answer_that_is_not_the_providers_is_no_success(provider, body, status, can_retry):
    provider.status, provider.body = status, body
    assert refusal().can_retry is can_retry


def test_what_the_provider_says_is_not_kept_because_it_may_name_the_phone(provider):
    provider.says("isv.MOBILE_NUMBER_ILLEGAL")
    assert PHONE not in str(refusal())


def test_a_redirect_is_not_followed(provider):
    provider.status, provider.location = 302, f"{provider.url}/elsewhere"
    assert not refusal().can_retry
    assert provider.paths == ["/"]


def test_a_provider_that_does_not_answer_is_tried_again(provider, settings, monkeypatch):
    monkeypatch.setattr("cases.notices.channels.aliyun.SECONDS", 0.05)
    settings.SMS_ENDPOINT = f"{provider.url}/"
    lock = threading.Event()
    monkeypatch.setattr(Answer, "do_POST", lambda self: lock.wait(2))
    assert refusal().can_retry
    lock.set()


def test_a_closed_port_is_tried_again(settings, provider):
    settings.SMS_ENDPOINT = "http://127.0.0.1:1"
    assert refusal().can_retry


@pytest.mark.parametrize(
    "endpoint",
    ["", "http://dysmsapi.aliyuncs.com", "ftp://127.0.0.1", "file:///etc/passwd", "https://", "x"],
)
def test_only_https_leaves_the_machine(provider, settings, endpoint):
    settings.SMS_ENDPOINT = endpoint
    assert str(refusal()) == "SMS_ENDPOINT is not an https address"
    assert provider.forms == []


def test_a_text_without_an_approved_template_is_not_sent(provider, settings):
    settings.SMS_TEMPLATES = {}
    error = refusal()
    assert (str(error), error.can_retry) == ("SMS_TEMPLATES has no one_time_code", False)
    assert provider.forms == []


def test_a_landline_is_not_written_to(provider):
    with pytest.raises(ChannelError, match="mobile"):
        AliyunSmsChannel().send(Message("057112345678", "filed", "", {}))
    assert provider.forms == []
