"""Forecasts whose outcome is known, and how to make them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
from numpy.typing import NDArray

from routing.forecast.origin import Origin

WARM_UP_DAYS = 28.0


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """n forecasts whose outcome is known, of all models alike.

    ``container``, ``at_s`` (when it was made), ``h`` (place in ``SPANS_H``), ``target_s``, ``level`` (the reading
    then); ``origin``: what was known; ``last``, ``line``, ``last_s``: the newest reading, the slope (share a day) of a
    straight line since the last emptying, and when it was read; ``lags`` (n, 6): readings 1, 3, 6, 12, 24 and 48 hours
    before; ``quantiles`` (n, P): Halfvol's forecast at ``PROBABILITIES``.
    """

    container: NDArray[np.int64]
    at_s: NDArray[np.float64]
    h: NDArray[np.int64]
    target_s: NDArray[np.float64]
    level: NDArray[np.float64]
    origin: Origin
    last: NDArray[np.float64]
    last_s: NDArray[np.float64]
    line: NDArray[np.float64]
    lags: NDArray[np.float64]
    passed: NDArray[np.float64]
    kind: NDArray[np.int64]
    quantiles: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.level)

    def taken(self, chosen: NDArray[np.int64]) -> Rows:
        """Some of them."""
        names = [name for name in Rows.__slots__ if name != "origin"]
        return Rows(origin=self.origin.taken(chosen), **{name: getattr(self, name)[chosen] for name in names})


@dataclass(frozen=True, slots=True)
class Setting:
    """How to backtest. ``every_h``: hours from one origin to the next; ``targets_good``: whether only readings that
    hindsight finds good are outcomes; ``groups``: of each container; ``usual_rates``: of each group, share a day."""

    time_zone: tzinfo
    country: str | None
    groups: NDArray[np.int64]
    usual_rates: NDArray[np.float64]
    every_h: float = 24.0
    targets_good: bool = True
    warm_up_days: float = WARM_UP_DAYS


def joined(parts: list[Rows]) -> Rows:
    """The rows of several moments one after the other."""
    names = [name for name in Rows.__slots__ if name != "origin"]
    whole = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Rows(origin=Origin.joined([part.origin for part in parts]), **whole)
