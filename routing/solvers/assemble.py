"""From visits to a solution: timed routes, what is left out and why, and the cost."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from domain.plans import StepKind
from routing.problem import Stop
from routing.solution import Cost, Route, Search, Solution, Unassigned, UnassignedReason
from routing.solvers.cost import UNITS_PER_CENT, units_per_metre, units_per_second
from routing.solvers.index import Index
from routing.solvers.insertion import cheapest_allowed, insertions
from routing.solvers.schedule import cost_units
from routing.solvers.tidy import tidy
from routing.solvers.visits import Visits

log = logging.getLogger(__name__)

GRACE_S = 0.3
"""How much longer than the time limit the reasons of stops left out may take."""

Rank = tuple[int, int]
"""Required stops left out, then cost in exact units: smaller is better."""


def routes_of(index: Index, visits: Visits) -> dict[int, Route]:
    """Tidied routes by vehicle id. A route that an engine believes in but that breaks a rule is left out."""
    routes: dict[int, Route] = {}
    for vehicle_id, order in visits.items():
        if not any(visit.kind is StepKind.EMPTYING for visit in order):
            continue
        route = tidy(index, index.vehicles[vehicle_id], order)
        if route is None:
            log.warning("an engine returned visits that vehicle %s cannot make: %s", vehicle_id, list(order))
        else:
            routes[vehicle_id] = route
    return routes


def rank(index: Index, routes: dict[int, Route]) -> Rank:
    """How good routes are, for comparing."""
    served = {stop_id for route in routes.values() for stop_id in route.stop_ids}
    left_out = [stop for stop in index.problem.stops if stop.id not in served]
    units = sum(cost_units(index.vehicles[vehicle_id], route) for vehicle_id, route in routes.items())
    units += sum((stop.prize or 0) * UNITS_PER_CENT for stop in left_out)
    return sum(stop.required for stop in left_out), units


def assemble(index: Index, routes: dict[int, Route], searches: Sequence[Search], *, ends_at: float) -> Solution:
    """The solution with these routes, in the order of the problem's vehicles.

    After ``ends_at`` on the monotonic clock reasons get coarser: a stop that would pay by driving alone is called out
    of time unchecked, and a little later the cost of a detour is no longer told.
    """
    ordered = tuple(routes[vehicle.id] for vehicle in index.problem.vehicles if vehicle.id in routes)
    served = {stop_id for route in ordered for stop_id in route.stop_ids}
    left_out = [stop for stop in index.problem.stops if stop.id not in served]
    return Solution(
        ordered,
        tuple(_unassigned(index, routes, stop, ends_at) for stop in left_out),
        _cost(index, ordered, left_out),
        tuple(searches),
    )


def _cost(index: Index, routes: Sequence[Route], left_out: Sequence[Stop]) -> Cost:
    vehicles = [index.vehicles[route.vehicle_id] for route in routes]
    pairs = list(zip(vehicles, routes, strict=True))
    return Cost(
        fixed=sum(vehicle.fixed_cost for vehicle in vehicles),
        distance=sum(units_per_metre(vehicle) * route.distance_m for vehicle, route in pairs) / UNITS_PER_CENT,
        duration=sum(units_per_second(vehicle) * route.duration_s for vehicle, route in pairs) / UNITS_PER_CENT,
        missed_prizes=sum(stop.prize or 0 for stop in left_out),
    )


def _unassigned(index: Index, routes: dict[int, Route], stop: Stop, ends_at: float) -> Unassigned:
    if stop.id in index.hopeless:
        return Unassigned(stop.id, index.hopeless[stop.id])
    if stop.prize is None:
        return Unassigned(stop.id, UnassignedReason.TIME)
    if time.monotonic() >= ends_at + GRACE_S:
        return Unassigned(stop.id, UnassignedReason.NOT_WORTH_DETOUR)
    found = insertions(index, routes, stop)
    if found.at_least >= stop.prize * UNITS_PER_CENT:
        # Driving alone costs too much already; loads and times could only make it dearer.
        return Unassigned(stop.id, UnassignedReason.NOT_WORTH_DETOUR, _cents(found.at_least))
    allowed = cheapest_allowed(index, routes, found.candidates) if time.monotonic() < ends_at else None
    if allowed is None:
        return Unassigned(stop.id, UnassignedReason.TIME)
    return Unassigned(stop.id, UnassignedReason.NOT_WORTH_DETOUR, _cents(allowed[0]))


def _cents(units: int) -> int:
    return round(units / UNITS_PER_CENT)
