"""The way along the streets through a sequence of positions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidInput
from domain.geography import Position
from routing.roads.graph import RoadGraph
from routing.roads.legs import drive_legs
from routing.roads.network import Drive
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.roads.road_point import RoadPoint
from routing.roads.snap import SNAP_LIMIT_M, snap


def path(graph: RoadGraph, positions: Sequence[Position], *, limit_m: float = SNAP_LIMIT_M) -> tuple[Position, ...]:
    """The path along the streets through positions in order, as a truck drives it (see ``legs``).

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


def path_of(
    graph: RoadGraph, points: Sequence[RoadPoint], *, truck: TruckProfile = STANDARD_TRUCK
) -> tuple[Position, ...]:
    """The path through places that are already put on streets, as the truck drives it (see ``legs``)."""
    if not points:
        return ()
    shapes = [graph.piece(points[0].segment, points[0].share, points[0].share)[:1]]
    shapes += [shape_of(graph, drive) for drive in drive_legs(graph, points, truck=truck)]
    return tuple(Position(float(lon), float(lat)) for lon, lat in _without_repeats(np.vstack(shapes)))


def shape_of(graph: RoadGraph, drive: Drive) -> NDArray[np.float64]:
    """The line of a drive, (points, 2) longitude and latitude in degrees; neighbours may repeat."""
    last = len(drive.arcs) - 1
    pieces: list[NDArray[np.float64]] = []
    for i, arc in enumerate(drive.arcs):
        begin, end = drive.start if i == 0 else 0.0, drive.end if i == last else 1.0
        pieces.append(graph.piece(arc // 2, 1 - begin, 1 - end) if arc % 2 else graph.piece(arc // 2, begin, end))
    return np.vstack(pieces)


def _without_repeats(shape: NDArray[np.float64]) -> NDArray[np.float64]:
    """Drop points that equal the one before, to a tenth of a millimetre."""
    new = np.ones(len(shape), bool)
    new[1:] = (np.abs(np.diff(shape, axis=0)) > 1e-9).any(axis=1)
    return shape[new]
