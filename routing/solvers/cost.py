"""Cost as exact integers, so that engines optimise the same thing and comparing never depends on rounding."""

from __future__ import annotations

import math
from dataclasses import dataclass

from routing.problem import UNREACHABLE, Problem, Stop, Vehicle

UNITS_PER_CENT = 18_000
"""Least common multiple of 1000 (metres per kilometre) and 3600 (seconds per hour)."""

FORBIDDEN = 10**8
"""Metres and seconds put in the engines' matrices where there is no way: beyond every shift."""


def units_per_metre(vehicle: Vehicle) -> int:
    """Cost units of one metre."""
    return vehicle.cost_per_km * (UNITS_PER_CENT // 1000)


def units_per_second(vehicle: Vehicle) -> int:
    """Cost units of one second."""
    return vehicle.cost_per_hour * (UNITS_PER_CENT // 3600)


def driving_units(problem: Problem, vehicle: Vehicle, origin: int, destination: int) -> int | None:
    """Cost units of driving from one location to another; None where there is no way."""
    duration_s = int(problem.matrix.durations_s[origin, destination])
    if duration_s == UNREACHABLE:
        return None
    distance_m = int(problem.matrix.distances_m[origin, destination])
    return distance_m * units_per_metre(vehicle) + duration_s * units_per_second(vehicle)


@dataclass(frozen=True, slots=True)
class Scale:
    """Cost units divided by what all of a problem's prices have in common: small integers keep engines fast.

    ``penalty`` is what leaving out a required stop costs, in units: more than any detour for it, and more than all
    prizes together, yet small enough that engines do not prefer broken rules over it.
    """

    divisor: int
    penalty: int

    def scaled(self, units: int) -> int:
        """Units divided by the common divisor (exact)."""
        return units // self.divisor

    def prize(self, stop: Stop) -> int:
        """What leaving this stop out costs, scaled."""
        return self.scaled(self.penalty if stop.prize is None else stop.prize * UNITS_PER_CENT)


def scale(problem: Problem) -> Scale:
    """The scale for a problem."""
    prices: set[int] = {stop.prize * UNITS_PER_CENT for stop in problem.stops if stop.prize}
    for vehicle in problem.vehicles:
        prices |= {units_per_metre(vehicle), units_per_second(vehicle), vehicle.fixed_cost * UNITS_PER_CENT}
    divisor = math.gcd(*prices) or 1
    prizes = sum(stop.prize or 0 for stop in problem.stops) * UNITS_PER_CENT
    longest_m = int(problem.matrix.distances_m.max(initial=0))
    longest_s = int(problem.matrix.durations_s.max(initial=0))
    service_s = max((x.service_s for x in (*problem.stops, *problem.disposal_sites)), default=0)
    detour = max(
        (
            vehicle.fixed_cost * UNITS_PER_CENT
            + 5 * longest_m * units_per_metre(vehicle)
            + (5 * longest_s + 3 * service_s) * units_per_second(vehicle)
            for vehicle in problem.vehicles
        ),
        default=0,
    )
    # A multiple of the divisor, so that scaling stays exact.
    return Scale(divisor, divisor * math.ceil((2 * detour + prizes + 1) / divisor))
