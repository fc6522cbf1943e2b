from __future__ import annotations

from uuid import uuid4

import gpxpy
from httpx import Client

from tests.api.town_with_plan import TownWithPlan


def test_a_route_with_its_steps(client: Client, town: TownWithPlan) -> None:
    route = client.get(f"/v1/routes/{town.route_id}?lang=nl").json()
    assert route["planDate"] == "2026-11-23"
    assert route["planStatus"] == "proposed"
    assert route["planSuperseded"] is False
    start, emptying, disposal, end = route["steps"]
    assert [start["kind"], emptying["kind"], disposal["kind"], end["kind"]] == ["start", "emptying", "disposal", "end"]
    assert (start["name"], emptying["name"], disposal["name"]) == ("Yard", "Market 1", "Tip")
    assert emptying["container"]["code"] == "glass-1"
    assert emptying["container"]["expectedFillLevel"] == 0.95
    assert emptying["container"]["explanation"] == "omdat hij kan overlopen"
    assert emptying["emptying"] is None
    assert disposal["container"] is None


def test_a_route_knows_what_was_emptied_that_day(client: Client, town: TownWithPlan) -> None:
    report = {"containerId": town.glass.id, "emptiedAt": "2026-11-21T05:00:00Z"}
    assert client.put(f"/v1/emptyings/{uuid4()}", json=report).status_code == 201
    before = client.get(f"/v1/routes/{town.route_id}").json()
    assert before["steps"][1]["emptying"] is None, "the day before the plan's"


def test_no_such_route(client: Client) -> None:
    assert client.get("/v1/routes/999999").status_code == 404
    assert client.get("/v1/routes/999999/gpx").status_code == 404


def test_a_route_as_gpx(client: Client, town: TownWithPlan) -> None:
    response = client.get(f"/v1/routes/{town.route_id}/gpx")
    assert response.headers["content-type"] == "application/gpx+xml"
    assert response.headers["content-disposition"] == f'attachment; filename="halfvol-2026-11-23-{town.route_id}.gpx"'
    document = gpxpy.parse(response.text)
    assert [each.name for each in document.waypoints] == ["Yard", "1 Market 1", "Tip", "Yard"]
    assert document.waypoints[1].description == "glass-1: because it may overflow"
    (point, _) = document.tracks[0].segments[0].points
    assert (point.longitude, point.latitude) == (24.94, 60.17)
