"""Each rule: a good solution, made by hand, broken in one place; the checker must say exactly that, and by how much.

The ways to break it stand by kind of rule in ``checks/``; here is what holds for all of them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from routing.check import Rule, Violation, check
from routing.problem import Matrix, Problem
from routing.solution import Cost, Solution
from tests.routing.checks import test_breaks, test_loads, test_outcome, test_places, test_routes, test_stops, test_times
from tests.routing.checks.broken import with_step
from tests.routing.checks.good_solution import FIRST, PROBLEM, SECOND, SOLUTION, START

OF_EACH_KIND = (test_routes, test_places, test_stops, test_loads, test_times, test_breaks, test_outcome)


def test_the_good_solution() -> None:
    assert check(PROBLEM, SOLUTION) == []


def test_every_rule_has_a_test() -> None:
    assert {case[0] for module in OF_EACH_KIND for case in module.CASES} == set(Rule)


def test_a_violation_as_a_line() -> None:
    assert str(Violation("vehicle 1", Rule.SHIFT, 20)) == "vehicle 1: shift (20)"


@pytest.mark.parametrize("number", range(len(FIRST.steps)))
@pytest.mark.parametrize(
    "change",
    [
        {"kind": START},
        {"location": -1},
        {"location": 99},
        {"arrival_s": -5},
        {"waiting_s": -5},
        {"service_s": -5},
        {"setup_s": -5},
        {"hold_s": -5},
        {"loads": ()},
        {"distance_m": -5},
        {"stop_id": 99},
        {"disposal_site_id": 99},
        {"break_id": 99},
    ],
    ids=str,
)
def test_whatever_is_wrong_with_a_step_is_found(number: int, change: dict[str, object]) -> None:
    if number or "kind" not in change:
        found = check(PROBLEM, with_step(number, **change))
        assert found
        assert all(violation.amount > 0 for violation in found)


@pytest.mark.parametrize("number", range(1, len(FIRST.steps) - 1))
def test_a_step_that_is_left_out_or_made_twice_is_found(number: int) -> None:
    steps = FIRST.steps
    for changed in (steps[:number] + steps[number + 1 :], steps[:number] + steps[number : number + 1] + steps[number:]):
        assert check(PROBLEM, replace(SOLUTION, routes=(replace(FIRST, steps=changed), SECOND)))


def test_nothing_planned_for_nothing() -> None:
    empty = Problem(Matrix(np.empty((0, 0), np.int32), np.empty((0, 0), np.int32)), (), (), ())
    assert check(empty, Solution((), (), Cost())) == []
