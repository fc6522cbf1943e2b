"""Where one more stop could go in routes as they are: for filling in what a search missed, and for saying why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from domain.plans import StepKind
from routing.problem import DisposalSite, Stop, Vehicle
from routing.solution import Route
from routing.solvers.cost import UNITS_PER_CENT, units_per_metre, units_per_second
from routing.solvers.folding import forbidding
from routing.solvers.index import Index
from routing.solvers.schedule import cost_units, schedule
from routing.solvers.visits import Visit, visits_of

TRIED = 20
"""Places that are tried exactly for one stop, cheapest first."""


@dataclass(frozen=True, slots=True)
class Insertion:
    """One place for a stop: ``units`` is at most what it costs more, ``visits`` the vehicle's order with it."""

    units: int
    vehicle_id: int
    visits: tuple[Visit, ...]


def insertions(index: Index, routes: Mapping[int, Route], stop: Stop) -> list[Insertion]:
    """The :data:`TRIED` cheapest places by driving alone, cheapest first; times and loads are not looked at."""
    found: list[tuple[int, int, int, tuple[Visit, ...]]] = []
    orders = visits_of(routes)
    for vehicle_id in sorted(index.allowed[stop.id]):
        for inserted, units in _variants(index, index.vehicles[vehicle_id], routes.get(vehicle_id), stop):
            places = np.argsort(units, kind="stable")[:TRIED]
            found += [(int(units[place]), vehicle_id, int(place), inserted) for place in places]
    found.sort(key=lambda entry: entry[:3])
    return [
        Insertion(
            units, vehicle_id, (*orders.get(vehicle_id, [])[:place], *inserted, *orders.get(vehicle_id, [])[place:])
        )
        for units, vehicle_id, place, inserted in found[:TRIED]
    ]


def cheapest_allowed(
    index: Index, routes: Mapping[int, Route], candidates: Sequence[Insertion]
) -> tuple[int, Route] | None:
    """What the cheapest of these insertions that keeps all rules costs exactly, and its route."""
    best: tuple[int, Route] | None = None
    for candidate in candidates:
        if best is not None and candidate.units >= best[0]:
            break
        if candidate.visits[-1].kind is not StepKind.DISPOSAL:
            # Behind the last disposal: the vehicle would come home loaded.
            continue
        vehicle = index.vehicles[candidate.vehicle_id]
        route = schedule(index, vehicle, candidate.visits)
        if route is None:
            continue
        now = cost_units(vehicle, routes[vehicle.id]) if vehicle.id in routes else 0
        units = cost_units(vehicle, route) - now
        if best is None or units < best[0]:
            best = (units, route)
    return best


def fill_in(index: Index, routes: Mapping[int, Route]) -> dict[int, Route]:
    """The routes with every left-out stop added that fits and is worth it, the most valuable first."""
    filled = dict(routes)
    served = {stop_id for route in filled.values() for stop_id in route.stop_ids}
    left_out = [stop for stop in index.problem.stops if stop.id not in served and index.allowed[stop.id]]
    for stop in sorted(left_out, key=lambda stop: (stop.prize is not None, -(stop.prize or 0))):
        worth = None if stop.prize is None else stop.prize * UNITS_PER_CENT
        candidates = [c for c in insertions(index, filled, stop) if worth is None or c.units < worth]
        best = cheapest_allowed(index, filled, candidates)
        if best is not None and (worth is None or best[0] < worth):
            filled[best[1].vehicle_id] = best[1]
    return filled


def _variants(
    index: Index, vehicle: Vehicle, route: Route | None, stop: Stop
) -> Iterator[tuple[tuple[Visit, ...], NDArray[np.int64]]]:
    """The stop alone, or with a disposal before or after it, and what each place costs at least."""
    here = Visit(StepKind.EMPTYING, stop.id)
    sites = [site for site in index.problem.disposal_sites if stop.fraction in site.fractions]
    if route is None:
        locations = [vehicle.start, vehicle.end]
        fixed = vehicle.fixed_cost * UNITS_PER_CENT
        waits = False
    else:
        locations = [step.location for step in route.steps]
        fixed = 0
        waits = any(step.waiting_s for step in route.steps)
        yield (here,), _added(index, vehicle, locations, [stop], waits=waits)
        for site in index.problem.disposal_sites:
            before = (Visit(StepKind.DISPOSAL, site.id), here)
            yield before, _added(index, vehicle, locations, [site, stop], waits=waits)
    for site in sites:
        after = (here, Visit(StepKind.DISPOSAL, site.id))
        yield after, fixed + _added(index, vehicle, locations, [stop, site], waits=waits)


def _added(
    index: Index, vehicle: Vehicle, locations: Sequence[int], places: Sequence[Stop | DisposalSite], *, waits: bool
) -> NDArray[np.int64]:
    """Cost units that going over ``places`` adds between each pair of consecutive locations, at least."""
    matrix = index.problem.matrix
    origins, destinations = list(locations[:-1]), list(locations[1:])
    over = [place.location for place in places]
    total = np.zeros(len(origins), dtype=np.int64)
    # Waiting may swallow the extra time.
    prices = ((matrix.distances_m, units_per_metre(vehicle)), (matrix.durations_s, units_per_second(vehicle)))
    for values, price in prices[:1] if waits else prices:
        added = forbidding(values[origins, over[0]]) + forbidding(values[over[-1], destinations])
        added += sum(int(forbidding(values[[a], [b]])[0]) for a, b in pairwise(over))
        total += price * (added - forbidding(values[origins, destinations]))
    if not waits:
        total += units_per_second(vehicle) * sum(place.service_s for place in places)
    return total
