"""Estimated distances where there are no streets: the last resort, and marked as such in the matrix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from domain.geography import EARTH_RADIUS_M, Position
from routing.matrix import Matrix

DETOUR = 1.59
"""Metres along the streets for a metre of straight line: the median in Heidelberg (docs/benchmarks.md)."""

SPEED_KMH = 30
"""Along the streets, turns included: between the means for ways of up to 1 km and up to 3 km (the same)."""

ROWS_AT_ONCE = 500
"""So that ten thousand places need little more memory than their matrix."""


def straight_line(positions: Sequence[Position]) -> Matrix:
    """Metres and seconds from every position to every other, estimated from great-circle distances.

    The distances come from the chords between points of a unit sphere; they are right to a decimetre or two.
    """
    size = len(positions)
    metres, seconds = np.zeros((size, size), np.int32), np.zeros((size, size), np.int32)
    if size:
        lon, lat = np.radians([[position.lon, position.lat] for position in positions]).T
        points = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
        for start in range(0, size, ROWS_AT_ONCE):
            # As far there as back: what lies left of the diagonal is known by then.
            rows, columns = slice(start, start + ROWS_AT_ONCE), slice(start, None)
            half_chords = np.sqrt(np.clip((1 - points[rows] @ points[columns].T) / 2, 0, 1))
            way = np.rint(2 * EARTH_RADIUS_M * DETOUR * np.arcsin(half_chords))
            metres[rows, columns] = way
            seconds[rows, columns] = np.rint(way * (3.6 / SPEED_KMH))
            metres[columns, rows], seconds[columns, rows] = metres[rows, columns].T, seconds[rows, columns].T
        np.fill_diagonal(metres, 0)
        np.fill_diagonal(seconds, 0)
    metres.flags.writeable = seconds.flags.writeable = False
    return Matrix(metres, seconds, estimated=True)
