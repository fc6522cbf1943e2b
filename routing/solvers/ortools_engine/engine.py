"""OR-Tools' routing library: guided local search with disposal per fraction, breaks, caps, overtime and locks.

It starts from the plan that it is given, or from one made by insertion. What it cannot say exactly is tightened, or
left to the exact schedule that each answer goes through: a break may begin on the way between two stops here, but is
then taken at one of them, and rests of a driving rule are time that is kept free (OR-Tools' own limit counts all time
since the last break, not driving).
"""

from __future__ import annotations

import time
from weakref import ref

from ortools.constraint_solver import pywrapcp
from ortools.constraint_solver.routing_enums_pb2 import FirstSolutionStrategy, LocalSearchMetaheuristic

from routing.problem import Problem, Visit
from routing.solvers.ortools_engine.model import OrtoolsModel
from routing.solvers.plan.assemble import routes_of
from routing.solvers.plan.index import index_of
from routing.solvers.plan.insertion import fill_in, with_locked
from routing.solvers.plan.visits import Improved, Visits, rests_of, visits_of

START_SHARE = 0.3
"""Share of the time that making a start of its own may take."""


def search(
    problem: Problem,
    *,
    time_limit_s: float,
    seed: int,
    iterations: int,
    start: Visits | None = None,
    on_improved: Improved | None = None,
) -> Visits | None:
    """Search with OR-Tools; see :class:`routing.solvers.plan.visits.Engine`. It has no randomness: no ``seed``."""
    del seed
    began_at = time.monotonic()
    ends_at = began_at + time_limit_s
    index = index_of(problem)
    if start:
        routes = with_locked(index, routes_of(index, start))
    else:
        routes = fill_in(index, {}, ends_at=began_at + START_SHARE * time_limit_s)
        if on_improved and routes:
            on_improved(visits_of(routes))
    begun = visits_of(routes)
    if time.monotonic() >= ends_at:
        return begun or None
    model = OrtoolsModel(index, begun, {vehicle_id: rests_of(route) for vehicle_id, route in routes.items()})
    if not model.stops or not model.vehicles:
        return begun or None
    found = _Search(model, iterations, ends_at, on_improved).run(begun)
    return found or begun or None


class _Search:
    """Keeps the best visits, and ends the search after ``iterations`` local optima without a better one."""

    def __init__(self, model: OrtoolsModel, iterations: int, ends_at: float, on_improved: Improved | None) -> None:
        self._model = model
        self._iterations = iterations
        self._ends_at = ends_at
        self._on_improved = on_improved
        self._cost: int | None = None
        self._since_best = 0
        self._best: dict[int, list[Visit]] | None = None

    def run(self, start: Visits) -> Visits | None:
        """Search from a start; what was found that is better, or at all where the model refuses the start."""
        routing = self._model.routing
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        parameters.first_solution_strategy = FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
        parameters.local_search_metaheuristic = LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        parameters.time_limit.FromMilliseconds(max(1, int(1000 * (self._ends_at - time.monotonic()))))
        # OR-Tools holds on to the callback: if that held on to us, neither would ever leave memory.
        us = ref(self)

        def look() -> None:
            search = us()
            if search is not None:
                search.look()

        routing.AddAtSolutionCallback(look)
        routing.CloseModelWithParameters(parameters)
        remaining_ms = int(1000 * (self._ends_at - time.monotonic()))
        if remaining_ms <= 0:
            return None
        parameters.time_limit.FromMilliseconds(remaining_ms)
        initial = routing.ReadAssignmentFromRoutes(self._model.nodes_of(start), True) if start else None
        if initial is not None:
            routing.SolveFromAssignmentWithParameters(initial, parameters)
        else:
            routing.SolveWithParameters(parameters)
        return self._best

    def look(self) -> None:
        """Keep the solution that the search has just reached if it is the best, and end the search when it is time."""
        cost = self._model.routing.CostVar().Max()
        if self._cost is None or cost < self._cost:
            self._cost, self._since_best = cost, 0
            self._best = self._model.visits()
            if self._on_improved:
                self._on_improved(self._best)
        else:
            self._since_best += 1
        if self._since_best > self._iterations or time.monotonic() > self._ends_at:
            self._model.routing.solver().FinishCurrentSearch()
