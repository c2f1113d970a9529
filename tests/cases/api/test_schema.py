import re

import pytest
import yaml
from django.core.management import call_command
from django.urls import get_resolver

from cases.api import urls

OPERATIONS = {
    ("get", "/api/v1/cases/"),
    ("post", "/api/v1/cases/"),
    ("get", "/api/v1/cases/{number}/"),
    ("post", "/api/v1/cases/{number}/actions/"),
    ("get", "/api/v1/case-types/"),
    ("get", "/api/v1/regions/"),
    ("post", "/api/v1/routing/preview/"),
}
ERRORS = {"400", "401", "403", "404", "409", "422"}


@pytest.fixture(scope="module")
def schema(tmp_path_factory) -> dict:
    file = tmp_path_factory.mktemp("schema") / "schema.yml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(file))
    return yaml.safe_load(file.read_text())


def operations(schema: dict) -> dict:
    return {(m, path): op for path, ops in schema["paths"].items() for m, op in ops.items()}


def test_the_description_is_valid_without_warnings_and_whole(schema):
    assert set(operations(schema)) == OPERATIONS
    assert len(urls.urlpatterns) == len(schema["paths"]) + 1  # and the one for what is not there


def test_every_operation_tells_its_errors_in_one_shape(schema):
    for operation in operations(schema).values():
        assert set(operation["responses"]) >= ERRORS
        for status in ERRORS:
            content = operation["responses"][status]["content"]["application/json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Error"}
    assert schema["components"]["schemas"]["Error"]["required"] == ["code", "message", "fields"]


def test_every_operation_says_what_it_does_and_who_may(schema):
    for name, operation in operations(schema).items():
        assert operation["description"], name
        assert operation["security"], name
    filing = operations(schema)["post", "/api/v1/cases/"]
    assert filing["security"] == [{"ChannelKey": []}]
    header = next(p for p in filing["parameters"] if p["name"] == "Idempotency-Key")
    assert (header["in"], header["required"]) == ("header", True)


def test_a_real_answer_is_as_described(schema, file, police):
    shapes = schema["components"]["schemas"]
    receipt = file().json()
    assert set(receipt) == set(shapes["Receipt"]["properties"])
    detail = police.get(f"/api/v1/cases/{receipt['number']}/").json()
    assert set(detail) == set(shapes["Case"]["properties"])
    row = police.get("/api/v1/cases/").json()["results"][0]
    assert set(row) == set(shapes["CaseRow"]["properties"])


def test_each_action_has_its_own_parameters(schema):
    action = schema["components"]["schemas"]["CaseAction"]
    mapping = action["discriminator"]["mapping"]
    refuse = schema["components"]["schemas"][mapping["refuse"].rpartition("/")[2]]
    assert refuse["required"] == ["action", "reason"]


def test_the_page_of_the_description_keeps_to_the_content_security_policy(client):
    page = client.get("/api/docs/")
    html = page.content.decode()
    assert page.status_code == 200
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script>", html) == []
    sources = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert len(sources) == 5
    assert all(source.startswith("/") for source in sources), sources


def test_the_script_of_the_page_comes_from_here(client):
    html = client.get("/api/docs/").content.decode()
    script = re.findall(r'<script src="([^"]+)"', html)[-1].replace("&amp;", "&")
    answer = client.get(script)
    assert answer["Content-Type"].startswith("application/javascript")
    assert "/api/schema/" in answer.content.decode()


def test_the_description_is_served(client):
    answer = client.get("/api/schema/", {"format": "json"})
    assert answer.status_code == 200
    assert set(answer.json()["paths"]) == {path for _, path in OPERATIONS}
    assert get_resolver().resolve("/api/schema/").url_name == "api-schema"
