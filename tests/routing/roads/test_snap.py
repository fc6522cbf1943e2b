"""On which side of the street a place lies, and from which side it is approached."""

from __future__ import annotations

import pytest

from domain.errors import InvalidInput
from routing.roads.matrix import matrix
from routing.roads.osm import read_graph
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.roads.snap import Approach, snap, unreachable
from tests.routing.roads.towns import Town, at

LEFT_HAND = TruckProfile(drives_on="left")
NODES = {1: (0, 0), 2: (300, 0), 3: (300, 300), 4: (0, 300), 5: (-100, 0)}


def square(**tags: str) -> Town:
    """A street of 300 m with tags, drawn eastwards, and the way round over three more sides; a spur in the west."""
    wide = {"highway": "tertiary"}
    return Town(NODES, [([1, 2], wide | {"name": "Kade"} | tags), ([2, 3, 4, 1], wide), ([5, 1], wide)])


@pytest.mark.parametrize(
    ("y_m", "truck", "directions"),
    [
        (-5.0, STANDARD_TRUCK, (True, False)),
        (5.0, STANDARD_TRUCK, (False, True)),
        (-5.0, LEFT_HAND, (False, True)),
        (5.0, LEFT_HAND, (True, False)),
        (0.5, STANDARD_TRUCK, (True, True)),
    ],
)
def test_the_kerb_side_decides_the_direction(y_m: float, truck: TruckProfile, directions: tuple[bool, bool]) -> None:
    graph = read_graph(square().xml(), "square")
    (point,) = snap(graph, [at(150, y_m)], truck=truck, approach="curb")
    assert point is not None
    along = bool(graph.shape_of(point.segment)[0, 0] < graph.shape_of(point.segment)[-1, 0])
    assert ((point.forward, point.backward) if along else (point.backward, point.forward)) == directions


@pytest.mark.parametrize(
    "tags",
    [{"highway": "residential"}, {"highway": "living_street"}, {"highway": "service"}, {"oneway": "yes"}],
)
def test_either_side_counts_on_narrow_and_one_way_streets(tags: dict[str, str]) -> None:
    graph = read_graph(square(**tags).xml(), "square")
    for y_m in (-5, 5):
        (point,) = snap(graph, [at(150, y_m)], approach="curb")
        assert point is not None
        assert (point.forward, point.backward) == (True, True)


def test_unrestricted_places_are_approached_from_both_sides() -> None:
    (point,) = snap(read_graph(square().xml(), "square"), [at(150, -5)])
    assert point is not None
    assert (point.forward, point.backward) == (True, True)


def test_the_way_to_the_other_side_of_a_busy_street_leads_round_the_block() -> None:
    graph = read_graph(square().xml(), "square")
    west, south_side, north_side = at(-50, 0), at(150, -5), at(150, 5)
    places = [west, south_side, north_side]
    free = matrix(graph, places).distances_m
    assert free[0].tolist() == [0, 200, 200]
    kerb = matrix(graph, places, approach=["unrestricted", "curb", "curb"]).distances_m
    # East along the street to the south side; round the other three sides to arrive westwards at the north side.
    assert kerb[0].tolist() == [0, 200, 50 + 900 + 150]
    # Who stands on the south side drives on eastwards, and on the north side only after turning on the spur.
    assert kerb[1].tolist() == [150 + 900 + 50, 0, 150 + 900 + 100 + 100 + 900 + 150]
    assert kerb[2, 0] == 200


def test_one_approach_for_each_place() -> None:
    graph = read_graph(square().xml(), "square")
    approaches: list[Approach] = ["curb"]
    with pytest.raises(InvalidInput, match="1 approaches for 2 positions"):
        snap(graph, [at(0, 0), at(10, 0)], approach=approaches)


def test_what_a_truck_cannot_reach_is_named() -> None:
    nodes = {**NODES, 6: (600, 0), 7: (900, 0)}
    ways = [*square().ways, ([2, 6], {"highway": "tertiary", "maxheight": "3"}), ([6, 7], {"highway": "tertiary"})]
    graph = read_graph(Town(nodes, ways).xml(), "square")
    places, names = [at(150, 0), at(850, 5)], ["GL-1", "GL-2"]
    assert unreachable(graph, places, names) == ("GL-2",)
    assert unreachable(graph, places, names, truck=TruckProfile(height_m=2.9)) == ()
