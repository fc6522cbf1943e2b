"""The gaps between a route's visits: what putting one more stop into each costs at least, and where it cannot go."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from domain.plans import StepKind
from routing.problem import LATEST_S, DisposalSite, Stop, TimeWindow, Vehicle
from routing.solution import Route
from routing.solvers.plan.cost import units_per_metre, units_per_second
from routing.solvers.plan.folding import forbidding
from routing.solvers.plan.index import Index, first_open
from routing.solvers.plan.loads import trips
from routing.solvers.plan.visits import visits_of


class Gaps:
    """Gaps of one route behind its prefix, one number each in all arrays; a vehicle in the yard has one gap.

    ``first``: how many visits come before the first gap. ``loaded``: where anything is aboard.
    """

    def __init__(self, index: Index, vehicle: Vehicle, route: Route | None) -> None:
        self._vehicle = vehicle
        self._rig = index.rigs[vehicle.id]
        matrix = index.problem.matrix_of(vehicle)
        self._metres, self._seconds = matrix.distances_m, matrix.durations_s
        self.visits = visits_of({0: route})[0] if route is not None else list(vehicle.prefix)
        self.first = len(vehicle.prefix)
        self.trips = trips(self.visits)
        self._index = index
        places = [index.place_of(visit) for visit in self.visits]
        locations = [vehicle.start, *(place.location for place in places), vehicle.end]
        self._origins = np.array(locations[self.first : -1])
        self._destinations = np.array(locations[self.first + 1 :])
        self._base_m = forbidding(self._metres[self._origins, self._destinations])
        self._base_s = forbidding(self._seconds[self._origins, self._destinations])
        if route is None:
            # A vehicle that stays in the yard saves no way from its start to its end.
            self._base_m, self._base_s = np.zeros_like(self._base_m), np.zeros_like(self._base_s)
        waited_s = 0 if route is None else sum(step.waiting_s + step.hold_s for step in route.steps)
        self._waits = waited_s > 0
        work_s = sum(each.duration_s for each in vehicle.breaks) if route is None else route.duration_s - waited_s
        self._spare_s = vehicle.longest_s - work_s
        # Breaks can only make it later than this.
        earliest = [vehicle.starts_s]
        for number, place in enumerate(places):
            leg_s = max(0, int(self._seconds[locations[number], locations[number + 1]]))
            begin_s = first_open(place.time_windows, earliest[-1] + leg_s)
            earliest.append((LATEST_S if begin_s is None else begin_s) + place.service_s)
        latest = [vehicle.ends_s]
        for number in range(len(places) - 1, -1, -1):
            leg_s = max(0, int(self._seconds[locations[number + 1], locations[number + 2]]))
            latest.append(_last_open(places[number].time_windows, latest[-1] - leg_s - places[number].service_s))
        latest.reverse()
        self._earliest = np.array(earliest[self.first :])
        self._latest = np.array(latest[self.first :])
        setups_s = [
            place.setup_s if isinstance(place, Stop) and place.location != before else 0
            for place, before in zip(places, locations, strict=False)
        ]
        self._setups_s = np.array([*setups_s[self.first :], 0])
        self._set_loads(route)

    def _set_loads(self, route: Route | None) -> None:
        """What still fits into each compartment at each gap, until it is emptied next."""
        along = (
            [step.loads for step in route.steps if step.kind not in {StepKind.BREAK, StepKind.END}]
            if route is not None
            else [self._rig.loads] * (len(self.visits) + 1)
        )
        compartments = len(self._rig.capacities)
        kg = np.array([[load.kg for load in loads] for loads in along], dtype=np.int64)
        litres = np.array([[load.l for load in loads] for loads in along], dtype=np.int64)
        for number in range(len(along) - 2, -1, -1):
            for compartment in range(compartments):
                if not (
                    self.visits[number].kind is StepKind.DISPOSAL
                    and kg[number + 1, compartment] <= kg[number, compartment]
                    and along[number + 1][compartment] == (0, 0)
                ):
                    kg[number, compartment] = kg[number + 1, compartment]
                    litres[number, compartment] = litres[number + 1, compartment]
        self.loaded = np.array([any(map(any, loads)) for loads in along])[self.first :]
        self._room_kg = (np.array([c.kg for c in self._rig.capacities]) - kg)[self.first :]
        self._room_l = (np.array([c.l for c in self._rig.capacities]) - litres)[self.first :]
        served = [self._index.stops[visit.id] for visit in self.visits if visit.kind is StepKind.EMPTYING]
        self._stops, self._kg, self._l = len(served), sum(s.kg for s in served), sum(s.l for s in served)

    def caps_allow(self, stop: Stop) -> bool:
        """Whether the day's caps leave room for the stop."""
        vehicle = self._vehicle
        return (
            (vehicle.max_stops is None or self._stops < vehicle.max_stops)
            and (vehicle.max_kg is None or self._kg + stop.kg <= vehicle.max_kg)
            and (vehicle.max_l is None or self._l + stop.l <= vehicle.max_l)
        )

    def room(self, stop: Stop) -> NDArray[np.bool_]:
        """In which gaps the stop fits in without a disposal of its own."""
        fits = np.ones(len(self._origins), dtype=np.bool_)
        for number, kg, litres, _ in self._rig.cargo[stop.id]:
            fits &= (self._room_kg[:, number] >= kg) & (self._room_l[:, number] >= litres)
        return fits

    def over(
        self, stop: Stop, before: DisposalSite | None, after: DisposalSite | None
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Cost units that going over the stop adds to each gap at least, and whether the times may allow it.

        ``before``, ``after``: sites to be visited right before or after it.
        """
        first = stop.location if before is None else before.location
        last = stop.location if after is None else after.location
        service_s = stop.service_s
        inside_m = inside_s = 0
        for site, way in ((before, (first, stop.location)), (after, (stop.location, last))):
            if site is not None:
                service_s += site.service_s
                inside_m += int(forbidding(self._metres[[way[0]], [way[1]]])[0])
                inside_s += int(forbidding(self._seconds[[way[0]], [way[1]]])[0])
        in_s = forbidding(self._seconds[self._origins, first])
        out_s = forbidding(self._seconds[last, self._destinations])
        metres = forbidding(self._metres[self._origins, first]) + forbidding(self._metres[last, self._destinations])
        added_s = in_s + out_s + (inside_s + service_s) - self._base_s
        if before is not None:
            added_s += stop.setup_s if first != stop.location else 0
        else:
            added_s += np.where(self._origins != stop.location, stop.setup_s, 0)
        added_s -= np.where(self._destinations == last, self._setups_s, 0)
        units = units_per_metre(self._vehicle) * (metres + inside_m - self._base_m)
        if not self._waits:
            # Otherwise waiting may swallow the extra time.
            units = units + units_per_second(self._vehicle) * added_s
        to_stop_s = inside_s + before.service_s if before is not None else 0
        from_stop_s = stop.service_s + (inside_s + after.service_s if after is not None else 0)
        arrival_s = self._earliest + in_s + to_stop_s
        if stop.release_s > (self._vehicle.departed_s or 0):
            arrival_s = np.maximum(arrival_s, self._released_s(stop, before))
        possible = added_s <= self._spare_s
        if stop.time_windows:
            in_time = np.zeros(len(arrival_s), dtype=np.bool_)
            for opens, closes in stop.time_windows:
                returns_s = np.maximum(arrival_s, opens) + from_stop_s + out_s
                in_time |= (arrival_s <= closes) & (returns_s <= self._latest)
            return units, possible & in_time
        return units, possible & (arrival_s + from_stop_s + out_s <= self._latest)

    def _released_s(self, stop: Stop, before: DisposalSite | None) -> int:
        """A time before which no trip that waits for the stop is there, from wherever it may begin."""
        sites = self._index.sites.values() if before is None else (before,)
        begins = [site.location for site in sites]
        begins += [self._vehicle.start] if before is None else []
        return stop.release_s + int(forbidding(self._seconds[begins, stop.location]).min())


def _last_open(windows: tuple[TimeWindow, ...], latest_s: int) -> int:
    """Latest begin within the windows that is not after a time; -1 where there is none."""
    if not windows:
        return latest_s
    return next((min(closes, latest_s) for opens, closes in reversed(windows) if opens <= latest_s), -1)
