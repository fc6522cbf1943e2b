"""Single readings, or two, away from those around them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FASTEST_PER_DAY = 1.0
"""Few containers fill faster, share of the capacity a day (litter bins, 19 in 20: 1.27)."""
LONGEST_S = 6 * 3600.0
"""Growth is allowed for over no more than this, or than the usual time between two readings where that is longer."""


def spikes(
    times_s: NDArray[np.float64],
    levels: NDArray[np.float64],
    smooth: NDArray[np.float64],
    rows: NDArray[np.int64],
    *,
    limit: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Which readings (n,) are farther than the limit of their container (C,) from the running median around them.

    One from which waste may have risen to the next, or to which it may have risen from the one before, is none where
    that one is none: around an emptying the level changes within the readings that the median is made of. The last two
    readings of a container are none yet: what follows decides.

    Parameters
    ----------
    times_s, levels, smooth, rows
        (n,): epoch seconds, levels, their running medians of five and their containers, sorted by container and time.
    """
    count = len(levels)
    far = np.abs(levels - smooth) > limit[rows]
    for back in (1, 2):
        following = np.minimum(np.arange(count) + back, count - 1)
        far &= (rows[following] == rows) & (following == np.arange(count) + back)
    at = np.flatnonzero(far)
    longest_s = np.maximum(LONGEST_S, 1.1 * usual_gap_s(times_s, rows, len(limit)))
    for _ in range(2):
        cleared = np.zeros(len(at), dtype=bool)
        for side in (-1, 1):
            beside = np.clip(at + side, 0, count - 1)
            rise = side * (levels[beside] - levels[at])
            grown = FASTEST_PER_DAY / 86_400.0 * np.minimum(np.abs(times_s[beside] - times_s[at]), longest_s[rows[at]])
            cleared |= (
                (rows[beside] == rows[at])
                & (beside != at)
                & ~far[beside]
                & (rise >= -limit[rows[at]])
                & (rise <= limit[rows[at]] + grown)
            )
        far[at[cleared]] = False
        at = at[~cleared]
    return far


def usual_gap_s(times_s: NDArray[np.float64], rows: NDArray[np.int64], containers: int) -> NDArray[np.float64]:
    """Mean time between two readings of each container, (C,), s; 0 where there are fewer than two."""
    if not len(rows):
        return np.zeros(containers)
    starts = np.searchsorted(rows, np.arange(containers + 1))
    gaps = np.diff(starts) - 1
    first, last = np.minimum(starts[:-1], len(rows) - 1), np.maximum(starts[1:] - 1, 0)
    return np.where(gaps > 0, (times_s[last] - times_s[first]) / np.maximum(gaps, 1), 0.0)
