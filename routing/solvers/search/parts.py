"""Smaller problems cut out of one: independent parts, and groups of routes that are searched again on their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from domain.plans import StepKind
from routing.problem import Matrix, Problem
from routing.solvers.plan.index import Index


def parts(index: Index) -> list[Problem]:
    """Split into problems that can be solved on their own, largest first.

    Vehicles that can serve nothing and are not out, and stops that nothing can serve, are in none of them.
    """
    group_of: dict[int, int] = {}
    members: dict[int, set[int]] = {}
    out = [frozenset({v.id}) for v in index.problem.vehicles if v.prefix or v.under_way]
    for vehicle_ids in {allowed for allowed in index.allowed.values() if allowed} | set(out):
        joined = set(vehicle_ids).union(*(members[group_of[v]] for v in vehicle_ids if v in group_of))
        name = min(joined)
        members[name] = joined
        group_of.update(dict.fromkeys(joined, name))
    stops_of: dict[int, set[int]] = {group: set() for group in set(group_of.values())}
    for stop in index.problem.stops:
        if index.allowed[stop.id]:
            stops_of[group_of[min(index.allowed[stop.id])]].add(stop.id)
    vehicles_of: dict[int, set[int]] = {group: set() for group in stops_of}
    for vehicle_id, group in group_of.items():
        vehicles_of[group].add(vehicle_id)
    found = [subproblem(index.problem, stops_of[group], vehicles_of[group]) for group in sorted(stops_of)]
    return sorted(found, key=lambda part: -len(part.stops))


def subproblem(problem: Problem, stop_ids: Collection[int], vehicle_ids: Collection[int]) -> Problem:
    """These stops and vehicles with only the locations that they use; what vehicles are locked to comes along.

    That a stop was planned for a vehicle that is not among them costs the same whoever serves it: it is forgotten, but
    where the stop may be left out, it is worth so much less.
    """
    known = frozenset(vehicle_ids)
    vehicles = [vehicle for vehicle in problem.vehicles if vehicle.id in known]
    locked = {visit.id for v in vehicles for visit in v.prefix if visit.kind is StepKind.EMPTYING}
    stops = [stop for stop in problem.stops if stop.id in stop_ids or stop.id in locked]
    visited = {visit.id for v in vehicles for visit in v.prefix if visit.kind is StepKind.DISPOSAL}
    carried = frozenset(amount.fraction for vehicle in vehicles for amount in vehicle.initial_load)
    fractions = carried.union(*(stop.fractions for stop in stops))
    sites = [site for site in problem.disposal_sites if site.fractions & fractions or site.id in visited]
    used = sorted({x.location for x in (*stops, *sites)} | {place for v in vehicles for place in (v.start, v.end)})
    number_of = {location: number for number, location in enumerate(used)}
    profiles = {vehicle.profile for vehicle in vehicles} or set(list(problem.matrices)[:1])
    return Problem(
        {
            profile: matrix if len(used) == problem.size else _cut_out(matrix, used)
            for profile, matrix in problem.matrices.items()
            if profile in profiles
        },
        tuple(
            replace(
                stop,
                location=number_of[stop.location],
                allowed_vehicles=None if stop.allowed_vehicles is None else stop.allowed_vehicles & known,
                planned_vehicle=stop.planned_vehicle if stop.planned_vehicle in known else None,
                prize=stop.prize
                if stop.prize is None or stop.planned_vehicle is None or stop.planned_vehicle in known
                else max(0, stop.prize - problem.change_cost),
            )
            for stop in stops
        ),
        tuple(replace(v, start=number_of[v.start], end=number_of[v.end]) for v in vehicles),
        tuple(replace(site, location=number_of[site.location]) for site in sites),
        problem.change_cost,
    )


def _cut_out(matrix: Matrix, used: Sequence[int]) -> Matrix:
    """The rows and columns of some locations; handed over for good, so that they need not be copied once more."""
    grid = np.ix_(used, used)
    metres, seconds = matrix.distances_m[grid], matrix.durations_s[grid]
    metres.flags.writeable = seconds.flags.writeable = False
    return Matrix(metres, seconds, matrix.estimated)
