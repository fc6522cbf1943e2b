"""Small repairs that every engine's answer goes through: no useless disposal trip, the best site for each, and no
order that breaks a rule: it loses its least valuable stops instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from domain.plans import StepKind
from routing.problem import Stop, Vehicle, Visit
from routing.solution import Route
from routing.solvers.plan.cost import UNITS_PER_CENT, weight_of
from routing.solvers.plan.disposal import detour, settle
from routing.solvers.plan.index import Index
from routing.solvers.plan.schedule import schedule, units_of


def tidy(index: Index, vehicle: Vehicle, visits: Sequence[Visit]) -> Route | None:
    """The cheapest route found that visits these stops in this order; None when the visits are no allowed route.

    Disposals that empty nothing are left out, missing ones are added, and each is tried at other sites.
    """
    best = settle(index, vehicle, visits)
    units = units_of(index, vehicle, best)
    if units is None:
        # A matrix may have a way only over a disposal site, and a site nearby may be closed when another is open.
        best = list(visits)
        units = units_of(index, vehicle, best)
    if units is None:
        best = settle(index, vehicle, visits)
        for changed in _neighbours(index, vehicle, best):
            units = units_of(index, vehicle, changed)
            if units is not None:
                best = changed
                break
    if units is None:
        return None
    improved = True
    while improved:
        improved = False
        for changed in _neighbours(index, vehicle, best):
            changed_units = units_of(index, vehicle, changed)
            if changed_units is not None and changed_units < units:
                best, units, improved = changed, changed_units, True
                break
    return schedule(index, vehicle, best)


def _neighbours(index: Index, vehicle: Vehicle, visits: list[Visit]) -> list[list[Visit]]:
    """The visits with one disposal left out, or at another site (nearest on the way first)."""
    rig = index.rigs[vehicle.id]
    changed: list[list[Visit]] = []
    for place in range(len(vehicle.prefix), len(visits)):
        visit = visits[place]
        if visit.kind is not StepKind.DISPOSAL:
            continue
        if place < len(visits) - 1:
            changed.append(settle(index, vehicle, [*visits[:place], *visits[place + 1 :]]))
        before = index.place_of(visits[place - 1]).location if place else vehicle.start
        after = index.place_of(visits[place + 1]).location if place + 1 < len(visits) else vehicle.end
        ways = sorted(
            (units, site_id)
            for site_id in index.sites
            if site_id != visit.id and (units := detour(index, rig, before, site_id, after)) is not None
        )
        changed += [
            settle(index, vehicle, [*visits[:place], Visit(StepKind.DISPOSAL, site_id), *visits[place + 1 :]])
            for _, site_id in ways
        ]
    return changed


def mend(index: Index, vehicle: Vehicle, visits: Sequence[Visit]) -> Route | None:
    """The route of these visits, less as few and as little valuable stops as must go to make it allowed.

    None where not even the vehicle's prefix, or where nothing is fixed no single stop, can be served.
    """
    route = tidy(index, vehicle, visits)
    if route is not None:
        return route
    locked = len(vehicle.prefix)
    single = [
        (loss(index.stops[visit.id]), units, place)
        for place, visit in enumerate(visits)
        if place >= locked
        and visit.kind is StepKind.EMPTYING
        and (units := units_of(index, vehicle, settle(index, vehicle, _without(visits, place)))) is not None
    ]
    if single:
        return tidy(index, vehicle, _without(visits, min(single)[2]))
    return _grown(index, vehicle, visits)


def loss(stop: Stop) -> tuple[int, int]:
    """What leaving a stop out loses: its weight, then its prize in units."""
    return weight_of([stop]), (stop.prize or 0) * UNITS_PER_CENT


def _without(visits: Sequence[Visit], place: int) -> list[Visit]:
    return [*visits[:place], *visits[place + 1 :]]


def _grown(index: Index, vehicle: Vehicle, visits: Sequence[Visit]) -> Route | None:
    """Stop after stop, the most valuable first, each in its place in the order, as long as the rules allow it."""
    locked = len(vehicle.prefix)
    kept = {place for place, visit in enumerate(visits) if place < locked or visit.kind is StepKind.DISPOSAL}
    stops = [place for place in range(len(visits)) if place not in kept]
    best: list[Visit] | None = None
    for place in sorted(stops, key=lambda place: (*(-x for x in loss(index.stops[visits[place].id])), place)):
        order = settle(index, vehicle, [visits[each] for each in sorted(kept | {place})])
        if units_of(index, vehicle, order) is not None:
            kept.add(place)
            best = order
    if best is None:
        best = settle(index, vehicle, visits[:locked])
        if not locked and not vehicle.under_way:
            return None
    return tidy(index, vehicle, best)
