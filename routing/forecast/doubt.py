"""A reading of a sensor that is not believed, weighed against what has come in since a driver emptied the container."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BELIEVED = 0.95
"""A reading that is right with at least this probability is taken as it is."""

HIGHEST = 1.2
"""A reading that is wrong may say anything from empty to this with equal chance."""


def weighed(
    level: NDArray[np.float64],
    level_sd: NDArray[np.float64],
    *,
    right: NDArray[np.float64],
    expected: NDArray[np.float64],
    expected_sd: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of the level, (n,), from what a sensor says and what was to be expected without it.

    By Bayes' rule with the expectation as the prior, normally distributed: the reading is right with probability
    ``right``, and then within ``level_sd``, or it says nothing. Readings that are believed, and containers of which
    nothing is expected (NaN), stay as they are.
    """
    doubted = (right < BELIEVED) & np.isfinite(expected)
    spread = np.hypot(level_sd, expected_sd)
    score = np.where(doubted, (level - expected) / spread, 0.0)
    likely = right * np.exp(-(score**2) / 2) / (np.sqrt(2 * np.pi) * spread)
    weight = likely / (likely + (1 - right) / HIGHEST)
    gain = expected_sd**2 / spread**2
    both = expected + gain * (level - expected)
    mean = weight * both + (1 - weight) * expected
    variance = weight * (gain * level_sd**2 + (both - mean) ** 2) + (1 - weight) * (
        expected_sd**2 + (expected - mean) ** 2
    )
    return np.where(doubted, mean, level), np.where(doubted, np.sqrt(variance), level_sd)
