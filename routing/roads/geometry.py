"""The way along the streets through a sequence of positions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidInput
from domain.geography import Position
from routing.roads.graph import RoadGraph
from routing.roads.network import Network
from routing.roads.snap import SNAP_LIMIT_M, RoadPoint, snap


def path(graph: RoadGraph, positions: Sequence[Position], *, limit_m: float = SNAP_LIMIT_M) -> tuple[Position, ...]:
    """The fastest path along the streets through positions in order, the same that the matrix measures.

    It runs from the place on the street nearest to the first position to that nearest to the last; positions beside
    the street are passed, not entered.

    Raises
    ------
    InvalidInput
        When a position has no street within ``limit_m`` metres.
    """
    points: list[RoadPoint] = []
    for position, point in zip(positions, snap(graph, positions, limit_m=limit_m), strict=True):
        if point is None:
            raise InvalidInput(f"[{position.lon}, {position.lat}] has no street within {limit_m:.0f} m")
        points.append(point)
    return path_of(graph, points)


def path_of(graph: RoadGraph, points: Sequence[RoadPoint]) -> tuple[Position, ...]:
    """The fastest path through places that are already put on streets."""
    if not points:
        return ()
    network = Network(graph, points)
    shapes = [graph.piece(points[0].segment, points[0].share, points[0].share)[:1]]
    for start, end in pairwise(range(len(points))):
        pieces = network.path(start, end)
        if pieces is None:
            raise InvalidInput(f"no path leads from place {start} of the route to place {end}")
        shapes += [graph.piece(segment, begin, finish) for segment, begin, finish in pieces]
    return tuple(Position(float(lon), float(lat)) for lon, lat in _without_repeats(np.vstack(shapes)))


def _without_repeats(shape: NDArray[np.float64]) -> NDArray[np.float64]:
    """Drop points that equal the one before, to a tenth of a millimetre."""
    new = np.ones(len(shape), bool)
    new[1:] = (np.abs(np.diff(shape, axis=0)) > 1e-9).any(axis=1)
    return shape[new]
