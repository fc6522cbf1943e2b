"""Halfvol: ``routing.solve`` with all engines, on the cores that this process may use."""

from __future__ import annotations

from collections.abc import Sequence

from routing.check import check
from routing.problem import Problem
from routing.solution import Solution
from routing.solve import solve
from routing.solvers.plan.visits import Visits
from tests.benchmarks.routing.as_problem import Days, problem_of, tours_of, visits_of
from tests.benchmarks.routing.instance import Family, Instance, Tour
from tests.benchmarks.routing.periodic import search_side_by_side
from tests.benchmarks.routing.releases import solve_with_releases


class Rejected(Exception):
    """Halfvol's own checker found violations in Halfvol's solution."""


DAY_PATIENCE = 100
"""Iterations without improvement after which a single day of a periodic instance is taken as solved."""


def run(instance: Instance, seconds: float, cores: int, seed: int) -> tuple[list[Tour], str]:
    """Tours, and a remark on how they were found."""
    remarks: list[str] = []

    def solved(
        problem: Problem, limit_s: float, iterations: int | None = None, start: Visits | None = None
    ) -> Solution:
        solution = solve(
            problem, time_limit_s=limit_s, seed=seed, engine="best", iterations=iterations, start=start or None
        )
        if violations := check(problem, solution):
            raise Rejected("; ".join(str(violation) for violation in violations[:5]))
        remarks[:] = [solution.engines]
        return solution

    def whole(each: Instance, limit_s: float, start: Sequence[Tour] = ()) -> list[Tour]:
        return tours_of(each, solved(problem_of(each), limit_s, start=visits_of(each, start)))

    def one_day(days: Days, day: int, limit_s: float) -> list[Tour]:
        return tours_of(instance, solved(problem_of(instance, days, only_days=[day]), limit_s, DAY_PATIENCE))

    if instance.family is Family.MULTI_TRIP:
        return solve_with_releases(instance, seconds, whole), "; ".join(remarks)
    if instance.family is Family.PERIODIC:
        return search_side_by_side(instance, seconds, cores, seed, one_day), "search over day patterns around it"
    return whole(instance, seconds), "; ".join(remarks)
