"""What a visit today is worth: what it saves to come today and not at the best later chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.decide.ahead import NO_DAY, Ahead
from routing.decide.costs import Costs, density_around
from routing.decide.due import Due
from routing.decide.policy import Policy

HALF_A_DAY = 0.5
"""Chances are counted in whole days: this much less than the usual pause is no earlier."""


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """C containers: ``prize`` of a visit today and the cost of the best ``later`` one, cents; its ``day``, a column, or
    ``NO_DAY`` where it lies beyond what is looked at."""

    prize: NDArray[np.float64]
    later: NDArray[np.float64]
    day: NDArray[np.int64]


def worth(ahead: Ahead, costs: Costs, due: Due, planned: NDArray[np.int64], policy: Policy) -> Worth:
    """What a visit of each container today is worth.

    Waiting until a later chance costs that visit and the overflow until then, and gains the share of a cycle that lies
    between. Visiting today saves the least of that over the chances until the container is due.

    Parameters
    ----------
    planned
        (C,): the day by which each is planned to be visited, see :mod:`levelling`.
    """
    containers, days = ahead.chances_s.shape
    visit = _visits(ahead, costs, planned)
    gained = costs.visit[:, None] * ahead.waits_days / ahead.cycle_days[:, None]
    overflow = policy.service.overflow_cost * ahead.until
    latest = np.where(planned == NO_DAY, days, np.maximum(planned, 1))
    in_time = (np.arange(days) >= 1) & (np.arange(days) <= latest[:, None]) & ahead.open_days
    waiting = np.where(in_time, visit + overflow - gained, np.inf)
    best = waiting.argmin(axis=1)
    least = waiting[np.arange(containers), best]
    share = np.minimum(due.wait_days / ahead.cycle_days, 1.0)
    beyond = np.where(due.day == NO_DAY, costs.visit * (1 - share), np.inf)
    day = np.where(np.isfinite(least) & (least <= beyond), best, NO_DAY)
    least = np.minimum(least, beyond)
    # In time there is no later chance: a visit today saves a usual one, and what overflows until there is one.
    end = costs.visit + policy.service.overflow_cost * np.nansum(ahead.exposure, axis=1)
    return Worth(
        prize=np.maximum(np.where(np.isfinite(least), least, end), 0.0),
        later=np.where(day == NO_DAY, costs.visit, visit[np.arange(containers), np.maximum(day, 0)]),
        day=day.astype(np.int64),
    )


def _visits(ahead: Ahead, costs: Costs, planned: NDArray[np.int64]) -> NDArray[np.float64]:
    """What each container's visit is expected to cost on each day, (C, D) cents; inf where there is no chance.

    When trucks go out today they take along what is worth it, so that little is left for the days right after: the
    stops that share a tour then are those due on its day, and a growing part of the usual ones; and what is due before
    the next usual outing needs an outing of its own.
    """
    containers, days = ahead.chances_s.shape
    found = np.full((containers, days), np.inf)
    for pool in np.unique(costs.pools).tolist():
        theirs = costs.pools == pool
        goes_out = bool((theirs & (planned == 0) & ahead.open_days[:, 0]).any())
        for day in range(1, days):
            asking = np.flatnonzero(theirs & ahead.open_days[:, day])
            if not len(asking):
                continue
            there = np.flatnonzero(theirs & (planned == day))
            ripe = np.minimum(ahead.waits_days[asking, day] / costs.apart_days[asking], 1.0) if goes_out else 1.0
            there_too = planned[asking] == day
            density = density_around(costs.points[there], costs.points[asking], itself=there_too)
            drive = costs.tour(density + ripe * costs.density[asking], asking)
            out = costs.out[asking] / costs.stops[asking]
            if goes_out:
                before = ahead.waits_days[asking, day] < costs.apart_days[asking] - HALF_A_DAY
                out = np.where(before, costs.extra(len(there) + 1 - there_too, asking), out)
            found[asking, day] = costs.service[asking] + drive + out
    return found
