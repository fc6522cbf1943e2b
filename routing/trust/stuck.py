"""Readings of a sensor that tells the same value for ever."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEAST_COUNT = 24
LEAST_S = 2 * 86_400.0
SURE = 15.0
"""A run is called stuck when chance would make it with a probability below exp(-15)."""
EMPTY, FULL = 0.03, 0.97
"""At its two ends the scale is cut off, and the same value says nothing."""
_SAME = 1e-6


def stuck(
    times_s: NDArray[np.float64], levels: NDArray[np.float64], rows: NDArray[np.int64], *, containers: int
) -> NDArray[np.bool_]:
    """Which readings (n,), sorted by container and time, are part of a run of equal values too long for chance.

    How often two successive readings are equal by chance is seen in the container's own readings outside the run, and
    in the other containers' where it has few.
    """
    count = len(levels)
    if count < LEAST_COUNT:
        return np.zeros(count, dtype=bool)
    same = (np.abs(np.diff(levels, prepend=np.nan)) < _SAME) & (np.diff(rows, prepend=-1) == 0)
    first = np.flatnonzero(~same)
    lengths = np.diff(np.append(first, count))
    long = lengths >= LEAST_COUNT
    if not long.any():
        return np.zeros(count, dtype=bool)
    own = rows[first]
    equal = np.bincount(rows[same], minlength=containers).astype(float)
    pairs = np.maximum(np.bincount(rows, minlength=containers) - 1.0, 0.0)
    shares = equal[pairs > 10] / pairs[pairs > 10]
    usual = float(np.median(shares)) if len(shares) else 0.5
    run = np.flatnonzero(long)
    # Outside the run, with the town's usual share as so many pairs more.
    weight = 20.0
    outside = equal[own[run]] - (lengths[run] - 1) + weight * usual
    chance = np.clip(outside / (pairs[own[run]] - lengths[run] + weight), 0.02, 0.995)
    last = first[run] + lengths[run] - 1
    lasted_s = times_s[last] - times_s[first[run]]
    value = levels[first[run]]
    is_stuck = (-np.log(chance) * (lengths[run] - 1) > SURE) & (lasted_s >= LEAST_S) & (value > EMPTY) & (value < FULL)
    mark = np.zeros(count + 1, dtype=np.int64)
    np.add.at(mark, first[run][is_stuck], 1)
    np.add.at(mark, last[is_stuck] + 1, -1)
    return np.cumsum(mark)[:-1] > 0
