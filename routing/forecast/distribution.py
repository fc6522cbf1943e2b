"""The forecast of one container: quantiles of its fill level over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from domain.errors import InvalidInput
from routing.forecast.base_shape import NORMAL, base_shape
from routing.forecast.calendar import HOUR_S, WasteClock
from routing.forecast.calibration import Calibration, quantiles
from routing.forecast.origin import Origin

NODES_H = np.array([0, 3, 6, 9, 12, 15, 18, 21, 24, 30, 36, 42, 48, 60, 72, 96, 120, 168, 240, 336], dtype=float)
"""A forecast is worked out so many hours after the moment that it was made; in between it is interpolated."""

SCORES = np.concatenate([[-5.0], NORMAL, [5.0]])
"""Standard normal scores of the columns of a forecast's table; beyond the last the risk is 0."""

_EDGES = ndtr(np.concatenate([[-9.0], 0.5 * (SCORES[1:] + SCORES[:-1]), [9.0]]))
WEIGHTS = np.diff(_EDGES)
"""What each column of a table counts in the mean."""


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Distribution of the fill level of one container, if nobody empties it.

    Parameters
    ----------
    origin_s
        Epoch seconds from which it grows: the last reading or emptying.
    made_s
        When it was made.
    level, level_sd
        Mean and standard deviation of the level at the origin.
    growth_per_day, growth_sd
        Mean rate in an average week and the standard deviation of what is not known about it, share a day.
    nodes_s, table
        (N,) epoch seconds and (N, len(SCORES)) quantiles of the level then, never falling along either side.
    last_observed_s, last_level
        The newest good reading, None if there is none.
    last_emptied_s
        The last emptying, reported or seen in the readings.
    """

    origin_s: float
    made_s: float
    level: float
    level_sd: float
    growth_per_day: float
    growth_sd: float
    nodes_s: NDArray[np.float64]
    table: NDArray[np.float64]
    last_observed_s: float | None = None
    last_level: float | None = None
    last_emptied_s: float | None = None

    def mean(self, at_s: float) -> float:
        """Expected fill level at a time (epoch seconds; before the forecast was made counts as then)."""
        return float(self.quantiles(at_s) @ WEIGHTS)

    def standard_deviation(self, at_s: float) -> float:
        """Standard deviation of the fill level at a time."""
        row = self.quantiles(at_s)
        return float(np.sqrt(((row - row @ WEIGHTS) ** 2) @ WEIGHTS))

    def overflow_risk(self, at_s: float, limit: float = 1.0) -> float:
        """P(fill level > limit) at a time: never falls with time, never rises with the limit."""
        row = self.quantiles(at_s)
        if limit < row[0]:
            return 1.0
        if limit >= row[-1]:
            return 0.0
        place = int(np.searchsorted(row, limit, side="right"))
        low, high = float(row[place - 1]), float(row[place])
        share = (limit - low) / (high - low)
        score = SCORES[place - 1] + share * (SCORES[place] - SCORES[place - 1])
        return float(ndtr(-score))

    def quantile(self, q: float, at_s: float) -> float:
        """Fill level that is not exceeded with probability ``q``.

        Raises
        ------
        InvalidInput
            When ``q`` is not strictly between 0 and 1.
        """
        if not 0 < q < 1:
            raise InvalidInput(f"a quantile lies strictly between 0 and 1, not {q}")
        return float(np.interp(ndtri(q), SCORES, self.quantiles(at_s)))

    def quantiles(self, at_s: float) -> NDArray[np.float64]:
        """The levels of all ``SCORES`` at a time, (len(SCORES),)."""
        nodes = self.nodes_s
        if at_s >= nodes[-1]:
            slope = (self.table[-1] - self.table[-2]) / (nodes[-1] - nodes[-2])
            # The fastest growth of any quantile serves for those above it, so that they stay in order.
            return self.table[-1] + np.maximum.accumulate(slope) * (at_s - nodes[-1])
        place = int(np.searchsorted(nodes, max(at_s, float(nodes[0])), side="right")) - 1
        share = (max(at_s, float(nodes[0])) - nodes[place]) / (nodes[place + 1] - nodes[place])
        return self.table[place] * (1 - share) + self.table[place + 1] * share


def gamma_forecast(
    *,
    origin_s: float,
    level: float,
    level_sd: float,
    growth_per_day: float,
    growth_sd: float,
    day_sd: float,
    last_observed_s: float | None = None,
    last_level: float | None = None,
    last_emptied_s: float | None = None,
) -> Forecast:
    """The forecast of a container that fills evenly, from what is believed of it instead of from readings.

    ``day_sd`` is the standard deviation of one day's growth around its mean; the others as in :class:`Forecast`.
    """
    days = (NODES_H / 24.0)[:, None]
    mean = growth_per_day * days
    growth_variance = day_sd**2 * days + (growth_sd * days) ** 2
    variance = np.maximum(level_sd**2 + growth_variance, 1e-12)
    unit = base_shape((2 * np.sqrt(growth_variance) / np.maximum(mean, 1e-6))[:, 0], (level_sd**2 / variance)[:, 0])
    inner = level + mean + np.sqrt(variance) * unit
    found = _with_tails(inner[None, :, :])[0]
    return Forecast(
        origin_s=origin_s,
        made_s=origin_s,
        level=level,
        level_sd=level_sd,
        growth_per_day=growth_per_day,
        growth_sd=growth_sd,
        nodes_s=origin_s + NODES_H * HOUR_S,
        table=found,
        last_observed_s=last_observed_s,
        last_level=last_level,
        last_emptied_s=last_emptied_s,
    )


def tables(
    origin: Origin, clock: WasteClock, calibration: Calibration, *, at_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times (N,) and quantiles (C, N, len(SCORES)) of all containers, in order along time and probability."""
    containers, nodes = len(origin.level), len(NODES_H)
    nodes_s = at_s + NODES_H * HOUR_S
    found = np.empty((containers, nodes, len(NORMAL)))
    for n, node_s in enumerate(nodes_s.tolist()):
        found[:, n] = quantiles(origin, clock, calibration, np.full(containers, node_s))
    return nodes_s, _with_tails(found)


def _with_tails(inner: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tables (C, N, len(SCORES)) of quantiles (C, N, P): never below 0, never falling with time.

    Beyond the outermost quantiles the tails go on at the slope of the last piece, at least a thousandth a score.
    """
    found = np.empty((*inner.shape[:2], len(SCORES)))
    found[:, :, 1:-1] = inner
    for edge, near, further in ((0, 1, 2), (-1, -2, -3)):
        slope = (found[:, :, near] - found[:, :, further]) / (SCORES[near] - SCORES[further])
        found[:, :, edge] = found[:, :, near] + np.maximum(slope, 0.001) * (SCORES[edge] - SCORES[near])
    return np.maximum.accumulate(np.maximum(found, 0.0), axis=1)


def as_forecasts(origin: Origin, clock: WasteClock, calibration: Calibration, *, at_s: float) -> list[Forecast]:
    """The forecasts of all containers, in their order."""
    nodes_s, table = tables(origin, clock, calibration, at_s=at_s)
    columns = zip(
        origin.origin_s.tolist(),
        origin.level.tolist(),
        origin.level_sd.tolist(),
        origin.rate.tolist(),
        origin.rate_sd.tolist(),
        origin.last_s.tolist(),
        origin.last_level.tolist(),
        origin.emptied_s.tolist(),
        strict=True,
    )
    return [
        Forecast(
            origin_s=origin_s,
            made_s=at_s,
            level=level,
            level_sd=level_sd,
            growth_per_day=rate,
            growth_sd=rate_sd,
            nodes_s=nodes_s,
            table=table[c],
            last_observed_s=_known(last_s),
            last_level=_known(last_level),
            last_emptied_s=_known(emptied_s),
        )
        for c, (origin_s, level, level_sd, rate, rate_sd, last_s, last_level, emptied_s) in enumerate(columns)
    ]


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
