"""Travel times and metres between positions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from domain.geography import Position
from routing.problem import UNREACHABLE, Matrix
from routing.roads.graph import RoadGraph
from routing.roads.network import network_of
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.roads.road_point import RoadPoint
from routing.roads.snap import SNAP_LIMIT_M, Approach, snap


def matrix(
    graph: RoadGraph,
    positions: Sequence[Position],
    *,
    limit_m: float = SNAP_LIMIT_M,
    truck: TruckProfile = STANDARD_TRUCK,
    approach: Approach | Sequence[Approach] = "unrestricted",
) -> Matrix:
    """Seconds and metres from every position to every other, along the fastest paths that the truck may drive.

    A position counts as standing on the nearest street (see ``snap``, also for ``approach``). Rows and columns of a
    position that has no street within ``limit_m`` metres are -1, apart from the zero to itself; ``snap.unreachable``
    tells their names.
    """
    points = snap(graph, positions, limit_m=limit_m, truck=truck, approach=approach)
    return matrix_of(graph, points, truck=truck)


def matrix_of(graph: RoadGraph, points: Sequence[RoadPoint | None], *, truck: TruckProfile = STANDARD_TRUCK) -> Matrix:
    """The matrix between places that are already put on streets; None = unreachable."""
    places: dict[tuple[float | bool, ...], int] = {}
    distinct: list[RoadPoint] = []
    index = np.full(len(points), -1)
    for i, point in enumerate(points):
        if point is not None:
            place = places.setdefault(point.place, len(places))
            if place == len(distinct):
                distinct.append(point)
            index[i] = place
    seconds, metres = network_of(graph, truck).costs(distinct)
    return Matrix(distances_m=_spread(metres, index), durations_s=_spread(seconds, index))


def _spread(values: NDArray[np.float64], index: NDArray[np.intp]) -> NDArray[np.int32]:
    """Rounded values for all positions from those for the distinct places; -1 where there is none."""
    whole = np.where(np.isfinite(values), np.rint(values), UNREACHABLE).astype(np.int32)
    padded = np.full((len(values) + 1, len(values) + 1), UNREACHABLE, np.int32)
    padded[:-1, :-1] = whole
    spread = padded[np.ix_(index, index)]
    np.fill_diagonal(spread, 0)
    return spread
