"""A problem in OR-Tools' words, and its solutions in ours.

Nodes: stops, copies of disposal sites, then a start and an end for each vehicle. Disposal in the middle of a route is
an optional copy of the site that sets loads back. The last one is folded into the way to the vehicle's end where one
site that is always open accepts all that the vehicle may load.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from ortools.constraint_solver import pywrapcp

from domain.containers import Fraction
from domain.plans import StepKind
from routing.problem import DisposalSite, TimeWindow, Vehicle, Visit
from routing.solvers.ortools_engine.loads import add_caps, add_loads
from routing.solvers.ortools_engine.releases import add_releases
from routing.solvers.plan.cost import (
    FORBIDDEN,
    fixed_units,
    scale,
    units_per_metre,
    units_per_overtime_second,
    units_per_second,
)
from routing.solvers.plan.folding import forbidding, ways_home
from routing.solvers.plan.index import Index
from routing.solvers.plan.visits import Visits


class OrtoolsModel:
    """One problem as a routing model.

    Parameters
    ----------
    index
        The problem; vehicles whose prefix cannot be driven are left out.
    start
        Visits that the model must have nodes for.
    rests
        How many rests of its driving rule are kept free for a vehicle, by id.
    """

    def __init__(self, index: Index, start: Visits, rests: Mapping[int, int]) -> None:
        self.index = index
        problem = index.problem
        self.vehicles = [v for v in problem.vehicles if not v.prefix or v.id in start]
        usable = {vehicle.id for vehicle in self.vehicles}
        self.stops = [stop for stop in problem.stops if index.allowed[stop.id] & usable]
        self.folded = {vehicle.id: _folded_sites(index, vehicle) for vehicle in self.vehicles}
        if not self.stops or not self.vehicles:
            return
        self.scale = scale(problem)
        self._rests = rests
        copies = self._copies(start)
        self.copies_of = [site for site in problem.disposal_sites for _ in range(copies[site.id])]
        self.first_copy = len(self.stops)
        self.first_start = self.first_copy + len(self.copies_of)
        self.size = self.first_start + 2 * len(self.vehicles)
        starts = [self.first_start + 2 * number for number in range(len(self.vehicles))]
        self.manager = pywrapcp.RoutingIndexManager(
            self.size, len(self.vehicles), starts, [node + 1 for node in starts]
        )
        self.routing = pywrapcp.RoutingModel(self.manager)
        self._matrices = {profile: self._matrices_of(profile) for profile in {v.profile for v in self.vehicles}}
        self._add_costs()
        self._add_time()
        add_releases(self, [durations for _, durations in self._matrices.values()])
        add_loads(self)
        add_caps(self)
        self._add_choices()
        self._add_locks()

    def _copies(self, start: Visits) -> dict[int, int]:
        """Copies of each site: what the total load needs, and at least what the start uses and one more."""
        problem = self.index.problem
        needed = 1
        bodies = [compartment for vehicle in self.vehicles for compartment in vehicle.compartments]
        for capacity, total in (
            (min(body.capacity_kg for body in bodies), sum(stop.kg for stop in self.stops)),
            (min(body.capacity_l for body in bodies), sum(stop.l for stop in self.stops)),
        ):
            needed = max(needed, 1 + total // max(capacity, 1))
        unfolded = sum(vehicle.ends_empty and not self.folded[vehicle.id] for vehicle in self.vehicles)
        if self.index.released:
            # A trip may end only for another one to wait for what is released later.
            needed += len(self.vehicles)
        needed = min(needed, 3 * len(self.vehicles), len(self.stops)) + 2 * unfolded
        used = [visit.id for visits in start.values() for visit in visits if visit.kind is StepKind.DISPOSAL]
        return {
            site.id: max(min(needed, len(self.stops) + 1), used.count(site.id) + 1) for site in problem.disposal_sites
        }

    def _matrices_of(self, profile: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Metres, and seconds including the service at the origin and the setup at the destination, between nodes."""
        matrix = self.index.problem.matrices[profile]
        stops = [stop.location for stop in self.stops]
        locations = stops + [site.location for site in self.copies_of]
        for vehicle in self.vehicles:
            locations += [vehicle.start, vehicle.end]
        grid = np.ix_(locations, locations)
        service_s = np.zeros(self.size, dtype=np.int64)
        service_s[: self.first_start] = [x.service_s for x in (*self.stops, *self.copies_of)]
        setup_s = np.zeros(self.size, dtype=np.int64)
        setup_s[: len(stops)] = [stop.setup_s for stop in self.stops]
        elsewhere = np.not_equal.outer(locations, locations)
        distances = forbidding(matrix.distances_m[grid])
        durations = forbidding(matrix.durations_s[grid]) + service_s[:, None] + elsewhere * setup_s[None, :]
        for number, vehicle in enumerate(self.vehicles):
            sites = self.folded[vehicle.id]
            if not sites or vehicle.profile != profile:
                continue
            column = self.first_start + 2 * number + 1
            metres, seconds, _ = ways_home(matrix, vehicle, [(site,) for site in sites], stops)
            distances[: len(stops), column] = metres
            durations[: len(stops), column] = seconds + service_s[: len(stops)]
        return np.minimum(distances, FORBIDDEN), np.minimum(durations, FORBIDDEN)

    def _add_costs(self) -> None:
        """Driving, service and disposal are on the arcs, where the search sees them; waiting is added to slack."""
        registered: dict[tuple[str, int, int], int] = {}
        for number, vehicle in enumerate(self.vehicles):
            prices = (self.scale.scaled(units_per_metre(vehicle)), self.scale.scaled(units_per_second(vehicle)))
            key = (vehicle.profile, *prices)
            if key not in registered:
                distances, durations = self._matrices[vehicle.profile]
                costs = distances * prices[0] + durations * prices[1]
                registered[key] = self.routing.RegisterTransitMatrix(costs.tolist())
            self.routing.SetArcCostEvaluatorOfVehicle(registered[key], number)
            paused = self.kept_free_s(vehicle) * prices[1]
            self.routing.SetFixedCostOfVehicle(self.scale.scaled(fixed_units(vehicle)) + paused, number)
            self.routing.SetVehicleUsedWhenEmpty(vehicle.under_way, number)

    def kept_free_s(self, vehicle: Vehicle) -> int:
        """Time of the shift that is kept free: for rests, and for breaks that may be taken at any time."""
        rule = vehicle.driving_rule
        rests_s = 0 if rule is None else self._rests.get(vehicle.id, 0) * rule.rest_s
        return rests_s + sum(each.duration_s for each in vehicle.breaks if not each.time_windows)

    def _add_time(self) -> None:
        evaluators = {
            profile: self.routing.RegisterTransitMatrix(durations.tolist())
            for profile, (_, durations) in self._matrices.items()
        }
        horizon_s = max(vehicle.ends_s for vehicle in self.vehicles)
        timed = [bool(vehicle_break.time_windows) for v in self.vehicles for vehicle_break in v.breaks]
        waits = self.index.released or any(timed) or any(x.time_windows for x in (*self.stops, *self.copies_of))
        self.routing.AddDimensionWithVehicleTransits(
            [evaluators[vehicle.profile] for vehicle in self.vehicles],
            horizon_s if waits else 0,
            horizon_s,
            False,
            "time",
        )
        dimension = self.routing.GetDimensionOrDie("time")
        for number, vehicle in enumerate(self.vehicles):
            free_s = self.kept_free_s(vehicle)
            latest_s = max(vehicle.starts_s, vehicle.ends_s - free_s)
            for node in (self.routing.Start(number), self.routing.End(number)):
                dimension.CumulVar(node).SetRange(vehicle.starts_s, latest_s)
            if vehicle.max_duration_s is not None:
                dimension.SetSpanUpperBoundForVehicle(max(0, vehicle.longest_s - free_s), number)
                price = self.scale.scaled(units_per_overtime_second(vehicle))
                if price and vehicle.max_overtime_s:
                    bound = pywrapcp.BoundCost(max(0, vehicle.max_duration_s - free_s), price)
                    dimension.SetSoftSpanUpperBoundForVehicle(bound, number)
            if waits:
                dimension.SetSlackCostCoefficientForVehicle(self.scale.scaled(units_per_second(vehicle)), number)
                if not any(timed):
                    self.routing.AddVariableMinimizedByFinalizer(dimension.CumulVar(self.routing.End(number)))
                    self.routing.AddVariableMaximizedByFinalizer(dimension.CumulVar(self.routing.Start(number)))
            self._add_breaks(dimension, number, vehicle)
        for node, place in enumerate((*self.stops, *self.copies_of)):
            locked = node < self.first_copy and self.stops[node].id in self.index.locked
            if place.time_windows and not locked:
                # The clock runs from the end of the setup, which may fall away: a little tighter than the truth.
                setup_s = self.stops[node].setup_s if node < self.first_copy else 0
                windows = [(min(opens + setup_s, closes), closes) for opens, closes in place.time_windows]
                _restrict(dimension.CumulVar(self.manager.NodeToIndex(node)), windows, horizon_s)

    def _add_breaks(self, dimension: pywrapcp.RoutingDimension, number: int, vehicle: Vehicle) -> None:
        timed = [each for each in vehicle.breaks if each.time_windows]
        if not timed:
            return
        solver = self.routing.solver()
        intervals: list[pywrapcp.IntervalVar] = []
        for each in timed:
            interval = solver.FixedDurationIntervalVar(
                each.time_windows[0][0], each.time_windows[-1][1], each.duration_s, False, f"break {each.id}"
            )
            for (_, closes), (opens, _) in pairwise(each.time_windows):
                if opens > closes + 1:
                    interval.StartExpr().Var().RemoveInterval(closes + 1, opens - 1)
            if intervals:
                solver.Add(interval.StartExpr() >= intervals[-1].EndExpr())
            intervals.append(interval)
        # No break before departure or after the return. Saying so exactly makes OR-Tools try times one by one.
        start = dimension.CumulVar(self.routing.Start(number))
        start.SetMax(max(vehicle.starts_s, timed[0].time_windows[0][0]))
        end = dimension.CumulVar(self.routing.End(number))
        end.SetMin(min(end.Max(), timed[-1].time_windows[0][0] + timed[-1].duration_s))
        visited_s = [x.service_s for x in (*self.stops, *self.copies_of)] + [0] * (
            self.routing.Size() - self.first_start
        )
        dimension.SetBreakIntervalsOfVehicle(intervals, number, visited_s)

    def _add_choices(self) -> None:
        number_of = {vehicle.id: number for number, vehicle in enumerate(self.vehicles)}
        for node, stop in enumerate(self.stops):
            index = self.manager.NodeToIndex(node)
            allowed = sorted(number_of[each] for each in self.index.allowed[stop.id] if each in number_of)
            self.routing.VehicleVar(index).SetValues([-1, *allowed])
            self.routing.AddDisjunction([index], self.scale.prize(stop))
        for copy, site in enumerate(self.copies_of):
            index = self.manager.NodeToIndex(self.first_copy + copy)
            users = [number for number, vehicle in enumerate(self.vehicles) if vehicle.fractions & site.fractions]
            self.routing.VehicleVar(index).SetValues([-1, *users])
            self.routing.AddDisjunction([index], 0)

    def _add_locks(self) -> None:
        spare = self._spare_copies()
        node_of = {stop.id: node for node, stop in enumerate(self.stops)}
        for number, vehicle in enumerate(self.vehicles):
            here = self.routing.Start(number)
            for visit in vehicle.prefix:
                node = spare[visit.id].pop(0) if visit.kind is StepKind.DISPOSAL else node_of[visit.id]
                there = self.manager.NodeToIndex(node)
                self.routing.NextVar(here).SetValue(there)
                self.routing.VehicleVar(there).SetValue(number)
                here = there

    def _spare_copies(self) -> dict[int, list[int]]:
        spare: dict[int, list[int]] = {}
        for copy, site in enumerate(self.copies_of):
            spare.setdefault(site.id, []).append(self.first_copy + copy)
        return spare

    def nodes_of(self, visits: Visits) -> list[list[int]]:
        """Visits as nodes, each vehicle's folded last disposal left out; copies in prefixes are the first of each."""
        spare = self._spare_copies()
        node_of = {stop.id: node for node, stop in enumerate(self.stops)}
        locked = [
            [spare[visit.id].pop(0) if visit.kind is StepKind.DISPOSAL else node_of[visit.id] for visit in v.prefix]
            for v in self.vehicles
        ]
        routes: list[list[int]] = []
        for vehicle, nodes in zip(self.vehicles, locked, strict=True):
            planned = list(visits.get(vehicle.id, ()))[len(vehicle.prefix) :]
            if len(planned) > 1 and planned[-1].kind is StepKind.DISPOSAL and self.folded[vehicle.id]:
                planned.pop()
            routes.append(
                nodes
                + [
                    spare[visit.id].pop(0) if visit.kind is StepKind.DISPOSAL else node_of[visit.id]
                    for visit in planned
                ]
            )
        return routes

    def visits(self) -> dict[int, list[Visit]]:
        """The visits of the solution that the search has just reached."""
        found: dict[int, list[Visit]] = {}
        for number, vehicle in enumerate(self.vehicles):
            visits: list[Visit] = []
            index = self.routing.NextVar(self.routing.Start(number)).Value()
            while not self.routing.IsEnd(index):
                node = self.manager.IndexToNode(index)
                if node < self.first_copy:
                    visits.append(Visit(StepKind.EMPTYING, self.stops[node].id))
                else:
                    visits.append(Visit(StepKind.DISPOSAL, self.copies_of[node - self.first_copy].id))
                index = self.routing.NextVar(index).Value()
            sites = self.folded[vehicle.id]
            if visits and visits[-1].kind is StepKind.EMPTYING and sites:
                last = self.index.stops[visits[-1].id].location
                matrix = self.index.problem.matrix_of(vehicle)
                cheapest = ways_home(matrix, vehicle, [(site,) for site in sites], [last])[2]
                visits.append(Visit(StepKind.DISPOSAL, sites[int(cheapest[0])].id))
            if visits:
                found[vehicle.id] = visits
        return found


def _restrict(cumul: pywrapcp.IntVar, windows: Sequence[TimeWindow], horizon_s: int) -> None:
    cumul.SetRange(min(windows[0][0], horizon_s), min(windows[-1][1], horizon_s))
    for (_, closes), (opens, _) in pairwise(windows):
        if opens > closes + 1:
            cumul.RemoveInterval(closes + 1, opens - 1)


def _folded_sites(index: Index, vehicle: Vehicle) -> tuple[DisposalSite, ...]:
    """The sites, open all the shift, that accept everything this vehicle could load here; none if it may end loaded."""
    if not vehicle.ends_empty:
        return ()
    fractions = frozenset[Fraction]().union(
        *(stop.fractions for stop in index.problem.stops if vehicle.id in index.allowed[stop.id]),
        (amount.fraction for amount in vehicle.initial_load),
    )
    return tuple(
        site
        for site in index.problem.disposal_sites
        if fractions <= site.fractions
        and (
            not site.time_windows
            or any(opens <= vehicle.starts_s and vehicle.ends_s <= closes for opens, closes in site.time_windows)
        )
    )
