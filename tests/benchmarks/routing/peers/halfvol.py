"""Halfvol: ``routing.solve`` with all engines, on the cores that this process may use."""

from __future__ import annotations

from routing.check import check
from routing.problem import Problem
from routing.solution import Solution
from routing.solve import solve
from tests.benchmarks.routing.as_problem import Days, problem_of, tours_of
from tests.benchmarks.routing.instance import Family, Instance, Tour
from tests.benchmarks.routing.periodic import search_side_by_side


class Rejected(Exception):
    """Halfvol's own checker found violations in Halfvol's solution."""


DAY_PATIENCE = 100
"""Iterations without improvement after which a single day of a periodic instance is taken as solved."""


def run(instance: Instance, seconds: float, cores: int, seed: int) -> tuple[list[Tour], str]:
    """Tours, and a remark on how they were found."""
    remarks: list[str] = []

    def solved(problem: Problem, limit_s: float, iterations: int | None = None) -> Solution:
        solution = solve(problem, time_limit_s=limit_s, seed=seed, engine="best", iterations=iterations)
        if violations := check(problem, solution):
            raise Rejected("; ".join(str(violation) for violation in violations[:5]))
        remarks[:] = [solution.engines]
        return solution

    def one_day(days: Days, day: int, limit_s: float) -> list[Tour]:
        return tours_of(instance, solved(problem_of(instance, days, only_days=[day]), limit_s, DAY_PATIENCE))

    if instance.family is Family.PERIODIC:
        return search_side_by_side(instance, seconds, cores, seed, one_day), "search over day patterns around it"
    return tours_of(instance, solved(problem_of(instance), seconds)), "; ".join(remarks)
