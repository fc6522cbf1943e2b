"""What a visit today is worth: what it saves to come today and not at the best later chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.decide.ahead import NO_DAY, Ahead
from routing.decide.costs import Costs, density_around
from routing.decide.due import Due
from routing.decide.outings import Outings


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """C containers: ``prize`` of a visit today and the cost of the best ``later`` one, cents; its ``day``, a column, or
    ``NO_DAY`` where it lies beyond what is looked at."""

    prize: NDArray[np.float64]
    later: NDArray[np.float64]
    day: NDArray[np.int64]


def worth(ahead: Ahead, costs: Costs, due: Due, plan: Outings) -> Worth:
    """What a visit of each container today is worth.

    Waiting until a later chance costs that visit and the overflow until then, and gains the share of a cycle that lies
    between. Visiting today saves the least of that over the chances until the container is due.

    Parameters
    ----------
    plan
        The outings, levelled.
    """
    containers, days = ahead.chances_s.shape
    visit = _visits(ahead, costs, plan)
    gained = costs.visit[:, None] * ahead.waits_days / ahead.cycle_days[:, None]
    overflow = plan.price[:, None] * ahead.until
    next_day = np.where(ahead.open_days & (np.arange(days) >= 1), np.arange(days), days).min(axis=1)
    latest = np.where(plan.planned == NO_DAY, days, np.maximum(plan.planned, next_day))
    in_time = (np.arange(days) >= 1) & (np.arange(days) <= latest[:, None]) & ahead.open_days
    waiting = np.where(in_time, visit + overflow - gained, np.inf)
    best = waiting.argmin(axis=1)
    least = waiting[np.arange(containers), best]
    share = np.minimum(due.wait_days / ahead.cycle_days, 1.0)
    beyond = np.where(due.day == NO_DAY, costs.visit * (1 - share), np.inf)
    day = np.where(np.isfinite(least) & (least <= beyond), best, NO_DAY)
    least = np.minimum(least, beyond)
    # In time there is no later chance: a visit today saves a usual one, and what overflows until there is one.
    end = costs.visit + plan.price * np.nansum(ahead.exposure, axis=1)
    return Worth(
        prize=np.maximum(np.where(np.isfinite(least), least, end), 0.0),
        later=np.where(day == NO_DAY, costs.visit, visit[np.arange(containers), np.maximum(day, 0)]),
        day=day.astype(np.int64),
    )


def _visits(ahead: Ahead, costs: Costs, plan: Outings) -> NDArray[np.float64]:
    """What each container's visit is expected to cost on each day, (C, D) cents; inf where there is no chance.

    On the day of an outing it is the standing and its piece of the tour among those that are planned then; on any other
    day an outing of its own.
    """
    containers, days = ahead.chances_s.shape
    found = np.full((containers, days), np.inf)
    for pool in np.unique(costs.pools).tolist():
        theirs = costs.pools == pool
        for day in range(1, days):
            asking = np.flatnonzero(theirs & ahead.open_days[:, day])
            if not len(asking):
                continue
            there = np.flatnonzero(theirs & (plan.planned == day))
            ripe = np.minimum(ahead.waits_days[asking, day] / costs.apart_days[asking], 1.0)
            there_too = plan.planned[asking] == day
            density = density_around(costs.points[there], costs.points[asking], itself=there_too)
            drive = costs.tour(np.maximum(density, ripe * costs.density[asking]), asking)
            alone = np.where(plan.goes_out[asking, day], 0.0, costs.extra(np.ones(len(asking), dtype=np.int64), asking))
            found[asking, day] = costs.service[asking] + drive + alone
    return found
