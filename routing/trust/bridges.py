"""Levels where readings are suspect, from the good ones around them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def bridged(
    times_s: NDArray[np.float64],
    cleaned: NDArray[np.float64],
    rows: NDArray[np.int64],
    cycles: NDArray[np.int64],
    good: NDArray[np.int64],
) -> NDArray[np.float64]:
    """The levels with suspect ones replaced: in between two good ones of the same cycle, else as the nearest one."""
    found = np.full(len(cleaned), np.nan)
    if not len(good):
        return found
    found[good] = cleaned[good]
    is_good = np.zeros(len(cleaned), dtype=bool)
    is_good[good] = True
    bad = np.flatnonzero(~is_good)
    place = np.searchsorted(good, bad)
    left, right = good[np.maximum(place - 1, 0)], good[np.minimum(place, len(good) - 1)]
    has_left = (place > 0) & (rows[left] == rows[bad])
    has_right = (place < len(good)) & (rows[right] == rows[bad])
    left_same = has_left & (cycles[left] == cycles[bad])
    right_same = has_right & (cycles[right] == cycles[bad])
    span_s = np.maximum(times_s[right] - times_s[left], 1.0)
    share = np.clip((times_s[bad] - times_s[left]) / span_s, 0, 1)
    between = cleaned[left] * (1 - share) + cleaned[right] * share
    nearest = np.where(has_left, cleaned[left], np.where(has_right, cleaned[right], np.nan))
    nearest = np.where(left_same, cleaned[left], np.where(right_same, cleaned[right], nearest))
    found[bad] = np.where(left_same & right_same, between, nearest)
    return found
