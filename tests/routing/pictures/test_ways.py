from __future__ import annotations

import numpy as np
import pytest

from domain.plans import StepKind
from routing.pictures.ways import CREDIT, street_background, street_ways
from routing.places import Places
from routing.roads.osm import read_graph
from routing.solution import Cost, Load, Route, Solution, Step
from tests.routing.roads.towns import BLOCK, METRES_PER_DEGREE, at


def tour(*locations: int) -> Solution:
    """A route over these locations; only the places matter."""
    steps = [Step(StepKind.EMPTYING, location, 0, 0, 0, (Load(0, 0),), 0, stop_id=location) for location in locations]
    return Solution((Route(1, tuple(steps)),), (), Cost())


def metres(line: object) -> list[tuple[int, int]]:
    return [(round(p.lon * METRES_PER_DEGREE), round(p.lat * METRES_PER_DEGREE)) for p in line]  # type: ignore[attr-defined]


def test_every_leg_follows_the_streets_and_they_meet() -> None:
    graph = read_graph(BLOCK.xml(), "block")
    places = Places({0: at(200, -9), 1: at(100, 0), 2: at(250, 100)})
    ways = street_ways(graph, tour(0, 1, 2, 0), places)
    first, second, third = ways(1, 0, 1), ways(1, 1, 2), ways(1, 2, 0)
    # The southern side of the block is a one-way street to the east: back one drives all the way round.
    assert metres(first) == [(200, 0), (300, 0), (300, 100), (0, 100), (0, 0), (100, 0)]
    assert second
    assert third
    assert metres(second)[0] == (100, 0)
    assert metres(second)[-1] == metres(third)[0] == (250, 100)
    assert metres(third)[-1] == (200, 0)


def test_a_place_without_a_street_leaves_its_legs_straight_and_the_others_not() -> None:
    graph = read_graph(BLOCK.xml(), "block")
    places = Places({0: at(200, 0), 1: at(100, 0), 2: at(250, 5000), 3: at(50, 100), 4: at(250, 100)})
    ways = street_ways(graph, tour(0, 1, 2, 3, 4), places)
    assert [ways(1, one, one + 1) is None for one in range(4)] == [False, True, True, False]
    assert ways(1, 0, 4) is None


@pytest.mark.parametrize("location", [7, 8])
def test_a_location_that_nobody_placed_has_no_way(location: int) -> None:
    graph = read_graph(BLOCK.xml(), "block")
    ways = street_ways(graph, tour(0, location), Places({0: at(200, 0)}))
    assert ways(1, 0, location) is None


def test_the_background_is_every_street_with_its_credit() -> None:
    graph = read_graph(BLOCK.xml(), "block")
    background = street_background(graph)
    assert len(background.lines) == len(background.main) == graph.segments
    assert all(isinstance(line, np.ndarray) and line.shape[1] == 2 for line in background.lines)
    assert background.credit == CREDIT
