"""Positions put on streets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, cast

import numpy as np
import shapely

from domain.errors import InvalidInput
from domain.geography import Position
from routing.roads.graph import RoadGraph
from routing.roads.network import network_of
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.roads.road_point import RoadPoint
from routing.roads.turns import U_TURN_S

__all__ = ["SNAP_LIMIT_M", "Approach", "RoadPoint", "snap", "unreachable"]

SNAP_LIMIT_M = 150.0
"""How far from a street a place may lie and still count as standing beside it, metres."""

EITHER_SIDE = frozenset({"residential", "living_street", "service", "pedestrian", "track", "road"})
"""Streets narrow enough for the crew to cross with a container."""

OTHER_SIDE_S = U_TURN_S / 2
"""On a narrow street with traffic both ways: arriving with the container on the other side costs so much, and leaving
in that direction as well, seconds. A matrix does not know how a truck came: this makes turning round at the container
cost half a turn, and passing on the other side, where the crew crosses the street, a whole one."""

SIDE_KNOWN_M = 1.0
"""Nearer to the line of the street than this, nobody can tell on which side a place lies, metres."""

Approach = Literal["unrestricted", "curb"]
"""OSRM's words. ``curb``: the truck arrives with the place on the side of the road that it drives on."""


def snap(
    graph: RoadGraph,
    positions: Sequence[Position],
    *,
    limit_m: float = SNAP_LIMIT_M,
    truck: TruckProfile = STANDARD_TRUCK,
    approach: Approach | Sequence[Approach] = "unrestricted",
) -> tuple[RoadPoint | None, ...]:
    """Find for each position the nearest street where a truck may stop, to which it gets, and from which it gets away.

    With approach ``curb`` the truck arrives, and drives on, with the place on its right (its left where traffic keeps
    left). On narrow streets (:data:`EITHER_SIDE`) the other side counts too, for :data:`OTHER_SIDE_S`. Either side
    counts on one-way streets, at junctions and ends of streets, and where the position lies on the line of the street;
    on such a line the side is taken to be that of the direction in which it was drawn.

    Returns
    -------
    tuple[RoadPoint | None, ...]
        One for each position, in order; None where no such street is within ``limit_m`` metres.

    Raises
    ------
    InvalidInput
        When there are several approaches, but not one for each position.
    """
    approaches = [approach] * len(positions) if isinstance(approach, str) else list(approach)
    if len(approaches) != len(positions):
        raise InvalidInput(f"{len(approaches)} approaches for {len(positions)} positions", remedy="give one for each")
    found: list[RoadPoint | None] = [None] * len(positions)
    open_arcs = network_of(graph, truck).turns.open.reshape(-1, 2)
    usable = np.flatnonzero(open_arcs.any(axis=1) & graph.stoppable)
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
        segment = int(usable[j])
        share = float(shapely.line_locate_point(lines[j], points[i], normalized=True))
        found[i] = RoadPoint(segment=segment, share=share, off_road_m=distance)
        if approaches[i] == "curb" and open_arcs[segment].all() and 0 < share < 1:
            side = _side(cast(shapely.LineString, lines[j]), share, cast(shapely.Point, points[i]))
            narrow = graph.class_name(segment) in EITHER_SIDE
            found[i] = _at_kerb(found[i], None if side is None else side == truck.drives_on, narrow=narrow)
    return tuple(found)


def _at_kerb(point: RoadPoint, along: bool | None, *, narrow: bool) -> RoadPoint:
    """The point approached from its kerb side: along its segment, or against it, or (None) nobody knows."""
    if narrow:
        return replace(point, **({"forward_s": OTHER_SIDE_S} if along is False else {"backward_s": OTHER_SIDE_S}))
    return point if along is None else replace(point, forward=along, backward=not along)


def _side(line: shapely.LineString, share: float, point: shapely.Point) -> Literal["right", "left"] | None:
    """On which side of a line a point lies, seen along it; None when that cannot be told."""
    if line.distance(point) < SIDE_KNOWN_M:
        return None
    at, step = share * line.length, min(1.0, line.length / 4)
    before, after = line.interpolate(max(0.0, at - step)), line.interpolate(min(line.length, at + step))
    cross = (after.x - before.x) * (point.y - before.y) - (after.y - before.y) * (point.x - before.x)
    return "left" if cross > 0 else "right"


def unreachable(
    graph: RoadGraph,
    positions: Sequence[Position],
    names: Sequence[str],
    *,
    limit_m: float = SNAP_LIMIT_M,
    truck: TruckProfile = STANDARD_TRUCK,
) -> tuple[str, ...]:
    """The names of the positions that have no street within ``limit_m`` metres, in order."""
    points = snap(graph, positions, limit_m=limit_m, truck=truck)
    return tuple(name for name, point in zip(names, points, strict=True) if point is None)
