"""What a town's containers have in common: the hours of its waste, and how fast and how evenly each group fills."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.forecast.calendar import DAY_TYPES, Hours
from routing.forecast.growth import FULL, GROWN, GROWN_SQUARED, GROWN_TIME, SPANS_H, TIME_SQUARED, Sums, smoothed
from routing.trust.judged import Judged

HOUR_PRIOR = 0.5
"""An hour of the day is as if it had been seen to be average while so many full containers came in."""
DAY_PRIOR = 2.0
"""A day of the week likewise."""
GROUP_PRIOR = 3.0
"""A group's hours are as if they had been seen to be the town's while so many full containers came in."""

RATE_SPREAD = 0.68
"""Standard deviation of the logarithm of the rates between containers (77 glass containers with hourly ultrasonic
sensors, one year), until the town's own is known."""

DEPOSIT = 0.03
"""Variance over mean of growth, share of the capacity: 4 points a day at 5 points' growth (the same 77)."""

LEAST_RATE = 0.0005
"""Share of the capacity a day: no container stays empty for ever."""


@dataclass(frozen=True, slots=True, eq=False)
class Town:
    """What G groups of containers have in common.

    ``rates`` (G,): mean growth, share of the
    capacity a day; ``spread`` (G,): standard deviation of its logarithm between containers; ``deposits`` (G,
    len(SPANS_H)): variance over mean of the growth over each span.
    """

    rates: NDArray[np.float64]
    spread: NDArray[np.float64]
    deposits: NDArray[np.float64]

    @classmethod
    def unknown(cls, rates: NDArray[np.float64]) -> Town:
        """A town of which nothing is known but these rates."""
        groups = len(rates)
        return cls(
            rates=rates,
            spread=np.full(groups, RATE_SPREAD),
            deposits=np.full((groups, len(SPANS_H)), DEPOSIT),
        )


def factors(judged: Judged, known: Hours, groups: NDArray[np.int64], *, number: int) -> NDArray[np.float64]:
    """Factors of each kind of hour for each of ``number`` groups, (number, 8 * 24), each shrunk towards the town's."""
    good, levels = smoothed(judged)
    rows = judged.readings.rows()[good]
    times_s, cycle = judged.readings.times_s[good], judged.cycles[good]
    kinds = DAY_TYPES * 24
    if len(good) < 2:
        return np.ones((number, kinds))
    lasted_h = (times_s[1:] - times_s[:-1]) / 3600.0
    fits = (rows[1:] == rows[:-1]) & (cycle[1:] == cycle[:-1]) & (levels[:-1] < FULL) & (lasted_h <= 30.0)
    who, lasted_h = rows[1:][fits], lasted_h[fits]
    grown = (levels[1:] - levels[:-1])[fits]
    middle_s = (0.5 * (times_s[1:] + times_s[:-1]))[fits]
    time = np.bincount(who, weights=lasted_h / 24, minlength=len(groups))
    growth = np.bincount(who, weights=grown, minlength=len(groups))
    rate = np.maximum(growth, 0.0) / np.maximum(time, 1e-9)
    expected = rate[who] * lasted_h / 24
    kind = known.kind_at(middle_s)
    short = lasted_h <= 3.5
    group = groups[who]

    def table(values: NDArray[np.float64], which: NDArray[np.bool_]) -> NDArray[np.float64]:
        place = group[which] * kinds + kind[which]
        sums = np.bincount(place, weights=values[which], minlength=number * kinds)
        return np.asarray(sums, dtype=np.float64).reshape(number, DAY_TYPES, 24)

    everything = np.ones(len(who), dtype=bool)
    seen_day, hoped_day = table(grown, everything).sum(axis=2), table(expected, everything).sum(axis=2)
    seen_hour, hoped_hour = table(grown, short), table(expected, short)

    def combined(
        seen: NDArray[np.float64], hoped: NDArray[np.float64], prior: float, axis: int | None
    ) -> NDArray[np.float64]:
        """The town's ratios shrunk towards 1, and each group's towards the town's; never below a fiftieth."""
        town = (seen.sum(axis=0) + prior) / (hoped.sum(axis=0) + prior)
        return np.maximum((seen + GROUP_PRIOR * town) / (hoped + GROUP_PRIOR), 0.02)

    by_day = combined(seen_day, hoped_day, DAY_PRIOR, None)
    # A holiday is as a Sunday until holidays have been seen.
    sunday = by_day[:, 6]
    holiday = hoped_day.sum(axis=0)[7]
    by_day[:, 7] = (by_day[:, 7] * holiday + 1.0 * sunday) / (holiday + 1.0)
    # Hours are alike on Monday to Friday, and on the other days.
    week, rest = slice(0, 5), slice(5, 8)
    by_hour = np.empty((number, DAY_TYPES, 24))
    for days in (week, rest):
        hour = combined(seen_hour[:, days].sum(axis=1), hoped_hour[:, days].sum(axis=1), HOUR_PRIOR, None)
        hour /= hour.mean(axis=1, keepdims=True)
        by_hour[:, days] = hour[:, None, :]
    whole = np.asarray(by_day[:, :, None] * by_hour, dtype=np.float64)
    # A usual week has a mean of 1.
    whole /= whole[:, :7].mean(axis=(1, 2), keepdims=True)
    return np.asarray(whole.reshape(number, kinds), dtype=np.float64)


def common(sums: Sums, groups: NDArray[np.int64], usual_rates: NDArray[np.float64]) -> Town:
    """What the groups have in common, from what has been seen of their containers; ``usual_rates`` (G,) before that."""
    number = len(usual_rates)
    rates, spread = usual_rates.copy(), np.full(number, RATE_SPREAD)
    deposits = np.full((number, len(SPANS_H)), DEPOSIT)
    time, grown = sums.long[:, 0], sums.long[:, 1]
    for g in range(number):
        members = np.flatnonzero((groups == g) & (time > 3.0))
        if not len(members):
            continue
        own = np.maximum(grown[members] / time[members], LEAST_RATE)
        logs = np.log(own)
        centre = float(np.median(logs))
        if len(members) >= 5:
            # The median absolute deviation, less what chance adds to it.
            deviation = 1.4826 * float(np.median(np.abs(logs - centre)))
            by_chance = float(np.median(DEPOSIT / np.maximum(own * time[members], 1e-3)))
            between = max(0.15, max(0.0, deviation**2 - by_chance) ** 0.5)
            weight = len(members) / (len(members) + 10.0)
            spread[g] = weight * between + (1 - weight) * RATE_SPREAD
        # The mean of lognormal rates lies above their median.
        weight = len(members) / (len(members) + 2.0)
        mean = centre + (spread[g] ** 2 / 2 if len(members) > 1 else 0.0)
        rates[g] = np.exp(weight * mean + (1 - weight) * np.log(usual_rates[g]))
        for s in range(len(SPANS_H)):
            moments = sums.spans[members, s]
            squares = residual_squares(moments, own)
            total = float(moments[:, GROWN].clip(0).sum())
            deposits[g, s] = (float(squares.sum()) + 2.0 * DEPOSIT) / (total + 2.0)
    return Town(rates, spread, np.clip(deposits, 0.002, 1.0))


def residual_squares(moments: NDArray[np.float64], rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weighted sum of squares of growth less rate times time, (C,), from the moments (C, 6) of one span."""
    squares = moments[:, GROWN_SQUARED] - 2 * rates * moments[:, GROWN_TIME] + rates**2 * moments[:, TIME_SQUARED]
    return np.maximum(squares, 0.0)
