"""Routes for a day's stops, searched as the nightly job searches them, checked, and driven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.containers import Container
from domain.errors import HalfvolError
from domain.plans import ReasonCode, Urgency
from routing.check import check
from routing.decide.day_problem import Ways, day_problem
from routing.decide.night import Candidate
from routing.decide.policy import Policy
from routing.problem import Problem
from routing.solution import Solution
from routing.solve import solve
from simulators.evaluation.world import World

TIME_LIMIT_S = 600.0
"""Searches end by their iterations, so that they do not depend on the machine; this is for what goes wrong."""


class PlanRejected(HalfvolError):
    """The independent checker found a plan to break rules; a run that goes on would measure nothing."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A problem and its checked solution; ``unserved``: required stops that no truck could serve."""

    problem: Problem
    solution: Solution
    unserved: int


def plan_routes(
    world: World, day: date, candidates: Sequence[Candidate], policy: Policy, *, iterations: int, all_required: bool
) -> Planned:
    """Search routes for the candidates that are worth a visit, or for all of them.

    Raises
    ------
    PlanRejected
        When the checker finds a rule broken.
    """
    town = world.town
    problem = day_problem(
        candidates,
        day,
        containers=town.containers,
        days=world.days,
        depots=town.depots,
        disposal_sites=town.disposal_sites,
        ways=Ways(world.rows, world.matrices, world.profiles),
        policy=policy,
        all_required=all_required,
    )
    solution = solve(
        problem,
        time_limit_s=TIME_LIMIT_S,
        seed=1,
        engine="pyvrp",
        iterations=iterations,
        cores=1,
        # Nobody reads here why a stop was left out.
        explain=False,
    )
    violations = check(problem, solution)
    if violations:
        raise PlanRejected(
            f"the plan of {day} breaks {len(violations)} rules, first {violations[0].rule} at {violations[0].place}",
            where=f"town {world.setting.seed}",
            remedy="report it with the setting: the solvers or the checker are wrong",
        )
    required = {stop.id for stop in problem.stops if stop.required}
    return Planned(problem, solution, sum(each.stop_id in required for each in solution.unassigned))


def must(container: Container, level: float) -> Candidate:
    """A container that has to be visited, with room kept for so much (share of the capacity)."""
    return Candidate(
        container_id=container.id,
        urgency=Urgency.MUST,
        reason=ReasonCode.ABOVE_THRESHOLD,
        prize=None,
        kg=round(container.full_mass_kg * level),
        l=round(container.capacity_l * level),
        fill_level=level,
        growth_per_day=0.0,
        overflow_risk=0.0,
        next_chance_s=None,
        due_s=None,
        later_cost=0.0,
        later_s=None,
        last_observed_s=None,
        last_level=None,
    )
