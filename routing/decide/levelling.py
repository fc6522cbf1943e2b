"""No waves: what is due on a day that its trucks cannot carry is moved to days before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing.decide.ahead import NO_DAY, Ahead
from routing.decide.costs import Costs
from routing.decide.night import Night

ROOM = 0.9
"""So much of what trucks can do is planned with; the rest is for what turns out otherwise."""


def level(
    due_day: NDArray[np.int64],
    night: Night,
    ahead: Ahead,
    costs: Costs,
    *,
    kg: NDArray[np.float64],
    litres: NDArray[np.float64],
) -> NDArray[np.int64]:
    """The day on which each container is planned to be visited, at the latest: (C,), ``NO_DAY`` beyond the horizon.

    From the last day to the first, for the containers that the same trucks take: what does not fit into a day's shifts
    and loads goes to the chance before, those first that lose the smallest share of their cycle by it.
    """
    planned = due_day.copy()
    service_s = np.array([container.service_s for container in night.containers], dtype=float)
    work = np.stack([service_s + costs.drive_s, kg, litres], axis=1)
    for pool in np.unique(costs.pools).tolist():
        theirs = costs.pools == pool
        fractions = {night.containers[c].fraction for c in np.flatnonzero(theirs).tolist()}
        for day in range(ahead.chances_s.shape[1] - 1, 0, -1):
            there = np.flatnonzero(theirs & (planned == day))
            crews = [crew for crew in night.crews[day] if crew.fractions & fractions]
            room = ROOM * np.array([sum(c.work_s for c in crews), sum(c.kg for c in crews), sum(c.l for c in crews)])
            if not (work[there].sum(axis=0) > room).any():
                continue
            before = np.where(ahead.open_days[there, :day], np.arange(day), NO_DAY).max(axis=1)
            movable = before != NO_DAY
            lost_s = ahead.chances_s[there, day] - ahead.chances_s[there, np.maximum(before, 0)]
            lost = np.where(movable, lost_s / ahead.cycle_days[there], np.inf)
            # Those that lose most stay, as many as there is room for.
            order = np.argsort(-lost, kind="stable")
            fits = (np.cumsum(work[there][order], axis=0) <= room).all(axis=1)
            moved = order[~fits & movable[order]]
            planned[there[moved]] = before[moved]
    return planned
