"""Each stop is visited once, by a vehicle that may come, or is left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.check import Rule, Violation, check
from routing.problem import Amount
from routing.solution import Unassigned, UnassignedReason
from tests.routing.checks.broken import R1, Case, name_of, with_route, with_stop, with_unassigned
from tests.routing.checks.good_solution import LEFT_OUT_4, LEFT_OUT_6, ORGANIC, PAPER, PROBLEM, SOLUTION, THIRD

CASES: list[Case] = [
    (Rule.STOP_TWICE, 1, "stop 7", PROBLEM, with_route(THIRD, fixed=300, distance=400, duration=580)),
    (Rule.STOP_MISSING, 1, "stop 4", PROBLEM, with_unassigned(LEFT_OUT_6)),
    (
        Rule.STOP_CONTRADICTED,
        1,
        "stop 7",
        PROBLEM,
        with_unassigned(LEFT_OUT_4, LEFT_OUT_6, Unassigned(7, UnassignedReason.SHIFT)),
    ),
    (Rule.STOP_CONTRADICTED, 1, "stop 6", PROBLEM, with_unassigned(LEFT_OUT_4, LEFT_OUT_6, LEFT_OUT_6)),
    (Rule.STOP_DONE, 1, "stop 7", with_stop(7, done=True), SOLUTION),
    (Rule.STOP_DONE, 1, "stop 5", PROBLEM, with_unassigned(LEFT_OUT_4, LEFT_OUT_6, replace(LEFT_OUT_6, stop_id=5))),
    (
        Rule.FRACTION,
        1,
        f"{R1}, step 8 (emptying)",
        with_stop(7, amounts=(Amount(PAPER, 100, 1000), Amount(ORGANIC, 0, 0))),
        SOLUTION,
    ),
    (Rule.SKILL, 2, f"{R1}, step 8 (emptying)", with_stop(7, skills=frozenset({"crane", "winch", "narrow"})), SOLUTION),
    (Rule.NOT_ALLOWED, 1, f"{R1}, step 8 (emptying)", with_stop(7, allowed_vehicles=frozenset({2, 3})), SOLUTION),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_exactly_what_is_wrong_is_found(case: Case) -> None:
    rule, amount, place, problem, solution = case
    assert check(problem, solution) == [Violation(place, rule, amount)]
