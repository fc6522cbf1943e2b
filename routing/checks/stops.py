"""Stops: each is visited once by a vehicle that may come, or told to be left out; locks are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from domain.plans import StepKind
from routing.checks.day import Day, Known
from routing.checks.rules import Rule, Violation
from routing.solution import Solution


def check_stops(known: Known, solution: Solution) -> Iterator[Violation]:
    """Each stop in exactly one place: one route, or the unassigned; a stop that is done in none."""
    visits = Counter(
        step.stop_id for route in solution.routes for step in route.steps if step.kind is StepKind.EMPTYING
    )
    left_out = Counter(unassigned.stop_id for unassigned in solution.unassigned)
    for stop in known.problem.stops:
        place = f"stop {stop.id}"
        visited, unassigned = visits[stop.id], left_out[stop.id]
        if stop.done:
            if visited or unassigned:
                yield Violation(place, Rule.STOP_DONE, visited + unassigned)
            continue
        if visited > 1:
            yield Violation(place, Rule.STOP_TWICE, visited - 1)
        if not visited and not unassigned:
            yield Violation(place, Rule.STOP_MISSING)
        if unassigned and (visited or unassigned > 1):
            yield Violation(place, Rule.STOP_CONTRADICTED)
    for identifier in sorted(set(left_out) - set(known.stops)):
        yield Violation(f"unassigned stop {identifier}", Rule.UNKNOWN_STOP)


def check_vehicles(known: Known, solution: Solution) -> Iterator[Violation]:
    """No vehicle in two routes, and none without one that is out already or was told where to go."""
    times = Counter(route.vehicle_id for route in solution.routes)
    for vehicle in known.problem.vehicles:
        place = f"vehicle {vehicle.id}"
        if times[vehicle.id] > 1:
            yield Violation(place, Rule.VEHICLE_TWICE, times[vehicle.id] - 1)
        if not times[vehicle.id] and vehicle.under_way:
            yield Violation(place, Rule.ROUTE_MISSING)
        if not times[vehicle.id] and vehicle.prefix:
            yield Violation(place, Rule.PREFIX, len(vehicle.prefix))


def check_visits(day: Day) -> Iterator[Violation]:
    """The vehicle may come to the stops that it visits, and begins with those that it was told."""
    for number, step in enumerate(day.steps):
        stop = day.stop_of(step)
        if stop is None:
            continue
        lacking = len(stop.skills - day.vehicle.skills)
        if lacking:
            yield Violation(day.at(number), Rule.SKILL, lacking)
        if stop.allowed_vehicles is not None and day.vehicle.id not in stop.allowed_vehicles:
            yield Violation(day.at(number), Rule.NOT_ALLOWED)
    yield from _check_prefix(day)


def _check_prefix(day: Day) -> Iterator[Violation]:
    made = [
        (step.kind, step.stop_id if step.kind is StepKind.EMPTYING else step.disposal_site_id)
        for step in day.steps
        if step.kind in (StepKind.EMPTYING, StepKind.DISPOSAL)
    ]
    told = [(visit.kind, visit.id) for visit in day.vehicle.prefix]
    kept = 0
    while kept < min(len(told), len(made)) and told[kept] == made[kept]:
        kept += 1
    if kept < len(told):
        yield Violation(day.place, Rule.PREFIX, len(told) - kept)
    if not told and not day.vehicle.under_way and not any(kind is StepKind.EMPTYING for kind, _ in made):
        yield Violation(day.place, Rule.ROUTE_IDLE)
