"""Emptyings of containers that held little: the level falls by less than a jump and stays as low as it ever gets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing.trust.smooth import median_of_five

LEAST_FALL, FALL_OF_NOISE = 0.03, 4.0
"""Share of the capacity, and standard deviations of the noise: medians of five do not differ so much by chance."""

LOWEST_SHARE = 0.03
"""The level of the empty container is one that so many of its readings lie below."""
ABOVE_LOWEST, MOST_LEFT = 0.05, 0.15
"""An empty container reads so much above that level at most, and never more than this."""

AT_ONCE = 0.5
"""At least so much of the fall lies between a reading and the next; a sensor that cools down by night falls slowly."""

BESIDE = 5


def small_falls(
    levels: NDArray[np.float64],
    pieces: NDArray[np.int64],
    rows: NDArray[np.int64],
    *,
    noise: NDArray[np.float64],
    smooth: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Where a container that held little was emptied: positions (e,) of the first reading after it, and the levels
    before and after.

    A fall counts where the medians of five readings on either side of it tell it, and the level then is as low as it
    ever gets; waste that settles leaves more behind.

    Parameters
    ----------
    levels, pieces, rows
        (n,): good readings, the stretch without any known emptying that each belongs to, and its container; sorted by
        container and time.
    noise, smooth
        (C,): standard deviation of good readings; whether the sensor tells levels finely and often enough.
    """
    count = len(levels)
    if count < 2 * BESIDE:
        none = np.empty(0)
        return np.empty(0, dtype=np.int64), none, none
    at = np.arange(BESIDE, count - BESIDE + 1)
    medians = median_of_five(*(levels[k : count - BESIDE + 1 + k] for k in range(BESIDE)))
    before, after = medians[at - BESIDE], medians[at]
    least = np.maximum(LEAST_FALL, FALL_OF_NOISE * noise)[rows[at]]
    fall = before - after
    found = (rows[at - BESIDE] == rows[at + BESIDE - 1]) & (pieces[at - BESIDE] == pieces[at + BESIDE - 1])
    found &= smooth[rows[at]] & (fall > least)
    found &= after <= np.minimum(_lowest(levels, rows, len(noise))[rows[at]] + ABOVE_LOWEST, MOST_LEFT)
    # Around an emptying several places tell it: the one with the largest fall from a reading to the next.
    step = levels[at - 1] - levels[at]
    places = np.flatnonzero(found)
    runs = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
    picked = np.array([run[np.argmax(step[run])] for run in runs if len(run)], dtype=np.int64)
    picked = picked[step[picked] > AT_ONCE * fall[picked]]
    return at[picked], before[picked], after[picked]


def _lowest(levels: NDArray[np.float64], rows: NDArray[np.int64], containers: int) -> NDArray[np.float64]:
    """The level of each empty container, (C,); inf where there is no reading."""
    found = np.full(containers, np.inf)
    starts = np.searchsorted(rows, np.arange(containers + 1))
    for c in range(containers):
        mine = levels[starts[c] : starts[c + 1]]
        if len(mine):
            place = int(LOWEST_SHARE * len(mine))
            found[c] = float(np.partition(mine, place)[place])
    return found
