"""Small repairs that every engine's answer goes through: no useless disposal trip, and the best site for each."""

from __future__ import annotations

from collections.abc import Sequence

from domain.plans import StepKind
from routing.problem import Vehicle
from routing.solution import Route
from routing.solvers.cost import driving_units, units_per_second
from routing.solvers.index import Index
from routing.solvers.schedule import cost_units, schedule
from routing.solvers.visits import Visit


def tidy(index: Index, vehicle: Vehicle, visits: Sequence[Visit]) -> Route | None:
    """The cheapest route that visits these stops in this order; None when the visits are no allowed route."""
    shorter = _without_repeats(visits)
    best = schedule(index, vehicle, shorter)
    if best is None:
        # A matrix may have a way only over a disposal site.
        return schedule(index, vehicle, visits)
    visits = shorter
    improved = True
    while improved:
        improved = False
        for changed in _neighbours(index, vehicle, visits):
            route = schedule(index, vehicle, changed)
            if route is not None and cost_units(vehicle, route) < cost_units(vehicle, best):
                visits, best, improved = changed, route, True
                break
    return best


def _without_repeats(visits: Sequence[Visit]) -> list[Visit]:
    """Only disposals that come right after a stop."""
    kept: list[Visit] = []
    for visit in visits:
        if visit.kind is StepKind.EMPTYING or (kept and kept[-1].kind is StepKind.EMPTYING):
            kept.append(visit)
    return kept


def _neighbours(index: Index, vehicle: Vehicle, visits: list[Visit]) -> list[list[Visit]]:
    """The visits with one disposal left out (not the last one) or moved to a site that is nearer just there."""
    changed: list[list[Visit]] = []
    for place, visit in enumerate(visits):
        if visit.kind is not StepKind.DISPOSAL:
            continue
        if place < len(visits) - 1:
            changed.append([*visits[:place], *visits[place + 1 :]])
        before = index.stops[visits[place - 1].id].location
        after = vehicle.end if place == len(visits) - 1 else index.stops[visits[place + 1].id].location
        here = _detour(index, vehicle, before, visit.id, after)
        for site_id in index.sites:
            there = _detour(index, vehicle, before, site_id, after)
            if there is not None and (here is None or there < here):
                changed.append([*visits[:place], Visit(StepKind.DISPOSAL, site_id), *visits[place + 1 :]])
    return changed


def _detour(index: Index, vehicle: Vehicle, before: int, site_id: int, after: int) -> int | None:
    site = index.sites[site_id]
    there = driving_units(index.problem, vehicle, before, site.location)
    back = driving_units(index.problem, vehicle, site.location, after)
    if there is None or back is None:
        return None
    return there + back + site.service_s * units_per_second(vehicle)
