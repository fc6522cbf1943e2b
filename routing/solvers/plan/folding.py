"""The last disposal folded into the way home: from anywhere, over the cheapest site, to the vehicle's end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routing.problem import UNREACHABLE, DisposalSite, Matrix, Vehicle
from routing.solvers.plan.cost import FORBIDDEN, units_per_metre, units_per_second


def forbidding(values: NDArray[np.int32]) -> NDArray[np.int64]:
    """Metres or seconds as 64-bit integers, with :data:`FORBIDDEN` where there is no way."""
    return np.where(values == UNREACHABLE, FORBIDDEN, values).astype(np.int64)


def ways_home(
    matrix: Matrix, vehicle: Vehicle, sites: Sequence[DisposalSite], locations: Sequence[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Metres and seconds (unloading included) from each location over its cheapest site to the vehicle's end."""
    metres, seconds, cheapest = _over_sites(matrix, vehicle, sites, locations)
    each = np.arange(len(locations))
    return np.minimum(metres[cheapest, each], FORBIDDEN), np.minimum(seconds[cheapest, each], FORBIDDEN)


def cheapest_site(matrix: Matrix, vehicle: Vehicle, sites: Sequence[DisposalSite], location: int) -> DisposalSite:
    """The site that :func:`ways_home` goes over."""
    return sites[int(_over_sites(matrix, vehicle, sites, [location])[2][0])]


def _over_sites(
    matrix: Matrix, vehicle: Vehicle, sites: Sequence[DisposalSite], locations: Sequence[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.intp]]:
    columns = [site.location for site in sites]
    grid = np.ix_(list(locations), columns)
    metres = forbidding(matrix.distances_m[grid]) + forbidding(matrix.distances_m[columns, vehicle.end])
    seconds = forbidding(matrix.durations_s[grid]) + forbidding(matrix.durations_s[columns, vehicle.end])
    seconds = seconds + np.array([site.service_s for site in sites])
    units = metres * units_per_metre(vehicle) + seconds * units_per_second(vehicle)
    return metres.T, seconds.T, np.argmin(units, axis=1)
