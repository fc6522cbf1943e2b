"""By when each container has to be visited, so that the service level and the longest intervals are kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.decide.ahead import FULL_SHARE, LONGEST_CYCLE_DAYS, NO_DAY, Ahead
from routing.decide.costs import Costs
from routing.decide.exposure import following_s
from routing.decide.night import Night
from routing.decide.policy import Policy
from routing.forecast.calendar import DAY_S

MOST_EXPOSURE = 0.3
"""No container may wait until it is expected to have overflowed for so long, days."""

SAME_DAY = 0.5
"""An interval of n days ends with the n-th day, whatever the hour: half a day more will do."""


@dataclass(frozen=True, slots=True, eq=False)
class Due:
    """C containers.

    Parameters
    ----------
    day
        The last column by which each has to be visited; ``NO_DAY``: later than was looked at. 0: today it has to be,
        also where no truck can come.
    wait_days
        Days from today until then; where that is later than was looked at, reckoned from the rate.
    for_interval
        Whether it is its longest interval that ends first.
    """

    day: NDArray[np.int64]
    wait_days: NDArray[np.float64]
    for_interval: NDArray[np.bool_]


def due(night: Night, ahead: Ahead, costs: Costs, policy: Policy) -> Due:
    """When each container is due.

    The containers that the same trucks take may, together, have the exposure that the service level grants them from
    one usual outing to the next. It is spent where it saves most: those whose exposure from a chance until the next is
    the largest have to be visited, until what is left of the others fits. None may be likely to overflow for long.
    """
    ends_s = _interval_ends_s(night, ahead)
    following = np.nan_to_num(following_s(ahead.chances_s), nan=np.inf)
    unclean = np.isfinite(ahead.chances_s) & (following > ends_s[:, None])
    by_risk, by_interval = _first(_too_risky(ahead, costs, policy)), _first(unclean)
    day = np.where(
        by_risk == NO_DAY, by_interval, np.where(by_interval == NO_DAY, by_risk, np.minimum(by_risk, by_interval))
    )
    waits = ahead.waits_days
    known = waits[np.arange(len(day)), np.maximum(day, 0)]
    end_days = np.nanmax(waits, axis=1)
    left = FULL_SHARE - ahead.forecasts.means(ahead.from_s + end_days * DAY_S)
    beyond = end_days + np.maximum(left, 0.0) / np.maximum(ahead.rates, 1e-9)
    beyond = np.minimum(np.minimum(beyond, (ends_s - ahead.from_s) / DAY_S), LONGEST_CYCLE_DAYS)
    return Due(
        day=day,
        wait_days=np.where(day == NO_DAY, np.maximum(beyond, 0.0), known),
        for_interval=(day != NO_DAY) & ((by_risk == NO_DAY) | (by_risk > day)),
    )


def _too_risky(ahead: Ahead, costs: Costs, policy: Policy) -> NDArray[np.bool_]:
    """Whether each container is at too great a risk from a chance until the next, (C, D)."""
    exposure = np.nan_to_num(ahead.exposure, nan=0.0)
    found = exposure > MOST_EXPOSURE
    for pool in np.unique(costs.pools).tolist():
        theirs = np.flatnonzero(costs.pools == pool)
        days = max(float(costs.apart_days[theirs[0]]), 1.0)
        granted = policy.service.overflows_per_1000 / 1000 * len(theirs) * days
        for day in range(exposure.shape[1]):
            waiting = theirs[~found[theirs, : day + 1].any(axis=1)]
            order = np.argsort(exposure[waiting, day], kind="stable")
            found[waiting[order[np.cumsum(exposure[waiting, day][order]) > granted]], day] = True
    return found


def _first(late: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The first column, (C,); ``NO_DAY``: none."""
    return np.where(late.any(axis=1), late.argmax(axis=1), NO_DAY).astype(np.int64)


def _interval_ends_s(night: Night, ahead: Ahead) -> NDArray[np.float64]:
    """Until when each container's longest interval lasts, (C,) epoch seconds; inf where there is none.

    A container that was never seen to be emptied counts from where its forecast begins.
    """
    forecasts = [night.forecasts[container.id] for container in night.containers]
    since_s = np.array([each.origin_s if each.last_emptied_s is None else each.last_emptied_s for each in forecasts])
    return since_s + (ahead.longest_days + SAME_DAY) * DAY_S
