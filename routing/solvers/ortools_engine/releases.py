"""A dimension of OR-Tools for when trips leave: none before everything that it must bring is released."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routing.solvers.ortools_engine.model import OrtoolsModel


def add_releases(model: OrtoolsModel) -> None:
    """What a trip waits for is one number from its first stop to its last; it changes where the trip begins.

    Exact, but that a driver may take a break while the vehicle waits, which OR-Tools thinks of as time on the way.
    """
    if not model.index.released:
        return
    routing, manager, solver = model.routing, model.manager, model.routing.solver()
    horizon_s = max(vehicle.ends_s for vehicle in model.vehicles)
    routing.AddConstantDimensionWithSlack(0, horizon_s, horizon_s, False, "release")
    released, time = routing.GetDimensionOrDie("release"), routing.GetDimensionOrDie("time")
    for node, stop in enumerate(model.stops):
        place = manager.NodeToIndex(node)
        released.SlackVar(place).SetValue(0)
        if stop.release_s:
            released.CumulVar(place).SetMin(min(stop.release_s, horizon_s))
    begins = [(manager.NodeToIndex(model.first_copy + n), site.service_s) for n, site in enumerate(model.copies_of)]
    for number, vehicle in enumerate(model.vehicles):
        start = routing.Start(number)
        if vehicle.departed_s is None:
            begins.append((start, 0))
        else:
            released.SlackVar(start).SetValue(0)
            released.CumulVar(start).SetMax(vehicle.departed_s)
    for place, service_s in begins:
        leaves_s = time.CumulVar(place) + time.SlackVar(place) + service_s
        solver.Add(leaves_s >= released.CumulVar(place) + released.SlackVar(place))
