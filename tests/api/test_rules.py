"""The rules that a municipality expects of every API (NLGov REST API Design Rules), held against all of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from httpx import Client

from api.app import create_app
from api.errors import STATUSES, status_of
from api.settings import ApiSettings
from domain.errors import HalfvolError, InvalidInput, NotFound, Unavailable
from storage.database import Database
from storage.errors import Conflict, DatabaseUnavailable
from tests.api.client import asking, serving_town
from tests.api.town_with_plan import TownWithPlan


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    return client.get("/v1/openapi.json").json()


def parameters(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operations in document["paths"].values():
        for operation in operations.values():
            yield from operation.get("parameters", [])


def test_the_description_is_open_to_everybody(client: Client, document: dict[str, Any]) -> None:
    response = client.get("/v1/openapi.json", headers={"Origin": "https://elsewhere.example"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert document["openapi"].startswith("3.")
    assert document["servers"] == [{"url": "/v1"}]
    assert {"name", "email", "url"} <= document["info"]["contact"].keys()
    assert document["info"]["license"]["identifier"] == "EUPL-1.2"


def test_names_are_kebab_case_in_paths_and_camel_case_in_queries(document: dict[str, Any]) -> None:
    assert document["paths"]
    for path in document["paths"]:
        assert re.fullmatch(r"(/([a-z]+(-[a-z]+)*|\{[a-zA-Z]+\}))+", path), path
    for parameter in parameters(document):
        if parameter["in"] in ("query", "path"):
            assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", parameter["name"]), parameter["name"]


def test_properties_are_camel_case_and_times_end_with_at(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        for key, kind in schema.get("properties", {}).items():
            assert re.fullmatch(r"[a-z]+([A-Z][a-zA-Z]*)?", key), (name, key)
            if "date-time" in str(kind):
                assert key.endswith("At"), (name, key)


def test_nothing_answers_422(document: dict[str, Any]) -> None:
    for operations in document["paths"].values():
        for operation in operations.values():
            assert "422" not in operation["responses"]
            assert "application/problem+json" in operation["responses"]["400"]["content"]


def test_a_number_beyond_any_id_is_told_wherever_one_is_asked_for(client: Client, document: dict[str, Any]) -> None:
    tried = 0
    for path, operations in document["paths"].items():
        for parameter in operations.get("get", {}).get("parameters", []):
            kinds = [parameter["schema"], *parameter["schema"].get("anyOf", [])]
            if not any(kind.get("type") == "integer" for kind in kinds):
                continue
            tried += 1
            name, where = parameter["name"], parameter["in"]
            filled = path.replace(f"{{{name}}}", str(2**70)) if where == "path" else path
            answer = client.get(f"/v1{filled}", params={name: 2**70} if where == "query" else {})
            # What lies behind the last id is an empty page; anything else names the number.
            assert name in answer.text if answer.status_code == 400 else name == "afterId", (path, name, answer.text)
            assert answer.status_code in {200, 400}, (path, name, answer.text)
    assert tried >= 12
    assert client.get(f"/routes/{2**70}").status_code in {400, 404}


@pytest.mark.parametrize("path", ["/v1/containers", "/v1/plans?date=never", "/v1/nothing", "/v1/openapi.json"])
def test_every_answer_has_the_version_and_the_security_headers(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["api-version"] == "1.0.0"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["strict-transport-security"].startswith("max-age=")
    assert headers["cache-control"] in ("no-store", "no-cache")


def test_a_closing_slash_is_not_forgiven(client: Client) -> None:
    response = client.get("/v1/containers/", follow_redirects=False)
    assert response.status_code == 404
    assert response.json() == {
        "status": 404,
        "title": "There is no such thing here",
        "detail": "there is nothing at /v1/containers/; addresses here do not end with a slash",
    }


def test_a_method_that_is_not_there(client: Client) -> None:
    response = client.post("/v1/containers")
    assert response.status_code == 405
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("x"), 404),
        (InvalidInput("x"), 400),
        (Conflict("x"), 409),
        (DatabaseUnavailable("x"), 503),
        (Unavailable("x"), 503),
        (HalfvolError("x"), 500),
    ],
)
def test_each_error_has_its_status(error: HalfvolError, status: int) -> None:
    assert status_of(error) == status


def test_the_last_of_the_table_catches_all() -> None:
    assert STATUSES[-1][0] is HalfvolError


def test_a_mistake_of_ours_tells_nothing_of_itself(database: Database, town: TownWithPlan) -> None:
    app = create_app(database, ApiSettings(municipality_code=town.municipality.code))

    def broken() -> None:
        raise RuntimeError("a secret")

    app.add_api_route("/v1/broken", broken)
    with asking(app) as client:
        response = client.get("/v1/broken")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.headers["content-type"] == "application/problem+json"


def test_a_database_that_is_away_is_a_503(database: Database, town: TownWithPlan) -> None:
    with serving_town(database, town.municipality.code) as client:
        assert client.get("/v1/health").json()["status"] == "ok"
        database.close()
        response = client.get("/v1/health")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"


def test_health_tells_how_old_the_newest_reading_is(client: Client) -> None:
    health = client.get("/v1/health").json()
    assert health["municipality"] == "helsinki"
    assert 3500 < health["newestObservationAgeS"] < 3700
