"""The good solution or its problem with one thing changed, and what the checker must say of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from routing.check import Rule
from routing.problem import DisposalSite, DrivingRule, Problem, Stop, Vehicle
from routing.solution import Route, Solution, Unassigned
from tests.routing.checks.good_solution import FIRST, PROBLEM, SECOND, SOLUTION

R1, R2, R3 = (f"route of vehicle {number}" for number in (1, 2, 3))

Case = tuple[Rule, float, str, Problem, Solution]
"""The rule that is broken, by how much, and where, when this problem is solved so."""

Thing = TypeVar("Thing", Stop, Vehicle, DisposalSite)


def name_of(case: Case) -> str:
    return f"{case[0]}, {case[2]}"


def _changed(things: tuple[Thing, ...], identifier: int, changes: dict[str, object]) -> tuple[Thing, ...]:
    return tuple(replace(each, **changes) if each.id == identifier else each for each in things)


def with_stop(identifier: int, **changes: object) -> Problem:
    return replace(PROBLEM, stops=_changed(PROBLEM.stops, identifier, changes))


def with_vehicle(identifier: int, **changes: object) -> Problem:
    return replace(PROBLEM, vehicles=_changed(PROBLEM.vehicles, identifier, changes))


def with_rule(rule: DrivingRule | None) -> Problem:
    """The first vehicle with another driving rule."""
    return with_vehicle(1, driving_rule=rule)


def with_site(identifier: int, **changes: object) -> Problem:
    return replace(PROBLEM, disposal_sites=_changed(PROBLEM.disposal_sites, identifier, changes))


def with_step(number: int, **changes: object) -> Solution:
    """One step of the first route changed."""
    return with_steps({number: changes})


def with_steps(changes: dict[int, dict[str, object]]) -> Solution:
    steps = tuple(replace(each, **changes.get(number, {})) for number, each in enumerate(FIRST.steps))
    return replace(SOLUTION, routes=(replace(FIRST, steps=steps), SECOND))


def with_route(route: Route, **costs: int) -> Solution:
    """One more route, and what it adds to the cost."""
    cost = replace(SOLUTION.cost, **{name: getattr(SOLUTION.cost, name) + value for name, value in costs.items()})
    return replace(SOLUTION, routes=(FIRST, SECOND, route), cost=cost)


def with_unassigned(*unassigned: Unassigned) -> Solution:
    return replace(SOLUTION, unassigned=unassigned)


EMPTY_SEVENTH = with_stop(7, amounts=())
"""Nothing to pick up at stop 7, so nothing to unload afterwards."""
