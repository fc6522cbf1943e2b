"""The ways of a solution along the streets of a road graph, and those streets as a background."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from domain.errors import InvalidInput
from domain.geography import Position
from routing.pictures.scene import Background, Geometry
from routing.places import Places
from routing.roads.geometry import path_of
from routing.roads.graph import RoadGraph
from routing.roads.snap import RoadPoint, snap
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


def street_ways(graph: RoadGraph, solution: Solution, places: Places) -> Geometry:
    """The fastest ways between the consecutive locations of all routes; None for what has no street near it."""
    locations = sorted({step.location for route in solution.routes for step in route.steps} & places.positions.keys())
    found = snap(graph, [places.positions[location] for location in locations])
    points = {location: point for location, point in zip(locations, found, strict=True) if point is not None}
    ways: dict[tuple[int, int], Sequence[Position]] = {}
    for route in solution.routes:
        visited = [step.location for step in route.steps]
        legs = [leg for leg in pairwise(visited) if leg[0] != leg[1] and leg[0] in points and leg[1] in points]
        ways |= _ways_of(graph, points, [leg for leg in legs if leg not in ways])
    return lambda origin, destination: ways.get((origin, destination))


def _ways_of(
    graph: RoadGraph, points: Mapping[int, RoadPoint], legs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], Sequence[Position]]:
    """The ways of legs of one route, found together where they follow one another."""
    chains: list[list[int]] = []
    for origin, destination in legs:
        if chains and chains[-1][-1] == origin:
            chains[-1].append(destination)
        else:
            chains.append([origin, destination])
    found: dict[tuple[int, int], Sequence[Position]] = {}
    for chain in chains:
        found |= _ways_of_chain(graph, points, chain)
    return found


def _ways_of_chain(
    graph: RoadGraph, points: Mapping[int, RoadPoint], chain: Sequence[int]
) -> dict[tuple[int, int], Sequence[Position]]:
    try:
        line = path_of(graph, [points[location] for location in chain])
    except InvalidInput:
        # Somewhere in it no path leads on; the others are found one by one.
        if len(chain) == 2:
            return {}
        middle = len(chain) // 2
        return _ways_of_chain(graph, points, chain[: middle + 1]) | _ways_of_chain(graph, points, chain[middle:])
    degrees = np.array([(position.lon, position.lat) for position in line])
    found: dict[tuple[int, int], Sequence[Position]] = {}
    at = 0
    for origin, destination in pairwise(chain):
        end = graph.position_at(points[destination].segment, points[destination].share)
        near = np.flatnonzero((np.abs(degrees[at:] - (end.lon, end.lat)) < SAME_DEGREES).all(axis=1))
        if not len(near):
            break
        found[origin, destination] = line[at : at + int(near[0]) + 1]
        at += int(near[0])
    return found
