"""Which vehicles have a route, and what a route is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.check import Rule, Violation, check
from routing.problem import Visit
from routing.solution import Load, Route
from tests.routing.checks.broken import R1, R2, R3, Case, name_of, with_route, with_vehicle
from tests.routing.checks.good_solution import DISPOSAL, EMPTYING, FIRST, PROBLEM, SECOND, SOLUTION, THIRD

CASES: list[Case] = [
    (Rule.UNKNOWN_VEHICLE, 1, "route of vehicle 9", PROBLEM, with_route(replace(SECOND, vehicle_id=9))),
    (Rule.VEHICLE_TWICE, 1, "vehicle 2", PROBLEM, with_route(SECOND, distance=300, duration=720)),
    (Rule.ROUTE_SHAPE, 1, R3, PROBLEM, with_route(Route(3, ()))),
    (Rule.ROUTE_SHAPE, 1, R3, PROBLEM, with_route(Route(3, THIRD.steps[:1]))),
    (Rule.ROUTE_SHAPE, 1, R3, with_vehicle(3, end=1), with_route(Route(3, THIRD.steps[:1] + THIRD.steps[2:3]))),
    (Rule.ROUTE_SHAPE, 1, R3, PROBLEM, with_route(Route(3, THIRD.steps[2:]))),
    (Rule.ROUTE_SHAPE, 1, R3, PROBLEM, with_route(Route(3, (THIRD.steps[0], *THIRD.steps[::3])))),
    (Rule.ROUTE_MISSING, 1, "vehicle 3", with_vehicle(3, under_way=True), SOLUTION),
    (
        Rule.ROUTE_IDLE,
        1,
        R2,
        with_vehicle(2, under_way=False),
        replace(SOLUTION, cost=replace(SOLUTION.cost, fixed=1400)),
    ),
    (Rule.PREFIX, 1, R1, with_vehicle(1, prefix=(Visit(EMPTYING, 1), Visit(EMPTYING, 3))), SOLUTION),
    (Rule.PREFIX, 2, R1, with_vehicle(1, prefix=(Visit(EMPTYING, 2), Visit(EMPTYING, 1))), SOLUTION),
    (Rule.PREFIX, 1, "vehicle 3", with_vehicle(3, prefix=(Visit(DISPOSAL, 1),)), SOLUTION),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_exactly_what_is_wrong_is_found(case: Case) -> None:
    rule, amount, place, problem, solution = case
    assert check(problem, solution) == [Violation(place, rule, amount)]


def test_a_prefix_may_lead_to_a_disposal_site_for_nothing() -> None:
    problem = with_vehicle(2, initial_load=(), prefix=(Visit(DISPOSAL, 1),))
    nothing = (Load(0, 0), Load(0, 0))
    steps = tuple(replace(each, loads=nothing) for each in SECOND.steps)
    assert check(problem, replace(SOLUTION, routes=(FIRST, replace(SECOND, steps=steps)))) == []
