"""Turns that are forbidden, cost time, or depend on the truck: a tiny town for each rule."""

from __future__ import annotations

import math

import numpy as np
import pytest

from routing.problem import Matrix
from routing.roads.matrix import matrix
from routing.roads.osm import read_graph
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.roads.turns import FAR_SIDE_TURN_S, NEAR_SIDE_TURN_S, TURNING_CIRCLE_S, U_TURN_S
from tests.routing.roads.towns import Town, at, no_turn

STREET = {"highway": "residential"}
CROSSING = {1: (0, 0), 2: (-300, 0), 3: (300, 0), 4: (0, -300), 5: (0, 300)}
"""Four arms of 300 m (45 s at 24 km/h): west 1, east 2, south 3, north 4 are the numbers of the ways."""
ARMS = [([2, 1], STREET), ([1, 3], STREET), ([4, 1], STREET), ([1, 5], STREET)]
SMALL_VAN = TruckProfile(height_m=2.0, mass_t=3.5, width_m=2.0, length_m=5.0, axle_load_t=2.0)


def measure(town: Town, *places: tuple[float, float], truck: TruckProfile = STANDARD_TRUCK) -> Matrix:
    return matrix(read_graph(town.xml(), "town"), [at(x, y) for x, y in places], truck=truck)


def seconds(town: Town, *places: tuple[float, float], truck: TruckProfile = STANDARD_TRUCK) -> int:
    return int(measure(town, *places, truck=truck).durations_s[0, 1])


def metres(town: Town, *places: tuple[float, float], truck: TruckProfile = STANDARD_TRUCK) -> int:
    return int(measure(town, *places, truck=truck).distances_m[0, 1])


def test_straight_on_is_free_and_left_costs_more_than_right() -> None:
    town = Town(CROSSING, ARMS)
    west, east, south, north = (-100, 0), (100, 0), (0, -100), (0, 100)
    assert seconds(town, west, east) == 30
    assert seconds(town, west, south) == round(30 + NEAR_SIDE_TURN_S)
    assert seconds(town, west, north) == round(30 + FAR_SIDE_TURN_S)
    left_hand = TruckProfile(drives_on="left")
    assert seconds(town, west, south, truck=left_hand) == round(30 + FAR_SIDE_TURN_S)
    assert seconds(town, west, north, truck=left_hand) == round(30 + NEAR_SIDE_TURN_S)


def test_a_forbidden_turn_is_driven_round() -> None:
    # From the west no left turn to the north: on to the end of the east arm, round there, and back to a right turn.
    town = Town(CROSSING, ARMS, relations=[no_turn(1, 1, 4)])
    assert metres(town, (-100, 0), (0, 100)) == 100 + 2 * 300 + 100
    assert seconds(town, (-100, 0), (0, 100)) == round(120 + U_TURN_S + NEAR_SIDE_TURN_S)
    assert metres(town, (0, 100), (-100, 0)) == 200
    assert metres(town, (100, 0), (0, 100)) == 200


def test_only_one_turn_is_allowed() -> None:
    town = Town(CROSSING, ARMS, relations=[no_turn(1, 1, 3, restriction="only_right_turn")])
    assert metres(town, (-100, 0), (0, -100)) == 200
    assert metres(town, (-100, 0), (100, 0)) == 100 + 600 + 100
    assert metres(town, (-100, 0), (0, 100)) == 100 + 600 + 100


@pytest.mark.parametrize(
    ("tags", "detour_heavy", "detour_light"),
    [
        ({}, True, True),
        ({"except": "hgv"}, False, True),
        ({"except": "psv;bicycle"}, True, True),
        ({"except": "motorcar"}, True, False),
        ({"except": "psv; goods"}, False, False),
        ({"restriction": "", "restriction:hgv": "no_left_turn"}, True, False),
        ({"restriction": "", "restriction:bicycle": "no_left_turn"}, False, False),
        ({"type": "restriction:hgv", "restriction": "", "restriction:hgv": "no_left_turn"}, True, False),
        ({"type": "route"}, False, False),
    ],
)
def test_whom_a_restriction_concerns(tags: dict[str, str], detour_heavy: bool, detour_light: bool) -> None:
    town = Town(CROSSING, ARMS, relations=[no_turn(1, 1, 4, **tags)])
    assert metres(town, (-100, 0), (0, 100)) == (800 if detour_heavy else 200)
    assert metres(town, (-100, 0), (0, 100), truck=SMALL_VAN) == (800 if detour_light else 200)


def test_a_restriction_over_a_way_in_the_middle() -> None:
    """Dual carriageway: whoever comes from the west on the south side may not turn back on the north side."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (300, 0), 4: (100, 20), 5: (0, 20), 6: (300, 20), 7: (100, 200), 8: (100, -200)}
    one_way = STREET | {"oneway": "yes"}
    ways = [
        ([1, 2], one_way),
        ([2, 3], one_way),
        ([2, 4], STREET),
        ([6, 4], one_way),
        ([4, 5], one_way),
        ([3, 6], STREET),
        ([4, 7], STREET),
        ([5, 1], STREET),
        ([8, 2], STREET),
    ]
    members = [("way", 1, "from"), ("way", 3, "via"), ("way", 5, "to")]
    free = Town(nodes, ways)
    barred = Town(nodes, ways, relations=[(members, {"type": "restriction", "restriction": "no_u_turn"})])
    here, there = (50, 0), (50, 20)
    assert metres(free, here, there) == 50 + 20 + 50
    # On to the eastern end instead: 250 m, 20 m, 200 m and 50 m.
    assert metres(barred, here, there) == 250 + 20 + 250
    # Others may use the middle, and so may who comes that way and goes straight on.
    assert metres(barred, (100, -100), there) == 100 + 20 + 50
    assert metres(barred, here, (100, 100)) == 50 + 20 + 80


def test_a_restriction_whose_members_do_not_meet_is_ignored() -> None:
    town = Town(
        CROSSING, ARMS, relations=[no_turn(1, 5, 4), no_turn(1, 77, 4), no_turn(9, 1, 4), ([], {"type": "restriction"})]
    )
    assert metres(town, (-100, 0), (0, 100)) == 200


def test_no_turning_round_in_the_street_but_at_its_end() -> None:
    # Both places on the east arm, one way apart: a truck that must leave eastwards turns at the end.
    town = Town(CROSSING, ARMS)
    graph = read_graph(town.xml(), "town")
    from_west, back_west = (-100, 0), (-200, 0)
    one_way = Town(CROSSING, [([2, 1], STREET), ([1, 3], STREET | {"oneway": "yes"}), *ARMS[2:]])
    assert not read_graph(one_way.xml(), "town").connected.all()  # who drives in there never gets out
    assert graph.connected.all()
    # A matrix lets a truck leave a place in either direction.
    assert metres(town, from_west, back_west) == 100


def test_turning_round_costs_less_at_a_turning_circle() -> None:
    barred = Town(CROSSING, ARMS, relations=[no_turn(1, 1, 4)])
    circle = Town(CROSSING, ARMS, {3: {"highway": "turning_circle"}}, [no_turn(1, 1, 4)])
    saved = seconds(barred, (-100, 0), (0, 100)) - seconds(circle, (-100, 0), (0, 100))
    assert saved == round(U_TURN_S - TURNING_CIRCLE_S)


def two_bridges(**short: str) -> Town:
    """From west to east 200 m over a short way with tags, or 400 m round."""
    nodes = {1: (-100, 0), 2: (0, 0), 3: (200, 0), 4: (300, 0), 5: (0, 100), 6: (200, 100)}
    return Town(nodes, [([1, 2], STREET), ([2, 3], STREET | short), ([3, 4], STREET), ([2, 5, 6, 3], STREET)])


@pytest.mark.parametrize(
    ("tags", "truck", "open_to_it"),
    [
        ({"maxheight": "3.5"}, STANDARD_TRUCK, False),
        ({"maxheight": "3.5"}, TruckProfile(height_m=3.4), True),
        ({"maxheight": "3.6"}, STANDARD_TRUCK, True),
        ({"maxweight": "12"}, STANDARD_TRUCK, False),
        ({"maxweight": "12"}, TruckProfile(mass_t=12), True),
        ({"maxwidth": "2.3"}, STANDARD_TRUCK, False),
        ({"maxwidth": "2.3"}, TruckProfile(width_m=2.2), True),
        ({"maxlength": "9"}, STANDARD_TRUCK, False),
        ({"maxlength": "9"}, TruckProfile(length_m=8), True),
        ({"maxaxleload": "8"}, STANDARD_TRUCK, False),
        ({"maxaxleload": "8"}, TruckProfile(axle_load_t=7), True),
        ({"hgv": "no"}, STANDARD_TRUCK, False),
        ({"hgv": "no"}, SMALL_VAN, True),
        ({"goods": "no", "hgv": "yes"}, SMALL_VAN, False),
        ({"motor_vehicle": "no"}, STANDARD_TRUCK, False),
        ({"access": "private"}, STANDARD_TRUCK, False),
        ({"oneway": "-1"}, STANDARD_TRUCK, False),
        ({"oneway": "-1", "oneway:hgv": "no"}, STANDARD_TRUCK, True),
        ({"oneway": "-1", "oneway:hgv": "no"}, SMALL_VAN, False),
    ],
)
def test_one_graph_serves_trucks_of_all_sizes(tags: dict[str, str], truck: TruckProfile, open_to_it: bool) -> None:
    assert metres(two_bridges(**tags), (-50, 0), (250, 0), truck=truck) == (300 if open_to_it else 500)


@pytest.mark.parametrize("value", ["destination", "delivery"])
def test_no_through_traffic_but_access_for_business_there(value: str) -> None:
    town = two_bridges(hgv=value)
    assert metres(town, (-50, 0), (250, 0)) == 500
    assert seconds(town, (-50, 0), (100, 0)) == pytest.approx(150 / (24 / 3.6), abs=1)
    assert seconds(town, (100, 0), (250, 0)) == pytest.approx(150 / (24 / 3.6), abs=1)
    assert seconds(town, (50, 0), (150, 0)) == 15


@pytest.mark.parametrize(
    ("tags", "truck", "passes"),
    [
        ({"barrier": "bollard"}, STANDARD_TRUCK, False),
        ({"barrier": "bollard"}, SMALL_VAN, False),
        ({"barrier": "gate", "access": "private"}, STANDARD_TRUCK, False),
        ({"barrier": "gate"}, STANDARD_TRUCK, True),
        ({"barrier": "lift_gate", "motor_vehicle": "destination"}, STANDARD_TRUCK, True),
        ({"barrier": "height_restrictor", "maxheight": "2.1"}, STANDARD_TRUCK, False),
        ({"barrier": "height_restrictor", "maxheight": "2.1"}, SMALL_VAN, True),
    ],
)
def test_what_stands_in_the_way(tags: dict[str, str], truck: TruckProfile, passes: bool) -> None:
    town = two_bridges()
    ways = [town.ways[0], ([2, 9, 3], STREET), *town.ways[2:]]
    barred = Town({**town.nodes, 9: (100, 0)}, ways, {9: tags})
    assert metres(barred, (-50, 0), (250, 0), truck=truck) == (300 if passes else 500)
    # Up to the barrier one may drive from both sides, and turn round there.
    assert metres(barred, (-50, 0), (90, 0), truck=truck) == 140
    assert (measure(barred, (90, 0), (110, 0), truck=truck).distances_m >= 0).all()


def test_a_ferry_takes_its_time() -> None:
    nodes = {1: (-100, 0), 2: (0, 0), 3: (1000, 0), 4: (1100, 0)}
    ferry = ([2, 3], {"route": "ferry", "motor_vehicle": "yes", "name": "Pont"})
    town = Town(nodes, [([1, 2], STREET), ferry, ([3, 4], STREET)])
    # 100 m of street at 24 km/h, 1,000 m at 8 km/h, and 300 s of waiting.
    assert seconds(town, (-50, 0), (1050, 0)) == round(15 + 1000 / (8 / 3.6) + 300)
    graph = read_graph(town.xml(), "town")
    on_water = matrix(graph, [at(-50, 0), at(500, 1)])
    assert on_water.distances_m.tolist() == [[0, -1], [-1, 0]]
    without = Town(nodes, [town.ways[0], ([2, 3], {"route": "ferry", "foot": "yes"}), town.ways[2]])
    assert metres(without, (-50, 0), (1050, 0)) == -1


def test_a_street_beyond_a_low_bridge_cannot_be_reached_by_a_high_truck() -> None:
    nodes = {1: (0, 0), 2: (400, 0), 3: (500, 0), 4: (800, 0)}
    town = Town(nodes, [([1, 2], STREET), ([2, 3], STREET | {"maxheight": "3"}), ([3, 4], STREET)])
    assert metres(town, (100, 0), (700, 0)) == -1
    assert metres(town, (100, 0), (700, 0), truck=SMALL_VAN) == 600


def test_two_streets_into_a_trap_are_dead_ends() -> None:
    # The only way on from node 3 is a one-way street that leads nowhere: the truck turns round before it.
    nodes = {1: (0, 0), 2: (300, 0), 3: (600, 0), 4: (900, 0), 5: (300, 300)}
    ways = [([1, 2], STREET), ([2, 3], STREET), ([3, 4], STREET | {"oneway": "yes"}), ([2, 5], STREET)]
    town = Town(nodes, ways)
    graph = read_graph(town.xml(), "town")
    assert np.flatnonzero(~graph.connected).tolist() == [2]
    assert metres(town, (450, 0), (300, 150)) == 300


def test_a_ring_without_any_turning_place_is_driven_both_ways() -> None:
    ring = [(round(100 * math.cos(a)), round(100 * math.sin(a))) for a in np.linspace(0, 2 * math.pi, 9)[:-1]]
    town = Town(dict(enumerate(ring, start=1)), [([*range(1, 9), 1], STREET)])
    measured = measure(town, ring[1], ring[3])
    assert (measured.distances_m == measured.distances_m.T).all()
