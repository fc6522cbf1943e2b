"""A dimension of OR-Tools for when trips leave: none before everything that it must bring is released."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from routing.solvers.ortools_engine.model import OrtoolsModel


def add_releases(model: OrtoolsModel, durations: Sequence[NDArray[np.int64]]) -> None:
    """What a trip waits for is one number from its first stop to its last, and may grow where a trip begins.

    From there it is asked of the arrival at the first stop, less the way: asked of slack, OR-Tools finds next to
    nothing. ``durations``: seconds between nodes for each profile, service at the origin included. Where profiles
    differ the faster one counts, and a break may be on the way.
    """
    if not model.index.released:
        return
    routing, manager, solver = model.routing, model.manager, model.routing.solver()
    horizon_s = max(vehicle.ends_s for vehicle in model.vehicles)
    routing.AddConstantDimensionWithSlack(0, horizon_s, horizon_s, False, "release")
    released, time = routing.GetDimensionOrDie("release"), routing.GetDimensionOrDie("time")
    spare = [(time.CumulVar(index) - released.CumulVar(index)).Var() for index in range(routing.Size())]
    spare += [solver.IntConst(horizon_s)] * len(model.vehicles)
    for node, stop in enumerate(model.stops):
        place = manager.NodeToIndex(node)
        released.SlackVar(place).SetValue(0)
        released.CumulVar(place).SetMin(min(stop.release_s, horizon_s))
    begins = {manager.NodeToIndex(model.first_copy + n): site.service_s for n, site in enumerate(model.copies_of)}
    for number, vehicle in enumerate(model.vehicles):
        start = routing.Start(number)
        if vehicle.departed_s is None:
            begins[start] = 0
        else:
            released.SlackVar(start).SetValue(0)
            released.CumulVar(start).SetMax(vehicle.departed_s)
    nodes = [manager.IndexToNode(index) for index in range(routing.Size())]
    fastest = np.minimum.reduce(durations)
    for place, service_s in begins.items():
        ways_s = [int(s) - service_s for s in fastest[manager.IndexToNode(place), nodes]] + [0] * len(model.vehicles)
        ways_s[place] = -horizon_s  # not visited
        solver.Add(solver.Element(spare, routing.NextVar(place)) >= solver.Element(ways_s, routing.NextVar(place)))
