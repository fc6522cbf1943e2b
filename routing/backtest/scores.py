"""Scores of probabilistic forecasts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SCORED = np.array([0.025, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.975])
"""The quantiles whose pinball losses are averaged; the outer ones are the 80 and 95 % intervals."""

ALARM = 0.9


@dataclass(frozen=True, slots=True)
class Scores:
    """Of n forecasts; points are hundredths of the capacity.

    ``mae``: of the median, points; ``pinball``: mean over ``SCORED``, points; ``coverage_80``, ``coverage_95``: share
    of outcomes within the interval; ``precision``, ``recall``: of "will be above 90 %", foreseen with a probability of
    a half or more, among rows that are not above it yet (None: nothing was foreseen, or nothing happened).
    """

    count: int
    mae: float
    pinball: float
    coverage_80: float
    coverage_95: float
    precision: float | None
    recall: float | None


def score(quantiles: NDArray[np.float64], level: NDArray[np.float64], last: NDArray[np.float64]) -> Scores:
    """Score quantiles (n, len(SCORED)) against outcomes (n,); ``last`` (n,): the reading when it was made."""
    error = level[:, None] - quantiles
    pinball = np.where(error >= 0, SCORED * error, (SCORED - 1) * error)
    median = quantiles[:, 5]
    fresh = last <= ALARM
    foreseen, happened = fresh & (median > ALARM), fresh & (level > ALARM)
    both = int((foreseen & happened).sum())
    return Scores(
        count=len(level),
        mae=100 * float(np.abs(level - median).mean()),
        pinball=100 * float(pinball.mean()),
        coverage_80=float(((level >= quantiles[:, 1]) & (level <= quantiles[:, 9])).mean()),
        coverage_95=float(((level >= quantiles[:, 0]) & (level <= quantiles[:, 10])).mean()),
        precision=both / int(foreseen.sum()) if foreseen.any() else None,
        recall=both / int(happened.sum()) if happened.any() else None,
    )
