"""How full a container will be: a distribution of its fill level at any later time, from its readings.

The level at the origin is a median of the last readings since the last emptying; from there the level grows by a gamma
process, so it never falls by itself and the risk of overflow never falls either. The rate is the growth seen per day in
the container's own cycles, shrunk towards its fraction's where little has been seen (an empirical-Bayes estimate); the
spread grows with the square root of the days, with the uncertainty of the rate, and so with a sensor's silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, ndtri

from domain.containers import Fraction
from domain.errors import InvalidInput
from routing.cycles import Cycles, cycles_of

DAY_S = 86_400.0

GROWTH_PER_DAY: dict[Fraction, float] = {
    Fraction.RESIDUAL: 0.10,
    Fraction.PAPER: 0.10,
    Fraction.GLASS: 0.05,
    Fraction.PLASTICS: 0.10,
    Fraction.ORGANIC: 0.07,
    Fraction.TEXTILE: 0.04,
}
"""Share of the capacity per day that a container of the fraction fills before its own readings say otherwise.

Glass: median of 77 containers with hourly ultrasonic sensors over a year. The others are round starting values.
"""

DAY_SPREAD = 0.8
"""Standard deviation of one day's growth over the mean of it (4 points a day at 5 points' growth, same 77)."""

PRIOR_DAYS = 1.5
"""The fraction's rate weighs as much as so many days of the container's own."""

RATE_DRIFT = 0.15
"""Relative standard deviation of the rate from one cycle to the next that more data does not take away."""

HALF_LIFE_DAYS = 28.0
"""Growth seen so long ago counts half."""

UNKNOWN_LEVEL, UNKNOWN_LEVEL_SD = 0.5, 0.25
"""Level of a container of which nothing is known."""

EMPTIED_LEVEL, EMPTIED_LEVEL_SD = 0.02, 0.03
"""Level right after an emptying that a driver reported."""

READING_SD = 0.02
"""Standard deviation of a good reading: 2 cm of resolution in a container about a metre deep."""

LEAST_GROWTH_PER_DAY = 0.0005

_LEVELS = ndtri((np.arange(64) + 0.5) / 64)
"""Equally likely standard normal values, over which the level at the origin is averaged."""


def _nothing() -> NDArray[np.float64]:
    return np.empty(0)


@dataclass(frozen=True, slots=True, eq=False)
class FillHistory:
    """Readings of one container, sorted by time.

    ``times_s`` epoch seconds (n,), ``levels`` shares of the capacity (n,), ``good`` whether each may be trusted (n,);
    ``emptied_s`` epoch seconds of the emptyings that drivers reported (m,).

    Raises
    ------
    InvalidInput
        When the arrays differ in length or the times are not sorted.
    """

    times_s: NDArray[np.float64] = field(default_factory=_nothing)
    levels: NDArray[np.float64] = field(default_factory=_nothing)
    good: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=bool))
    emptied_s: NDArray[np.float64] = field(default_factory=_nothing)

    def __post_init__(self) -> None:
        for name, kind in (("times_s", float), ("levels", float), ("good", bool), ("emptied_s", float)):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=kind))
        if not len(self.times_s) == len(self.levels) == len(self.good):
            raise InvalidInput(
                f"{len(self.times_s)} times, {len(self.levels)} levels and {len(self.good)} quality marks",
                where="fill history",
                remedy="give one of each per reading",
            )
        if len(self.times_s) > 1 and np.any(np.diff(self.times_s) < 0):
            raise InvalidInput("readings must be sorted by time", where="fill history")


@dataclass(frozen=True, slots=True)
class Forecast:
    """Distribution of the fill level of one container, if nobody empties it.

    Parameters
    ----------
    origin_s
        Epoch seconds from which it grows: the last reading or emptying.
    level, level_sd
        Mean and standard deviation of the level then.
    growth_per_day, growth_sd
        Mean rate and the standard deviation of what is not known about it, share a day.
    day_sd
        Standard deviation of one day's growth around its mean.
    last_observed_s, last_level
        The newest good reading, None if there is none.
    last_emptied_s
        The last emptying, reported or seen in the readings.
    """

    origin_s: float
    level: float
    level_sd: float
    growth_per_day: float
    growth_sd: float
    day_sd: float
    last_observed_s: float | None = None
    last_level: float | None = None
    last_emptied_s: float | None = None

    def mean(self, at_s: float) -> float:
        """Expected fill level at a time (epoch seconds, not before the origin: earlier ones count as the origin)."""
        return float(self._levels().mean() + self.growth_per_day * self._days(at_s))

    def standard_deviation(self, at_s: float) -> float:
        """Standard deviation of the fill level at a time."""
        return float(np.sqrt(self._levels().var() + self._growth_variance(self._days(at_s))))

    def overflow_risk(self, at_s: float, limit: float = 1.0) -> float:
        """P(fill level > limit) at a time: never falls with time, never rises with the limit."""
        return float(1.0 - self._probability_below(limit, self._days(at_s)))

    def quantile(self, q: float, at_s: float) -> float:
        """Fill level that is not exceeded with probability ``q``.

        Raises
        ------
        InvalidInput
            When ``q`` is not strictly between 0 and 1.
        """
        if not 0 < q < 1:
            raise InvalidInput(f"a quantile lies strictly between 0 and 1, not {q}")
        days = self._days(at_s)
        low = 0.0
        high = float(self._levels()[-1]) + self.growth_per_day * days + 1.0
        while self._probability_below(high, days) < q:
            high *= 2
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if self._probability_below(middle, days) < q else (low, middle)
        return high

    def _days(self, at_s: float) -> float:
        return max(0.0, at_s - self.origin_s) / DAY_S

    def _levels(self) -> NDArray[np.float64]:
        return np.maximum(self.level + self.level_sd * _LEVELS, 0.0)

    def _growth_variance(self, days: float) -> float:
        return self.day_sd**2 * days + (self.growth_sd * days) ** 2

    def _probability_below(self, limit: float, days: float) -> float:
        room = limit - self._levels()
        if days < 1e-6:
            return float(np.mean(room >= 0))
        # With a linear mean, shape and scale both rise with the days, so growth rises stochastically.
        mean, variance = self.growth_per_day * days, self._growth_variance(days)
        shape, scale = mean**2 / variance, variance / mean
        return float(np.mean(gammainc(shape, np.maximum(room, 0.0) / scale)))


def forecast(history: FillHistory, *, fraction: Fraction, at_s: float) -> Forecast:
    """Forecast from everything known at ``at_s`` (epoch seconds); later readings and emptyings are ignored.

    Always answers: with no good reading the fraction's rate and a wide level stand in.
    """
    usable = history.good & (history.times_s <= at_s) & np.isfinite(history.levels)
    times_s, levels = history.times_s[usable], history.levels[usable]
    cycles = cycles_of(times_s, np.clip(levels, -0.1, 1.5), history.emptied_s[history.emptied_s <= at_s])
    growth_per_day, growth_sd, day_sd = _growth(cycles, GROWTH_PER_DAY[fraction], at_s)
    origin_s, level, level_sd = _origin(cycles, growth_per_day, at_s)
    return Forecast(
        origin_s=origin_s,
        level=level,
        level_sd=level_sd,
        growth_per_day=growth_per_day,
        growth_sd=growth_sd,
        day_sd=day_sd,
        last_observed_s=float(times_s[-1]) if len(times_s) else None,
        last_level=float(np.median(cycles.levels[cycles.last_start :][-3:])) if cycles.has_last else _last(cycles),
        last_emptied_s=float(cycles.emptied_s[-1]) if len(cycles.emptied_s) else None,
    )


def forecast_many(
    histories: Mapping[int, FillHistory], *, fractions: Mapping[int, Fraction], at_s: float
) -> dict[int, Forecast]:
    """Forecasts of the containers in ``fractions`` by id; one without a history gets its fraction's prior."""
    nothing = FillHistory()
    return {
        container_id: forecast(histories.get(container_id, nothing), fraction=fraction, at_s=at_s)
        for container_id, fraction in fractions.items()
    }


def _last(cycles: Cycles) -> float | None:
    return float(np.median(cycles.levels[-3:])) if len(cycles.levels) else None


def _growth(cycles: Cycles, prior: float, at_s: float) -> tuple[float, float, float]:
    """Rate, what is not known of it, and one day's spread around it."""
    weights = 0.5 ** ((at_s - cycles.ends_s) / (HALF_LIFE_DAYS * DAY_S))
    days = float(np.sum(weights * cycles.days))
    growth = float(np.sum(weights * cycles.growths))
    rate = max((PRIOR_DAYS * prior + growth) / (PRIOR_DAYS + days), LEAST_GROWTH_PER_DAY)
    expected_variance = (DAY_SPREAD * rate) ** 2
    increments = cycles.day_increments
    seen = len(increments)
    squares = float(np.sum((increments - rate) ** 2)) if seen else 0.0
    variance = (PRIOR_DAYS * expected_variance + squares) / (PRIOR_DAYS + seen)
    day_sd = max(variance, (0.2 * rate) ** 2) ** 0.5
    # Between containers of a fraction the rate differs by a factor of two (ln sigma 0.68), seen or not.
    unseen = PRIOR_DAYS / (PRIOR_DAYS + days)
    growth_sd = (day_sd**2 / (PRIOR_DAYS + days) + (RATE_DRIFT * rate) ** 2 + (0.7 * rate * unseen) ** 2) ** 0.5
    return rate, growth_sd, day_sd


def _origin(cycles: Cycles, growth_per_day: float, at_s: float) -> tuple[float, float, float]:
    """From when and from what level the container grows."""
    if not cycles.has_last:
        if len(cycles.emptied_s):
            return float(cycles.emptied_s[-1]), EMPTIED_LEVEL, EMPTIED_LEVEL_SD
        return at_s, UNKNOWN_LEVEL, UNKNOWN_LEVEL_SD
    levels = cycles.levels[cycles.last_start :]
    times_s = cycles.times_s[cycles.last_start :]
    recent = times_s >= times_s[-1] - DAY_S / 2
    last = levels[recent][-5:]
    lag_days = float(times_s[-1] - np.median(times_s[recent][-5:])) / DAY_S
    level = float(np.median(last)) + growth_per_day * lag_days
    # Half the mean square of successive differences: the noise, and the toggling of a false echo.
    steps = np.diff(levels[-24:])
    noise = float(np.mean(steps**2)) / 2 if len(steps) else READING_SD**2
    few = (0.1**2) if len(levels) == 1 and not len(cycles.emptied_s) else 0.0
    # A leap was waste or another echo: the truth lies at one of its ends.
    doubt = cycles.last_leap / 2
    variance = READING_SD**2 + noise + few + doubt**2
    return float(times_s[-1]), float(np.clip(level - doubt, 0.0, 1.5)), variance**0.5
