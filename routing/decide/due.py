"""By when each container has to be visited, so that the service level and the longest intervals are kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.decide.ahead import FULL_SHARE, LONGEST_CYCLE_DAYS, NO_DAY, Ahead
from routing.decide.costs import Costs
from routing.decide.exposure import following_s
from routing.decide.night import Night
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


def due(night: Night, ahead: Ahead, costs: Costs, price: NDArray[np.float64], planned: NDArray[np.int64]) -> Due:
    """When each container is due: where it would overflow for longer until the next chance than waiting is worth.

    None may be likely to overflow for long, whatever is gained. Where the outing that is planned for it comes later,
    because an earlier one for it alone is not worth what overflows until then, it is due by that.

    Parameters
    ----------
    price
        (C,): cents for a day of overflowing, at which no more overflows than the service level grants.
    planned
        (C,): the outing that is to take each, a column, or ``NO_DAY``.
    """
    ends_s = _interval_ends_s(night, ahead)
    exposure = np.nan_to_num(ahead.exposure, nan=0.0)
    pause_days = np.nan_to_num((following_s(ahead.chances_s) - ahead.chances_s) / DAY_S, nan=0.0)
    gained = costs.visit[:, None] * pause_days / ahead.cycle_days[:, None]
    by_risk = _first((price[:, None] * exposure > gained) | (exposure > MOST_EXPOSURE))
    by_risk = np.where(by_risk == NO_DAY, NO_DAY, np.maximum(by_risk, planned))
    by_interval = interval_day(night, ahead)
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


def interval_day(night: Night, ahead: Ahead) -> NDArray[np.int64]:
    """The last chance before each container's longest interval ends, a column; ``NO_DAY``: later, or there is none."""
    following = np.nan_to_num(following_s(ahead.chances_s), nan=np.inf)
    return _first(np.isfinite(ahead.chances_s) & (following > _interval_ends_s(night, ahead)[:, None]))


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
