"""How people fill the containers of the simulated town, and how full each truly is at any time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv, ndtr, ndtri

from domain.containers import Fraction
from simulators import chance
from simulators.collection import EmptyingTimes, TownEmptying, emptying_times
from simulators.town import Town

MEDIAN_DAILY_FILL: Mapping[Fraction, float] = {
    Fraction.RESIDUAL: 0.115,
    Fraction.PAPER: 0.085,
    Fraction.GLASS: 0.050,
    Fraction.PLASTICS: 0.085,
}
"""Share of the capacity a day. Glass as measured in the field (77 containers, one year: median 5.0 %); for the other
fractions such that the fixed schedule holds for the fastest containers too, as schedules are made: those are just
about full after the longest pause between two rounds."""

RATE_SIGMA = 0.68
"""Standard deviation of the logarithm of the rates between containers (the same field data)."""
FASTEST = 2.7
"""No container fills faster than so many times the median, because a municipality puts another one there. With it the
glass rates have the field's percentiles: 1.6/3.0/4.8/7.1/11.2 % a day against 1.4/3.0/5.0/7.3/12.2 (p5 to p95)."""

WEEKDAY_FACTORS = np.array([1.13, 1.02, 1.02, 0.98, 0.74, 1.52, 0.58])
"""Filling on Monday to Sunday against the mean (the same field data); they are scaled to a mean of 1."""

_NIGHT, _DAY, _EVENING = (
    (0.7, 0.4, 0.3, 0.3, 0.4, 0.8, 1.4, 2.4),
    (4.6, 6.0, 7.2, 7.8, 8.0, 8.2, 8.6, 9.2, 10.2, 11.2, 9.0),
    (2.8, 2.0, 1.4, 1.0, 0.8),
)
HOUR_WEIGHTS = np.array((*_NIGHT, *_DAY, *_EVENING))
"""Filling by local hour 0 to 23: 86 % from 8 to 19 h, most from 17 to 18 h (the same field data)."""

DEPOSIT_SCALE = 0.025
"""Variance over mean of what is thrown in, in shares of the capacity: 4 points a day at 5 % a day (field data)."""
WEEK_SIGMA = 0.15
"""Weeks differ by this much; together with the deposits' chance the rate of a cycle varies by 0.32 (field data)."""

MOST_FILL = 1.25
"""Beyond this people leave their waste beside the container."""
MOST_RESIDUE = 0.03
"""So much may stay behind at an emptying."""

_LOOKBACK = timedelta(days=9)
"""Every fraction has a round each week, so the emptying that a level rests on is at most eight days back."""
_DAY_S = 86_400
_KEPT_DAYS = 120


class Waste:
    """What is in the containers of a town at any time: a function of the town's seed and the emptyings alone.

    Parameters
    ----------
    town
        Whose containers.
    emptyings
        Reported in addition to the fixed schedule's.
    schedule_until
        From then on the fixed schedule is not driven any more and only ``emptyings`` count; None = it still is.
    """

    def __init__(
        self, town: Town, *, emptyings: Iterable[TownEmptying] = (), schedule_until: datetime | None = None
    ) -> None:
        self.town = town
        self.emptyings = frozenset(emptyings)
        self.schedule_until = schedule_until
        self._days: dict[int, NDArray[np.float64]] = {}

    def with_emptyings(self, emptyings: Iterable[TownEmptying]) -> Waste:
        """The same world in which these reported emptyings (all of them) happened."""
        other = Waste(self.town, emptyings=emptyings, schedule_until=self.schedule_until)
        other._days = self._days
        return other

    def true_fill_level(self, container_id: int, when: datetime) -> float:
        """Share of the capacity that is filled in the container with that id of the town, 0 to ``MOST_FILL``."""
        return float(self.fill_levels(np.array([container_id - 1]), np.array([when.timestamp()]))[0])

    def fill_levels(self, rows: NDArray[np.int64], times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Fill levels of many containers at many times.

        Parameters
        ----------
        rows
            int64 (n,): positions in ``Town.containers``.
        times_s
            float64 (n,): seconds since 1970.

        Returns
        -------
        NDArray[np.float64]
            (n,): shares of the capacity, 0 to ``MOST_FILL``.
        """
        if not len(rows):
            return np.empty(0)
        emptied, first_day = self._emptied(float(times_s.min()), float(times_s.max()))
        last_day = int(times_s.max() // _DAY_S)
        filled = np.concatenate([self._day(day) for day in range(first_day, last_day + 1)], axis=1)
        total = np.concatenate([np.zeros((len(filled), 1)), np.cumsum(filled, axis=1)], axis=1)

        def total_until(members: NDArray[np.int64], moments_s: NDArray[np.float64]) -> NDArray[np.float64]:
            hours, part = np.divmod((moments_s - first_day * _DAY_S) / 3600, 1)
            hour = hours.astype(np.int64)
            return total[members, hour] + part * filled[members, hour]

        # The last emptying at or before each time, by one search over (container, time) as a single number.
        span = 2.0**34
        last = np.searchsorted(emptied.rows * span + emptied.times_s, rows * span + times_s, side="right") - 1
        found = (last >= 0) & (emptied.rows[last] == rows) if len(emptied.rows) else np.zeros(len(rows), dtype=bool)
        since = np.where(found, emptied.times_s[last], first_day * _DAY_S) if found.any() else first_day * _DAY_S
        since_s = np.broadcast_to(np.asarray(since, dtype=np.float64), rows.shape)
        residue = MOST_RESIDUE * chance.uniform(self.town.seed, "residue", rows, (since_s // 60).astype(np.int64))
        return np.minimum(MOST_FILL, residue + total_until(rows, times_s) - total_until(rows, since_s))

    def emptied(self, start: datetime, end: datetime) -> EmptyingTimes:
        """The emptyings from ``start`` (inclusive) to ``end`` (exclusive)."""
        return emptying_times(self.town, start=start, end=end, until=self.schedule_until, reported=self.emptyings)

    def _emptied(self, first_s: float, last_s: float) -> tuple[EmptyingTimes, int]:
        """The emptyings that levels in this interval rest on, and the day from which filling has to be known."""
        start = datetime.fromtimestamp(first_s, UTC)
        if self.schedule_until is not None:
            start = min(start, self.schedule_until.astimezone(UTC))
        start = (start - _LOOKBACK).replace(hour=0, minute=0, second=0, microsecond=0)
        return self.emptied(start, datetime.fromtimestamp(last_s + 1, UTC)), int(start.timestamp()) // _DAY_S

    @cached_property
    def daily_fill(self) -> NDArray[np.float64]:
        """Mean filling of each container, share of the capacity a day: (containers,).

        Evenly spread over the truncated lognormal distribution, so that a small town has its tails as well.
        """
        rates = np.empty(len(self.town.containers))
        for fraction, median in MEDIAN_DAILY_FILL.items():
            members = np.array([i for i, held in enumerate(self.town.containers) if held.fraction is fraction], int)
            if not len(members):
                continue
            ranks = np.argsort(np.argsort(chance.uniform(self.town.seed, "rate rank", members)))
            within = chance.uniform(self.town.seed, "rate", members)
            most = float(ndtr(math.log(FASTEST) / RATE_SIGMA))
            rates[members] = median * np.exp(RATE_SIGMA * ndtri((ranks + within) / len(members) * most))
        return rates

    def thrown_in(self, first_day: int, last_day: int) -> NDArray[np.float64]:
        """What is thrown into each container in every hour of these UTC days (days since 1970, both included).

        Returns
        -------
        NDArray[np.float64]
            (containers, 24 * days): shares of the capacity, whoever empties them and whether or not they still fit.
        """
        return np.concatenate([self._made_day(day) for day in range(first_day, last_day + 1)], axis=1)

    def _day(self, day: int) -> NDArray[np.float64]:
        """What is thrown in during the 24 hours of a UTC day (days since 1970): (containers, 24)."""
        kept = self._days.get(day)
        if kept is None:
            if len(self._days) > _KEPT_DAYS:
                del self._days[min(self._days)]
            kept = self._days[day] = self._made_day(day)
        return kept

    def _made_day(self, day: int) -> NDArray[np.float64]:
        town = self.town
        members = np.arange(len(town.containers))[:, None]
        local = [datetime.fromtimestamp(day * _DAY_S + hour * 3600, town.time_zone) for hour in range(24)]
        weekday = WEEKDAY_FACTORS[[moment.weekday() for moment in local]] / WEEKDAY_FACTORS.mean()
        hour = HOUR_WEIGHTS[[moment.hour for moment in local]] / HOUR_WEIGHTS.sum()
        # Weeks since 1970 that begin on a Monday.
        week: ArrayLike = [(moment.toordinal() - 1) // 7 for moment in local]
        busy = np.exp(WEEK_SIGMA * chance.normal(town.seed, "week", members, week) - WEEK_SIGMA**2 / 2)
        mean = self.daily_fill[:, None] * weekday * hour * busy
        deposited = chance.uniform(town.seed, "deposit", members, day * 24 + np.arange(24))
        return DEPOSIT_SCALE * np.asarray(gammaincinv(mean / DEPOSIT_SCALE, deposited), dtype=np.float64)
