"""Running medians and noise of readings, all containers at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def running_median(levels: NDArray[np.float64], groups: NDArray[np.int64]) -> NDArray[np.float64]:
    """Median of each value and its two neighbours on each side, within runs of equal ``groups``: (n,).

    At the ends of a run the missing neighbours are those of the other side, mirrored; a run of one or two stays as
    it is.
    """
    count = len(levels)
    if count < 3:
        return levels.copy()
    columns = [levels]
    for step in (1, 2):
        same = groups[step:] == groups[:-step]
        before, after = levels.copy(), levels.copy()
        # Where a side is missing the other one stands in, and where both are, the value itself.
        before[:-step] = np.where(same, levels[step:], levels[:-step])
        before[step:] = np.where(same, levels[:-step], before[step:])
        after[step:] = np.where(same, levels[:-step], levels[step:])
        after[:-step] = np.where(same, levels[step:], after[:-step])
        columns += [before, after]
    return median_of_five(*columns)


def median_of_five(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    c: NDArray[np.float64],
    d: NDArray[np.float64],
    e: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The median of five arrays, value by value, without sorting: a network of minima and maxima."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    less, more = np.minimum(c, d), np.maximum(c, d)
    # Neither the least nor the most of the four is the median of five.
    inner, outer = np.maximum(low, less), np.minimum(high, more)
    return np.maximum(np.minimum(inner, outer), np.minimum(np.maximum(inner, outer), e))


def noise_of(residuals: NDArray[np.float64], starts: NDArray[np.int64], *, least: float) -> NDArray[np.float64]:
    """Standard deviation of each container's residuals by their 75th percentile of size: (C,), at least ``least``."""
    found = np.full(len(starts) - 1, least)
    sizes = np.abs(residuals)
    for c in range(len(found)):
        piece = sizes[starts[c] : starts[c + 1]]
        if len(piece) >= 5:
            place = (3 * len(piece)) // 4
            found[c] = max(least, float(np.partition(piece, place)[place]) / 1.15)
    return found
