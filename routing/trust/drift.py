"""Drift of the empty level: a sensor that tells more, or less, than nothing after each emptying."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing.trust.emptyings import SeenEmptyings

LEAST_EMPTYINGS = 3
NEWEST = 6
"""So many of the newest emptyings are looked at."""
LEAST_DRIFT, MOST_DRIFT = 0.05, 0.3
RESIDUE = 0.015
"""So much stays behind in an emptied container on average."""


def of_empty_level(seen: SeenEmptyings, *, containers: int) -> NDArray[np.float64]:
    """By how much each container reads too high when empty, share of the capacity: (C,).

    0 unless at least three emptyings agree. The lower of the levels after emptyings count, because some were partial.
    """
    found = np.zeros(containers)
    if not len(seen.rows):
        return found
    starts = np.searchsorted(seen.rows, np.arange(containers + 1))
    for c in np.flatnonzero(np.diff(starts) >= LEAST_EMPTYINGS):
        after = np.sort(seen.after[starts[c] : starts[c + 1]][-NEWEST:])
        low = after[: max(LEAST_EMPTYINGS, len(after) // 2 + 1)]
        if low[-1] - low[0] < 0.06:
            level = float(np.median(low)) - RESIDUE
            if abs(level) >= LEAST_DRIFT:
                found[c] = np.clip(level, -MOST_DRIFT, MOST_DRIFT)
    return found
