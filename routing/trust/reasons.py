"""The reason beside each reading of a false plateau."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from domain.observations import Quality
from routing.trust.plateaus import Plateaus
from routing.trust.readings import CODE
from routing.trust.story import ECHO_ALIKE


def mark_false(
    quality: NDArray[np.uint8],
    usable: NDArray[np.int64],
    plateaus: Plateaus,
    true: NDArray[np.bool_],
    levels: NDArray[np.float64],
) -> None:
    """Write the reason beside each reading of a false plateau."""
    false = np.flatnonzero(~true)
    if not len(false):
        return
    number = np.arange(len(true))
    before = np.maximum.accumulate(np.where(true, number, -1))[false]
    after = np.minimum.accumulate(np.where(true, number, len(true))[::-1])[::-1][false]
    known = (before >= 0) & (plateaus.rows[np.maximum(before, 0)] == plateaus.rows[false])
    follows = (after < len(true)) & (plateaus.rows[np.minimum(after, len(true) - 1)] == plateaus.rows[false])
    level = np.where(
        known,
        plateaus.end[np.maximum(before, 0)],
        np.where(follows, plateaus.begin[np.minimum(after, len(true) - 1)], 0.5),
    )
    high = plateaus.begin[false] > level
    short = plateaus.counts[false] <= 2
    code = np.where(
        high,
        np.where(short, CODE[Quality.SPIKE], CODE[Quality.FALSE_ECHO]),
        np.where(short, CODE[Quality.SPIKE], CODE[Quality.NO_ECHO]),
    ).astype(np.uint8)
    # A short one at a place where long ones were is an echo as well.
    for c in np.unique(plateaus.rows[false]):
        mine = plateaus.rows[false] == c
        places = plateaus.begin[false[mine & high & ~short]]
        for at in np.flatnonzero(mine & high & short):
            if len(places) and np.min(np.abs(places - plateaus.begin[false[at]])) < ECHO_ALIKE:
                code[at] = CODE[Quality.FALSE_ECHO]
    counts = plateaus.counts[false]
    positions = np.repeat(plateaus.first[false] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    quality[usable[positions + np.arange(int(counts.sum()))]] = np.repeat(code, counts)
