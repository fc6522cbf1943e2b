"""Breaks that a short day does not need."""

from __future__ import annotations

import time
from dataclasses import replace

from routing.problem import Problem, Vehicle
from routing.solution import Route, Solution
from routing.solvers.plan.assemble import assemble, routes_of
from routing.solvers.plan.index import index_of
from routing.solvers.plan.insertion import fill_in
from routing.solvers.plan.visits import visits_of

WORK_WITHOUT_BREAK_S = 19_800
"""So long a driver may work without a break: 5.5 hours (Dutch Working Hours Act, article 5:4)."""

COMPLETION_S = 1.0
"""How long the stops that were left out are tried once more in the time that this wins."""


def without_needless_breaks(
    problem: Problem, solution: Solution, *, longest_s: int = WORK_WITHOUT_BREAK_S
) -> tuple[Problem, Solution]:
    """The problem and its solution without the breaks of vehicles that are back within ``longest_s`` without them.

    A problem says that a vehicle takes its breaks whenever it leaves the yard; only its route tells whether the day is
    long enough to need them. The order of visits stays as it is, rests of a driving rule are placed anew.
    """
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    short = {
        route.vehicle_id
        for route in solution.routes
        if vehicles[route.vehicle_id].breaks and _work_s(vehicles[route.vehicle_id], route) <= longest_s
    }
    if not short:
        return problem, solution
    relieved = Problem(
        problem.matrices,
        problem.stops,
        tuple(replace(vehicle, breaks=()) if vehicle.id in short else vehicle for vehicle in problem.vehicles),
        problem.disposal_sites,
        problem.change_cost,
    )
    index = index_of(relieved)
    visits = visits_of({route.vehicle_id: route for route in solution.routes})
    ends_at = time.monotonic() + COMPLETION_S
    routes = fill_in(index, routes_of(index, visits), ends_at=ends_at)
    if any(route.duration_s > longest_s for vehicle_id, route in routes.items() if vehicle_id in short):
        # What was added made the day of one of them long enough for a break after all.
        return problem, solution
    return relieved, assemble(index, routes, solution.searches, ends_at=ends_at)


def _work_s(vehicle: Vehicle, route: Route) -> int:
    return route.duration_s - sum(each.duration_s for each in vehicle.breaks)
