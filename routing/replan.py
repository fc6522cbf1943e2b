"""Replanning while the trucks are out: a new plan for the rest of the day that changes as little as is asked for.

What is done stays done. A truck that is driving to a stop, or busy at one, finishes it; then it is free for the new
plan, locked visits first. A truck that has broken down visits nothing more: what it has collected is done and stays in
it, what it had not reached goes to others. Every stop that another truck serves than planned costs the *stability*
weight, in cents, so that it moves only where that saves more elsewhere. Moving a stop of a broken-down truck is free.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from domain.errors import InvalidInput
from routing.amounts import LARGEST_AMOUNT, Amount, check_whole
from routing.check import check
from routing.problem import Problem
from routing.replanning.changes import Change, ChangeKind, changes_of
from routing.replanning.progress import Progress, progress_of
from routing.replanning.residual import Residual, residual
from routing.replanning.situation import ChangedWay, DoneVisit, Situation, TruckState
from routing.solution import Route, Solution
from routing.solve import solve

DEFAULT_STABILITY = 500
"""Cents that moving a stop to another truck costs: about what a driver's five minutes of talking it over do."""


@dataclass(frozen=True, slots=True, eq=False)
class Replanned:
    """A new plan for the rest of the day.

    Parameters
    ----------
    problem
        The rest of the day as a problem of its own; done stops are marked.
    solution
        Its solution, which the checker accepts. Routes begin where the trucks are free.
    changes
        Every stop whose truck changes, with the reason.
    progress
        How far each truck had come.
    late
        Seconds by vehicle that a truck is late home whatever it does.
    """

    problem: Problem
    solution: Solution
    changes: tuple[Change, ...]
    progress: tuple[Progress, ...]
    late: dict[int, int]

    @property
    def moved(self) -> tuple[Change, ...]:
        """The stops that go from one truck to another."""
        return tuple(change for change in self.changes if change.kind is ChangeKind.MOVED)

    @property
    def stranded(self) -> dict[int, tuple[Amount, ...]]:
        """What lies in trucks that have broken down, by vehicle."""
        return {each.vehicle.id: each.aboard for each in self.progress if each.broken_down and each.aboard}

    def whole_routes(self) -> tuple[Route, ...]:
        """What was driven and what is planned, as one route for each truck.

        A route of a truck that has broken down ends where it stands. Distances count on. Loads of the first part are
        those that follow from what was done, so that where a load was weighed, they jump at the seam.
        """
        rest = {route.vehicle_id: route for route in self.solution.routes}
        joined = (_joined(each, rest.get(each.vehicle.id)) for each in self.progress)
        return tuple(route for route in joined if route is not None)


def replan(
    problem: Problem,
    solution: Solution,
    situation: Situation,
    *,
    time_limit_s: float = 5.0,
    seed: int = 0,
    stability: int = DEFAULT_STABILITY,
    on_progress: Callable[[float, float | None], None] | None = None,
) -> Replanned:
    """Plan the rest of the day anew.

    Parameters
    ----------
    problem, solution
        What was planned, and the plan that is being driven.
    situation
        What happened since.
    time_limit_s, seed, on_progress
        As for :func:`routing.solve.solve`.
    stability
        Cents for every stop that another truck serves than planned. 0: only cost counts; from about the cost of a
        whole route on, only what must change does.

    Raises
    ------
    InvalidInput
        When the situation does not fit the problem, or nothing that keeps the rules is left: a locked visit cannot be
        made any more, or a truck has no way home.
    """
    check_whole("replanning", "stability", stability, LARGEST_AMOUNT)
    rest = rest_of_day(problem, solution, situation, stability=stability)
    locked = {vehicle.id: len(vehicle.prefix) for vehicle in rest.problem.vehicles}
    start = {vehicle: list(visits[locked[vehicle] :]) for vehicle, visits in rest.start.items()}
    found = solve(rest.problem, time_limit_s=time_limit_s, seed=seed, start=start, on_progress=on_progress)
    violations = check(rest.problem, found)
    if violations:
        raise InvalidInput(
            f"no plan for the rest of the day keeps all rules ({violations[0]})",
            remedy="lock fewer visits, or say where the truck is and until when it may work",
        )
    return Replanned(rest.problem, found, changes_of(solution, found, situation, rest), rest.progress, dict(rest.late))


def rest_of_day(problem: Problem, solution: Solution, situation: Situation, *, stability: int) -> Residual:
    """The problem for the rest of the day alone; errors as for :func:`replan`."""
    progress = progress_of(problem, solution, situation)
    return residual(problem, solution, situation, progress, change_cost=stability)


def _joined(progress: Progress, rest: Route | None) -> Route | None:
    if not progress.driven:
        return rest
    if rest is None:
        return Route(progress.vehicle.id, progress.driven)
    # Where the truck was said to be elsewhere than at its last visit, nobody knows the metres to there.
    offset_m = progress.driven[-1].distance_m
    later = tuple(replace(step, distance_m=step.distance_m + offset_m) for step in rest.steps[1:])
    return Route(progress.vehicle.id, (*progress.driven, *later))


__all__ = (
    "DEFAULT_STABILITY",
    "ChangedWay",
    "DoneVisit",
    "Replanned",
    "Situation",
    "TruckState",
    "replan",
    "rest_of_day",
)
