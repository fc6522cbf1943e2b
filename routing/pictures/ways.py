"""The ways of a solution along the streets of a road graph, and those streets as a background."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from domain.errors import InvalidInput
from domain.geography import Position
from routing.pictures.background import Background
from routing.pictures.legs import Geometry
from routing.places import Places
from routing.roads.geometry import path_of
from routing.roads.graph import RoadGraph
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.roads.snap import snap
from routing.roads.streets import streets
from routing.solution import Solution

MAIN_CLASSES = frozenset({"motorway", "trunk", "primary", "secondary", "tertiary"})
"""Classes of OpenStreetMap that are drawn stronger."""

CREDIT = "© OpenStreetMap contributors"

SAME_DEGREES = 1e-7
"""About a centimetre: points of a way closer than this are one."""


def street_background(graph: RoadGraph) -> Background:
    """All streets of a graph."""
    features = streets(graph)
    return Background(
        [np.array(feature["geometry"]["coordinates"]) for feature in features],
        [feature["properties"]["roadClass"].removesuffix("_link") in MAIN_CLASSES for feature in features],
        CREDIT,
    )


def street_ways(
    graph: RoadGraph, solution: Solution, places: Places, trucks: Mapping[int, TruckProfile] | None = None
) -> Geometry:
    """The fastest ways between the consecutive locations of all routes; None for what has no street near it.

    ``trucks``: by vehicle id what drives; where there is none, the standard truck.
    """
    locations = sorted({step.location for route in solution.routes for step in route.steps} & places.positions.keys())
    positions = [places.positions[location] for location in locations]
    drivers = {route.vehicle_id: (trucks or {}).get(route.vehicle_id, STANDARD_TRUCK) for route in solution.routes}
    chained = {truck: _Chains(graph, truck, locations, positions) for truck in set(drivers.values())}
    ways: dict[TruckProfile, dict[tuple[int, int], Sequence[Position]]] = {truck: {} for truck in chained}
    for route in solution.routes:
        truck = drivers[route.vehicle_id]
        points, known = chained[truck].points, ways[truck]
        visited = [step.location for step in route.steps]
        legs = [leg for leg in pairwise(visited) if leg[0] != leg[1] and leg[0] in points and leg[1] in points]
        known |= chained[truck].ways_of([leg for leg in legs if leg not in known])
    return lambda vehicle, origin, destination: (
        ways[drivers[vehicle]].get((origin, destination)) if vehicle in drivers else None
    )


class _Chains:
    """Finds the ways of one truck."""

    def __init__(
        self, graph: RoadGraph, truck: TruckProfile, locations: Sequence[int], positions: Sequence[Position]
    ) -> None:
        self._graph = graph
        self._truck = truck
        found = snap(graph, positions, truck=truck)
        self.points = {at: point for at, point in zip(locations, found, strict=True) if point is not None}

    def ways_of(self, legs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Sequence[Position]]:
        """The ways of legs of one route, found together where they follow one another."""
        chains: list[list[int]] = []
        for origin, destination in legs:
            if chains and chains[-1][-1] == origin:
                chains[-1].append(destination)
            else:
                chains.append([origin, destination])
        found: dict[tuple[int, int], Sequence[Position]] = {}
        for chain in chains:
            found |= self._ways_of_chain(chain)
        return found

    def _ways_of_chain(self, chain: Sequence[int]) -> dict[tuple[int, int], Sequence[Position]]:
        try:
            line = path_of(self._graph, [self.points[location] for location in chain], truck=self._truck)
        except InvalidInput:
            # Somewhere in it no path leads on; the others are found one by one.
            if len(chain) == 2:
                return {}
            middle = len(chain) // 2
            return self._ways_of_chain(chain[: middle + 1]) | self._ways_of_chain(chain[middle:])
        degrees = np.array([(position.lon, position.lat) for position in line])
        found: dict[tuple[int, int], Sequence[Position]] = {}
        at = 0
        for origin, destination in pairwise(chain):
            end = self._graph.position_at(self.points[destination].segment, self.points[destination].share)
            near = np.flatnonzero((np.abs(degrees[at:] - (end.lon, end.lat)) < SAME_DEGREES).all(axis=1))
            if not len(near):
                break
            found[origin, destination] = line[at : at + int(near[0]) + 1]
            at += int(near[0])
        return found
