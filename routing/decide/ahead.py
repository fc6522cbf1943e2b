"""What waiting brings: each container's chances, its exposure until each, its cycle, and when it is due."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """C containers and D days, today's column 0.

    Parameters
    ----------
    forecasts
        Of all containers.
    visits_s
        (C, D), see :class:`Night`.
    open_today
        (C,): whether a truck can come today.
    from_s
        (C,): the visit of today, or what stands in for it where none can be.
    exposure
        (C, D): expected overflowing days from then until each chance; NaN: no chance.
    cycle_days
        (C,): from emptied to due.
    allowed
        (C,): exposure that a cycle may have.
    due
        (C,): the last column by which it has to be visited; ``NO_DAY``: later than was looked at. 0 where it has to be
        today, also where no truck can come today.
    wait_days
        (C,): days from today until it is due, reckoned from its rate where that is later than was looked at.
    next_s
        (C,): the next chance after today; NaN: none known.
    hygiene
        (C,): whether it is due because of its longest interval.
    """

    forecasts: Together
    visits_s: NDArray[np.float64]
    open_today: NDArray[np.bool_]
    from_s: NDArray[np.float64]
    exposure: NDArray[np.float64]
    cycle_days: NDArray[np.float64]
    allowed: NDArray[np.float64]
    due: NDArray[np.int64]
    wait_days: NDArray[np.float64]
    next_s: NDArray[np.float64]
    hygiene: NDArray[np.bool_]


def look(night: Night, policy: Policy) -> Ahead:
    """Look ahead from a night."""
    visits_s = night.visits_s
    forecasts = Together.of([night.forecasts[container.id] for container in night.containers])
    today_s = _today_s(night)
    open_today = np.isfinite(visits_s[:, 0])
    from_s = np.where(open_today, visits_s[:, 0], today_s)
    chances_s = visits_s.copy()
    chances_s[:, 0] = from_s
    # Where no later chance is known a container has to do until the end of what is looked at.
    last_s = today_s + policy.look_ahead_days * DAY_S
    later = np.isfinite(visits_s[:, 1:])
    none = ~later.any(axis=1)
    chances_s[none, -1] = last_s
    exposure = exposures(forecasts, from_s, chances_s)
    rates = np.array([night.forecasts[container.id].growth_per_day for container in night.containers])
    cycle = np.clip(FULL_SHARE / np.maximum(rates, 1e-9), 1.0, LONGEST_CYCLE_DAYS)
    interval_s = _longest_interval_s(night, policy)
    limits = _limits(night, policy)
    cycle = np.minimum(cycle, np.maximum(limits, 1.0))
    allowed = policy.service.overflows_per_1000 / 1000 * cycle
    in_time = np.isfinite(exposure) & (exposure <= allowed[:, None])
    clean = np.nan_to_num(chances_s, nan=np.inf) <= interval_s[:, None]
    by_risk = _last(in_time, exposure)
    due = _last(in_time & clean, exposure)
    return Ahead(
        forecasts=forecasts,
        visits_s=visits_s,
        open_today=open_today,
        from_s=from_s,
        exposure=exposure,
        cycle_days=cycle,
        allowed=allowed,
        due=due,
        wait_days=_wait_days(due, chances_s, forecasts, rates, from_s, last_s, interval_s),
        next_s=np.where(none, np.nan, _first_later(visits_s)),
        hygiene=(due != NO_DAY) & ((by_risk == NO_DAY) | (by_risk > due)),
    )


def _today_s(night: Night) -> float:
    """When trucks come today, or would."""
    column = night.visits_s[:, 0]
    if np.isfinite(column).any():
        return float(np.nanmedian(column))
    later = night.visits_s[np.isfinite(night.visits_s)]
    # A day without any truck: the hour of the next one, on this day.
    if not len(later):
        return night.known_s
    first_s = float(later.min())
    column_of_first = int(np.flatnonzero((night.visits_s == first_s).any(axis=0))[0])
    return first_s - column_of_first * DAY_S


def _last(in_time: NDArray[np.bool_], exposure: NDArray[np.float64]) -> NDArray[np.int64]:
    """The last chance in time, (C,): 0 when the first later one is too late, ``NO_DAY`` when the last one is not."""
    columns = np.arange(in_time.shape[1])
    last = np.where(in_time, columns, 0).max(axis=1)
    known = np.isfinite(exposure)
    end = np.where(known, columns, 0).max(axis=1)
    return np.where(last >= end, np.where(end > 0, NO_DAY, 0), last).astype(np.int64)


def _first_later(visits_s: NDArray[np.float64]) -> NDArray[np.float64]:
    later = np.nan_to_num(visits_s[:, 1:], nan=np.inf)
    return later.min(axis=1) if later.shape[1] else np.full(len(visits_s), np.nan)


def _limits(night: Night, policy: Policy) -> NDArray[np.float64]:
    """The longest interval of each container in days; inf where there is none."""
    found = np.full(len(night.containers), np.inf)
    for c, container in enumerate(night.containers):
        interval = policy.intervals.get(container.fraction)
        if interval is not None and interval.most_days is not None:
            found[c] = interval.most_days
    return found


def _longest_interval_s(night: Night, policy: Policy) -> NDArray[np.float64]:
    """Until when each container's longest interval lasts, epoch seconds; inf where there is none."""
    days = _limits(night, policy)
    emptied_s = np.array(
        [night.forecasts[container.id].last_emptied_s or -np.inf for container in night.containers], dtype=float
    )
    # Never seen to be emptied: nobody knows since when, so the interval counts from the forecast's origin.
    origins_s = np.array([night.forecasts[container.id].origin_s for container in night.containers])
    since_s = np.where(np.isfinite(emptied_s), emptied_s, origins_s)
    # On the last day itself the hour does not matter.
    return np.where(np.isfinite(days), since_s + np.nan_to_num(days, posinf=0.0) * DAY_S + 0.5 * DAY_S, np.inf)


def _wait_days(
    due: NDArray[np.int64],
    chances_s: NDArray[np.float64],
    forecasts: Together,
    rates: NDArray[np.float64],
    from_s: NDArray[np.float64],
    last_s: float,
    interval_s: NDArray[np.float64],
) -> NDArray[np.float64]:
    known = chances_s[np.arange(len(due)), np.maximum(due, 0)]
    wait = (known - from_s) / DAY_S
    end_s = np.maximum(np.nanmax(np.nan_to_num(chances_s, nan=-np.inf), axis=1, initial=last_s), last_s)
    # The upper part of the distribution is what fills the container too early.
    left = FULL_SHARE - forecasts.means(end_s)
    beyond = (end_s - from_s) / DAY_S + np.maximum(left, 0.0) / np.maximum(rates, 1e-9)
    beyond = np.minimum(beyond, np.where(np.isfinite(interval_s), (interval_s - from_s) / DAY_S, np.inf))
    return np.where(due == NO_DAY, np.minimum(beyond, LONGEST_CYCLE_DAYS), np.maximum(wait, 0.0))
