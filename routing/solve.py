"""Solving: from a problem to the best solution that the engines find in the time given.

The problem falls apart where fractions share no vehicle. Each part is searched by PyVRP, the stronger of the two where
it can express the problem, and then from the best routes so far by OR-Tools, which can express everything. The parts
run side by side; a single part is searched from two seeds, and then by both engines. Whatever they return is tidied,
completed and compared in exact integers.

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

TELL_EVERY_S = 0.25
"""How often progress is told at most."""

FIRST_SHARE = 0.8
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
        self._ends_at = self._began_at + time_limit_s
        self._seed = seed
        self._iterations = iterations
        self._on_progress = on_progress
        self._tell_at = self._began_at
        self._searches = 0
        self._index = index_of(problem)
        self._parts = [_Part(number, part) for number, part in enumerate(parts(self._index))]

    def solve(self, engine: Engine) -> Solution:
        # What is left at the end is for tidying and for the reasons.
        spare_s = min(0.25 * self._time_limit_s, 0.1 + len(self._index.problem.stops) / 1000)
        ends_at = self._ends_at - spare_s
        if self._parts and engine == "ortools":
            self._search(["OR-Tools"], ends_at)
        elif self._parts and engine == "pyvrp":
            self._search(["PyVRP"], ends_at)
        elif self._parts:
            # With fewer parts than cores a second search keeps the other core busy.
            spare = len(self._parts) < cores() and not self._small()
            self._search(["PyVRP", "PyVRP"] if spare else ["PyVRP"], ends_at - (1 - FIRST_SHARE) * self._time_limit_s)
            self._search(["OR-Tools", "PyVRP"] if spare else ["OR-Tools"], ends_at)
        for part in self._parts:
            part.fill_if_empty(self._ends_at)
        self._tell(1.0)
        routes: dict[int, Route] = {}
        for part in self._parts:
            # A part counts places in a matrix of its own; its visits are timed anew on the whole problem.
            routes |= routes_of(self._index, visits_of(part.routes))
        return assemble(self._index, routes, [part.record() for part in self._parts], ends_at=self._ends_at)

    def _small(self) -> bool:
        return max(len(part.problem.stops) for part in self._parts) <= SMALL_STOPS

    def _search(self, engines: Sequence[EngineName], ends_at: float) -> None:
        """Let each engine search each part from the best routes so far."""
        tasks: list[Task] = []
        part_of: list[_Part] = []
        for part in self._parts:
            for engine in engines:
                stops = len(part.problem.stops)
                self._searches += 1
                part_of.append(part)
                tasks.append(
                    Task(
                        len(tasks),
                        part.problem,
                        engine,
                        weight=stops,
                        seed=self._seed + self._searches,
                        iterations=self._iterations or _patience(engine, stops),
                        start=visits_of(part.routes) or None,
                    )
                )

        def found(number: int, visits: Visits) -> None:
            part_of[number].offer(number, tasks[number].engine, visits, time.monotonic() - self._began_at)
            self._tell_now_and_then()

        if self._small() or ends_at - time.monotonic() < SHORTEST_BESIDE_S or not can_run_beside():
            run_here(tasks, ends_at=ends_at, on_found=found)
        else:
            lanes = share_out(tasks, cores())
            run_beside(lanes, ends_at=ends_at, on_found=found, on_wait=self._tell_now_and_then)
        # A little of the time that follows is for completing the routes.
        settled_at = min(self._ends_at, time.monotonic() + 0.1 * self._time_limit_s)
        for part in self._parts:
            part.settle(settled_at)

    def _tell_now_and_then(self) -> None:
        if self._on_progress is not None and time.monotonic() >= self._tell_at:
            self._tell_at = time.monotonic() + TELL_EVERY_S
            self._tell(min(1.0, (time.monotonic() - self._began_at) / self._time_limit_s))

    def _tell(self, share: float) -> None:
        if self._on_progress is None:
            return
        known = [best[1] for part in self._parts if (best := part.preview()) is not None]
        self._on_progress(share, sum(known) / UNITS_PER_CENT if len(known) == len(self._parts) else None)


class _Part:
    """One independent part with the best routes found for it."""

    def __init__(self, number: int, problem: Problem) -> None:
        self.number = number
        self.problem = problem
        self.index: Index = index_of(problem)
        self.routes: dict[int, Route] = {}
        self.best: Rank | None = None
        self._offered: dict[int, tuple[EngineName, Visits, float]] = {}
        self._found_by: list[EngineName] = []
        self._found_after_s = 0.0

    def offer(self, task: int, engine: EngineName, visits: Visits, after_s: float) -> None:
        """Keep what a search found last, which is its best, until it is settled."""
        self._offered[task] = (engine, visits, after_s)

    def preview(self) -> Rank | None:
        """How good the best routes are now, offers included."""
        ranks = [rank(self.index, routes_of(self.index, visits)) for _, visits, _ in self._offered.values()]
        return min([*ranks, self.best] if self.best is not None else ranks, default=None)

    def settle(self, ends_at: float) -> None:
        """Complete what was offered, and take it if it is better; in an order that timing does not change."""
        for _, (engine, visits, after_s) in sorted(self._offered.items()):
            self._take(engine, fill_in(self.index, routes_of(self.index, visits), ends_at=ends_at), after_s)
        self._offered.clear()

    def fill_if_empty(self, ends_at: float) -> None:
        """Where no engine found anything, insert one stop after the other."""
        if self.best is None:
            self.routes = fill_in(self.index, {}, ends_at=ends_at)
            self.best = rank(self.index, self.routes)

    def _take(self, engine: EngineName, routes: dict[int, Route], after_s: float) -> None:
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
