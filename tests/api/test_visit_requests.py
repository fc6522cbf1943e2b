from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx import Client

from storage.database import Database
from tests.api.client import serving_town
from tests.api.town_with_plan import TownWithPlan
from tests.storage import town as small_town

NOW = datetime.now(UTC).replace(microsecond=0)


def report(town: TownWithPlan, **more: Any) -> dict[str, Any]:
    return {"containerId": town.glass.id, "kind": "complaint", "requestedAt": NOW.isoformat(), **more}


def listed(client: Client, **query: Any) -> list[dict[str, Any]]:
    return client.get("/v1/visit-requests", params=query).json()["visitRequests"]


def test_a_request_is_stored_once_and_open_until_the_container_is_emptied(client: Client, town: TownWithPlan) -> None:
    request_id = uuid4()
    path = f"/v1/visit-requests/{request_id}"
    first = client.put(path, json=report(town, note="bags beside it"))
    again = client.put(path, json=report(town, note="bags beside it"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == client.get(path).json()
    assert first.json() == {
        "id": str(request_id),
        "containerId": town.glass.id,
        "kind": "complaint",
        "requestedAt": NOW.isoformat().replace("+00:00", "Z"),
        "note": "bags beside it",
        "routeId": None,
        "withdrawnAt": None,
    }
    assert client.put(path, json=report(town)).status_code == 409
    assert listed(client) == listed(client, containerId=town.glass.id) == [first.json()]
    assert listed(client, containerId=town.paper.id) == []
    emptied = {"containerId": town.glass.id, "emptiedAt": (NOW + timedelta(seconds=1)).isoformat()}
    assert client.put(f"/v1/emptyings/{uuid4()}", json=emptied).status_code == 201
    assert listed(client) == []
    assert listed(client, since=(NOW - timedelta(minutes=1)).isoformat()) == [first.json()]


def test_a_request_is_taken_back(client: Client, town: TownWithPlan) -> None:
    path = f"/v1/visit-requests/{uuid4()}"
    client.put(path, json=report(town, kind="operator"))
    withdrawn = client.delete(path)
    assert withdrawn.json()["withdrawnAt"] is not None
    assert client.delete(path).json() == withdrawn.json()
    assert client.put(path, json=report(town, kind="operator")).json() == withdrawn.json()
    assert listed(client) == []
    assert client.delete(f"/v1/visit-requests/{uuid4()}").status_code == 404
    assert client.get(f"/v1/visit-requests/{uuid4()}").status_code == 404


def test_a_phone_whose_clock_is_ahead_has_asked_already(client: Client, town: TownWithPlan) -> None:
    ahead = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    client.put(f"/v1/visit-requests/{uuid4()}", json=report(town, requestedAt=ahead))
    assert len(listed(client)) == 1


def test_everything_wrong_is_told_at_once(client: Client, town: TownWithPlan) -> None:
    later = (NOW + timedelta(days=1)).isoformat()
    wrong = report(town, containerId=10**9, requestedAt=later, note="\0", routeId=10**9)
    refused = client.put(f"/v1/visit-requests/{uuid4()}", json=wrong)
    assert refused.status_code == 400
    assert len(refused.json()["errors"]) == 4


@pytest.mark.parametrize("more", [{"kind": "whim"}, {"containerId": 2**70}, {"note": "x" * 501}, {"extra": 1}])
def test_what_is_no_request(client: Client, town: TownWithPlan, more: dict[str, Any]) -> None:
    assert client.put(f"/v1/visit-requests/{uuid4()}", json=report(town, **more)).status_code == 400


def step(client: Client, town: TownWithPlan) -> dict[str, Any]:
    return client.get(f"/v1/routes/{town.route_id}").json()["steps"][1]


def test_a_route_knows_which_stops_its_driver_will_come_back_to(client: Client, town: TownWithPlan) -> None:
    assert step(client, town)["visitRequest"] is None
    made, starts = town.plan.created_at, town.midnight

    def ask(moment: datetime, **more: Any) -> str:
        path = f"/v1/visit-requests/{uuid4()}"
        wanted = report(town, **{"kind": "driver", "requestedAt": moment.isoformat(), **more})
        assert client.put(path, json=wanted).status_code == 201
        return path

    ask(made - timedelta(minutes=5))  # that is why the plan has it
    ask(starts + timedelta(hours=6), kind="complaint")
    ask(starts - timedelta(minutes=5))  # yesterday's round
    assert step(client, town)["visitRequest"] is None
    path = ask(starts - timedelta(minutes=1), routeId=town.route_id)
    assert step(client, town)["visitRequest"]["routeId"] == town.route_id
    client.delete(path)
    assert step(client, town)["visitRequest"] is None
    path = ask(starts + timedelta(hours=8))
    assert step(client, town)["visitRequest"]["id"] == path.rpartition("/")[2]


def test_another_municipality_sees_none(client: Client, database: Database, town: TownWithPlan) -> None:
    path = f"/v1/visit-requests/{uuid4()}"
    client.put(path, json=report(town))
    with database.transaction() as connection:
        small_town.build(connection, code="elsewhere")
    with serving_town(database, "elsewhere") as elsewhere:
        assert listed(elsewhere) == []
        assert elsewhere.get(path).status_code == 404
        assert elsewhere.delete(path).status_code == 404
        assert elsewhere.put(f"/v1/visit-requests/{uuid4()}", json=report(town)).status_code == 400
