from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import gpxpy
from httpx import Client

from tests.api.town_with_plan import TownWithPlan


def test_a_route_with_its_steps(client: Client, town: TownWithPlan) -> None:
    route = client.get(f"/v1/routes/{town.route_id}?lang=nl").json()
    assert route["planDate"] == "2026-01-05"
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


def emptied(client: Client, town: TownWithPlan, moment: datetime, **more: int) -> str | None:
    """Report an emptying; which one the route then knows of."""
    report = {"containerId": town.glass.id, "emptiedAt": moment.isoformat(), **more}
    assert client.put(f"/v1/emptyings/{uuid4()}", json=report).status_code == 201
    known = client.get(f"/v1/routes/{town.route_id}").json()["steps"][1]["emptying"]
    return None if known is None else known["emptiedAt"]


def test_a_route_knows_what_was_emptied(client: Client, town: TownWithPlan) -> None:
    midnight = town.midnight
    assert emptied(client, town, midnight - timedelta(hours=2)) is None, "the day before, by somebody else"
    on_route = midnight - timedelta(hours=1)
    assert emptied(client, town, on_route, routeId=town.route_id) == utc(on_route)
    assert emptied(client, town, midnight + timedelta(minutes=5)) == utc(midnight + timedelta(minutes=5))


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def test_no_such_route(client: Client) -> None:
    assert client.get("/v1/routes/999999").status_code == 404
    assert client.get("/v1/routes/999999/gpx").status_code == 404


def test_a_route_as_gpx(client: Client, town: TownWithPlan) -> None:
    response = client.get(f"/v1/routes/{town.route_id}/gpx")
    assert response.headers["content-type"] == "application/gpx+xml"
    assert response.headers["content-disposition"] == f'attachment; filename="halfvol-2026-01-05-{town.route_id}.gpx"'
    document = gpxpy.parse(response.text)
    assert [each.name for each in document.waypoints] == ["Yard", "1 Market 1", "Tip", "Yard"]
    assert document.waypoints[1].description == "glass-1: because it may overflow"
    (point, _) = document.tracks[0].segments[0].points
    assert (point.longitude, point.latitude) == (24.94, 60.17)
