from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import gpxpy
import pytest
from httpx import Client

from api.representations.directions import directions_of
from domain.plans import StepKind
from routing.roads.osm import read_graph
from routing.roads.profile import STANDARD_TRUCK
from storage import roads
from storage.database import Database
from tests.api.town_with_plan import TownWithPlan
from tests.routing.roads.towns import METRES_PER_DEGREE, Town, at


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


def test_directions_need_the_streets(client: Client, town: TownWithPlan) -> None:
    response = client.get(f"/v1/routes/{town.route_id}/directions")
    assert response.status_code == 404
    assert "halfvol roads" in response.json()["detail"]


def test_directions_from_step_to_step(client: Client, database: Database, town: TownWithPlan) -> None:
    """The steps stand beside a street made for them: from the yard over the market to the tip and back."""
    steps = client.get(f"/v1/routes/{town.route_id}").json()["steps"]
    lons, lats = zip(*(step["position"]["coordinates"] for step in steps), strict=True)
    west, east = (lon * METRES_PER_DEGREE for lon in (min(lons) - 0.01, max(lons) + 0.01))
    south = min(lats) * METRES_PER_DEGREE - 20
    ways = [([1, 2], {"highway": "residential", "name": "Lange Weg"})]
    street = Town({1: (west, south), 2: (east, south)}, ways)
    graph = read_graph(street.xml(), "street")
    with database.transaction() as connection:
        roads.save(connection, municipality_id=town.municipality.id, name="street", graph=graph.to_bytes())
    legs = client.get(f"/v1/routes/{town.route_id}/directions?lang=nl").json()["legs"]
    assert [leg["toSequence"] for leg in legs] == [step["sequence"] for step in steps[1:]]
    first = legs[0]["instructions"]
    assert (first[0]["maneuver"], first[-1]["maneuver"]) == ("depart", "arrive")
    assert first[0]["street"] == "Lange Weg"
    assert first[0]["text"].startswith("Vertrek, Lange Weg, ")
    assert legs[-1]["instructions"][-1]["text"] == "Je bent er."
    english = client.get(f"/v1/routes/{town.route_id}/directions?lang=en").json()["legs"]
    assert english[-1]["instructions"][-1]["text"] == "You are there."
    assert client.get("/v1/routes/999999/directions").status_code == 404


def test_the_way_to_a_break_and_on_from_it(town: TownWithPlan) -> None:
    """One break is taken where the truck stands, the other on arriving at the tip."""
    street = Town({1: (-50, 0), 2: (1050, 0)}, [([1, 2], {"highway": "residential", "name": "Lange Weg"})])
    graph = read_graph(street.xml(), "street")
    kinds = [StepKind.START, StepKind.EMPTYING, StepKind.BREAK, StepKind.BREAK, StepKind.DISPOSAL, StepKind.END]
    route = town.plan.routes[0]
    template = {step.kind: step for step in route.steps} | {StepKind.BREAK: route.steps[0]}
    steps = tuple(
        replace(template[kind], sequence=number, kind=kind, position=at(x_m, 5))
        for number, (kind, x_m) in enumerate(zip(kinds, (0, 500, 500, 1000, 1000, 0), strict=True))
    )
    directions = directions_of(replace(route, steps=steps), graph, STANDARD_TRUCK, "en")
    assert [leg.to_sequence for leg in directions.legs] == [1, 3, 5]
    assert sum(each.distance_m for each in directions.legs[1].instructions) == pytest.approx(500, abs=1)
