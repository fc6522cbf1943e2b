"""Where one sensor of a container takes over from another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEAST_READINGS = 6
"""Two sensors that tell fewer readings in turn hang in the container together: none takes over."""


def handovers(sources: NDArray[np.int32], rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which readings (n,), sorted by container and time, are the first of another sensor that takes over for good.

    The newest sensor may have told fewer than ``LEAST_READINGS``; whether it stays is not known yet.
    """
    count = len(sources)
    found = np.zeros(count, dtype=bool)
    if not count:
        return found
    begins = (np.diff(sources, prepend=sources[0] - 1) != 0) | (np.diff(rows, prepend=-1) != 0)
    first = np.flatnonzero(begins)
    own = rows[first]
    long = np.diff(np.append(first, count)) >= LEAST_READINGS
    newest = np.append(own[1:] != own[:-1], True)
    same = own[1:] == own[:-1]
    found[first[1:][same & long[:-1] & (long | newest)[1:]]] = True
    return found
