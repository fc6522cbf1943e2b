"""Solving: from a problem to the best solution that the engines find in the time given.

The problem falls apart where fractions share no vehicle. Each part is first searched as a whole by PyVRP, the stronger
engine; then groups of neighbouring routes are searched again on their own, as many at once as there are cores. Where
PyVRP cannot express the problem (breaks, compartments with sites of their own, caps over several trips), OR-Tools
takes its turns, which can express everything. Whatever they return is scheduled exactly, tidied, completed and
compared in exact integers.

What is promised of repeatability: with ``iterations`` set, one core, and the time limit not reached, the same problem,
seed and engine give the same solution. Otherwise the outcome depends on the speed of the machine.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Literal, get_args

from domain.errors import InvalidInput
from domain.plans import StepKind
from routing.problem import Problem, Visit
from routing.solution import Route, Solution
from routing.solvers.plan.assemble import Rank, assemble, routes_of
from routing.solvers.plan.cost import UNITS_PER_CENT
from routing.solvers.plan.index import Index, index_of
from routing.solvers.plan.locks import check_locks
from routing.solvers.plan.visits import Visits, visits_of
from routing.solvers.search.lanes import Beside, Here, Lanes, can_run_beside, warm_up
from routing.solvers.search.lanes import cores as cores_here
from routing.solvers.search.part import CHAINING_S, SMALL_STOPS, Part
from routing.solvers.search.parts import parts

Engine = Literal["best", "ortools", "pyvrp"]

Progress = Callable[[float, float | None], None]
"""Called with the share of the time that has passed (0..1) and the best cost so far in cents (None: nothing yet)."""

LAST_S = 1.0
"""How long putting the routes together may take when the search is ended early."""

SHORTEST_BESIDE_S = 1.5
"""Below this time limit starting processes is not worth it."""

TELL_EVERY_S = 0.25
"""How often progress is told at most."""

INSERTION_S = 1.5
"""How long the first plan may take at most, made by insertion while the engines start up."""

LARGE_SHARE = 0.6
"""A part with more than this share of all stops is begun in two lanes."""


class Enough(Exception):
    """Raised by ``on_progress``: the search ends now, and :func:`solve` returns the best that it has so far."""


CHAINING_SHARE = 0.1
"""Share of the time that putting the trips of each first plan together may take at most."""

ENUMERATION_SHARE = 0.5
"""Share of the time that looking at every order of a handful of stops may take; if it is not enough it is lost."""


def solve(
    problem: Problem,
    *,
    time_limit_s: float,
    seed: int = 0,
    engine: Engine = "best",
    iterations: int | None = None,
    cores: int | None = None,
    start: Solution | Visits | None = None,
    on_progress: Progress | None = None,
    explain: bool = True,
) -> Solution:
    """Solve the problem within the time limit; always a valid answer, stops that do not fit with their reason.

    Parameters
    ----------
    problem
        What to solve. No stops, no vehicles or nothing reachable are valid.
    time_limit_s
        Wall time in seconds; kept within one second. It ends earlier when nothing improves any more.
    seed
        For PyVRP's random numbers and the choice of groups; OR-Tools has none.
    engine
        "best": both; "ortools" or "pyvrp": that one alone.
    iterations
        End each search after so many iterations (PyVRP) or local optima (OR-Tools) without improvement. None: a number
        that grows with the stops.
    cores
        How many processes search at once; 1 = this one alone. None: one for each core.
    start
        Routes to start from, such as those of an earlier solution; what of them is no longer allowed is left out.
    on_progress
        Called a few times a second; an exception that it raises ends the search and passes through, except
        :class:`Enough`.
    explain
        Whether every stop that may be left out gets its reason with the cost of its detour, and a last try for a place.
        With many of them that takes longer than a short search; without it they are all called not worth their detour.

    Raises
    ------
    InvalidInput
        When the time limit is not a positive number, there are no cores, or the engine is unknown; or a vehicle cannot
        make the visits that it is locked to, or cannot come home (:func:`routing.solvers.plan.locks.check_locks`).
    """
    if not (math.isfinite(time_limit_s) and time_limit_s > 0):
        raise InvalidInput(f"the time limit must be a positive number of seconds, not {time_limit_s}")
    if engine not in get_args(Engine):
        raise InvalidInput(f"there is no engine {engine!r}", remedy=f"choose one of {', '.join(get_args(Engine))}")
    if cores is not None and cores < 1:
        raise InvalidInput(f"the number of cores must be at least 1, not {cores}")
    run = _Run(problem, time_limit_s, cores, on_progress, explain=explain)
    return run.solve(engine, seed, iterations, start)


class _Run:
    """One call of :func:`solve`: the parts and the clock."""

    def __init__(
        self,
        problem: Problem,
        time_limit_s: float,
        cores: int | None,
        on_progress: Progress | None,
        *,
        explain: bool,
    ) -> None:
        self._explain = explain
        self._began_at = time.monotonic()
        self._time_limit_s = time_limit_s
        self._ends_at = self._began_at + time_limit_s
        self._cores = cores_here() if cores is None else cores
        self._beside = self._cores > 1 and time_limit_s >= SHORTEST_BESIDE_S and can_run_beside()
        self._on_progress = on_progress
        self._tell_at = self._began_at
        self._told: Rank | None = None
        self._index = index_of(problem)
        check_locks(self._index)
        self._parts: list[Part] = []
        self._part_of: dict[int, Part] = {}
        self._number = 0

    def solve(self, engine: Engine, seed: int, iterations: int | None, start: Solution | Visits | None) -> Solution:
        """Search all parts and put them together."""
        for part in parts(self._index):
            self._parts.append(Part(part, engine, seed, iterations, self._began_at))
        # What is left at the end is for tidying and for the reasons.
        spare_s = min(0.25 * self._time_limit_s, 0.1 + len(self._index.problem.stops) / 1000)
        try:
            if self._parts:
                self._search(self._ends_at - spare_s, _still_allowed(self._index, start))
        except Enough:
            self._on_progress = None
            self._ends_at = min(self._ends_at, time.monotonic() + LAST_S)
        for part in self._parts:
            part.finish(self._ends_at, complete=self._explain or not part.exact)
        self._tell(1.0)
        routes: dict[int, Route] = {}
        for part in self._parts:
            # A part counts places in a matrix of its own; its visits are timed anew on the whole problem.
            routes |= routes_of(self._index, visits_of(part.routes))
        ends_at = self._ends_at if self._explain else float("-inf")
        return assemble(self._index, routes, [part.record() for part in self._parts], ends_at=ends_at)

    def _search(self, ends_at: float, start: Visits) -> None:
        for part in self._parts:
            known = {vehicle.id: start[vehicle.id] for vehicle in part.problem.vehicles if start.get(vehicle.id)}
            enumeration_s = ENUMERATION_SHARE * self._time_limit_s / len(self._parts)
            part.begin(known, enumeration_s, self._began_at + 0.5 * self._time_limit_s)
            self._tell_now_and_then()
            if self._beside and part.stops > SMALL_STOPS:
                # Not before: the first plan should not have to share the machine.
                warm_up()
            part.chain(min(CHAINING_S, CHAINING_SHARE * self._time_limit_s))
            self._tell_now_and_then()
        if not self._beside or max(part.stops for part in self._parts) <= SMALL_STOPS:
            self._insert(ends_at)
            with Here(self._found) as lane:
                self._keep_busy(lane, 1, ends_at)
            return
        with Beside(self._cores, self._found) as lanes:
            # Engines that need no start are at work while the others' is made.
            self._give(lanes, [] if start else [part for part in self._parts if part.exact], self._cores, ends_at)
            self._insert(ends_at)
            self._keep_busy(lanes, self._cores, ends_at)

    def _insert(self, ends_at: float) -> None:
        ends_at = min(self._began_at + INSERTION_S, ends_at)
        for number, part in enumerate(self._parts):
            now = time.monotonic()
            part.insert(now + (ends_at - now) / (len(self._parts) - number))
            self._tell_now_and_then()

    def _keep_busy(self, lanes: Lanes, count: int, ends_at: float) -> None:
        """Give tasks to lanes that are free, and take answers, until nothing is left to do or the time is over."""
        while True:
            self._give(lanes, self._parts, count, ends_at)
            if not self._part_of or time.monotonic() > ends_at + 0.3:
                return
            for answer in lanes.answers(ends_at + 0.3):
                self._part_of.pop(answer.number).answer(answer.number, answer.visits)
            self._tell_now_and_then()

    def _give(self, lanes: Lanes, found: Sequence[Part], count: int, ends_at: float) -> None:
        stops = sum(part.stops for part in self._parts) or 1
        while lanes.free:
            for part in sorted(found, key=lambda part: (part.used_s + self._running_s(part)) / max(part.stops, 1)):
                copies = count if len(self._parts) == 1 else min(count, 2 if part.stops > LARGE_SHARE * stops else 1)
                budget_s = count * (ends_at - self._began_at) * part.stops / stops
                self._number += 1
                task = part.next_task(self._number, copies=copies, budget_s=budget_s, ends_at=ends_at)
                if task is not None:
                    self._part_of[task.number] = part
                    lanes.give(task)
                    break
            else:
                return

    def _running_s(self, part: Part) -> float:
        """A little for each task at work, so that parts take turns."""
        return sum(0.1 * self._time_limit_s for other in self._part_of.values() if other is part)

    def _found(self, number: int, visits: Visits) -> None:
        self._part_of[number].found(number, visits)
        self._tell_now_and_then()

    def _tell_now_and_then(self) -> None:
        if self._on_progress is not None and time.monotonic() >= self._tell_at:
            self._tell(min(1.0, (time.monotonic() - self._began_at) / self._time_limit_s))
            # Looking at a large plan takes time from those who search.
            self._tell_at = time.monotonic() + TELL_EVERY_S * (1 + len(self._index.problem.stops) / 500)

    def _tell(self, share: float) -> None:
        if self._on_progress is None:
            return
        known = [best for part in self._parts if (best := part.preview()) is not None]
        if len(known) == len(self._parts):
            now = sum(best[0] for best in known), sum(best[1] for best in known)
            self._told = now if self._told is None else min(now, self._told)
        # What a plan costs that leaves out required stops says nothing before the end.
        tells = self._told is not None and (self._told[0] == 0 or share == 1.0)
        self._on_progress(share, self._told[1] / UNITS_PER_CENT if tells and self._told is not None else None)


def _still_allowed(index: Index, start: Solution | Visits | None) -> dict[int, list[Visit]]:
    """What can be kept of earlier routes: vehicles and stops that still are, after what is locked now."""
    if start is None:
        return {}
    visits = visits_of({route.vehicle_id: route for route in start.routes}) if isinstance(start, Solution) else start
    kept: dict[int, list[Visit]] = {}
    seen = {visit for vehicle in index.problem.vehicles for visit in vehicle.prefix if visit.kind is StepKind.EMPTYING}
    for vehicle in index.problem.vehicles:
        order = list(vehicle.prefix)
        for visit in visits.get(vehicle.id, ()):
            if visit.kind is StepKind.DISPOSAL:
                if visit.id in index.sites and order and order[-1] != visit:
                    order.append(visit)
            elif visit not in seen and visit.id in index.stops and vehicle.id in index.allowed[visit.id]:
                seen.add(visit)
                order.append(visit)
        if order:
            kept[vehicle.id] = order
    return kept


__all__: Sequence[str] = ("Engine", "Enough", "Progress", "solve")
