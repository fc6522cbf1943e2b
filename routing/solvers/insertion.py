"""Where one more stop could go in routes as they are: for filling in what a search missed, and for saying why not."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from domain.plans import StepKind
from routing.problem import DisposalSite, Stop, Vehicle
from routing.solution import Route
from routing.solvers.cost import FORBIDDEN, UNITS_PER_CENT, units_per_metre, units_per_second
from routing.solvers.folding import forbidding
from routing.solvers.index import Index
from routing.solvers.schedule import cost_units, schedule
from routing.solvers.visits import Visit, visits_of

TRIED = 20
"""Places that are tried exactly for one stop, cheapest first."""

ROOMY_TRIED = 5
"""Places of vehicles without a route, and as many with a disposal of their own, that are tried besides."""


@dataclass(frozen=True, slots=True)
class Insertion:
    """One place for a stop: ``units`` is what it costs more at least, ``visits`` the vehicle's order with it."""

    units: int
    vehicle_id: int
    visits: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class Insertions:
    """Where a stop could go. ``at_least``: cost units of the cheapest place by driving alone.

    ``candidates``: the :data:`TRIED` cheapest places, and those that make room (:data:`ROOMY_TRIED`), for which
    the shift has time; loads and windows are not looked at.
    """

    at_least: int
    candidates: tuple[Insertion, ...]


def insertions(index: Index, routes: Mapping[int, Route], stop: Stop) -> Insertions:
    """The places for a stop that at least one vehicle may visit, cheapest first."""
    found: list[tuple[int, int, int, tuple[Visit, ...]]] = []
    at_least = 2**62
    for vehicle_id in sorted(index.allowed[stop.id]):
        vehicle, route = index.vehicles[vehicle_id], routes.get(vehicle_id)
        spare_s = _spare_s(index, vehicle, route)
        for inserted, units, seconds in _variants(index, vehicle, route, stop):
            at_least = min(at_least, int(units.min()))
            places = np.flatnonzero(seconds <= spare_s)
            cheapest = places[np.argsort(units[places], kind="stable")[:TRIED]]
            found += [(int(units[place]), vehicle_id, int(place), inserted) for place in cheapest]
    found.sort(key=lambda entry: entry[:3])
    # Where the cheapest places fail for want of room, a trip to the disposal site or a vehicle of the yard makes room.
    idle = [entry for entry in found[TRIED:] if entry[1] not in routes]
    emptied = [entry for entry in found[TRIED:] if entry[1] in routes and len(entry[3]) > 1]
    tried = sorted(found[:TRIED] + idle[:ROOMY_TRIED] + emptied[:ROOMY_TRIED], key=lambda entry: entry[:3])
    orders = visits_of({v: routes[v] for _, v, _, _ in tried if v in routes})
    return Insertions(
        at_least,
        tuple(
            Insertion(units, v, (*orders.get(v, [])[:place], *inserted, *orders.get(v, [])[place:]))
            for units, v, place, inserted in tried
        ),
    )


def _spare_s(index: Index, vehicle: Vehicle, route: Route | None) -> int:
    """Seconds that a route may become longer; with time windows that is not known before it is scheduled."""
    if index.timed:
        return FORBIDDEN
    return vehicle.ends_s - vehicle.starts_s - (0 if route is None else route.duration_s)


def cheapest_allowed(
    index: Index, routes: Mapping[int, Route], candidates: Sequence[Insertion]
) -> tuple[int, Route] | None:
    """What the cheapest of these insertions that keeps all rules costs exactly, and its route."""
    best: tuple[int, Route] | None = None
    for candidate in candidates:
        if best is not None and candidate.units >= best[0]:
            break
        vehicle = index.vehicles[candidate.vehicle_id]
        route = schedule(index, vehicle, candidate.visits)
        if route is None:
            continue
        now = cost_units(vehicle, routes[vehicle.id]) if vehicle.id in routes else 0
        units = cost_units(vehicle, route) - now
        if best is None or units < best[0]:
            best = (units, route)
    return best


def fill_in(index: Index, routes: Mapping[int, Route], *, ends_at: float) -> dict[int, Route]:
    """The routes with every left-out stop added that fits and is worth it, the most valuable first.

    Leaves the rest as it is at ``ends_at`` on the monotonic clock.
    """
    filled = dict(routes)
    served = {stop_id for route in filled.values() for stop_id in route.stop_ids}
    left_out = [stop for stop in index.problem.stops if stop.id not in served and index.allowed[stop.id]]
    for stop in sorted(left_out, key=lambda stop: (stop.prize is not None, -(stop.prize or 0))):
        if time.monotonic() >= ends_at:
            break
        worth = None if stop.prize is None else stop.prize * UNITS_PER_CENT
        candidates = [c for c in insertions(index, filled, stop).candidates if worth is None or c.units < worth]
        best = cheapest_allowed(index, filled, candidates)
        if best is not None and (worth is None or best[0] < worth):
            filled[best[1].vehicle_id] = best[1]
    return filled


def _variants(
    index: Index, vehicle: Vehicle, route: Route | None, stop: Stop
) -> Iterator[tuple[tuple[Visit, ...], NDArray[np.int64], NDArray[np.int64]]]:
    """The stop alone, or with a disposal before or after it; what each place costs at least, and how long it takes."""
    here = Visit(StepKind.EMPTYING, stop.id)
    waits = route is not None and any(step.waiting_s for step in route.steps)
    if route is None:
        locations = [vehicle.start, vehicle.end]
        fixed = vehicle.fixed_cost * UNITS_PER_CENT
    else:
        locations = [step.location for step in route.steps]
        fixed = 0
        yield (here,), *_added(index, vehicle, locations, [stop], waits=waits)
        for site in index.problem.disposal_sites:
            before = (Visit(StepKind.DISPOSAL, site.id), here)
            yield before, *_added(index, vehicle, locations, [site, stop], waits=waits)
    for site in index.problem.disposal_sites:
        if stop.fraction in site.fractions:
            units, seconds = _added(index, vehicle, locations, [stop, site], waits=waits)
            if route is None:
                # A vehicle that stays in the yard saves no way from its start to its end.
                direct_s = int(forbidding(index.problem.matrix.durations_s[[vehicle.start], [vehicle.end]])[0])
                direct_m = int(forbidding(index.problem.matrix.distances_m[[vehicle.start], [vehicle.end]])[0])
                seconds = seconds + direct_s
                units = units + units_per_second(vehicle) * direct_s + units_per_metre(vehicle) * direct_m
            yield (here, Visit(StepKind.DISPOSAL, site.id)), fixed + units, seconds


def _added(
    index: Index, vehicle: Vehicle, locations: Sequence[int], places: Sequence[Stop | DisposalSite], *, waits: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cost units and seconds that going over ``places`` adds between each pair of consecutive locations."""
    matrix = index.problem.matrix
    origins, destinations = list(locations[:-1]), list(locations[1:])
    over = [place.location for place in places]

    def added(values: NDArray[np.int32]) -> NDArray[np.int64]:
        inside = sum(int(forbidding(values[[a], [b]])[0]) for a, b in pairwise(over))
        ways = forbidding(values[origins, over[0]]) + forbidding(values[over[-1], destinations])
        return inside + ways - forbidding(values[origins, destinations])

    seconds = added(matrix.durations_s) + sum(place.service_s for place in places)
    units = units_per_metre(vehicle) * added(matrix.distances_m)
    # Waiting may swallow the extra time.
    return (units if waits else units + units_per_second(vehicle) * seconds), seconds
