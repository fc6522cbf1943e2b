"""Positions put on streets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from domain.geography import Position
from routing.roads.graph import RoadGraph

SNAP_LIMIT_M = 150.0
"""How far from a street a place may lie and still count as standing beside it, metres."""


@dataclass(frozen=True, slots=True)
class RoadPoint:
    """A place on a street: a segment and a share (0..1) of its length, counted from ``segment_from``.

    ``off_road_m`` is how far the position that was snapped lies from it, metres.
    """

    segment: int
    share: float
    off_road_m: float


def snap(
    graph: RoadGraph, positions: Sequence[Position], *, limit_m: float = SNAP_LIMIT_M
) -> tuple[RoadPoint | None, ...]:
    """Find for each position the nearest street where a truck may stop and from which it gets away again.

    Returns
    -------
    tuple[RoadPoint | None, ...]
        One for each position, in order; None where no such street is within ``limit_m`` metres.
    """
    found: list[RoadPoint | None] = [None] * len(positions)
    usable = np.flatnonzero(graph.connected & graph.stoppable)
    if not positions or not len(usable):
        return tuple(found)
    lines = graph.lines[usable]
    degrees = np.array([(position.lon, position.lat) for position in positions])
    points = np.asarray(shapely.points(graph.project(degrees)), dtype=object)
    (which, nearest), distances = shapely.STRtree(lines).query_nearest(
        points, max_distance=limit_m, return_distance=True, all_matches=True
    )
    # Ties (a position at a junction) go to the segment with the lowest number, so that every run agrees.
    for i, j, distance in sorted(zip(which.tolist(), nearest.tolist(), distances.tolist(), strict=True), reverse=True):
        share = float(shapely.line_locate_point(lines[j], points[i], normalized=True))
        found[i] = RoadPoint(segment=int(usable[j]), share=share, off_road_m=distance)
    return tuple(found)


def unreachable(
    graph: RoadGraph, positions: Sequence[Position], names: Sequence[str], *, limit_m: float = SNAP_LIMIT_M
) -> tuple[str, ...]:
    """The names of the positions that have no street within ``limit_m`` metres, in order."""
    points = snap(graph, positions, limit_m=limit_m)
    return tuple(name for name, point in zip(names, points, strict=True) if point is None)
