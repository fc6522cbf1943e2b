"""Short days need no break; long ones keep theirs."""

from __future__ import annotations

import pytest

from domain.plans import StepKind
from routing.breaks import without_needless_breaks
from routing.check import check
from routing.problem import Break, Problem
from routing.solution import Solution
from routing.solve import solve
from tests.routing.problems import line, stop, tip, truck

LUNCH = Break(1, 1800, ((10_000, 12_000),))


def day(service_s: int) -> tuple[Problem, Solution]:
    """Two stops down the road, each taking so long, and a truck with a lunch break."""
    problem = Problem(
        line(0, 1000, 2000, 3000),
        (stop(1, 1, service_s=service_s), stop(2, 2, service_s=service_s)),
        (truck(breaks=(LUNCH,), ends_s=40_000),),
        (tip(1, 3),),
    )
    return problem, solve(problem, time_limit_s=0.5)


def breaks(solution: Solution) -> int:
    return sum(step.kind is StepKind.BREAK for route in solution.routes for step in route.steps)


@pytest.mark.parametrize(("service_s", "left"), [(600, 0), (10_000, 1)])
def test_only_a_long_day_keeps_its_break(service_s: int, left: int):
    problem, solution = day(service_s)
    assert breaks(solution) == 1
    relieved, shorter = without_needless_breaks(problem, solution)
    assert breaks(shorter) == left
    assert check(relieved, shorter) == []
    assert [route.stop_ids for route in shorter.routes] == [route.stop_ids for route in solution.routes]
    assert solution.duration_s - shorter.duration_s >= (1 - left) * LUNCH.duration_s


def test_a_short_route_does_not_wait_for_noon():
    problem, solution = day(600)
    _, shorter = without_needless_breaks(problem, solution)
    assert shorter.routes[0].ends_s < LUNCH.time_windows[0][0] < solution.routes[0].ends_s


def test_without_breaks_nothing_changes():
    problem = Problem(line(0, 1000, 2000), (stop(1, 1),), (truck(),), (tip(1, 2),))
    solution = solve(problem, time_limit_s=0.2)
    assert without_needless_breaks(problem, solution) == (problem, solution)
