"""Both engines against a search written anew on random towns, and against one another on real streets."""

from __future__ import annotations

import heapq
import random
from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from routing.roads.graph import RoadGraph
from routing.roads.network import Network, network_of
from routing.roads.osm import read_graph
from routing.roads.profile import STANDARD_TRUCK
from routing.roads.road_point import RoadPoint
from routing.roads.search import Dijkstra, Hierarchies, Search
from routing.roads.snap import snap
from routing.roads.turns import FAR_SIDE_TURN_S, NEAR_SIDE_TURN_S, THROUGH_TRAFFIC_S, U_TURN_S, Turns
from tests.routing.roads.test_matrix import scattered
from tests.routing.roads.towns import Town, at, no_turn

SIDE = 4
BLOCK_M = 120.0
BLOCK_S = BLOCK_M / (24 / 3.6)
ENGINES: list[type[Dijkstra] | type[Hierarchies]] = [Dijkstra, Hierarchies]
Edge = tuple[int, int]


def neighbours(node: int) -> list[int]:
    x, y = node % SIDE, node // SIDE
    return [j * SIDE + i for i, j in ((x + 1, y), (x, y + 1)) if i < SIDE and j < SIDE]


class GridTown:
    """Blocks of 120 m; some streets missing, some one-way, some turns forbidden; searched in the plainest manner."""

    def __init__(self, seed: int) -> None:
        dice = random.Random(seed)
        streets = [(a, b) for a in range(SIDE * SIDE) for b in neighbours(a) if dice.random() < 0.85]
        self.streets = [(b, a) if dice.random() < 0.5 else (a, b) for a, b in streets]
        self.one_way = [dice.random() < 0.25 for _ in self.streets]
        at_node: defaultdict[int, list[int]] = defaultdict(list)
        for way, street in enumerate(self.streets):
            for node in street:
                at_node[node].append(way)
        self.ends = {node: len(ways) for node, ways in at_node.items()}
        self.rules: list[tuple[int, int, int, bool]] = []
        for node, ways in at_node.items():
            if len(ways) > 2 and dice.random() < 0.4:
                self.rules.append((*dice.sample(ways, 2), node, dice.random() < 0.3))  # type: ignore[arg-type]

    def town(self) -> Town:
        nodes = {n + 1: (BLOCK_M * (n % SIDE), BLOCK_M * (n // SIDE)) for n in self.ends}
        ways = [
            ([a + 1, b + 1], {"highway": "residential", "name": str(i)} | ({"oneway": "yes"} if once else {}))
            for i, ((a, b), once) in enumerate(zip(self.streets, self.one_way, strict=True))
        ]
        relations = [
            no_turn(a + 1, via + 1, b + 1, restriction="only_straight_on" if only else "no_left_turn")
            for a, b, via, only in self.rules
        ]
        return Town(nodes, ways, relations=relations)

    def turns(self) -> dict[Edge, list[tuple[Edge, float]]]:
        """Every directed block with the blocks that may follow it, and the seconds of the turn."""
        directed = [
            *self.streets,
            *((b, a) for (a, b), once in zip(self.streets, self.one_way, strict=True) if not once),
        ]
        number = {street: i for i, street in enumerate(self.streets)} | {
            (b, a): i for i, (a, b) in enumerate(self.streets)
        }
        result: dict[Edge, list[tuple[Edge, float]]] = {}
        for a, b in directed:
            onward = [(c, d) for c, d in directed if c == b and d != a]
            for way_from, way_to, via, only in self.rules:
                if via == b and number[a, b] == way_from:
                    onward = [edge for edge in onward if (number[edge] == way_to) is only]
            back = [(b, a)] if not onward and (b, a) in directed else []
            if any(only and via == b and number[a, b] == way_from for way_from, _, via, only in self.rules):
                back = []
            result[a, b] = [(edge, self._seconds((a, b), edge)) for edge in onward] + [
                (edge, U_TURN_S) for edge in back
            ]
        return result

    def _seconds(self, first: Edge, second: Edge) -> float:
        (ax, ay), (bx, by) = ((e[1] % SIDE - e[0] % SIDE, e[1] // SIDE - e[0] // SIDE) for e in (first, second))
        cross = ax * by - ay * bx
        if self.ends[first[1]] < 3 or cross == 0:
            return 0.0
        return FAR_SIDE_TURN_S if cross > 0 else NEAR_SIDE_TURN_S


def plain_search(turns: dict[Edge, list[tuple[Edge, float]]], start: Edge) -> dict[Edge, float]:
    """Seconds from the middle of a block to the middle of every other one."""
    best: dict[Edge, float] = {}
    queue = [(BLOCK_S / 2 + turn + BLOCK_S / 2, edge) for edge, turn in turns[start]]
    heapq.heapify(queue)
    while queue:
        time, edge = heapq.heappop(queue)
        if edge in best:
            continue
        best[edge] = time
        for after, turn in turns[edge]:
            heapq.heappush(queue, (time + turn + BLOCK_S, after))
    return {**best, start: 0.0}


def all_connected(turns: dict[Edge, list[tuple[Edge, float]]]) -> bool:
    return all(len(plain_search(turns, edge)) == len(turns) for edge in turns)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(seed=st.integers(0, 2**32))
def test_finds_what_the_plainest_search_finds(engine: type[Dijkstra] | type[Hierarchies], seed: int) -> None:
    grid = GridTown(seed)
    turns = grid.turns()
    assume(turns and all_connected(turns))
    graph = read_graph(grid.town().xml(), "grid")
    middles = [((a % SIDE + b % SIDE) / 2 * BLOCK_M, (a // SIDE + b // SIDE) / 2 * BLOCK_M) for a, b in grid.streets]
    points = [point for point in snap(graph, [at(x, y) for x, y in middles]) if point is not None]
    assert len(points) == len(middles)
    seconds, metres = network(graph, engine).costs(points)
    for i, (a, b) in enumerate(grid.streets):
        found = [plain_search(turns, edge) for edge in ((a, b), (b, a)) if edge in turns]
        for j, (c, d) in enumerate(grid.streets):
            expected = min(times[edge] for times in found for edge in ((c, d), (d, c)) if edge in times)
            assert seconds[i, j] == pytest.approx(expected, abs=0.05)
            # From the middle of a block to that of another: whole blocks.
            assert metres[i, j] == pytest.approx(BLOCK_M * round(metres[i, j] / BLOCK_M), abs=0.5)


def network(graph: RoadGraph, engine: type[Dijkstra] | type[Hierarchies]) -> Network:
    turns = network_of(graph).turns
    return Network(graph, STANDARD_TRUCK, engine(turns))


def test_the_engines_agree_in_helsinki(helsinki: RoadGraph) -> None:
    points = [point for point in snap(helsinki, scattered(helsinki, 150)) if point is not None]
    one, other = (network(helsinki, engine).costs(points) for engine in ENGINES)
    np.testing.assert_array_equal(one[0], other[0])
    np.testing.assert_array_equal(one[1], other[1])


@pytest.mark.parametrize("engine", ENGINES)
def test_every_drive_is_as_long_as_the_matrix_says(
    helsinki: RoadGraph, engine: type[Dijkstra] | type[Hierarchies]
) -> None:
    drives = network(helsinki, engine)
    points = [point for point in snap(helsinki, scattered(helsinki, 40)) if point is not None]
    seconds, metres = drives.costs(points)
    legal = set(zip(drives.turns.tail.tolist(), drives.turns.head.tolist(), strict=True))
    copies = set(drives.turns.node_arc[len(drives.turns.arc_ms) :].tolist())
    for i in range(len(points)):
        j = (7 * i + 3) % len(points)
        drive = drives.drive(drives.places(points[i]), drives.places(points[j]))
        assert drive is not None
        through = sum(drives.turns.zone[b] >= 0 > drives.turns.zone[a] for a, b in pairwise(drive.arcs))
        through -= drives.turns.zone[drive.arcs[-1]] >= 0 > drives.turns.zone[drive.arcs[0]]
        assert drive.ms / 1000 + through * THROUGH_TRAFFIC_S == pytest.approx(seconds[i, j], abs=0.11)
        assert drive.dm / 10 == pytest.approx(metres[i, j], abs=1)
        for a, b in pairwise(drive.arcs):
            assert (a, b) in legal or {a, b} & copies


@pytest.mark.parametrize("engine", ENGINES)
def test_no_source_and_no_target(helsinki: RoadGraph, engine: type[Dijkstra] | type[Hierarchies]) -> None:
    turns: Turns = network_of(helsinki).turns
    search: Search = engine(turns)
    assert search.costs([], [1, 2])[0].shape == (0, 2)
    assert search.costs([[]], [])[1].shape == (1, 0)
    assert np.isinf(search.costs([[]], [int(turns.tail[0])])[0]).all()
    assert search.path([], [(int(turns.tail[0]), 0, 0)]) is None


def test_a_place_that_no_truck_reaches_has_no_ways(helsinki: RoadGraph) -> None:
    cut_off = int(np.flatnonzero(~helsinki.connected)[0])
    points = [RoadPoint(cut_off, 0.5, 0.0), RoadPoint(int(np.flatnonzero(helsinki.connected)[0]), 0.5, 0.0)]
    seconds, metres = network_of(helsinki).costs(points)
    assert np.isinf(seconds).tolist() == np.isinf(metres).tolist() == [[False, True], [True, False]]
