"""How full a container will be: a distribution of its fill level at any later time, from its readings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.containers import Fraction


@dataclass(frozen=True, slots=True, eq=False)
class FillHistory:
    """Readings of one container, sorted by time.

    ``times_s`` epoch seconds (n,), ``levels`` shares of the capacity (n,), ``good`` whether each may be trusted (n,);
    ``emptied_s`` epoch seconds of the emptyings that drivers reported, sorted (m,).
    """

    times_s: NDArray[np.float64]
    levels: NDArray[np.float64]
    good: NDArray[np.bool_]
    emptied_s: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Forecast:
    """Distribution of the fill level of one container, if nobody empties it."""

    last_observed_s: float | None
    last_level: float | None
    growth_per_day: float

    def mean(self, at_s: float) -> float:
        """Expected fill level at a time (epoch seconds)."""
        raise NotImplementedError

    def standard_deviation(self, at_s: float) -> float:
        """Standard deviation of the fill level at a time."""
        raise NotImplementedError

    def quantile(self, q: float, at_s: float) -> float:
        """Fill level that is not exceeded with probability ``q`` (0 < q < 1)."""
        raise NotImplementedError

    def overflow_risk(self, at_s: float) -> float:
        """P(fill level > 1) at a time."""
        raise NotImplementedError


def forecast(history: FillHistory, *, fraction: Fraction, at_s: float) -> Forecast:
    """Forecast from everything known at ``at_s`` (epoch seconds); later readings are ignored."""
    raise NotImplementedError


def forecast_many(
    histories: Mapping[int, FillHistory], *, fractions: Mapping[int, Fraction], at_s: float
) -> dict[int, Forecast]:
    """Forecasts of the containers in ``fractions`` by id; one without a history gets its fraction's prior."""
    raise NotImplementedError
