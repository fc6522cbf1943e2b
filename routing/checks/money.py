"""Money: the cost of a solution, added up anew from its routes."""

from __future__ import annotations

from collections.abc import Iterator

from domain.plans import StepKind
from routing.checks.day import Day, Known
from routing.checks.rules import Rule, Violation
from routing.solution import Solution

TOLERANCE = 0.01
"""Cents that rounding may make; of large sums, a billionth."""


def check_cost(known: Known, solution: Solution, days: list[Day]) -> Iterator[Violation]:
    """Compare each part of the stated cost with what the routes of ``days`` come to."""
    stated = solution.cost
    visited = {step.stop_id for route in solution.routes for step in route.steps if step.kind is StepKind.EMPTYING}
    pairs = (
        ("fixed", stated.fixed, sum(day.vehicle.fixed_cost for day in days if not day.vehicle.under_way)),
        ("distance", stated.distance, sum(day.vehicle.cost_per_km * day.steps[-1].distance_m / 1000 for day in days)),
        ("duration", stated.duration, sum(day.vehicle.cost_per_hour * _duration_s(day) / 3600 for day in days)),
        (
            "overtime",
            stated.overtime,
            sum(day.vehicle.cost_per_overtime_hour * _overtime_s(day) / 3600 for day in days),
        ),
        (
            "missed_prizes",
            stated.missed_prizes,
            sum(stop.prize or 0 for stop in known.problem.stops if stop.id not in visited and not stop.done),
        ),
        ("changes", stated.changes, known.problem.change_cost * sum(_changed_stops(day) for day in days)),
    )
    for name, claimed, real in pairs:
        if not abs(claimed - real) <= max(TOLERANCE, 1e-9 * abs(real)):
            yield Violation(f"cost, {name}", Rule.COST, abs(claimed - real))


def _duration_s(day: Day) -> int:
    return day.steps[-1].arrival_s - day.steps[0].arrival_s


def _overtime_s(day: Day) -> int:
    most_s = day.vehicle.max_duration_s
    return 0 if most_s is None else max(0, _duration_s(day) - most_s)


def _changed_stops(day: Day) -> int:
    stops = (day.stop_of(step) for step in day.steps)
    return sum(stop is not None and stop.planned_vehicle not in (None, day.vehicle.id) for stop in stops)
