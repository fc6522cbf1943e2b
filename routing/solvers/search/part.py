"""One independent part of a problem: the best routes found for it, and what to search next."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from routing.problem import Problem, Visit
from routing.solution import Route, Search
from routing.solvers.plan.assemble import Rank, rank, routes_of
from routing.solvers.plan.chains import chained
from routing.solvers.plan.index import Index, index_of
from routing.solvers.plan.insertion import fill_in, with_locked
from routing.solvers.plan.nearest import nearest_plan
from routing.solvers.plan.visits import Visits, visits_of
from routing.solvers.pyvrp_engine.engine import first_plan
from routing.solvers.pyvrp_engine.model import expresses
from routing.solvers.search.districts import districts
from routing.solvers.search.enumeration import MOST_STOPS, best_routes
from routing.solvers.search.groups import Group, group
from routing.solvers.search.lanes import EngineName, Task
from routing.solvers.search.turns import Turns

Engines = Literal["best", "ortools", "pyvrp"]

SMALL_STOPS = 12
"""Up to so many stops one search finds the best there is."""

GROUPED_STOPS = 100
"""From so many stops on groups of routes are searched on their own."""

GROUP_STOPS = (80, 500)
"""Stops of a group: a half of the part, but not fewer and not more than these."""

SHORTEST_GROUP_S = 1.0
"""A group is searched for so long at least."""

SWEEPS = 2
"""How often every stop is in a group on average, for as long as the time lasts."""

WHOLE_SHARE = 0.35
"""Share of a part's time for searching it as a whole at :data:`DENSE`; the rest is for groups."""

DENSE = 50
"""Stops for each second of two lanes. With fewer the whole is given more: where there is time enough to search it well,
groups gain nothing. Measured on problems of 200 to 1,000 stops in 10 and 20 seconds of two cores.
"""

MIXED_SHARE = 0.6
"""The most that the whole is given where OR-Tools takes turns, which does better on groups."""

FRESH_STOPS = 50
"""Up to so many stops a search begins again from nothing now and then."""

WHOLE_STOPS = 2000
"""Parts with more stops are never searched as a whole: building the neighbourhoods alone would take the time."""

FIRST_PLAN_STOPS = 1000
"""Up to so many stops the first plan is made at once, above in districts."""

DISTRICT_STOPS = 700
"""Stops of such a district."""

START_S = 0.015
"""Seconds for each stop that a search from nothing takes with several trips a day until it gains little."""

MOST_STARTS = 6
"""So many searches a lane's time for the whole is cut into at most."""

CHAINING_S = 0.3
"""How long putting trips together into days may take each time."""

COMPLETION_S = 0.5
"""How long stops are inserted into a plan that is begun with; a hundred and fifty of them take a tenth of that."""


@dataclass(frozen=True, slots=True)
class _Job:
    engine: EngineName
    group: Group | None
    base: Mapping[int, Route]
    began_at: float
    first: bool = False
    """Whether it is one of the searches of the whole that come first: none of them fails by finding nothing better."""


class Part:
    """The best so far. Tasks are taken from :meth:`next_task` and their answers brought to :meth:`answer`."""

    def __init__(self, problem: Problem, engines: Engines, seed: int, iterations: int | None, began_at: float) -> None:
        self.problem = problem
        self.index: Index = index_of(problem)
        self.stops = len(problem.stops)
        self.routes: dict[int, Route] = {}
        self.best: Rank | None = None
        self.used_s = 0.0
        """Seconds of lanes that its tasks took so far."""
        expressed, self._several_trips = expresses(self.index)
        self.exact = engines != "ortools" and expressed
        # With few stops and several trips OR-Tools finds orders of the trips that PyVRP does not.
        self._mixed = engines == "best" and (not expressed or (self._several_trips and self.stops <= FRESH_STOPS))
        self._turns = Turns()
        self._engines = engines
        self._random = Random(seed)
        self._seed = seed
        self._iterations = iterations
        self._began_at = began_at
        self._jobs: dict[int, _Job] = {}
        self._offers: dict[int, Visits] = {}
        self._given = self._whole = self._failed = 0
        self._solved = False
        self._found_by: list[str] = []
        self._found_after_s = 0.0

    def begin(self, start: Visits | None, enumeration_s: float, ends_at: float = float("inf")) -> None:
        """Begin with ``start``, or else with a quick plan by PyVRP; a handful of stops is solved by enumeration.

        That gives up after ``enumeration_s``. After ``ends_at`` no district of a large part is begun any more.
        """
        if self._engines == "best" and self.stops <= MOST_STOPS:
            routes = best_routes(self.index, ends_at=time.monotonic() + enumeration_s)
            if routes is not None:
                self._take("enumeration", routes)
                self._solved = True
                return
        if start:
            self._take("start", routes_of(self.index, start))
            # Stops without a place, as of a truck that broke down, get one before the lanes, which may take seconds.
            self._take("insertion", fill_in(self.index, self.routes, ends_at=time.monotonic() + COMPLETION_S))
        elif self.stops > FIRST_PLAN_STOPS:
            self._begin_in_districts(ends_at)
        elif self._engines != "ortools":
            visits = first_plan(self.problem, seed=self._seed)
            if visits:
                self._take("PyVRP", routes_of(self.index, visits))

    def chain(self, most_s: float) -> None:
        """Put trips together into days anew, where a day may have several; not for longer than ``most_s``."""
        if self._several_trips and self.routes:
            visits = chained(self.index, visits_of(self.routes), ends_at=time.monotonic() + most_s)
            self._take("chaining", routes_of(self.index, visits))

    def _begin_in_districts(self, ends_at: float) -> None:
        """A plan of everything at once, then as much of it better as there is time for."""
        cut = districts(self.index, DISTRICT_STOPS)
        visits: dict[int, Sequence[Visit]] = {}
        for district in cut:
            visits |= nearest_plan(index_of(district))
        self._take("nearest neighbour", routes_of(self.index, visits))
        for district in cut if self._engines != "ortools" else ():
            if time.monotonic() >= ends_at:
                return
            own = {vehicle.id for vehicle in district.vehicles}
            found = routes_of(self.index, first_plan(district, seed=self._seed) or {})
            if found:
                kept = {vehicle_id: route for vehicle_id, route in self.routes.items() if vehicle_id not in own}
                self._take("PyVRP", kept | found)

    def insert(self, ends_at: float) -> None:
        """Insert the stops that are left out, one after another, where a plan is missing or may be incomplete."""
        if self.best is None or self.best[0] or not self.exact:
            if not self.exact and self.routes and self.stops <= FRESH_STOPS:
                self._take("insertion", fill_in(self.index, {}, ends_at=ends_at))
            self._take("insertion", fill_in(self.index, self.routes, ends_at=ends_at))

    def next_task(self, number: int, *, copies: int, budget_s: float, ends_at: float) -> Task | None:
        """What a free lane should do for this part; None when nothing is left to do, or not now.

        Parameters
        ----------
        number
            The task's.
        copies
            How many lanes begin with the part as a whole.
        budget_s
            Seconds of a lane that the part is worth.
        ends_at
            When all is over on the monotonic clock.
        """
        now = time.monotonic()
        left_s = ends_at - now
        if left_s <= 0 or not self.stops or self._solved:
            return None
        whole_share = self._whole_share(budget_s)
        grouped = whole_share < 1
        slice_s = budget_s / copies * (0.5 if self._mixed and not grouped else whole_share)
        starts = self._starts(slice_s)
        slice_s /= starts
        first = self._whole < copies * starts and self.stops <= WHOLE_STOPS
        engine, chosen = self._engine(first=first), None
        if not first:
            if any(job.group is None for job in self._jobs.values()) and (grouped or self._jobs_by(engine)):
                return None
            if self._failed >= self._most_failures(grouped=grouped):
                return None
            if grouped and self.routes:
                size = max(GROUP_STOPS[0], min(GROUP_STOPS[1], self.stops // 2))
                groups = [job.group for job in self._jobs.values() if job.group]
                busy = frozenset[int]().union(*(other.vehicle_ids for other in groups))
                taken = frozenset[int]().union(*(other.stop_ids for other in groups))
                chosen = group(self.index, self.routes, self._random, size=size, busy=busy, taken=taken)
                if chosen is None and (self._jobs or self.stops > WHOLE_STOPS):
                    return None
            slice_s = 0.25 * budget_s
            if chosen is not None:
                share = len(chosen.stop_ids) / self.stops
                slice_s = max(SHORTEST_GROUP_S, (1 - whole_share) * budget_s * share / SWEEPS)
        problem = self.problem if chosen is None else chosen.problem
        start = visits_of(self.routes)
        if chosen is not None:
            start = {vehicle_id: visits for vehicle_id, visits in start.items() if vehicle_id in chosen.vehicle_ids}
        elif self._afresh(engine, first=first, grouped=grouped, starts=starts * copies):
            start = {}
        if chosen is None:
            self._whole += 1
        self._given += 1
        self._jobs[number] = _Job(engine, chosen, self.routes, now, first)
        return Task(
            number,
            problem,
            engine,
            seed=self._seed + self._given,
            iterations=self._iterations or _patience(engine, len(problem.stops), grouped=chosen is not None),
            ends_at=min(ends_at, now + slice_s),
            start=start or None,
        )

    def found(self, number: int, visits: Visits) -> None:
        """What a task has found so far."""
        self._offers[number] = visits

    def answer(self, number: int, visits: Visits | None) -> None:
        """What a task found at last; its time is booked."""
        job = self._jobs.pop(number)
        took_s = time.monotonic() - job.began_at
        self.used_s += took_s
        offered = self._offers.pop(number, None)
        visits = visits if visits is not None else offered
        before = self.best
        gained = visits is not None and self._merge(job, visits)
        if not job.first:
            self._turns.book(job.engine, took_s, before, self.best)
            self._failed = 0 if gained else self._failed + 1
        if gained:
            self.chain(CHAINING_S)

    def finish(self, ends_at: float, *, complete: bool = True) -> None:
        """Take what unfinished tasks offered, and see to it that there is an answer.

        ``complete``: also try once more to insert the stops that were left out.
        """
        for number, visits in sorted(self._offers.items()):
            if number in self._jobs:
                self._merge(self._jobs[number], visits)
        self._offers.clear()
        self._jobs.clear()
        if complete or self.best is None or self.best[0]:
            self._take("insertion", fill_in(self.index, self.routes, ends_at=ends_at))

    def preview(self) -> Rank | None:
        """How good the best routes are now, with what the tasks at work have found."""
        ranks = [] if self.best is None else [self.best]
        for number, visits in self._offers.items():
            if number in self._jobs:
                ranks.append(rank(self.index, self._merged(self._jobs[number], visits)))
        return min(ranks, default=None)

    def record(self) -> Search:
        """Who found the routes, and when."""
        engines = [name for name in self._found_by if name != "insertion"]
        return Search(
            tuple(vehicle.id for vehicle in self.problem.vehicles),
            self.stops,
            ", improved by ".join(engines) or "insertion",
            round(self._found_after_s, 3),
        )

    def _engine(self, *, first: bool) -> EngineName:
        if self._engines == "ortools":
            return "OR-Tools"
        return "PyVRP" if first or not self._mixed else self._turns.next_one()

    def _starts(self, slice_s: float) -> int:
        """Into how many searches a lane's time for the whole is cut: what days the trips make is a matter of luck."""
        if not self._several_trips or self.exact:
            return 1
        return max(1, min(MOST_STARTS, int(slice_s / (START_S * max(1, self.stops)))))

    def _afresh(self, engine: EngineName, *, first: bool, grouped: bool, starts: int) -> bool:
        """Whether to search without a start: what PyVRP expresses at first, small parts every other time."""
        if first and engine == "PyVRP" and self._several_trips:
            # The last third goes on from the best; where PyVRP may not find a plan of everything, the first as well.
            return (self.exact or self._whole > 0) and (starts < 3 or self._whole < 2 * starts // 3)
        if first or grouped:
            # Where the plan so far holds what PyVRP could not find, one lane goes on from it.
            return first and engine == "PyVRP" and (self.exact or self._whole % 2 == 1)
        return self.stops <= FRESH_STOPS and self._whole % 4 in {2, 3}

    def _whole_share(self, budget_s: float) -> float:
        """Share of the time for the whole; 1 where groups gain nothing."""
        if self.stops < GROUPED_STOPS or budget_s <= 0:
            return 1
        if self.stops > WHOLE_STOPS:
            return WHOLE_SHARE
        share = WHOLE_SHARE * (DENSE / (2 * self.stops / budget_s)) ** 0.7
        return min(share, MIXED_SHARE) if self._mixed else 1 if share > 0.9 else share

    def _jobs_by(self, engine: EngineName) -> bool:
        return any(job.engine == engine and engine == "OR-Tools" for job in self._jobs.values())

    def _most_failures(self, *, grouped: bool) -> int:
        """After how many searches without a gain it is enough."""
        if grouped:
            return 4 + len(self.routes)
        return 4 if self._mixed else 1 if self.stops <= SMALL_STOPS else 2

    def _merge(self, job: _Job, visits: Visits) -> bool:
        return self._take(job.engine, self._merged(job, visits))

    def _merged(self, job: _Job, visits: Visits) -> dict[int, Route]:
        """All routes with what a task found; the others as they are now, or else as they were when it began."""
        if job.group is None:
            return self._completed(routes_of(self.index, visits))
        ours = job.group.vehicle_ids
        same = all(self.routes.get(vehicle_id) is job.base.get(vehicle_id) for vehicle_id in ours)
        kept = {v: route for v, route in (self.routes if same else job.base).items() if v not in ours}
        return self._completed(kept | routes_of(self.index, {v: order for v, order in visits.items() if v in ours}))

    def _completed(self, routes: dict[int, Route]) -> dict[int, Route]:
        if self.exact and self.best is not None:
            return routes
        return fill_in(self.index, routes, ends_at=time.monotonic() + 0.3)

    def _take(self, name: str, routes: dict[int, Route]) -> bool:
        routes = with_locked(self.index, routes)
        offered = rank(self.index, routes)
        if self.best is not None and offered >= self.best:
            return False
        self.routes, self.best, self._found_after_s = routes, offered, time.monotonic() - self._began_at
        if name not in self._found_by:
            self._found_by.append(name)
        return True


def _patience(engine: EngineName, stops: int, *, grouped: bool) -> int:
    if engine == "OR-Tools":
        return 100 + 20 * stops
    return 1000 + (30 if grouped else 500) * stops
