"""What emptying everything that the fixed schedule has on a day would take: the measure of the saving."""

from __future__ import annotations

import logging

from domain.plans import FixedSchedule
from routing.breaks import without_needless_breaks
from routing.check import check
from routing.problem import Problem
from routing.solve import Progress, solve

_log = logging.getLogger(__name__)


def solve_fixed_schedule(
    problem: Problem, *, time_limit_s: float, seed: int, on_progress: Progress | None = None
) -> FixedSchedule | None:
    """Route all stops of the problem with the same solver as the plan, and add up what it takes.

    None where the checker finds the routes to break a rule: a plan without comparison is better than one with a
    false one, and tomorrow's routes do not depend on it.
    """
    if not problem.stops:
        return FixedSchedule(stops=0, routes=0, distance_m=0, duration_s=0)
    solution = solve(problem, time_limit_s=time_limit_s, seed=seed, on_progress=on_progress)
    problem, solution = without_needless_breaks(problem, solution)
    violations = check(problem, solution)
    if violations:
        _log.error("the routes of the fixed schedule break rules, so there is no comparison: %s", violations)
        return None
    return FixedSchedule(
        stops=sum(len(route.stop_ids) for route in solution.routes),
        routes=len(solution.routes),
        distance_m=solution.distance_m,
        duration_s=solution.duration_s,
    )
