"""By when each container has to be visited, so that the service level and the longest intervals are kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.decide.ahead import FULL_SHARE, LONGEST_CYCLE_DAYS, NO_DAY, Ahead
from routing.decide.costs import Costs
from routing.decide.night import Night
from routing.decide.policy import Policy
from routing.forecast.calendar import DAY_S

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

    A cycle may have the exposure that the service level grants its days. Of an outing's stops only those that are due
    on its very day run a risk, the others come before it; so what is granted to all stops of an outing is for those.
    """
    granted = policy.service.overflows_per_1000 / 1000 * ahead.cycle_days * np.maximum(costs.apart_days, 1.0)
    in_time = np.isfinite(ahead.exposure) & (ahead.exposure <= granted[:, None])
    ends_s = _interval_ends_s(night, ahead)
    clean = np.nan_to_num(ahead.chances_s, nan=np.inf) <= ends_s[:, None]
    by_risk, day = _last(in_time, ahead), _last(in_time & clean, ahead)
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


def _last(in_time: NDArray[np.bool_], ahead: Ahead) -> NDArray[np.int64]:
    """The last chance in time, (C,): 0 when the first later one is too late, ``NO_DAY`` when the last one is not."""
    columns = np.arange(in_time.shape[1])
    last = np.where(in_time, columns, 0).max(axis=1)
    end = np.where(np.isfinite(ahead.chances_s), columns, 0).max(axis=1)
    return np.where((last >= end) & (end > 0), NO_DAY, last).astype(np.int64)


def _interval_ends_s(night: Night, ahead: Ahead) -> NDArray[np.float64]:
    """Until when each container's longest interval lasts, (C,) epoch seconds; inf where there is none.

    A container that was never seen to be emptied counts from where its forecast begins.
    """
    forecasts = [night.forecasts[container.id] for container in night.containers]
    since_s = np.array([each.origin_s if each.last_emptied_s is None else each.last_emptied_s for each in forecasts])
    return since_s + (ahead.longest_days + SAME_DAY) * DAY_S
