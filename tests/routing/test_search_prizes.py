"""A search that has to find out which stops are worth their detour."""

from __future__ import annotations

from dataclasses import replace

from routing.check import check
from routing.problem import Problem
from routing.solution import UnassignedReason
from routing.solve import solve
from routing.solvers.plan.assemble import rank, routes_of
from routing.solvers.plan.index import index_of
from routing.solvers.pyvrp_engine.engine import first_plan
from tests.routing.problems import medium


def prized(cents: int, *, stops: int = 200, vehicles: int = 12) -> Problem:
    problem = medium(stops=stops, vehicles=vehicles)
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


def test_without_explanations_the_plan_is_as_good_and_still_checked() -> None:
    problem = prized(1000, stops=60, vehicles=4)
    explained, quick = (
        solve(problem, time_limit_s=20, engine="pyvrp", iterations=5, cores=1, explain=explain)
        for explain in (True, False)
    )
    assert 0 < len(quick.unassigned) < 60
    assert {each.reason for each in quick.unassigned} == {UnassignedReason.NOT_WORTH_DETOUR}
    assert {each.detour_cost for each in quick.unassigned} == {None}
    assert any(each.detour_cost is not None for each in explained.unassigned)
    assert quick.cost.total <= 1.01 * explained.cost.total
    assert check(problem, quick) == []
