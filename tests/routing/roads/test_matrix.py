"""Metres and seconds between positions."""

from __future__ import annotations

import heapq
import math
import random
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise

import numpy as np
import osmium
import osmium.filter
import osmium.io
import pytest

from domain.geography import Position, great_circle_m
from routing.problem import Matrix
from routing.roads.graph import RoadGraph
from routing.roads.matrix import matrix, matrix_of
from routing.roads.network import network_of
from routing.roads.osm import read_graph
from routing.roads.road_point import RoadPoint
from routing.roads.snap import snap, unreachable
from routing.roads.truck import judge
from tests.routing.roads.towns import BLOCK, Town, at

RESIDENTIAL = {"highway": "residential"}


def metres(town: Town, *places: tuple[float, float]) -> list[list[int]]:
    return measure(town, *places).distances_m.tolist()


def measure(town: Town, *places: tuple[float, float]) -> Matrix:
    return matrix(read_graph(town.xml(), "town"), [at(x, y) for x, y in places])


def test_a_one_way_street_makes_a_detour() -> None:
    measured = measure(BLOCK, (100, 0), (200, 0))
    assert measured.distances_m.tolist() == [[0, 100], [700, 0]]
    # 24 km/h: 100 m take 15 s.
    assert measured.durations_s.tolist() == [[0, 15], [105, 0]]


def test_positions_beside_the_street_count_from_where_they_stand() -> None:
    # 250 m along the south side to its end, 100 m up, 150 m west; back 150 m west, 100 m down, 50 m east.
    assert metres(BLOCK, (50, -20), (150, 120)) == [[0, 500], [300, 0]]


def test_two_positions_on_a_street_for_both_directions() -> None:
    assert metres(BLOCK, (100, 101), (250, 99)) == [[0, 150], [150, 0]]


def test_positions_at_a_junction_belong_to_all_its_streets() -> None:
    # To node 1 over the west side (100 m); from there east along the one-way street.
    assert metres(BLOCK, (0, 100), (0, 0), (300, 0)) == [[0, 100, 400], [100, 0, 300], [400, 500, 0]]


def test_the_same_place_twice_costs_nothing() -> None:
    assert metres(BLOCK, (100, 10), (100, -10), (200, 0)) == [[0, 0, 100], [0, 0, 100], [700, 700, 0]]


def test_one_way_against_the_direction_it_was_drawn() -> None:
    turned = Town(BLOCK.nodes, [([2, 1], RESIDENTIAL | {"oneway": "-1"}), BLOCK.ways[1]])
    assert metres(turned, (100, 0), (200, 0)) == [[0, 100], [700, 0]]


def test_a_roundabout_is_driven_one_way_round() -> None:
    nodes = {1: (-100, 0), 2: (0, 0), 3: (50, -50), 4: (100, 0), 5: (50, 50), 6: (200, 0)}
    side = math.hypot(50, 50)
    ring = ([2, 3, 4, 5, 2], RESIDENTIAL | {"junction": "roundabout"})
    spur = ([1, 2], RESIDENTIAL)
    exits = ([4, 6], RESIDENTIAL)
    distances = metres(Town(nodes, [spur, ring, exits]), (-100, 0), (200, 0), (50, -50), (50, 50))
    assert distances[0][1] == distances[1][0] == round(200 + 2 * side)
    assert distances[0][2] == round(100 + side)
    assert distances[0][3] == round(100 + 3 * side)


def test_metres_are_those_of_the_fastest_path() -> None:
    nodes = {1: (0, 0), 2: (300, 0), 3: (0, 100), 4: (300, 100)}
    slow = ([1, 2], {"highway": "service"})
    fast = ([1, 3, 4, 2], {"highway": "primary"})
    measured = measure(Town(nodes, [slow, fast]), (0, 0), (300, 0))
    # The service road: 300 m at 12 km/h, 90 s. The primary road: 500 m at 40 km/h, 45 s.
    assert measured.distances_m.tolist() == [[0, 500], [500, 0]]
    assert measured.durations_s.tolist() == [[0, 45], [45, 0]]


def test_a_ring_with_one_entrance() -> None:
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (200, 100), 5: (100, 100)}
    town = Town(nodes, [([1, 2], RESIDENTIAL), ([2, 3, 4, 5, 2], RESIDENTIAL)])
    assert metres(town, (0, 0), (200, 50), (100, 50)) == [[0, 250, 150], [250, 0, 200], [150, 200, 0]]
    one_way = Town(nodes, [([1, 2], RESIDENTIAL), ([2, 3, 4, 5, 2], RESIDENTIAL | {"oneway": "yes"})])
    assert metres(one_way, (0, 0), (200, 50), (100, 50)) == [[0, 250, 450], [350, 0, 200], [150, 200, 0]]


def test_a_bollard_is_not_driven_through() -> None:
    nodes = BLOCK.nodes | {9: (150, 0)}
    ring = ([1, 9, 2, 3, 4, 1], RESIDENTIAL)
    assert metres(Town(nodes, [ring]), (100, 0), (200, 0))[0][1] == 100
    assert metres(Town(nodes, [ring], {9: {"barrier": "bollard"}}), (100, 0), (200, 0))[0][1] == 700


def test_unreachable_positions_are_minus_one_and_named() -> None:
    graph = read_graph(BLOCK.xml(), "block")
    places = [at(100, 0), at(100, 600), at(200, 0)]
    measured = matrix(graph, places)
    assert measured.distances_m.tolist() == [[0, -1, 100], [-1, 0, -1], [700, -1, 0]]
    assert unreachable(graph, places, ["GL-1", "GL-2", "GL-3"]) == ("GL-2",)
    assert unreachable(graph, places, ["GL-1", "GL-2", "GL-3"], limit_m=600) == ()
    assert (matrix(graph, places, limit_m=600).distances_m >= 0).all()


def test_no_position_at_all() -> None:
    graph = read_graph(BLOCK.xml(), "block")
    assert matrix(graph, []).size == 0
    assert matrix(graph, [at(0, 9000)]).distances_m.tolist() == [[0]]


def test_nothing_snaps_to_a_trap_or_a_tunnel() -> None:
    trap = ([2, 9], RESIDENTIAL | {"oneway": "yes"})
    tunnel = ([4, 3], RESIDENTIAL | {"tunnel": "yes", "name": "Onderdoor"})
    town = Town(BLOCK.nodes | {9: (400, 0)}, [*BLOCK.ways, trap, tunnel])
    graph = read_graph(town.xml(), "town")
    beside_the_trap, above_the_tunnel = snap(graph, [at(350, 0), at(150, 101)])
    assert beside_the_trap is not None
    assert beside_the_trap.off_road_m == pytest.approx(50, abs=0.1)
    assert above_the_tunnel is not None
    assert graph.street_name(above_the_tunnel.segment) == "Terugweg"


def scattered(graph: RoadGraph, count: int) -> list[Position]:
    """Positions beside streets where a truck may stop, the same every time."""
    dice = random.Random(5)
    usable = np.flatnonzero(graph.connected & graph.stoppable).tolist()
    places = [graph.position_at(dice.choice(usable), dice.random()) for _ in range(count)]
    return [Position(p.lon + dice.uniform(-1e-4, 1e-4), p.lat + dice.uniform(-5e-5, 5e-5)) for p in places]


def test_properties_that_hold_in_helsinki(helsinki: RoadGraph) -> None:
    places = scattered(helsinki, 120)
    measured = matrix(helsinki, places)
    distances = measured.distances_m
    assert (distances >= 0).all()
    assert (distances != distances.T).mean() > 0.5
    points = [p for p in snap(helsinki, places) if p is not None and not helsinki.destination[p.segment]]
    one_direction = [replace(point, backward=not point.forward or not _open(helsinki, point)) for point in points]
    directed = matrix_of(helsinki, one_direction).durations_s.astype(int)
    for middle in (i for i, point in enumerate(points) if 0 < point.share < 1):
        # Each of the three is rounded to a second. Where a place may be left both ways, or lies at a junction or a
        # dead end, one could turn there for nothing.
        assert (directed <= directed[:, [middle]] + directed[[middle], :] + 1).all()
    assert (matrix_of(helsinki, points).durations_s <= directed).all()
    for i, point in enumerate(snap(helsinki, places)):
        assert point is not None
        place = helsinki.position_at(point.segment, point.share)
        assert great_circle_m(place, places[i]) == pytest.approx(point.off_road_m, rel=0.001, abs=0.01)
    again = matrix(helsinki, places)
    np.testing.assert_array_equal(again.distances_m, distances)


def _open(graph: RoadGraph, point: RoadPoint) -> bool:
    """Whether a truck may drive forwards where the point lies."""
    return bool(network_of(graph).turns.open[2 * point.segment])


def test_never_quicker_than_a_search_on_every_single_node(helsinki: RoadGraph, helsinki_extract: bytes) -> None:
    """Dijkstra in plain Python on the raw nodes of the extract, where every turn is free."""
    places: dict[int, tuple[float, float]] = {}
    arcs: defaultdict[int, list[tuple[int, float, float]]] = defaultdict(list)
    ways = osmium.FileProcessor(osmium.io.FileBuffer(helsinki_extract, "osm.pbf")).with_locations()
    for way in ways.with_filter(osmium.filter.KeyFilter("highway")):
        if not way.is_way() or (drivable := judge(dict(way.tags))) is None:
            continue
        nodes = [node for node in way.nodes if node.location.valid()]
        places |= {node.ref: (node.lon, node.lat) for node in nodes}
        for a, b in pairwise(nodes):
            length = great_circle_m(Position(a.lon, a.lat), Position(b.lon, b.lat))
            if drivable.forward_mps:
                arcs[a.ref].append((b.ref, length / drivable.forward_mps, length))
            if drivable.backward_mps:
                arcs[b.ref].append((a.ref, length / drivable.backward_mps, length))
    usable = np.flatnonzero(helsinki.connected & helsinki.stoppable)
    on_streets = {tuple(point) for segment in usable for point in helsinki.shape_of(int(segment)).tolist()}
    known = sorted(node for node, place in places.items() if place in on_streets)
    sample = random.Random(3).sample(known, 40)
    measured = matrix(helsinki, [Position(*places[node]) for node in sample])
    extra: list[float] = []
    for i, source in enumerate(sample[:12]):
        best = {source: 0.0}
        queue = [(0.0, source)]
        while queue:
            time, node = heapq.heappop(queue)
            if time > best[node]:
                continue
            for head, seconds, _ in arcs[node]:
                if time + seconds < best.get(head, math.inf):
                    best[head] = time + seconds
                    heapq.heappush(queue, (time + seconds, head))
        for j, target in enumerate(sample):
            assert measured.durations_s[i, j] >= best[target] - 0.6
            extra.append(measured.durations_s[i, j] - best[target])
    # What turns cost and forbid: some seconds a junction, more round a forbidden turn.
    assert 5 < np.median(extra) < 60
