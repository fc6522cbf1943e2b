"""Where a vehicle must go by disposal sites: added where it is full or goes home empty, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

from domain.plans import StepKind
from routing.problem import UNREACHABLE, Vehicle, Visit
from routing.solvers.plan.cost import units_per_metre, units_per_second
from routing.solvers.plan.index import Index
from routing.solvers.plan.loads import Body
from routing.solvers.plan.rig import Rig


def settle(index: Index, vehicle: Vehicle, visits: Sequence[Visit]) -> list[Visit]:
    """The visits with disposals that empty nothing left out, and the missing ones added, each at the nearest site.

    The vehicle's prefix stays as it is. Where no site helps the order is returned as far as it could be mended.
    """
    rig = index.rigs[vehicle.id]
    body = Body(rig)
    settled: list[Visit] = []
    here = vehicle.start
    for number, visit in enumerate(visits):
        locked = number < len(vehicle.prefix)
        if visit.kind is StepKind.EMPTYING:
            there = index.stops[visit.id].location
            if visit.id in rig.cargo:
                while not locked and not body.fits(rig, visit.id):
                    site = _making_room(index, rig, body, visit.id, here, there)
                    if site is None:
                        break
                    settled.append(Visit(StepKind.DISPOSAL, site))
                    body.dispose(index.accepted[site])
                    here = index.sites[site].location
                body.collect(rig, visit.id)
        else:
            there = index.sites[visit.id].location
            if not body.dispose(index.accepted[visit.id]) and not locked:
                continue
        settled.append(visit)
        here = there
    while vehicle.ends_empty and not body.empty:
        site = _cheapest(index, rig, body, here, vehicle.end)
        if site is None:
            break
        settled.append(Visit(StepKind.DISPOSAL, site))
        body.dispose(index.accepted[site])
        here = index.sites[site].location
    return settled


def _making_room(  # noqa: PLR0917
    index: Index, rig: Rig, body: Body, stop_id: int, here: int, there: int
) -> int | None:
    """The nearest site on the way that empties one of the compartments that are too full for the stop."""
    short = [
        number
        for number, kg, litres, _ in rig.cargo[stop_id]
        if body.kg[number] + kg > rig.capacities[number].kg or body.litres[number] + litres > rig.capacities[number].l
    ]
    useful = [
        site
        for site, accepted in index.accepted.items()
        if any(body.aboard[number] and not body.aboard[number] & ~accepted for number in short)
    ]
    return min(
        (site for site in useful if detour(index, rig, here, site, there) is not None),
        key=lambda site: detour(index, rig, here, site, there) or 0,
        default=None,
    )


def _cheapest(index: Index, rig: Rig, body: Body, here: int, there: int) -> int | None:
    """The site that empties most compartments; of such the nearest on the way."""
    best: tuple[int, int, int] | None = None
    for site, accepted in index.accepted.items():
        units = detour(index, rig, here, site, there)
        left = sum(1 for fractions in body.aboard if fractions & ~accepted)
        if units is None or not body.empties(accepted):
            continue
        if best is None or (left, units, site) < best:
            best = (left, units, site)
    return None if best is None else best[2]


def detour(index: Index, rig: Rig, here: int, site_id: int, there: int) -> int | None:
    """Cost units of going over a site, service there included; None where there is no way."""
    site = index.sites[site_id]
    to_s, from_s = rig.seconds[here, site.location], rig.seconds[site.location, there]
    if UNREACHABLE in {to_s, from_s}:
        return None
    metres = rig.metres[here, site.location] + rig.metres[site.location, there]
    return metres * units_per_metre(rig.vehicle) + (to_s + from_s + site.service_s) * units_per_second(rig.vehicle)
