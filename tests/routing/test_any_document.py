"""Whatever the reader accepts gets an answer that the checker accepts, however little sense it makes."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, Phase, given, settings

from routing.check import Rule, check
from routing.problem import Problem
from routing.problem_json import problem_to_json, read_problem, solution_to_json
from routing.solve import solve
from tests.routing.documents import any_problems

KEPT_BY_NOBODY = {Rule.PREFIX, Rule.ROUTE_MISSING}
"""Random locks seldom leave a way to keep them."""


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)
@given(problem=any_problems())
def test_the_strangest_problems_are_solved(problem: Problem) -> None:
    problem = read_problem(json.dumps(problem_to_json(problem)))
    solution = solve(problem, time_limit_s=0.2)
    violations = check(problem, solution)
    assert {violation.rule for violation in violations} <= KEPT_BY_NOBODY
    json.dumps(solution_to_json(problem, solution, violations=violations), allow_nan=False)
