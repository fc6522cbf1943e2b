"""The last disposal folded into the way home: from anywhere, over the cheapest sites, to the vehicle's end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from routing.problem import UNREACHABLE, DisposalSite, Matrix, Vehicle
from routing.solvers.plan.cost import FORBIDDEN, units_per_metre, units_per_second


def forbidding(values: NDArray[np.int32]) -> NDArray[np.int64]:
    """Metres or seconds as 64-bit integers, with :data:`FORBIDDEN` where there is no way."""
    return np.where(values == UNREACHABLE, FORBIDDEN, values).astype(np.int64)


def within(matrix: Matrix, sites: Sequence[DisposalSite]) -> tuple[int, int]:
    """Metres and seconds from the begin of service at the first site to the arrival at the last."""
    legs = list(pairwise(sites))
    metres = sum(int(matrix.distances_m[a.location, b.location]) for a, b in legs)
    return metres, sum(a.service_s + int(matrix.durations_s[a.location, b.location]) for a, b in legs)


def ways_home(
    matrix: Matrix, vehicle: Vehicle, ways: Sequence[Sequence[DisposalSite]], locations: Sequence[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.intp]]:
    """Metres and seconds from each location over its cheapest way of disposal to the vehicle's end, and which it is.

    A way is one or more sites, visited one after another; service at all of them is in the seconds.
    """
    if not ways:
        far = np.full(len(locations), FORBIDDEN, dtype=np.int64)
        return far, far.copy(), np.zeros(len(locations), dtype=np.intp)
    metres: list[NDArray[np.int64]] = []
    seconds: list[NDArray[np.int64]] = []
    for way in ways:
        inner_m, inner_s = within(matrix, way)
        first, last = way[0].location, way[-1].location
        home_m = forbidding(matrix.distances_m[[last], vehicle.end])
        home_s = forbidding(matrix.durations_s[[last], vehicle.end])
        metres.append(forbidding(matrix.distances_m[list(locations), first]) + inner_m + home_m)
        seconds.append(forbidding(matrix.durations_s[list(locations), first]) + inner_s + way[-1].service_s + home_s)
    all_m, all_s = np.array(metres), np.array(seconds)
    cheapest = np.argmin(all_m * units_per_metre(vehicle) + all_s * units_per_second(vehicle), axis=0)
    each = np.arange(len(locations))
    return np.minimum(all_m[cheapest, each], FORBIDDEN), np.minimum(all_s[cheapest, each], FORBIDDEN), cheapest
