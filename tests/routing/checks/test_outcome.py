"""What a solution says of itself: why stops are left out, and what it costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.check import Rule, Violation, check
from routing.solution import Unassigned, UnassignedReason
from tests.routing.checks.broken import Case, name_of, with_unassigned
from tests.routing.checks.good_solution import LEFT_OUT_4, LEFT_OUT_6, PROBLEM, SOLUTION

CASES: list[Case] = [
    (
        Rule.WRONG_REASON,
        1,
        "unassigned stop 4",
        PROBLEM,
        with_unassigned(Unassigned(4, UnassignedReason.CAPACITY), LEFT_OUT_6),
    ),
    (
        Rule.WRONG_REASON,
        10,
        "unassigned stop 4",
        PROBLEM,
        with_unassigned(replace(LEFT_OUT_4, detour_cost=40), LEFT_OUT_6),
    ),
    *(
        (
            Rule.COST,
            3.0,
            f"cost, {name}",
            PROBLEM,
            replace(SOLUTION, cost=replace(SOLUTION.cost, **{name: getattr(SOLUTION.cost, name) + 3})),
        )
        for name in ("fixed", "distance", "duration", "overtime", "missed_prizes", "changes")
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_exactly_what_is_wrong_is_found(case: Case) -> None:
    rule, amount, place, problem, solution = case
    assert check(problem, solution) == [Violation(place, rule, amount)]


def test_costs_that_are_no_numbers_are_wrong() -> None:
    (violation,) = check(PROBLEM, replace(SOLUTION, cost=replace(SOLUTION.cost, fixed=float("nan"))))
    assert violation.rule is Rule.COST
