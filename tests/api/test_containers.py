from __future__ import annotations

from datetime import timedelta

import pytest
from httpx import Client

from domain.containers import Fraction
from storage import containers
from storage.database import Database
from tests.api.client import serving_town
from tests.api.town_with_plan import TownWithPlan
from tests.storage import town as small_town


def test_all_containers_are_geojson_with_level_and_decision(client: Client, town: TownWithPlan) -> None:
    response = client.get("/v1/containers")
    assert response.headers["content-type"] == "application/geo+json"
    assert response.headers["content-crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    collection = response.json()
    assert collection["bbox"] == [24.9, 60.1, 25.0, 60.2]
    glass, paper = collection["features"]
    assert glass["geometry"] == {"type": "Point", "coordinates": [24.94, 60.17]}
    assert glass["properties"]["fillLevel"] == 0.9
    assert glass["properties"]["observedAt"] == town.newest.isoformat().replace("+00:00", "Z")
    assert glass["properties"]["quality"] == "good"
    assert glass["properties"]["stale"] is False
    assert glass["properties"]["sensorDeviceId"] == "helsinki-1"
    assert glass["properties"]["decision"]["explanation"] == "because it may overflow"
    assert glass["properties"]["decision"]["routeId"] == town.route_id
    assert glass["properties"]["decision"]["sequence"] == 1
    assert paper["properties"]["fillLevel"] is None
    assert paper["properties"]["decision"]["visited"] is False
    assert paper["properties"]["decision"]["routeId"] is None


@pytest.mark.parametrize(
    ("headers", "query"),
    [({"Accept-Language": "de, nl;q=0.8, en;q=0.4"}, ""), ({"Cookie": "language=nl"}, ""), ({}, "?lang=nl")],
)
def test_reasons_come_in_dutch(client: Client, headers: dict[str, str], query: str) -> None:
    response = client.get(f"/v1/containers{query}", headers=headers)
    assert response.headers["content-language"] == "nl"
    assert response.json()["features"][0]["properties"]["decision"]["explanation"] == "omdat hij kan overlopen"


def test_only_one_fraction(client: Client) -> None:
    features = client.get("/v1/containers?fraction=paper").json()["features"]
    assert [each["properties"]["code"] for each in features] == ["paper-1"]


def test_a_date_without_plan_has_no_decisions(client: Client) -> None:
    features = client.get("/v1/containers?planDate=2030-01-01").json()["features"]
    assert {each["properties"]["decision"] for each in features} == {None}


def test_an_old_level_is_called_stale(database: Database, town: TownWithPlan) -> None:
    with serving_town(database, town.municipality.code, stale_after=timedelta(minutes=30)) as client:
        glass, paper = client.get("/v1/containers").json()["features"]
    assert glass["properties"]["stale"] is True
    assert paper["properties"]["stale"] is False


def test_one_container(client: Client, town: TownWithPlan) -> None:
    found = client.get(f"/v1/containers/{town.glass.id}").json()
    assert found["properties"]["code"] == "glass-1"
    assert client.get("/v1/containers/999999").status_code == 404


def test_observations_tell_good_from_suspect(client: Client, town: TownWithPlan) -> None:
    answer = client.get(f"/v1/containers/{town.glass.id}/observations?limit=5").json()
    assert answer["unit"] == "1"
    assert [each["quality"] for each in answer["observations"]] == ["good", "false_echo", "good", "good", "good"]
    assert answer["observations"][-1]["phenomenonAt"] == town.newest.isoformat().replace("+00:00", "Z")


def test_observations_of_a_period(client: Client, town: TownWithPlan) -> None:
    start = (town.newest - timedelta(hours=2)).isoformat().replace("+", "%2B")
    end = town.newest.isoformat().replace("+", "%2B")
    path = f"/v1/containers/{town.glass.id}/observations?startAt={start}&endAt={end}"
    assert [each["result"] for each in client.get(path).json()["observations"]] == [0.88, 0.89]


def test_other_observed_properties_are_empty_or_refused(client: Client, town: TownWithPlan) -> None:
    path = f"/v1/containers/{town.glass.id}/observations"
    battery = client.get(f"{path}?observedProperty=batteryVoltage").json()
    assert battery["unit"] == "V"
    assert battery["observations"] == []
    refused = client.get(f"{path}?observedProperty=Fill%20level")
    assert refused.status_code == 400
    assert "fillLevel" in refused.json()["detail"]


def test_observations_need_a_start_before_the_end(client: Client, town: TownWithPlan) -> None:
    path = f"/v1/containers/{town.glass.id}/observations?startAt=2026-01-02T00:00:00Z&endAt=2026-01-01T00:00:00Z"
    response = client.get(path)
    assert response.status_code == 400
    assert response.json()["detail"] == "startAt must be before endAt"


def test_another_municipality_sees_nothing_of_this_one(database: Database, client: Client, town: TownWithPlan) -> None:
    with database.transaction() as connection:
        other = small_town.build(connection, "tampere")
    features = client.get("/v1/containers").json()["features"]
    assert {each["id"] for each in features} == {town.glass.id, town.paper.id}
    assert client.get(f"/v1/containers/{other.glass.id}/observations").status_code == 404


def feature(code: str, lon: float = 24.95, lat: float = 60.15, **properties: object) -> dict[str, object]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"code": code, "fraction": "glass", "capacityL": 3000, **properties},
    }


def test_containers_are_imported_at_their_sites(client: Client, database: Database, town: TownWithPlan) -> None:
    features = [
        feature("GLA-1", siteCode="corner", address="Corner 1", emptyDistanceM=1.9, fullDistanceM=0.3),
        feature("GLA-2", siteCode="corner"),
        feature("PAP-1", 24.94, 60.17, siteCode="market", fraction="paper"),
    ]
    response = client.post("/v1/container-imports", json={"type": "FeatureCollection", "features": features})
    assert (response.status_code, response.json()) == (201, {"containers": 3, "sites": 1})
    with database.transaction() as connection:
        stored = {each.code: each for each in containers.list_for(connection, town.municipality.id)}
    assert stored["GLA-1"].geometry is not None
    assert stored["GLA-2"].site_id == stored["GLA-1"].site_id
    assert stored["PAP-1"].site_id == town.glass.site_id
    assert stored["PAP-1"].fraction is Fraction.PAPER


def test_an_import_with_a_mistake_adds_nothing(client: Client) -> None:
    features = [feature("GLA-1"), feature("glass-1"), feature("GLA-3", capacityL=-5)]
    response = client.post("/v1/container-imports", json={"type": "FeatureCollection", "features": features})
    assert response.status_code == 400
    assert response.json()["errors"] == [{"detail": 'feature 3 ("GLA-3"): "capacityL" is -5, but must be above 0'}]
    clash = client.post("/v1/container-imports", json={"type": "FeatureCollection", "features": features[:2]})
    assert clash.json()["detail"] == 'the municipality has a container "glass-1" already'
    assert len(client.get("/v1/containers").json()["features"]) == 2
