"""What emptying everything that the fixed schedule has on a day would take: the measure of the saving."""

from __future__ import annotations

import logging

from domain.plans import FixedSchedule
from routing.breaks import without_needless_breaks
from routing.check import check
from routing.problem import Problem
from routing.shadow.driving import Driving
from routing.solve import Progress, solve

_log = logging.getLogger(__name__)


def solve_fixed_schedule(
    problem: Problem, *, origin_s: float, time_limit_s: float, seed: int, on_progress: Progress | None = None
) -> Driving | None:
    """Route all stops of the problem, whose seconds count from ``origin_s``, with the same solver as the plan.

    None where the checker finds the routes to break a rule: a plan without comparison is better than one with a
    false one, and tomorrow's routes do not depend on it.
    """
    if not problem.stops:
        return Driving(distance_m=0, duration_s=0, vehicles=0, visits_s={}, unserved=0)
    solution = solve(problem, time_limit_s=time_limit_s, seed=seed, on_progress=on_progress)
    problem, solution = without_needless_breaks(problem, solution)
    violations = check(problem, solution)
    if violations:
        _log.error("the routes of the fixed schedule break rules, so there is no comparison: %s", violations)
        return None
    return Driving.of_solution(solution, origin_s=origin_s)


def in_figures(driving: Driving | None) -> FixedSchedule | None:
    """The figures that a plan carries."""
    if driving is None:
        return None
    return FixedSchedule(
        stops=len(driving.visits_s),
        routes=driving.vehicles,
        distance_m=driving.distance_m,
        duration_s=driving.duration_s,
    )
