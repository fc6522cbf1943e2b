"""The shape of a forecast before anything is learned: growth like a gamma process, seen with normal noise."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import gamma

PROBABILITIES = np.array(
    [
        *(0.0005, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45),
        0.5,
        *(0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995, 0.998, 0.9995),
    ]
)
"""The quantiles that a forecast is made of."""

NORMAL = ndtri(PROBABILITIES)

SKEWS = np.array([0.01, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.5, 6.0])
"""Skews of the growth, for which the shape is worked out; 6: nothing comes in nine of ten times."""
SHARES = np.linspace(0.0, 1.0, 11)
"""Shares of the variance that are noise."""

DRAWS = np.linspace(-4.0, 4.0, 161)
"""The gamma distribution stands as its values at these normal scores, each as likely as what lies around it."""
GRID = np.concatenate([np.linspace(-4.0, 4.0, 161), np.linspace(4.1, 9.0, 50)])
"""Where the distribution of the sum is worked out."""
LEAST_NOISE = 0.04


def base_shape(skew: NDArray[np.float64], noise_share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standardised quantiles (n, P) of the sum of a gamma distribution and a normal one.

    Parameters
    ----------
    skew
        (n,): of the gamma distribution; beyond 6 counts as 6.
    noise_share
        (n,): share of the variance that the normal one has, 0 to 1.
    """
    table = _table()
    row, along = _between(skew, SKEWS)
    column, across = _between(noise_share, SHARES)
    found = np.zeros((len(row), len(PROBABILITIES)))
    for r, part in ((row, 1 - along), (row + 1, along)):
        for c, other in ((column, 1 - across), (column + 1, across)):
            found += (part * other)[:, None] * table[r, c]
    return found


def _between(values: NDArray[np.float64], places: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    at = np.interp(values, places, np.arange(len(places)))
    low = np.minimum(at.astype(np.int64), len(places) - 2)
    return low, at - low


@cache
def _table() -> NDArray[np.float64]:
    """(skews, shares, P), each row of mean 0 and variance 1 in the limit."""
    edges = np.concatenate([[-9.0], 0.5 * (DRAWS[1:] + DRAWS[:-1]), [9.0]])
    weights, chances = np.diff(ndtr(edges)), ndtr(DRAWS)
    found = np.empty((len(SKEWS), len(SHARES), len(PROBABILITIES)))
    for k, skew in enumerate(SKEWS):
        shape = 4 / skew**2
        draws = (gamma.ppf(chances, shape) - shape) / np.sqrt(shape)
        for s, share in enumerate(SHARES):
            noise = max(np.sqrt(share), LEAST_NOISE)
            below = ndtr((GRID[:, None] - np.sqrt(1 - share) * draws[None, :]) / noise) @ weights
            found[k, s] = np.interp(PROBABILITIES, below, GRID)
    return found
