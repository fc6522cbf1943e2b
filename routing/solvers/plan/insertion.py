"""Where one more stop could go in routes as they are: for a first plan, for filling in, and for saying why not."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.plans import StepKind
from routing.problem import Stop, Vehicle, Visit
from routing.solution import Route
from routing.solvers.plan.cost import UNITS_PER_CENT, change_units, fixed_units, weight_of
from routing.solvers.plan.disposal import settle
from routing.solvers.plan.gaps import Gaps
from routing.solvers.plan.index import Index
from routing.solvers.plan.loads import carries
from routing.solvers.plan.locks import locked_route
from routing.solvers.plan.schedule import cost_units, schedule, units_of
from routing.solvers.plan.tidy import loss, mend

TRIED = 20
"""Places that are tried exactly for one stop, cheapest first."""

ROOMY_TRIED = 5
"""Places of vehicles without a route, and as many with a disposal of their own, that are tried besides."""


@dataclass(frozen=True, slots=True)
class Insertion:
    """One place for a stop: ``units`` is what it costs more at least, ``visits`` the vehicle's order with it."""

    units: int
    vehicle_id: int
    visits: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class Insertions:
    """Where a stop could go. ``at_least``: cost units of the cheapest place by driving alone.

    ``candidates``: the :data:`TRIED` cheapest places, and those that make room (:data:`ROOMY_TRIED`), that a quick look
    at times and loads does not rule out.
    """

    at_least: int
    candidates: tuple[Insertion, ...]


class Inserter:
    """Routes that grow stop by stop; what is known of each is kept until it changes."""

    def __init__(self, index: Index, routes: Mapping[int, Route]) -> None:
        self._index = index
        self.routes = with_locked(index, routes)
        self._gaps: dict[int, Gaps] = {}

    def put(self, route: Route) -> None:
        """Take a route in the place of the vehicle's old one."""
        self.routes[route.vehicle_id] = route
        self._gaps.pop(route.vehicle_id, None)

    def remove(self, vehicle_id: int) -> None:
        """Leave a vehicle in the yard."""
        self.routes.pop(vehicle_id, None)
        self._gaps.pop(vehicle_id, None)

    def gaps_of(self, vehicle_id: int) -> Gaps:
        """The gaps in a vehicle's route."""
        if vehicle_id not in self._gaps:
            self._gaps[vehicle_id] = Gaps(self._index, self._index.vehicles[vehicle_id], self.routes.get(vehicle_id))
        return self._gaps[vehicle_id]

    def insertions(self, stop: Stop) -> Insertions:
        """The places for a stop that at least one vehicle may visit, cheapest first."""
        found: list[tuple[int, int, int, tuple[Visit, ...]]] = []
        at_least = 2**62
        for vehicle_id in sorted(self._index.allowed[stop.id]):
            vehicle = self._index.vehicles[vehicle_id]
            gaps = self.gaps_of(vehicle_id)
            extra = change_units(self._index.problem, vehicle, stop)
            extra += 0 if vehicle_id in self.routes else fixed_units(vehicle)
            for inserted, units, possible in self._variants(gaps, vehicle, stop):
                if not len(units):
                    continue
                at_least = min(at_least, extra + int(units.min()))
                places = np.flatnonzero(possible)
                if len(places) > TRIED:
                    places = places[np.argsort(units[places], kind="stable")[:TRIED]]
                found += [(extra + int(units[place]), vehicle_id, int(place), inserted) for place in places]
        found.sort(key=lambda entry: entry[:3])
        # Where the cheapest places fail for want of room, a trip to the disposal site or a vehicle of the yard helps.
        idle = [entry for entry in found[TRIED:] if entry[1] not in self.routes]
        emptied = [entry for entry in found[TRIED:] if entry[1] in self.routes and len(entry[3]) > 1]
        tried = sorted(found[:TRIED] + idle[:ROOMY_TRIED] + emptied[:ROOMY_TRIED], key=lambda entry: entry[:3])
        return Insertions(at_least, tuple(self._insertion(*entry) for entry in tried))

    def _insertion(self, units: int, vehicle_id: int, place: int, inserted: tuple[Visit, ...]) -> Insertion:
        gaps = self.gaps_of(vehicle_id)
        before = gaps.first + place
        return Insertion(units, vehicle_id, (*gaps.visits[:before], *inserted, *gaps.visits[before:]))

    def _variants(
        self, gaps: Gaps, vehicle: Vehicle, stop: Stop
    ) -> Iterator[tuple[tuple[Visit, ...], NDArray[np.int64], NDArray[np.bool_]]]:
        """The stop alone, or with a disposal before or after it; the least cost of each gap, and whether it may do."""
        here = Visit(StepKind.EMPTYING, stop.id)
        if not gaps.caps_allow(stop):
            return
        units, possible = gaps.over(stop, None, None)
        if vehicle.id not in self.routes:
            yield (here,), units, possible
            return
        yield (here,), units, possible & gaps.room(stop)
        if vehicle.max_trips == gaps.trips:
            return
        fractions = stop.fractions
        for site in self._index.sites.values():
            units, possible = gaps.over(stop, site, None)
            yield (Visit(StepKind.DISPOSAL, site.id), here), units, possible & gaps.loaded
            if fractions & site.fractions:
                units, possible = gaps.over(stop, None, site)
                yield (here, Visit(StepKind.DISPOSAL, site.id)), units, possible

    def cheapest_allowed(self, candidates: Sequence[Insertion], stop: Stop) -> tuple[int, Route] | None:
        """What the cheapest of these insertions that keeps all rules costs exactly, and its route."""
        best: tuple[int, Vehicle, Sequence[Visit]] | None = None
        index = self._index
        for candidate in candidates:
            if best is not None and candidate.units >= best[0]:
                break
            vehicle = index.vehicles[candidate.vehicle_id]
            visits: Sequence[Visit] = candidate.visits
            if not carries(index, index.rigs[vehicle.id], visits):
                visits = settle(index, vehicle, visits)
            units = units_of(index, vehicle, visits)
            if units is None:
                continue
            now = cost_units(vehicle, self.routes[vehicle.id]) if vehicle.id in self.routes else 0
            units += change_units(index.problem, vehicle, stop) - now
            if best is None or units < best[0]:
                best = (units, vehicle, visits)
        if best is None:
            return None
        route = schedule(index, best[1], best[2])
        return None if route is None else (best[0], route)

    def make_room(self, stop: Stop) -> list[Stop]:
        """Serve a required stop in the place of others that weigh less all together; these are returned."""
        index = self._index
        for vehicle_id in sorted(index.allowed[stop.id]):
            route, vehicle = self.routes.get(vehicle_id), index.vehicles[vehicle_id]
            gaps = self.gaps_of(vehicle_id)
            if route is None or all(loss(index.stops[each]) >= loss(stop) for each in route.stop_ids):
                continue
            place = gaps.first + int(np.argmin(gaps.over(stop, None, None)[0]))
            here = Visit(StepKind.EMPTYING, stop.id)
            mended = mend(index, vehicle, [*gaps.visits[:place], here, *gaps.visits[place:]])
            if mended is None or stop.id not in mended.stop_ids:
                continue
            dropped = [index.stops[each] for each in route.stop_ids if each not in mended.stop_ids]
            if weight_of(dropped) < weight_of([stop]):
                self.put(mended)
                return dropped
        return []


def with_locked(index: Index, routes: Mapping[int, Route]) -> dict[int, Route]:
    """The routes, with those that vehicles with a prefix or under way have in any case."""
    completed = dict(routes)
    for vehicle in index.problem.vehicles:
        if vehicle.id in completed or not (vehicle.under_way or vehicle.prefix):
            continue
        route = locked_route(index, vehicle)
        if route is not None:
            completed[vehicle.id] = route
    return completed


def fill_in(index: Index, routes: Mapping[int, Route], *, ends_at: float) -> dict[int, Route]:
    """The routes with every left-out stop added that fits and is worth it, the most valuable first.

    Leaves the rest as it is at ``ends_at`` on the monotonic clock.
    """
    inserter = Inserter(index, routes)
    served = {stop_id for route in inserter.routes.values() for stop_id in route.stop_ids}
    left_out = [stop for stop in index.problem.stops if stop.id not in served and index.allowed[stop.id]]
    waiting = deque(sorted(left_out, key=lambda stop: (stop.prize is not None, -stop.priority, -(stop.prize or 0))))
    refused: list[Stop] = []
    grown = False
    while (waiting or (grown and refused)) and time.monotonic() < ends_at:
        if not waiting:
            # Where others are visited now, the way to one that was too far may have become shorter.
            waiting.extend(refused)
            refused, grown = [], False
        stop = waiting.popleft()
        worth = None if stop.prize is None else stop.prize * UNITS_PER_CENT
        candidates = [c for c in inserter.insertions(stop).candidates if worth is None or c.units < worth]
        best = inserter.cheapest_allowed(candidates, stop)
        if best is not None and (worth is None or best[0] < worth):
            inserter.put(best[1])
            grown = True
        elif worth is not None:
            refused.append(stop)
        elif best is None and stop.required:
            waiting.extend(inserter.make_room(stop))
    return inserter.routes
