"""Each truck is planned, drawn and told its way as its own size allows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.planning import make_plan
from api.planning.inputs import load
from api.planning.stops import measure, ways
from api.representations.directions import directions_of
from api.roads.built_in import BuiltInRoads, StraightLines
from api.roads.source import RoadSource
from api.roads.trucks import truck_of
from domain.containers import Fraction
from domain.fleet import VehicleSize
from domain.plans import Plan, Route
from routing.decide.day_problem import day_problem
from routing.decide.policy import Policy
from routing.roads.osm import read_graph
from routing.vehicle import DEFAULT_PROFILE
from storage.database import Database
from tests.api.planning_town import MONDAY, NOW, Bin, Town, write_town
from tests.routing.roads import towns
from tests.routing.roads.towns import METRES_PER_DEGREE, at

STREET = {"highway": "residential", "maxspeed": "30"}
BRIDGE = towns.Town(
    nodes={1: (0, 0), 2: (200, 0), 3: (800, 0), 4: (1000, 0), 5: (200, 600), 6: (800, 600)},
    ways=[
        ([1, 2], STREET | {"name": "Weststraat"}),
        ([2, 3], STREET | {"name": "Onder de brug", "maxheight": "3.5"}),
        ([3, 4], STREET | {"name": "Oosterstraat"}),
        ([2, 5, 6, 3], STREET | {"name": "Omweg"}),
    ],
)
"""From west to east it is 600 m under a low bridge, or 1,800 m around it."""

GRAPH = read_graph(BRIDGE.xml(), "bridge")
HIGH, LOW = VehicleSize(height_m=3.9), VehicleSize(height_m=3.2)
HIGH_PROFILE = "truck of 3.9 x 2.55 x 10 m, 18 t, axle 11.5 t"
LOW_PROFILE = "truck of 3.2 x 2.55 x 10 m, 18 t, axle 11.5 t"


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    with Database(postgres_url) as opened:
        yield opened


def write(database: Database, *, glass: VehicleSize, paper: VehicleSize) -> Town:
    """The yard lies in the west; a glass container and a paper one, about to overflow, in the east."""
    return write_town(
        database,
        [
            Bin("GL-EAST", 0.97, position=at(900, 5)),
            Bin("PA-EAST", 0.99, Fraction.PAPER, growth=0.10, position=at(950, 5)),
        ],
        depot=at(50, 0),
        disposal=at(100, 0),
        graph=GRAPH,
        sizes={"Glass 1": glass, "Paper 1": paper},
    )


def route_of(plan: Plan, vehicle_id: int) -> Route:
    (route,) = (each for each in plan.routes if each.vehicle_id == vehicle_id)
    return route


def northernmost_m(route: Route) -> float:
    return max(place.lat for place in route.geometry) * METRES_PER_DEGREE


def streets_told(route: Route, size: VehicleSize) -> set[str]:
    told = directions_of(route, GRAPH, truck_of(size), "en")
    return {each.street for leg in told.legs for each in leg.instructions}


def test_the_high_truck_goes_around_the_low_bridge_and_the_low_one_under_it(database: Database) -> None:
    town = write(database, glass=HIGH, paper=LOW)
    plan = make_plan(database, municipality_code="helsinki", date=MONDAY, time_limit_s=0.5, known_at=NOW)
    high, low = (route_of(plan, town.vehicles[name]) for name in ("Glass 1", "Paper 1"))
    assert northernmost_m(high) == pytest.approx(600, abs=1)
    assert northernmost_m(low) < 10
    # Out and back; the paper container stands 50 m further on.
    assert high.distance_m - low.distance_m == pytest.approx(2 * (1200 - 50), abs=5)
    assert "Omweg" in streets_told(high, HIGH)
    assert "Onder de brug" not in streets_told(high, HIGH)
    assert "Onder de brug" in streets_told(low, LOW)


@pytest.mark.parametrize(
    ("roads", "sizes", "profiles"),
    [
        (BuiltInRoads(GRAPH), (HIGH, LOW), [HIGH_PROFILE, LOW_PROFILE]),
        (BuiltInRoads(GRAPH), (HIGH, HIGH), [HIGH_PROFILE, HIGH_PROFILE]),
        (BuiltInRoads(GRAPH), (VehicleSize(), VehicleSize(height_m=3.6)), [DEFAULT_PROFILE, DEFAULT_PROFILE]),
        (StraightLines(), (HIGH, LOW), [DEFAULT_PROFILE, DEFAULT_PROFILE]),
    ],
)
def test_one_matrix_for_each_size_that_makes_a_difference(
    database: Database, roads: RoadSource, sizes: tuple[VehicleSize, VehicleSize], profiles: list[str]
) -> None:
    write(database, glass=sizes[0], paper=sizes[1])
    inputs = load(database, "helsinki", known_at=NOW)
    working = inputs.days.working(MONDAY)
    places = measure(inputs, inputs.containers, roads, working=working)
    problem = day_problem(
        [],
        MONDAY,
        containers=inputs.containers,
        days=inputs.days,
        depots=inputs.depots,
        disposal_sites=inputs.disposal_sites,
        ways=ways(places),
        policy=Policy(),
    )
    assert [vehicle.profile for vehicle in problem.vehicles] == profiles
    assert set(problem.matrices) == set(profiles)
