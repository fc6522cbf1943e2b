"""What waiting brings: each container's chances, its exposure until each, and how long a cycle of it lasts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.containers import Fraction
from routing.decide.exposure import exposures
from routing.decide.night import Night
from routing.decide.policy import Policy
from routing.forecast.calendar import DAY_S
from routing.forecast.together import Together

FULL_SHARE = 0.85
"""How full a container is when it is due, to reckon how long a cycle lasts."""

LONGEST_CYCLE_DAYS = 180.0
"""A container that never fills has a cycle of so long."""

NO_DAY = -1
"""In place of a column: later than was looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """C containers and D days, today's column 0.

    Parameters
    ----------
    forecasts
        Of all containers.
    open_days
        (C, D): whether a truck can come.
    from_s
        (C,): the visit of today, or the moment that stands in for it where none can be.
    chances_s
        (C, D): when a truck would come; column 0 is ``from_s``, and the last column the end of what is looked at for a
        container that has no later chance. NaN: no chance.
    exposure
        (C, D): expected overflowing days from each chance until the next; NaN: no chance.
    rates
        (C,): share of the capacity a day.
    cycle_days
        (C,): from emptied to due.
    longest_days
        (C,): the longest interval; inf: none.
    next_s
        (C,): the next chance after today; NaN: none known.
    """

    forecasts: Together
    open_days: NDArray[np.bool_]
    from_s: NDArray[np.float64]
    chances_s: NDArray[np.float64]
    exposure: NDArray[np.float64]
    rates: NDArray[np.float64]
    cycle_days: NDArray[np.float64]
    longest_days: NDArray[np.float64]
    next_s: NDArray[np.float64]

    @property
    def until(self) -> NDArray[np.float64]:
        """Expected overflowing days from today's visit until each chance, (C, D)."""
        passed = np.nan_to_num(self.exposure, nan=0.0)
        return np.cumsum(passed, axis=1) - passed

    @property
    def waits_days(self) -> NDArray[np.float64]:
        """Days from today's visit to each chance, (C, D)."""
        return (self.chances_s - self.from_s[:, None]) / DAY_S


def look_ahead(night: Night, policy: Policy) -> Ahead:
    """Look ahead from a night with one container at least."""
    visits_s = night.visits_s
    forecasts = Together.of([night.forecasts[container.id] for container in night.containers])
    today_s = _today_s(night)
    open_days = np.isfinite(visits_s)
    from_s = np.where(open_days[:, 0], visits_s[:, 0], today_s)
    chances_s = visits_s.copy()
    chances_s[:, 0] = from_s
    none = ~open_days[:, 1:].any(axis=1)
    chances_s[none, -1] = np.maximum(today_s + policy.look_ahead_days * DAY_S, from_s[none])
    rates = np.array([night.forecasts[container.id].growth_per_day for container in night.containers])
    longest_days = np.array([_longest_days(policy, container.fraction) for container in night.containers])
    cycle_days = np.clip(FULL_SHARE / np.maximum(rates, 1e-9), 1.0, LONGEST_CYCLE_DAYS)
    later_s = np.nan_to_num(visits_s[:, 1:], nan=np.inf)
    return Ahead(
        forecasts=forecasts,
        open_days=open_days,
        from_s=from_s,
        chances_s=chances_s,
        exposure=exposures(forecasts, chances_s),
        rates=rates,
        cycle_days=np.minimum(cycle_days, np.maximum(longest_days, 1.0)),
        longest_days=longest_days,
        next_s=np.where(none, np.nan, later_s.min(axis=1, initial=np.inf)),
    )


def _longest_days(policy: Policy, fraction: Fraction) -> float:
    interval = policy.intervals.get(fraction)
    return np.inf if interval is None or interval.most_days is None else interval.most_days


def _today_s(night: Night) -> float:
    """When trucks come today, or would: at the hour of the next day that they do."""
    if np.isfinite(night.visits_s[:, 0]).any():
        return float(np.nanmedian(night.visits_s[:, 0]))
    some = np.flatnonzero(np.isfinite(night.visits_s).any(axis=0))
    if not len(some):
        return night.known_s
    return float(np.nanmedian(night.visits_s[:, some[0]])) - int(some[0]) * DAY_S
