"""What each sensor saw instead of the waste, and at which levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.observations import Quality
from routing.trust.readings import CODE

BIN, LOWEST, BINS = 0.05, -0.05, 26
"""Width of the steps that levels are counted in, where they begin, and how many there are."""

ANYWHERE = 20.0
"""So many readings' worth of false levels that may lie anywhere from empty to ``HIGHEST``, before any is known."""
HIGHEST = 1.2


@dataclass(frozen=True, slots=True, eq=False)
class Echoes:
    """Of C containers: ``share`` (C,) of the readings that saw another thing than the waste, and ``levels`` (C, BINS),
    how many of the false echoes lay in each step."""

    share: NDArray[np.float64]
    levels: NDArray[np.float64]

    def density(self, levels: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability density of a false echo at a level of each container, (C,) for (C,), per unit of the level.

        Where a sensor's false echoes have come from one fixed thing, the next one does too.
        """
        place = _place(levels)
        steps = np.arange(BINS)
        near = np.where(np.abs(steps[None, :] - place[:, None]) <= 1, self.levels, 0.0).sum(axis=1)
        width = BIN * (np.minimum(place + 1, BINS - 1) - np.maximum(place - 1, 0) + 1)
        return (near / width + ANYWHERE / HIGHEST) / (self.levels.sum(axis=1) + ANYWHERE)


def echoes_of(quality: NDArray[np.uint8], levels: NDArray[np.float64], rows: NDArray[np.int64], count: int) -> Echoes:
    """What was seen instead of the waste in judged readings (n,) of ``count`` containers, numbered by ``rows``."""
    false = np.isin(quality, [CODE[Quality.FALSE_ECHO], CODE[Quality.NO_ECHO]])
    number = np.maximum(np.bincount(rows, minlength=count), 1)
    high = np.flatnonzero(quality == CODE[Quality.FALSE_ECHO])
    keys = rows[high] * BINS + _place(levels[high])
    return Echoes(
        share=np.bincount(rows[false], minlength=count) / number,
        levels=np.bincount(keys, minlength=count * BINS).reshape(count, BINS).astype(np.float64),
    )


def _place(levels: NDArray[np.float64]) -> NDArray[np.int64]:
    within = np.clip(np.nan_to_num(levels), LOWEST, LOWEST + (BINS - 0.5) * BIN)
    return np.floor((within - LOWEST) / BIN).astype(np.int64)
