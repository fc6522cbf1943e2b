"""PyVRP: iterated local search with prizes, several trips, compartments and hours; see :mod:`.model`.

Where all required stops fit, PyVRP searches only among plans that visit them all, which is faster. Whether they fit is
known from the start, or is found out in the first part of the time. PyVRP moves stops; with several trips a day, whole
trips are put together into days in between (:mod:`routing.solvers.plan.chains`).
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.IteratedLocalSearch import IteratedLocalSearch, IteratedLocalSearchCallbacks, IteratedLocalSearchParams
from pyvrp.PenaltyManager import PenaltyManager, PenaltyParams
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)

from domain.plans import StepKind
from routing.problem import Problem
from routing.solvers.plan.chains import chained
from routing.solvers.plan.index import Index, index_of
from routing.solvers.plan.schedule import schedule
from routing.solvers.plan.visits import Improved, Visits, rests_of
from routing.solvers.pyvrp_engine.crews import crews
from routing.solvers.pyvrp_engine.model import PyvrpModel
from routing.solvers.pyvrp_engine.shares import share_out

TRY_ALL_SHARE = 0.25
"""Share of the time, and of the iterations, in which a plan with all required stops must be found."""

ROUNDS = (0.1, 0.2, 0.3, None)
"""Shares of the time, the last is what is left. With several trips a day each begins by putting them together anew."""

EAGERNESS = (0.0, 10.0, 0.5)
"""By turns of the seed, how eagerly vehicles are spared at first. Whether few or many are best, only a search tells."""

CHAINING_SHARE = 0.05
"""Share of the time that this may take each time."""

TELL_EVERY_S = 0.2
"""How often a better plan is told at most."""


def search(
    problem: Problem,
    *,
    time_limit_s: float,
    seed: int,
    iterations: int,
    start: Visits | None = None,
    on_improved: Improved | None = None,
) -> Visits | None:
    """Search with PyVRP; see :class:`routing.solvers.plan.visits.Engine`."""
    began_at = time.monotonic()
    ends_at = began_at + time_limit_s
    index = index_of(problem)
    if not any(crew.tips for crew in crews(index, {})):
        return _search(index, ends_at, seed, iterations, start, on_improved)
    # Each round shares caps of the day out anew; without them one that has a start is searched in one go.
    rounds = ROUNDS if start is None or share_out(index, start, seed) else ROUNDS[-1:]
    eagerness = 0.0
    if start is None:
        start, eagerness = first_plan(problem, seed=seed), EAGERNESS[seed % len(EAGERNESS)]
    for number, share in enumerate(rounds):
        if start is not None:
            chained_until = min(ends_at, time.monotonic() + CHAINING_SHARE * time_limit_s)
            start = chained(index, start, ends_at=chained_until, eagerness=0 if number else eagerness)
            if on_improved is not None and number:
                on_improved(start)
        round_ends_at = min(ends_at, time.monotonic() + share * time_limit_s) if share else ends_at
        start = _search(index, round_ends_at, seed + 1000 * number, iterations, start, on_improved)
    return start


def _search(  # noqa: PLR0917
    index: Index, ends_at: float, seed: int, iterations: int, start: Visits | None, on_improved: Improved | None
) -> Visits | None:
    problem, began_at = index.problem, time.monotonic()
    rests, shares = _rests(index, start), share_out(index, start, seed)
    served = {visit.id for visits in (start or {}).values() for visit in visits if visit.kind is StepKind.EMPTYING}
    required = {stop.id for stop in problem.stops if stop.required and index.allowed[stop.id] and not stop.done}
    fits = start is not None and required <= served
    # Where nothing is required there is nothing to try, and where the start has left some out a little.
    if fits or start is None:
        try_ends_at = ends_at if fits else began_at + TRY_ALL_SHARE * (ends_at - began_at)
        model = PyvrpModel(index, all_required=True, rests=rests, shares=shares)
        if model.empty:
            return start
        tries = iterations if fits else max(1, int(TRY_ALL_SHARE * iterations))
        result = _run(model, _Stop(ends_at, iterations, try_ends_at, tries), seed, start, on_improved)
        if result is not None or fits:
            return start if result is None else result
    model = PyvrpModel(index, all_required=False, rests=rests, shares=shares)
    if model.empty:
        return start
    result = _run(model, _Stop(ends_at, iterations), seed, start, on_improved)
    return start if result is None else result


def first_plan(problem: Problem, *, seed: int) -> Visits | None:
    """A plan by PyVRP's local search alone: in well under a second for a thousand stops; None if it keeps no rule."""
    for all_required in (True, False):
        model = PyvrpModel(index_of(problem), all_required=all_required)
        if model.empty:
            return None
        solution = _Descent(model, seed).initial(None)
        if solution.is_feasible():
            return model.visits(solution)
        if all(stop.prize is not None for stop in problem.stops):
            return None
    return None


def _run(
    model: PyvrpModel, stop: _Stop, seed: int, start: Visits | None, on_improved: Improved | None
) -> Visits | None:
    def told(best: pyvrp.Solution) -> None:
        if on_improved is not None and stop.may_tell():
            on_improved(model.visits(best))

    callbacks = _Callbacks(stop, told)
    descent = _Descent(model, seed)
    initial = descent.initial(start)
    if initial.is_feasible():
        callbacks.on_best(initial)
    parameters = IteratedLocalSearchParams(callbacks=callbacks)
    algorithm = IteratedLocalSearch(model.data, descent.penalties, descent.local_search, initial, parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        result = algorithm.run(stop, collect_stats=False)
    return model.visits(result.best) if result.best.is_feasible() else None


class _Descent:
    """PyVRP's local search with its operators, as in :func:`pyvrp.solve`."""

    def __init__(self, model: PyvrpModel, seed: int) -> None:
        self._model = model
        self._random = pyvrp.RandomNumberGenerator(seed=seed)
        neighbours = compute_neighbours(model.data, NeighbourhoodParams())
        perturbation = PerturbationManager(PerturbationParams())
        self.local_search = LocalSearch(model.data, self._random, neighbours, perturbation)
        for operator in OPERATORS:
            if operator.supports(model.data):
                self.local_search.add_operator(operator(model.data))
        self.penalties = PenaltyManager(model.penalties(), PenaltyParams(max_penalty=model.max_penalty))

    def initial(self, start: Visits | None) -> pyvrp.Solution:
        """The start as it is; without one a random plan, improved, or the empty one, whichever is better then.

        From the random plan, which visits everybody, it takes very long to leave out what is not worth its detour.
        """
        if start:
            return self._model.solution(start)
        data = self._model.data
        empty = self._model.solution({})
        made_up = [empty] if self._model.anchored else [pyvrp.Solution.make_random(data, self._random)]
        if not self._model.anchored and any(not client.required for client in data.clients()):
            made_up.append(empty)
        evaluator = self.penalties.max_cost_evaluator()
        improved = [self.local_search(each, evaluator, exhaustive=True) for each in made_up]
        return min(improved, key=evaluator.penalised_cost)


class _Stop:
    """Stops at a time, or after a number of iterations without improvement.

    Before anything feasible is found ``try_ends_at`` and ``tries`` are the limits.
    """

    def __init__(
        self, ends_at: float, iterations: int, try_ends_at: float | None = None, tries: int | None = None
    ) -> None:
        self._ends_at = ends_at
        self._iterations = iterations
        self._try_ends_at = ends_at if try_ends_at is None else try_ends_at
        self._tries = iterations if tries is None else tries
        self._best = float("inf")
        self._since_best = 0
        self._told_at = float("-inf")
        self.feasible = False

    def may_tell(self) -> bool:
        """Whether the last better plan was told long enough ago: telling takes time from the search."""
        if time.monotonic() - self._told_at < TELL_EVERY_S:
            return False
        self._told_at = time.monotonic()
        return True

    def __call__(self, best_cost: float) -> bool:
        if best_cost < self._best:
            self._best, self._since_best = best_cost, 0
        else:
            self._since_best += 1
        if not self.feasible:
            return self._since_best > self._tries or time.monotonic() >= self._try_ends_at
        return self._since_best > self._iterations or time.monotonic() >= self._ends_at


class _Callbacks(IteratedLocalSearchCallbacks):
    def __init__(self, stop: _Stop, on_best: Callable[[pyvrp.Solution], None]) -> None:
        self._stop = stop
        self._on_best = on_best

    def on_best(self, best: pyvrp.Solution) -> None:
        if best.is_feasible():
            self._stop.feasible = True
            self._on_best(best)


def _rests(index: Index, start: Visits | None) -> dict[int, int]:
    """How many rests of a driving rule the routes to start from take."""
    rests: dict[int, int] = {}
    for vehicle_id, visits in (start or {}).items():
        vehicle = index.vehicles[vehicle_id]
        if vehicle.driving_rule is None:
            continue
        route = schedule(index, vehicle, visits)
        if route is not None:
            rests[vehicle_id] = rests_of(route)
    return rests
