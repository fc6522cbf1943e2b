"""Estimated distances where there are no streets: the last resort, and marked as such in the matrix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from domain.geography import EARTH_RADIUS_M, Position
from routing.matrix import Matrix

DETOUR = 1.48
"""How much longer the way along the streets is than the straight line: the median that was measured in Heidelberg."""

SPEED_KMH = 25
"""How fast a truck gets on between stops, on the way it takes: a round figure for a town."""

ROWS_AT_ONCE = 500
"""So that ten thousand places need little more memory than their matrix."""


def straight_line(positions: Sequence[Position]) -> Matrix:
    """Metres and seconds from every position to every other, estimated from great-circle distances (haversine)."""
    size = len(positions)
    metres = np.zeros((size, size), np.int32)
    if size:
        lon, lat = np.radians([[position.lon, position.lat] for position in positions]).T
        for start in range(0, size, ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            half_lat, half_lon = (lat[rows, None] - lat) / 2, (lon[rows, None] - lon) / 2
            h = np.sin(half_lat) ** 2 + np.cos(lat[rows, None]) * np.cos(lat) * np.sin(half_lon) ** 2
            metres[rows] = np.rint(2 * EARTH_RADIUS_M * DETOUR * np.arcsin(np.sqrt(np.minimum(h, 1))))
    np.fill_diagonal(metres, 0)
    return Matrix(metres, np.rint(metres * (3.6 / SPEED_KMH)).astype(np.int32), estimated=True)
