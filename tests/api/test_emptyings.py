from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx import Client

from storage import emptyings
from storage.database import Database
from tests.api.town_with_plan import TownWithPlan

NOW = datetime.now(UTC).replace(microsecond=0)


def report(town: TownWithPlan, **more: Any) -> dict[str, Any]:
    return {"containerId": town.glass.id, "emptiedAt": NOW.isoformat(), "routeId": town.route_id, **more}


def test_a_report_is_stored_once(client: Client, database: Database, town: TownWithPlan) -> None:
    path = f"/v1/emptyings/{uuid4()}"
    first = client.put(path, json=report(town, observedFillLevel=0.75))
    again = client.put(path, json=report(town, observedFillLevel=0.75))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["emptiedAt"] == NOW.isoformat().replace("+00:00", "Z")
    with database.transaction() as connection:
        (stored,) = emptyings.list_for(connection, municipality_id=town.municipality.id, since=NOW - timedelta(hours=1))
    assert stored.observed_fill_level == 0.75
    assert stored.route_id == town.route_id


def test_other_content_under_the_same_id_is_a_conflict(client: Client, town: TownWithPlan) -> None:
    path = f"/v1/emptyings/{uuid4()}"
    assert client.put(path, json=report(town)).status_code == 201
    conflict = client.put(path, json=report(town, observedFillLevel=0.5))
    assert conflict.status_code == 409
    assert conflict.headers["content-type"] == "application/problem+json"
    assert "with other content" in conflict.json()["detail"]


def test_a_report_is_taken_back(client: Client, town: TownWithPlan) -> None:
    emptying_id = str(uuid4())
    path = f"/v1/emptyings/{emptying_id}"
    client.put(path, json=report(town))
    withdrawn = client.delete(path)
    assert withdrawn.status_code == 200
    assert withdrawn.json()["withdrawnAt"] is not None
    assert client.delete(path).json() == withdrawn.json()
    (listed,) = client.get("/v1/emptyings").json()["emptyings"]
    assert (listed["id"], listed["withdrawnAt"]) == (emptying_id, withdrawn.json()["withdrawnAt"])
    assert client.delete(f"/v1/emptyings/{uuid4()}").status_code == 404


def test_reports_since_a_moment_and_of_a_container(client: Client, town: TownWithPlan) -> None:
    early = (NOW - timedelta(days=3)).isoformat()
    client.put(f"/v1/emptyings/{uuid4()}", json=report(town, emptiedAt=early))
    client.put(f"/v1/emptyings/{uuid4()}", json=report(town))
    assert len(client.get("/v1/emptyings").json()["emptyings"]) == 1
    since = {"since": (NOW - timedelta(days=4)).isoformat()}
    assert len(client.get("/v1/emptyings", params=since).json()["emptyings"]) == 2
    of_paper = client.get("/v1/emptyings", params={**since, "containerId": town.paper.id})
    assert of_paper.json()["emptyings"] == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"containerId": 999999}, "containerId: there is no container 999999"),
        ({"routeId": 999999}, "routeId: there is no route 999999"),
        ({"emptiedAt": (NOW + timedelta(days=365)).isoformat()}, "is in the future; check the phone's clock"),
        ({"emptiedAt": "2026-11-22T10:00:00"}, "emptiedAt: Input should have timezone info"),
        ({"observedFillLevel": -0.5}, "observedFillLevel: Input should be greater than or equal to 0"),
        ({"remark": "!"}, "remark: Extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_right_is_refused(
    client: Client, town: TownWithPlan, change: dict[str, Any], words: str
) -> None:
    response = client.put(f"/v1/emptyings/{uuid4()}", json=report(town, **change))
    assert response.status_code == 400
    assert words in response.json()["detail"]


def test_all_mistakes_are_told_at_once(client: Client) -> None:
    response = client.put("/v1/emptyings/not-a-uuid", json={"containerId": "x", "observedFillLevel": 9})
    places = {(each["in"], each["location"]) for each in response.json()["errors"]}
    assert places == {
        ("path", "emptyingId"),
        ("body", "containerId"),
        ("body", "emptiedAt"),
        ("body", "observedFillLevel"),
    }


def test_a_body_that_is_no_json(client: Client) -> None:
    response = client.put(f"/v1/emptyings/{uuid4()}", content="{", headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    assert "JSON" in response.json()["detail"]
