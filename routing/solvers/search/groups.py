"""Which routes to search again together: those near each other, as many as make a problem of a handy size."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from routing.problem import Problem
from routing.solution import Route
from routing.solvers.plan.cost import units_per_metre, units_per_second
from routing.solvers.plan.folding import forbidding
from routing.solvers.plan.index import Index
from routing.solvers.search.parts import subproblem

MOST_COMPARED = 1000
"""Stops that are compared with each other at most; of longer plans every second, third .. stop of a route."""


@dataclass(frozen=True, slots=True)
class Group:
    """A problem of its own: some vehicles, their stops and stops left out nearby."""

    problem: Problem
    vehicle_ids: frozenset[int]
    stop_ids: frozenset[int]


def group(
    index: Index,
    routes: Mapping[int, Route],
    random: Random,
    *,
    size: int,
    busy: Collection[int] = (),
    taken: Collection[int] = (),
) -> Group | None:
    """The routes near a random one, about ``size`` stops together, without those of ``busy`` vehicles.

    Some vehicles of the yard come along, and the stops left out whose nearest route is among these, except the
    ``taken``, which another group may serve meanwhile. None when fewer than two routes are free.
    """
    free = [vehicle_id for vehicle_id, route in routes.items() if vehicle_id not in busy and route.stop_ids]
    if len(free) < 2:
        return None
    served = {
        vehicle_id: [index.stops[stop_id].location for stop_id in routes[vehicle_id].stop_ids] for vehicle_id in free
    }
    near = _proximity(index, served)
    # A random stop rather than a random route, so that long routes come as often as their share of the work.
    seed = random.choices(range(len(free)), weights=[len(served[vehicle_id]) for vehicle_id in free])[0]
    chosen: list[int] = []
    count = 0
    for number in np.argsort(near[seed], kind="stable"):
        stops = len(served[free[int(number)]])
        if len(chosen) > 1 and count + stops > size:
            break
        chosen.append(free[int(number)])
        count += stops
    stop_ids = {stop_id for vehicle_id in chosen for stop_id in routes[vehicle_id].stop_ids}
    stop_ids |= _left_out(index, routes, free, set(chosen), served) - set(taken)
    vehicles = {*chosen, *_idle(index, routes, busy, chosen)}
    return Group(subproblem(index.problem, stop_ids, vehicles), frozenset(vehicles), frozenset(stop_ids))


def _proximity(index: Index, served: Mapping[int, list[int]]) -> NDArray[np.float64]:
    """Mean cost from a route's stops to the nearest stop of another, for each pair of routes, both ways added."""
    step = 1 + sum(map(len, served.values())) // MOST_COMPARED
    sampled = [locations[::step] for locations in served.values()]
    flat = [location for locations in sampled for location in locations]
    counts = np.array([len(locations) for locations in sampled])
    firsts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    vehicle = index.vehicles[next(iter(served))]
    matrix = index.problem.matrix_of(vehicle)
    grid = np.ix_(flat, flat)
    costs = forbidding(matrix.distances_m[grid]) * units_per_metre(vehicle)
    costs += forbidding(matrix.durations_s[grid]) * units_per_second(vehicle)
    nearest = np.minimum.reduceat(costs, firsts, axis=1).astype(np.float64)
    means = np.add.reduceat(nearest, firsts, axis=0) / counts[:, None]
    near = means + means.T
    np.fill_diagonal(near, -1)
    return near


def _left_out(
    index: Index,
    routes: Mapping[int, Route],
    free: list[int],
    chosen: Collection[int],
    served: Mapping[int, list[int]],
) -> set[int]:
    """Stops in no route that are nearest to one of the chosen routes."""
    everyone = {stop_id for route in routes.values() for stop_id in route.stop_ids}
    out = [stop for stop in index.problem.stops if stop.id not in everyone and index.allowed[stop.id]]
    if not out:
        return set()
    step = 1 + sum(map(len, served.values())) // MOST_COMPARED
    flat = [location for vehicle_id in free for location in served[vehicle_id][::step]]
    owners = [vehicle_id for vehicle_id in free for _ in served[vehicle_id][::step]]
    matrix = index.problem.matrix_of(index.vehicles[free[0]])
    nearest = np.argmin(forbidding(matrix.durations_s[np.ix_([stop.location for stop in out], flat)]), axis=1)
    return {stop.id for stop, owner in zip(out, nearest, strict=True) if owners[int(owner)] in chosen}


def _idle(index: Index, routes: Mapping[int, Route], busy: Collection[int], chosen: Collection[int]) -> list[int]:
    """Vehicles of the yard: a few, of each kind."""
    kinds: dict[tuple[object, ...], int] = {}
    found: list[int] = []
    for vehicle in index.problem.vehicles:
        if vehicle.id in routes or vehicle.id in busy:
            continue
        kind = (vehicle.start, vehicle.end, vehicle.compartments, vehicle.skills, vehicle.starts_s, vehicle.profile)
        if kinds.get(kind, 0) < 1 + len(chosen) // 8:
            kinds[kind] = kinds.get(kind, 0) + 1
            found.append(vehicle.id)
    return found
