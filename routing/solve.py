"""Solving: from a problem to the best solution that the engines find in the time given.

The problem falls apart where fractions share no vehicle. Each part is searched by PyVRP, the strongest of the two where
it can express the problem, and from the best routes so far by OR-Tools, which can express everything; the parts, or the
two engines, run side by side. Whatever they return is tidied, completed and compared in exact integers.

What is promised of repeatability: with ``iterations`` set, and the time limit not reached, the same problem, seed and
engine give the same solution. With a time limit alone the outcome depends on the speed of the machine.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Literal, get_args

from domain.errors import InvalidInput
from routing.problem import Problem
from routing.solution import Route, Search, Solution
from routing.solvers.assemble import Rank, assemble, rank, routes_of
from routing.solvers.cost import UNITS_PER_CENT
from routing.solvers.index import Index, index_of
from routing.solvers.insertion import fill_in
from routing.solvers.lanes import EngineName, Task, can_run_beside, cores, run_beside, run_here, share_out
from routing.solvers.parts import parts
from routing.solvers.visits import Visits, visits_of

Engine = Literal["best", "ortools", "pyvrp"]

Progress = Callable[[float, float | None], None]
"""Called with the share of the time that has passed (0..1) and the best cost so far in cents (None: nothing yet)."""

SMALL_STOPS = 12
"""Up to so many stops starting a process takes longer than the search."""

SHORTEST_BESIDE_S = 2.0
"""Below this time limit starting processes is not worth it either."""

FIRST_SHARE = 0.65
"""Share of the time for the first search; the rest is for OR-Tools from the best routes."""


def solve(
    problem: Problem,
    *,
    time_limit_s: float,
    seed: int = 0,
    engine: Engine = "best",
    iterations: int | None = None,
    on_progress: Progress | None = None,
) -> Solution:
    """Solve the problem within the time limit; always a valid answer, stops that do not fit with their reason.

    Parameters
    ----------
    problem
        What to solve. No stops, no vehicles or nothing reachable are valid.
    time_limit_s
        Wall time in seconds; kept within one second. It ends earlier when nothing improves any more.
    seed
        For PyVRP's random numbers; OR-Tools has none.
    engine
        "best": both; "ortools" or "pyvrp": that one alone.
    iterations
        End each search after so many iterations (PyVRP) or local optima (OR-Tools) without improvement. None: a number
        that grows with the stops.
    on_progress
        Called a few times a second; an exception that it raises ends the search and passes through.

    Raises
    ------
    InvalidInput
        When the time limit is not a positive number, or the engine is unknown.
    """
    if not (math.isfinite(time_limit_s) and time_limit_s > 0):
        raise InvalidInput(f"the time limit must be a positive number of seconds, not {time_limit_s}")
    if engine not in get_args(Engine):
        raise InvalidInput(f"there is no engine {engine!r}", remedy=f"choose one of {', '.join(get_args(Engine))}")
    return _Run(problem, time_limit_s, seed, iterations, on_progress).solve(engine)


class _Run:
    """One call of :func:`solve`: the parts, the best routes of each, and the clock."""

    def __init__(
        self, problem: Problem, time_limit_s: float, seed: int, iterations: int | None, on_progress: Progress | None
    ) -> None:
        self._began_at = time.monotonic()
        self._time_limit_s = time_limit_s
        self._seed = seed
        self._iterations = iterations
        self._on_progress = on_progress
        self._index = index_of(problem)
        self._parts = [_Part(number, part) for number, part in enumerate(parts(self._index))]

    def solve(self, engine: Engine) -> Solution:
        # What is left at the end is for tidying and for the reasons.
        spare_s = min(0.1 * self._time_limit_s, 0.1 + len(self._index.problem.stops) / 2000)
        ends_at = self._began_at + self._time_limit_s - spare_s
        if self._parts and engine == "ortools":
            self._search("OR-Tools", ends_at)
        elif self._parts and engine == "pyvrp":
            self._search("PyVRP", ends_at)
        elif self._parts:
            self._search("PyVRP", ends_at - (1 - FIRST_SHARE) * self._time_limit_s)
            self._search("OR-Tools", ends_at)
        self._tell(1.0)
        routes: dict[int, Route] = {}
        for part in self._parts:
            # A part counts places in a matrix of its own; its visits are timed anew on the whole problem.
            routes |= routes_of(self._index, visits_of(part.routes))
        return assemble(self._index, fill_in(self._index, routes), [part.record() for part in self._parts])

    def _search(self, engine: EngineName, ends_at: float) -> None:
        tasks = [
            Task(
                part.number,
                part.problem,
                engine,
                weight=len(part.problem.stops),
                seed=self._seed,
                iterations=self._iterations or _patience(engine, len(part.problem.stops)),
                start=visits_of(part.routes) or None,
            )
            for part in self._parts
        ]

        def found(number: int, visits: Visits) -> None:
            self._parts[number].offer(engine, visits, time.monotonic() - self._began_at)
            self._tell()

        small = max(len(part.problem.stops) for part in self._parts) <= SMALL_STOPS
        if small or ends_at - time.monotonic() < SHORTEST_BESIDE_S or not can_run_beside():
            run_here(tasks, ends_at=ends_at, on_found=found)
        else:
            run_beside(share_out(tasks, cores()), ends_at=ends_at, on_found=found, on_wait=self._tell)

    def _tell(self, share: float | None = None) -> None:
        if self._on_progress is None:
            return
        if share is None:
            share = min(1.0, (time.monotonic() - self._began_at) / self._time_limit_s)
        known = [part.best[1] for part in self._parts if part.best is not None]
        self._on_progress(share, sum(known) / UNITS_PER_CENT if len(known) == len(self._parts) else None)


class _Part:
    """One independent part with the best routes found for it."""

    def __init__(self, number: int, problem: Problem) -> None:
        self.number = number
        self.problem = problem
        self.index: Index = index_of(problem)
        self.routes: dict[int, Route] = {}
        self.best: Rank | None = None
        self._found_by: list[EngineName] = []
        self._found_after_s = 0.0

    def offer(self, engine: EngineName, visits: Visits, after_s: float) -> None:
        """Take these visits if they are better than what there is."""
        routes = fill_in(self.index, routes_of(self.index, visits))
        offered = rank(self.index, routes)
        if self.best is None or offered < self.best:
            self.routes, self.best, self._found_after_s = routes, offered, after_s
            if engine not in self._found_by:
                self._found_by.append(engine)

    def record(self) -> Search:
        """Who found the routes, and when."""
        return Search(
            tuple(vehicle.id for vehicle in self.problem.vehicles),
            len(self.problem.stops),
            ", improved by ".join(self._found_by) or "insertion",
            round(self._found_after_s, 3),
        )


def _patience(engine: EngineName, stops: int) -> int:
    return 1000 + 500 * stops if engine == "PyVRP" else 100 + 20 * stops


__all__: Sequence[str] = ("Engine", "Progress", "solve")
