"""A plan at once, however many stops there are: each vehicle in turn goes to the nearest stop that it can still serve.

A fifth or so dearer than what a search finds, but there before a search has laid out its neighbourhoods.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from domain.plans import StepKind
from routing.problem import LATEST_S, Stop, Vehicle, Visit
from routing.solvers.plan.cost import FORBIDDEN
from routing.solvers.plan.disposal import detour
from routing.solvers.plan.folding import forbidding
from routing.solvers.plan.index import Index, first_open
from routing.solvers.plan.loads import Body, trips

Numbers = NDArray[np.int64]


def nearest_plan(index: Index) -> dict[int, list[Visit]]:
    """Visits by vehicle id, prefixes first.

    Loads, caps, windows (the first that is still open) and the way home are minded; breaks and rests are time kept
    free. The exact schedule has the last word.
    """
    field = _Field(index)
    found: dict[int, list[Visit]] = {}
    for vehicle in index.problem.vehicles:
        if not field.open.any():
            break
        visits = _Ride(field, vehicle).visits()
        if len(visits) > len(vehicle.prefix):
            found[vehicle.id] = visits
    return found


class _Field:
    """The stops as arrays, and which of them are still open; required ones count as nearer than optional ones."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.stops: Sequence[Stop] = [
            s for s in index.problem.stops if index.allowed[s.id] and s.id not in index.locked
        ]
        self.open = np.ones(len(self.stops), dtype=np.bool_)
        self.locations = np.array([stop.location for stop in self.stops], dtype=np.intp)
        self.service_s = np.array([stop.service_s for stop in self.stops], dtype=np.int64)
        self.setup_s = np.array([stop.setup_s for stop in self.stops], dtype=np.int64)
        self.optional = np.array([not stop.required for stop in self.stops], dtype=np.bool_)
        opens = [stop.time_windows[0][0] if stop.time_windows else 0 for stop in self.stops]
        closes = [stop.time_windows[-1][1] if stop.time_windows else LATEST_S for stop in self.stops]
        self.opens, self.closes = np.array(opens, dtype=np.int64), np.array(closes, dtype=np.int64)
        self._allowed: dict[tuple[object, ...], NDArray[np.bool_]] = {}
        self._needs: dict[tuple[object, ...], tuple[Numbers, Numbers]] = {}
        self._home_s: dict[tuple[object, ...], Numbers] = {}

    def may_come(self, vehicle: Vehicle) -> NDArray[np.bool_]:
        """Which stops a vehicle may serve."""
        allowed = self.index.allowed
        return np.array([vehicle.id in allowed[stop.id] for stop in self.stops], dtype=np.bool_)

    def needs(self, vehicle: Vehicle) -> tuple[Numbers, Numbers]:
        """Kilograms and litres that each stop brings into each compartment, shape (stops, compartments)."""
        key = tuple(compartment.fractions for compartment in vehicle.compartments)
        if key not in self._needs:
            kg = np.zeros((len(self.stops), len(key)), dtype=np.int64)
            litres = kg.copy()
            cargo = self.index.rigs[vehicle.id].cargo
            for number, stop in enumerate(self.stops):
                for compartment, more_kg, more_l, _ in cargo.get(stop.id, ()):
                    kg[number, compartment] += more_kg
                    litres[number, compartment] += more_l
            self._needs[key] = kg, litres
        return self._needs[key]

    def home_s(self, vehicle: Vehicle) -> Numbers:
        """Seconds from the end of service at each stop to the vehicle's end, over disposal sites if it must."""
        key = (vehicle.profile, vehicle.end, vehicle.ends_empty, vehicle.fractions)
        if key not in self._home_s:
            seconds = self.index.problem.matrix_of(vehicle).durations_s
            self._home_s[key] = self._ways_home(vehicle, seconds)
        return self._home_s[key]

    def _ways_home(self, vehicle: Vehicle, seconds: NDArray[np.int32]) -> Numbers:
        sites = [site for site in self.index.problem.disposal_sites if site.fractions & vehicle.fractions]
        if not vehicle.ends_empty or not sites:
            return forbidding(seconds[self.locations, vehicle.end])
        # Over one site for each compartment at the most; which of them is left to the exact schedule.
        slowest = np.zeros(len(self.stops), dtype=np.int64)
        for compartment in vehicle.compartments:
            ways = [
                forbidding(seconds[self.locations, site.location])
                + site.service_s
                + int(forbidding(seconds[[site.location], vehicle.end])[0])
                for site in sites
                if site.fractions & compartment.fractions
            ]
            if ways:
                slowest = np.maximum(slowest, np.min(ways, axis=0))
        return slowest


class _Ride:
    """One vehicle on its way from stop to stop."""

    def __init__(self, field: _Field, vehicle: Vehicle) -> None:
        self._field, self._vehicle = field, vehicle
        self._index = field.index
        self._rig = field.index.rigs[vehicle.id]
        self._seconds = field.index.problem.matrix_of(vehicle).durations_s
        self._body = Body(self._rig)
        self._visits: list[Visit] = []
        self._here, self._now_s = vehicle.start, vehicle.starts_s
        kept_free_s = sum(each.duration_s for each in vehicle.breaks)
        rule = vehicle.driving_rule
        if rule is not None:
            kept_free_s += rule.rest_s * ((rule.driven_s + vehicle.longest_s) // max(1, rule.driving_s + rule.rest_s))
        self._ends_s = vehicle.ends_s - kept_free_s
        if vehicle.max_duration_s is not None:
            self._ends_s = min(self._ends_s, vehicle.starts_s + vehicle.max_duration_s - kept_free_s)
        self._kg, self._litres = field.needs(vehicle)
        self._home_s = field.home_s(vehicle)
        self._may = field.may_come(vehicle)

    def visits(self) -> list[Visit]:
        """Go as long as anything can be served."""
        for visit in self._vehicle.prefix:
            self._make(visit)
        while True:
            number = self._nearest(self._here, self._now_s, self._body)
            if number is not None:
                self._make(Visit(StepKind.EMPTYING, self._field.stops[number].id))
                self._field.open[number] = False
            elif not self._emptied():
                return self._visits

    def _nearest(self, here: int, now_s: int, body: Body) -> int | None:
        field = self._field
        legs_s = forbidding(self._seconds[here, field.locations])
        arrival_s = now_s + legs_s
        begin_s = np.maximum(arrival_s, field.opens)
        done_s = begin_s + field.service_s + field.setup_s
        possible = field.open & self._may & (arrival_s <= field.closes) & (done_s + self._home_s <= self._ends_s)
        for compartment, capacity in enumerate(self._rig.capacities):
            possible &= self._kg[:, compartment] <= capacity.kg - body.kg[compartment]
            possible &= self._litres[:, compartment] <= capacity.l - body.litres[compartment]
        possible &= self._within_caps()
        if not possible.any():
            return None
        # Waiting counts as driving does.
        far_s = begin_s - now_s + FORBIDDEN * field.optional
        return int(np.argmin(np.where(possible, far_s, 4 * FORBIDDEN)))

    def _within_caps(self) -> NDArray[np.bool_] | bool:
        vehicle, served = self._vehicle, [v.id for v in self._visits if v.kind is StepKind.EMPTYING]
        fits: NDArray[np.bool_] | bool = True
        if vehicle.max_stops is not None:
            fits = fits & (len(served) < vehicle.max_stops)
        if vehicle.max_kg is not None:
            fits = fits & (self._kg.sum(axis=1) <= vehicle.max_kg - sum(self._index.stops[each].kg for each in served))
        if vehicle.max_l is not None:
            fits = fits & (
                self._litres.sum(axis=1) <= vehicle.max_l - sum(self._index.stops[each].l for each in served)
            )
        if vehicle.max_trips is not None and (not self._visits or self._visits[-1].kind is StepKind.DISPOSAL):
            fits = fits & (trips(self._visits) < vehicle.max_trips)
        return fits

    def _emptied(self) -> bool:
        """Go by the nearest site that empties anything, if a stop can be served after that."""
        ways = [
            (units, site)
            for site, accepted in self._index.accepted.items()
            if self._body.empties(accepted)
            and (units := detour(self._index, self._rig, self._here, site, self._vehicle.end)) is not None
        ]
        if not ways:
            return False
        site = self._index.sites[min(ways)[1]]
        begin_s = first_open(site.time_windows, self._now_s + int(self._seconds[self._here, site.location]))
        if begin_s is None:
            return False
        body = self._body.copy()
        body.dispose(self._index.accepted[site.id])
        before = list(self._visits)
        self._visits.append(Visit(StepKind.DISPOSAL, site.id))
        if self._nearest(site.location, begin_s + site.service_s, body) is None:
            self._visits = before
            return False
        self._body, self._here, self._now_s = body, site.location, begin_s + site.service_s
        return True

    def _make(self, visit: Visit) -> None:
        """Drive there and be served; a window that is missed is left to the exact schedule."""
        place = self._index.place_of(visit)
        arrival_s = self._now_s + max(0, int(self._seconds[self._here, place.location]))
        begin_s = first_open(place.time_windows, arrival_s)
        self._now_s = (arrival_s if begin_s is None else begin_s) + place.service_s
        if isinstance(place, Stop):
            self._now_s += place.setup_s if place.location != self._here else 0
            self._body.collect(self._rig, place.id)
        else:
            self._body.dispose(self._index.accepted[place.id])
        self._here = place.location
        self._visits.append(visit)
