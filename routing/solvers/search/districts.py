"""Large problems cut into districts of neighbouring stops, each with its share of the vehicles, for a first plan."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray

from routing.problem import UNREACHABLE, Problem, Vehicle
from routing.solvers.plan.index import Index
from routing.solvers.search.parts import subproblem


def districts(index: Index, size: int) -> list[Problem]:
    """Problems of about ``size`` stops, more where there are too few vehicles for so many districts."""
    problem = index.problem
    vehicles = sorted(problem.vehicles, key=lambda vehicle: (_kind(vehicle), vehicle.id))
    stops = [stop for stop in problem.stops if index.allowed[stop.id] and stop.id not in index.locked]
    count = max(1, min(len(vehicles), ceil(len(stops) / size)))
    matrix = problem.matrix_of(vehicles[0]).durations_s
    locations = np.array([stop.location for stop in stops], dtype=np.intp)
    cut = _cut(matrix, locations, np.arange(len(stops)), count)
    shares = _shares([sum(1 + stops[int(n)].kg for n in numbers) for numbers in cut], len(vehicles))
    found: list[Problem] = []
    for number, numbers in enumerate(cut):
        # Every so many of the sorted vehicles, so that each district has some of each kind.
        own: Collection[int] = {vehicle.id for place, vehicle in enumerate(vehicles) if shares[place] == number}
        found.append(subproblem(problem, {stops[int(n)].id for n in numbers}, own))
    return found


def _cut(
    matrix: NDArray[np.int32], locations: NDArray[np.intp], numbers: NDArray[np.intp], count: int
) -> list[NDArray[np.intp]]:
    """Halve again and again, between two stops far apart, until there are ``count`` pieces of about one size."""
    if count == 1:
        return [numbers]
    here = locations[numbers]
    one = here[int(np.argmax(_seconds(matrix, here[0], here)))]
    other = here[int(np.argmax(_seconds(matrix, one, here)))]
    order = np.argsort(_seconds(matrix, one, here) - _seconds(matrix, other, here), kind="stable")
    left = count // 2
    place = len(numbers) * left // count
    return [
        *_cut(matrix, locations, numbers[order[:place]], left),
        *_cut(matrix, locations, numbers[order[place:]], count - left),
    ]


def _seconds(matrix: NDArray[np.int32], origin: int, there: NDArray[np.intp]) -> NDArray[np.int64]:
    seconds = matrix[origin, there].astype(np.int64)
    return np.where(seconds == UNREACHABLE, 0, seconds)


def _shares(weights: Sequence[int], vehicles: int) -> list[int]:
    """For each vehicle the district it goes to: each has one, and the rest follow the weights."""
    given = [0] * len(weights)
    shares: list[int] = []
    for _ in range(vehicles):
        number = max(range(len(weights)), key=lambda n: weights[n] / (given[n] + 0.5) + (10**12 if not given[n] else 0))
        given[number] += 1
        shares.append(number)
    return shares


def _kind(vehicle: Vehicle) -> tuple[object, ...]:
    return tuple(sorted(vehicle.fractions)), vehicle.capacity_kg, tuple(sorted(vehicle.skills)), vehicle.start
