"""From visits to a solution: timed routes, what is left out and why, and the cost."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence

from domain.plans import StepKind
from routing.problem import Stop
from routing.solution import Cost, Route, Search, Solution, Unassigned, UnassignedReason
from routing.solvers.plan.cost import (
    UNITS_PER_CENT,
    change_units,
    fixed_units,
    overtime_s,
    units_per_metre,
    units_per_overtime_second,
    units_per_second,
    weight_of,
)
from routing.solvers.plan.index import Index
from routing.solvers.plan.insertion import Inserter, with_locked
from routing.solvers.plan.schedule import cost_units
from routing.solvers.plan.tidy import mend, tidy
from routing.solvers.plan.visits import Visits

log = logging.getLogger(__name__)

GRACE_S = 0.3
"""How much longer than the time limit the reasons of stops left out may take."""

Rank = tuple[int, int]
"""Weight of the required stops left out (1 + priority each), then cost in exact units: smaller is better."""


def routes_of(index: Index, visits: Visits) -> dict[int, Route]:
    """Tidied routes by vehicle id. A route that an engine believes in but that breaks a rule loses stops until it does
    not.
    """
    routes: dict[int, Route] = {}
    for vehicle_id, order in visits.items():
        vehicle = index.vehicles[vehicle_id]
        if not vehicle.under_way and not any(visit.kind is StepKind.EMPTYING for visit in order):
            continue
        route = tidy(index, vehicle, order)
        if route is None:
            route = mend(index, vehicle, order)
            log.debug("an engine returned visits that vehicle %s cannot make: %s", vehicle_id, list(order))
        if route is not None and (route.stop_ids or vehicle.under_way):
            routes[vehicle_id] = route
    return routes


def rank(index: Index, routes: Mapping[int, Route]) -> Rank:
    """How good routes are, for comparing; those that vehicles under way have in any case are added."""
    completed = with_locked(index, routes)
    left_out = _left_out(index, completed.values())
    units = sum(cost_units(index.vehicles[vehicle_id], route) for vehicle_id, route in completed.items())
    units += _changes(index, completed.values())
    units += sum((stop.prize or 0) * UNITS_PER_CENT for stop in left_out)
    return weight_of(left_out), units


def assemble(index: Index, routes: Mapping[int, Route], searches: Sequence[Search], *, ends_at: float) -> Solution:
    """The solution with these routes, in the order of the problem's vehicles.

    After ``ends_at`` on the monotonic clock reasons get coarser: a stop that would pay by driving alone is called out
    of shift unchecked, and a little later the cost of a detour is no longer told.
    """
    completed = with_locked(index, routes)
    ordered = tuple(completed[vehicle.id] for vehicle in index.problem.vehicles if vehicle.id in completed)
    left_out = _left_out(index, ordered)
    inserter = Inserter(index, completed)
    return Solution(
        ordered,
        tuple(_unassigned(index, inserter, stop, ends_at) for stop in left_out),
        _cost(index, ordered, left_out),
        tuple(searches),
    )


def _left_out(index: Index, routes: Iterable[Route]) -> list[Stop]:
    served = {stop_id for route in routes for stop_id in route.stop_ids}
    return [stop for stop in index.problem.stops if stop.id not in served and not stop.done]


def _changes(index: Index, routes: Iterable[Route]) -> int:
    return sum(
        change_units(index.problem, index.vehicles[route.vehicle_id], index.stops[stop_id])
        for route in routes
        for stop_id in route.stop_ids
    )


def _cost(index: Index, routes: Sequence[Route], left_out: Sequence[Stop]) -> Cost:
    vehicles = [index.vehicles[route.vehicle_id] for route in routes]
    pairs = list(zip(vehicles, routes, strict=True))
    overtime = sum(
        units_per_overtime_second(vehicle) * overtime_s(vehicle, route.duration_s) for vehicle, route in pairs
    )
    return Cost(
        fixed=sum(fixed_units(vehicle) for vehicle in vehicles) / UNITS_PER_CENT,
        distance=sum(units_per_metre(vehicle) * route.distance_m for vehicle, route in pairs) / UNITS_PER_CENT,
        duration=sum(units_per_second(vehicle) * route.duration_s for vehicle, route in pairs) / UNITS_PER_CENT,
        overtime=overtime / UNITS_PER_CENT,
        missed_prizes=sum(stop.prize or 0 for stop in left_out),
        changes=_changes(index, routes) / UNITS_PER_CENT,
    )


def _unassigned(index: Index, inserter: Inserter, stop: Stop, ends_at: float) -> Unassigned:
    if stop.id in index.hopeless:
        return Unassigned(stop.id, index.hopeless[stop.id])
    if stop.prize is None:
        return Unassigned(stop.id, UnassignedReason.SHIFT)
    if time.monotonic() >= ends_at + GRACE_S:
        return Unassigned(stop.id, UnassignedReason.NOT_WORTH_DETOUR)
    found = inserter.insertions(stop)
    if stop.prize * UNITS_PER_CENT <= found.at_least < 2**62:
        # Driving alone costs too much already; loads and times could only make it dearer.
        return Unassigned(stop.id, UnassignedReason.NOT_WORTH_DETOUR, _cents(found.at_least))
    allowed = inserter.cheapest_allowed(found.candidates, stop) if time.monotonic() < ends_at else None
    if allowed is None:
        return Unassigned(stop.id, UnassignedReason.SHIFT)
    return Unassigned(stop.id, UnassignedReason.NOT_WORTH_DETOUR, _cents(allowed[0]))


def _cents(units: int) -> int:
    return round(units / UNITS_PER_CENT)
