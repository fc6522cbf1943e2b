"""The independent checker: recomputes a solution from the problem alone and lists everything that breaks a rule.

It shares no code with the solvers. Where the problem says what is allowed, ``routing.checks`` says it a second time.
"""

from __future__ import annotations

from domain.plans import StepKind
from routing.checks.day import Day, Known
from routing.checks.loads import check_loads
from routing.checks.money import check_cost
from routing.checks.places import check_places
from routing.checks.reasons import check_reasons
from routing.checks.rests import check_breaks
from routing.checks.rules import Rule, Violation
from routing.checks.stops import check_stops, check_vehicles, check_visits
from routing.checks.times import check_times
from routing.problem import Problem
from routing.solution import Route, Solution

_OF_A_ROUTE = (check_visits, check_places, check_times, check_breaks, check_loads)

_IN_BETWEEN = {StepKind.EMPTYING, StepKind.DISPOSAL, StepKind.BREAK}


def check(problem: Problem, solution: Solution) -> list[Violation]:
    """List every violation; an empty list means that the solution may be driven."""
    known = Known.of(problem)
    found = list(check_vehicles(known, solution))
    days: list[Day] = []
    for route in solution.routes:
        place = f"route of vehicle {route.vehicle_id}"
        vehicle = known.vehicles.get(route.vehicle_id)
        if vehicle is None:
            found.append(Violation(place, Rule.UNKNOWN_VEHICLE))
        elif not _is_route(route):
            found.append(Violation(place, Rule.ROUTE_SHAPE))
        else:
            days.append(Day.of(known, vehicle, route))
    for day in days:
        for of_a_route in _OF_A_ROUTE:
            found += of_a_route(day)
    found += check_stops(known, solution)
    found += check_reasons(known, solution)
    found += check_cost(known, solution, days)
    return found


def _is_route(route: Route) -> bool:
    kinds = [step.kind for step in route.steps]
    return (
        len(kinds) > 1
        and kinds[0] is StepKind.START
        and kinds[-1] is StepKind.END
        and _IN_BETWEEN.issuperset(kinds[1:-1])
    )


__all__ = ("Rule", "Violation", "check")
