"""What breaking a rule costs at first while PyVRP searches."""

from __future__ import annotations

import numpy as np
import pyvrp
from numpy.typing import NDArray

from routing.solvers.plan.cost import FORBIDDEN, units_per_second
from routing.solvers.pyvrp_engine.crews import UNBOUND
from routing.solvers.pyvrp_engine.layout import Layout


def penalties(layout: Layout, data: pyvrp.ProblemData, *, all_required: bool) -> tuple[list[float], float, float]:
    """First penalties for a unit of load, time and distance too much, about what they could save.

    PyVRP's own (50,000 a unit) take tens of thousands of iterations to come down. A unit of load saves its share
    of a trip of its own, a second its price; ten times that and more, because coming down from plans that keep
    all rules ends better than coming up from plans that break them.
    """
    types = data.vehicle_types()
    metre = float(np.mean([kind.unit_distance_cost for kind in types]))
    second = float(np.mean([units_per_second(crew.vehicle) / layout.scale.divisor for crew in layout.crews]))
    clients = len(layout.clients)
    starts = sorted({clients + start for start in layout.start_of})
    tips = sorted({clients + tip for tips in layout.tips_of for tip in tips})
    grid = np.ix_(range(clients), tips or starts)
    way_m = _middle(data.distance_matrix(0)[grid])
    way_s = 0.0 if layout.timeless else _middle(data.duration_matrix(0)[grid])
    trip = 2 * (metre * way_m + second * way_s)
    # Where stops may be left out, breaking a rule must not be cheaper than leaving out a required one.
    may_miss = not all_required and any(client.stop and client.stop.prize is None for client in layout.clients)
    missed = float(layout.penalty) if may_miss else 0.0
    loads: list[float] = []
    for dimension in range(data.num_load_dimensions):
        capacities = [kind.capacity[dimension] for kind in types if kind.capacity[dimension] < UNBOUND]
        capacity = max(1.0, float(np.mean(capacities))) if capacities else 1.0
        loads.append(max(min(max(40 * trip / capacity, 1.0), 1e5), missed / max(1.0, 0.1 * capacity)))
    speed = way_m / way_s if way_s else 1.0
    time = max(min(max(40 * second, 400 * metre * speed, 1.0), 1e5), missed / 1000)
    return loads, time, max(metre, 1.0)


def _middle(values: NDArray[np.int64]) -> float:
    known = values[values < FORBIDDEN]
    return float(np.median(known)) if known.size else 1.0
