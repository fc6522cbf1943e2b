"""Travel times and metres from straight lines: the last resort where no street is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from domain.geography import EARTH_RADIUS_M, Position
from routing.problem import Matrix

DETOUR = 1.59
"""Metres along the streets for a metre of straight line: the median in Heidelberg (docs/benchmarks.md)."""

SPEED_MPS = 30 / 3.6
"""Metres along the streets in a second, turns included: between the means for ways of up to 1 km and up to 3 km."""


def straight_matrix(positions: Sequence[Position], *, detour: float = DETOUR, speed_mps: float = SPEED_MPS) -> Matrix:
    """Metres and seconds from great circles. They are estimates, and whatever is made of them must say so."""
    metres = detour * great_circles_m(positions)
    return Matrix(
        distances_m=np.rint(metres).astype(np.int32), durations_s=np.rint(metres / speed_mps).astype(np.int32)
    )


def great_circles_m(positions: Sequence[Position]) -> NDArray[np.float64]:
    """Metres over the sphere between all positions, (n, n), by the haversine formula."""
    lon, lat = np.radians(np.array([(p.lon, p.lat) for p in positions]).reshape(-1, 2)).T
    h = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1, h)))
