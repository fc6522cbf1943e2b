"""Cost as exact integers, so that engines optimise the same thing and comparing never depends on rounding."""

from __future__ import annotations

import math
from collections.abc import Iterable
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


def units_per_overtime_second(vehicle: Vehicle) -> int:
    """Cost units of one second of overtime, on top of what a second costs anyway."""
    return vehicle.cost_per_overtime_hour * (UNITS_PER_CENT // 3600)


def fixed_units(vehicle: Vehicle) -> int:
    """Cost units of leaving the yard; spent already by a vehicle that is under way."""
    return 0 if vehicle.under_way else vehicle.fixed_cost * UNITS_PER_CENT


def overtime_s(vehicle: Vehicle, duration_s: int) -> int:
    """Seconds of overtime in a route of this duration."""
    return 0 if vehicle.max_duration_s is None else max(0, duration_s - vehicle.max_duration_s)


def route_units(vehicle: Vehicle, distance_m: int, duration_s: int) -> int:
    """Fixed, distance, duration and overtime cost of a route in exact units."""
    return (
        fixed_units(vehicle)
        + distance_m * units_per_metre(vehicle)
        + duration_s * units_per_second(vehicle)
        + overtime_s(vehicle, duration_s) * units_per_overtime_second(vehicle)
    )


def change_units(problem: Problem, vehicle: Vehicle, stop: Stop) -> int:
    """What it costs in units that this vehicle serves the stop and not the one that it was planned for."""
    changed = stop.planned_vehicle is not None and stop.planned_vehicle != vehicle.id
    return problem.change_cost * UNITS_PER_CENT if changed else 0


def weight_of(stops: Iterable[Stop]) -> int:
    """How much leaving these stops out weighs: 1 + priority for each required one."""
    return sum(1 + stop.priority for stop in stops if stop.required)


def driving_units(problem: Problem, vehicle: Vehicle, origin: int, destination: int) -> int | None:
    """Cost units of driving from one location to another; None where there is no way."""
    matrix = problem.matrix_of(vehicle)
    duration_s = int(matrix.durations_s[origin, destination])
    if duration_s == UNREACHABLE:
        return None
    distance_m = int(matrix.distances_m[origin, destination])
    return distance_m * units_per_metre(vehicle) + duration_s * units_per_second(vehicle)


@dataclass(frozen=True, slots=True)
class Scale:
    """Cost units divided by what all of a problem's prices have in common: small integers keep engines fast.

    ``penalty`` is what leaving out a required stop of priority 0 costs, in units: more than any detour for it, and
    more than all prizes together, yet small enough that engines do not prefer broken rules over it.
    """

    divisor: int
    penalty: int

    def scaled(self, units: int) -> int:
        """Units divided by the common divisor (exact)."""
        return units // self.divisor

    def prize(self, stop: Stop) -> int:
        """What leaving this stop out costs, scaled."""
        return self.scaled(self.penalty * (1 + stop.priority) if stop.prize is None else stop.prize * UNITS_PER_CENT)


def scale(problem: Problem) -> Scale:
    """The scale for a problem."""
    prices: set[int] = {stop.prize * UNITS_PER_CENT for stop in problem.stops if stop.prize}
    prices.add(problem.change_cost * UNITS_PER_CENT)
    for vehicle in problem.vehicles:
        prices |= {units_per_metre(vehicle), units_per_second(vehicle), vehicle.fixed_cost * UNITS_PER_CENT}
        prices.add(units_per_overtime_second(vehicle))
    divisor = math.gcd(*prices) or 1
    released = any(stop.release_s for stop in problem.stops)
    prizes = sum(stop.prize or 0 for stop in problem.stops) * UNITS_PER_CENT
    service_s = max((x.service_s for x in (*problem.stops, *problem.disposal_sites)), default=0)
    service_s += max((stop.setup_s for stop in problem.stops), default=0)
    timed = any(stop.time_windows for stop in problem.stops) or any(x.time_windows for x in problem.disposal_sites)
    farthest = {
        profile: (int(matrix.distances_m.max(initial=0)), int(matrix.durations_s.max(initial=0)))
        for profile, matrix in problem.matrices.items()
    }
    detour = 0
    for vehicle in problem.vehicles:
        most_m, most_s = farthest[vehicle.profile]
        longest_s = 5 * most_s + 3 * service_s
        longest_s += sum(each.duration_s for each in vehicle.breaks)
        # Waiting for a window may take most of a shift.
        longest_s = max(longest_s, vehicle.longest_s) if timed or released else longest_s
        seconds = units_per_second(vehicle) + units_per_overtime_second(vehicle)
        metres = 5 * most_m * units_per_metre(vehicle)
        detour = max(detour, vehicle.fixed_cost * UNITS_PER_CENT + metres + longest_s * seconds)
    detour += problem.change_cost * UNITS_PER_CENT
    # A multiple of the divisor, so that scaling stays exact.
    return Scale(divisor, divisor * math.ceil((2 * detour + prizes + 1) / divisor))
