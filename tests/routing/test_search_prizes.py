"""A search that has to find out which stops are worth their detour."""

from __future__ import annotations

from dataclasses import replace

from routing.problem import Problem
from routing.solve import solve
from routing.solvers.plan.assemble import rank, routes_of
from routing.solvers.plan.index import index_of
from routing.solvers.pyvrp_engine.engine import first_plan
from tests.routing.problems import medium


def prized(cents: int) -> Problem:
    problem = medium(stops=200, vehicles=12)
    return Problem(
        problem.matrices,
        tuple(replace(each, prize=cents) for each in problem.stops),
        problem.vehicles,
        problem.disposal_sites,
    )


def test_the_first_plan_is_not_dearer_than_visiting_nobody() -> None:
    """A plan that begins with everybody takes very long to leave out those who are not worth it."""
    problem = prized(300)
    index = index_of(problem)
    visits = first_plan(problem, seed=1)
    assert rank(index, routes_of(index, visits or {})) <= rank(index, {})


def test_where_nobody_is_worth_it_nobody_is_visited() -> None:
    solution = solve(prized(1), time_limit_s=2, iterations=50, cores=1)
    assert not solution.routes
    assert solution.cost.total == 200
