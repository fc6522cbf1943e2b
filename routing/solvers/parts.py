"""Independent parts of a problem: stops and vehicles that no common vehicle or stop ties together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from routing.problem import Matrix, Problem, Stop, Vehicle
from routing.solvers.index import Index


def parts(index: Index) -> list[Problem]:
    """Split into problems that can be solved on their own, largest first.

    Vehicles that can serve nothing and stops that nothing can serve are in none of them.
    """
    group_of: dict[int, int] = {}
    members: dict[int, set[int]] = {}
    for vehicle_ids in {allowed for allowed in index.allowed.values() if allowed}:
        joined = set(vehicle_ids).union(*(members[group_of[v]] for v in vehicle_ids if v in group_of))
        name = min(joined)
        members[name] = joined
        group_of.update(dict.fromkeys(joined, name))
    problem = index.problem
    found = [
        _with_own_matrix(
            problem,
            [s for s in problem.stops if index.allowed[s.id] and group_of[min(index.allowed[s.id])] == group],
            [vehicle for vehicle in problem.vehicles if group_of.get(vehicle.id) == group],
        )
        for group in sorted(set(group_of.values()))
    ]
    return sorted(found, key=lambda part: -len(part.stops))


def _with_own_matrix(problem: Problem, stops: Sequence[Stop], vehicles: Sequence[Vehicle]) -> Problem:
    """The part with only the locations that it uses."""
    known = {vehicle.id for vehicle in vehicles}
    fractions = {stop.fraction for stop in stops}
    sites = [site for site in problem.disposal_sites if site.fractions & fractions]
    used = sorted(
        {x.location for x in (*stops, *sites)} | {location for v in vehicles for location in (v.start, v.end)}
    )
    place = {location: number for number, location in enumerate(used)}
    grid = np.ix_(used, used)
    return Problem(
        Matrix(problem.matrix.distances_m[grid], problem.matrix.durations_s[grid]),
        tuple(
            replace(
                stop,
                location=place[stop.location],
                allowed_vehicles=None if stop.allowed_vehicles is None else stop.allowed_vehicles & known,
            )
            for stop in stops
        ),
        tuple(replace(vehicle, start=place[vehicle.start], end=place[vehicle.end]) for vehicle in vehicles),
        tuple(replace(site, location=place[site.location]) for site in sites),
    )
