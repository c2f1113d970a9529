"""Filing needs no broker: what was filed while it was down is routed when it is back."""

import json
import time
import urllib.request
from pathlib import Path

import pytest

from tests import houses

pytestmark = pytest.mark.slow
CLOSED_PORT = "redis://127.0.0.1:1/0"
STORY = "我租的房子提前一个月退房，房东不退押金3400元。租房合同写明了提前三十天通知。"


def call(address: str, key: str, body: dict[str, object] | None = None, once: str = "1") -> dict:
    request = urllib.request.Request(
        address,
        data=json.dumps(body).encode() if body else None,
        headers={
            "Authorization": f"Channel-Key {key}",
            "Content-Type": "application/json",
            "Idempotency-Key": once,
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for command in ("migrate", "load_reference", "load_demo"):
        houses.manage(tmp_path, command)
    return tmp_path


def test_a_dispute_filed_while_the_broker_is_down_is_routed_when_it_is_back(folder):
    key = houses.manage(folder, "issue_channel_key", "演示系统", "window").strip()
    dispute = {
        "applicant": {"name": "演示申请人", "phone": "19900003001"},
        "respondents": [{"name": "演示对方"}],
        "description": STORY,
        "region": "xixing",
    }
    with houses.running(folder, "--only", "web", CELERY_BROKER_URL=CLOSED_PORT) as address:
        cases = f"{address}/api/v1/cases/"
        filed = call(cases, key, dispute)
        assert (filed["status"], filed["colour"]) == ("filed", "blue")
        assert call(cases, key, dispute)["number"] == filed["number"]
        case = f"{cases}{filed['number']}/"
        assert call(case, key)["status"] == "filed"
        with houses.running(folder, "--only", "worker"):
            end = time.monotonic() + 60
            while call(case, key)["status"] == "filed":
                assert time.monotonic() < end, "the case was never routed"
                time.sleep(0.5)
        assert call(case, key)["colour"] == "orange"
