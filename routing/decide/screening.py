"""Which containers that may be visited are worth asking the solver about: measuring ways to all of a city is not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing.decide.costs import Costs
from routing.decide.night import Night

SPARE = 1.5
"""So many times what today's trucks can do is offered to the solver, the required stops included."""

FEWEST = 50
"""So many stops of a pool are offered in any case."""


def offered(
    night: Night,
    costs: Costs,
    *,
    must: NDArray[np.bool_],
    may: NDArray[np.bool_],
    prize: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Which of those that ``may`` be visited become stops, (C,).

    None of a pool where nothing must be visited and all prizes together do not pay for one truck; otherwise those that
    promise the most beyond their standing and a usual piece of the tour, as many as today's trucks could do and some.
    """
    found = np.zeros(len(may), dtype=bool)
    for pool in np.unique(costs.pools).tolist():
        theirs = costs.pools == pool
        asking = np.flatnonzero(theirs & may)
        required = int((theirs & must).sum())
        if not len(asking) or (not required and _at_most(costs, asking, prize) <= costs.truck):
            continue
        room = max(int(SPARE * _stops_today(night, costs, np.flatnonzero(theirs))) - required, FEWEST)
        order = np.argsort(costs.service[asking] + costs.drive[asking] - prize[asking], kind="stable")
        found[asking[order[:room]]] = True
    return found


def _at_most(costs: Costs, asking: NDArray[np.int64], prize: NDArray[np.float64]) -> float:
    return float(np.maximum(prize[asking] - costs.service[asking], 0.0).sum())


def _stops_today(night: Night, costs: Costs, theirs: NDArray[np.int64]) -> float:
    """Stops that today's trucks could make among these containers."""
    containers = [night.containers[c] for c in theirs.tolist()]
    fractions = {container.fraction for container in containers}
    crews = [crew for crew in night.crews[0] if crew.fractions & fractions]
    standing_s = float(np.mean([container.service_s for container in containers]))
    return sum(crew.work_s for crew in crews) / max(standing_s + float(costs.drive_s[theirs].mean()), 1.0)
