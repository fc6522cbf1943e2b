"""OR-Tools' routing library: guided local search with everything exact, disposal per fraction included.

Disposal in the middle of a route is an optional copy of the site that sets the load back; the number of copies bounds
the trips. The last disposal is folded into the way to the vehicle's end where one site accepts all its fractions.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from ortools.constraint_solver import pywrapcp
from ortools.constraint_solver.routing_enums_pb2 import FirstSolutionStrategy, LocalSearchMetaheuristic

from domain.plans import StepKind
from routing.problem import DisposalSite, Problem, Vehicle
from routing.solvers.cost import FORBIDDEN, UNITS_PER_CENT, scale, units_per_metre, units_per_second
from routing.solvers.folding import cheapest_site, forbidding, ways_home
from routing.solvers.index import Index, index_of
from routing.solvers.visits import Improved, Visit, Visits


def search(
    problem: Problem,
    *,
    time_limit_s: float,
    seed: int,
    iterations: int,
    start: Visits | None = None,
    on_improved: Improved | None = None,
) -> Visits | None:
    """Search with OR-Tools; see :class:`routing.solvers.visits.Engine`. It has no randomness: ``seed`` is not used."""
    del seed
    ends_at = time.monotonic() + time_limit_s
    model = _Model(index_of(problem), start or {})
    routing = model.routing
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(max(1, int(1000 * time_limit_s)))
    watch = _Watch(model, iterations, ends_at, on_improved)
    routing.AddAtSolutionCallback(watch)
    routing.CloseModelWithParameters(parameters)
    remaining_ms = int(1000 * (ends_at - time.monotonic()))
    if remaining_ms <= 0:
        return start
    parameters.time_limit.FromMilliseconds(remaining_ms)
    initial = routing.ReadAssignmentFromRoutes(model.nodes_of(start), True) if start else None
    if initial is not None:
        routing.SolveFromAssignmentWithParameters(initial, parameters)
    else:
        routing.SolveWithParameters(parameters)
    return watch.best or start


class _Watch:
    """Keeps the best visits, and ends the search after ``iterations`` local optima without a better one."""

    def __init__(self, model: _Model, iterations: int, ends_at: float, on_improved: Improved | None) -> None:
        self._model = model
        self._iterations = iterations
        self._ends_at = ends_at
        self._on_improved = on_improved
        self._cost: int | None = None
        self._since_best = 0
        self.best: dict[int, list[Visit]] | None = None

    def __call__(self) -> None:
        cost = self._model.routing.CostVar().Max()
        if self._cost is None or cost < self._cost:
            self._cost, self._since_best = cost, 0
            self.best = self._model.visits()
            if self._on_improved:
                self._on_improved(self.best)
        else:
            self._since_best += 1
        if self._since_best > self._iterations or time.monotonic() > self._ends_at:
            self._model.routing.solver().FinishCurrentSearch()


class _Model:
    """Nodes: stops, copies of disposal sites, then a start and an end for each vehicle."""

    def __init__(self, index: Index, start: Visits) -> None:
        self._index = index
        problem = index.problem
        self._stops = problem.stops
        self._vehicles = problem.vehicles
        self._scale = scale(problem)
        self._folded = {vehicle.id: _sites_for_all(index, vehicle) for vehicle in problem.vehicles}
        copies = self._copies(start)
        self._copies_of = [site for site in problem.disposal_sites for _ in range(copies[site.id])]
        self._first_copy = len(self._stops)
        self._first_start = self._first_copy + len(self._copies_of)
        self._size = self._first_start + 2 * len(self._vehicles)
        starts = [self._first_start + 2 * number for number in range(len(self._vehicles))]
        self._manager = pywrapcp.RoutingIndexManager(
            self._size, len(self._vehicles), starts, [node + 1 for node in starts]
        )
        self.routing = pywrapcp.RoutingModel(self._manager)
        self._distances, self._durations = self._matrices()
        self._add_costs()
        self._add_time()
        self._add_loads()
        self._add_choices()

    def _copies(self, start: Visits) -> dict[int, int]:
        """Copies of each site: what the total load needs, and at least what the start uses and one more."""
        problem = self._index.problem
        needed = 1
        for capacity, total in (
            (min(v.capacity_kg for v in problem.vehicles), sum(s.kg for s in problem.stops)),
            (min(v.capacity_l for v in problem.vehicles), sum(s.l for s in problem.stops)),
        ):
            needed = max(needed, 1 + total // max(capacity, 1))
        unfolded = sum(not sites for sites in self._folded.values())
        needed = min(needed, 3 * len(self._vehicles), len(self._stops)) + 2 * unfolded
        used = [visit.id for visits in start.values() for visit in visits if visit.kind is StepKind.DISPOSAL]
        return {site.id: max(needed, used.count(site.id) + 1) for site in problem.disposal_sites}

    def _matrices(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Metres, and seconds including the service at the origin, between all nodes."""
        matrix = self._index.problem.matrix
        locations = [stop.location for stop in self._stops] + [site.location for site in self._copies_of]
        for vehicle in self._vehicles:
            locations += [vehicle.start, vehicle.end]
        grid = np.ix_(locations, locations)
        service_s = np.zeros(self._size, dtype=np.int64)
        service_s[: self._first_start] = [x.service_s for x in (*self._stops, *self._copies_of)]
        distances = forbidding(matrix.distances_m[grid])
        durations = forbidding(matrix.durations_s[grid]) + service_s[:, None]
        stops = [stop.location for stop in self._stops]
        for number, vehicle in enumerate(self._vehicles):
            column = self._first_start + 2 * number + 1
            distances[: len(stops), column] = FORBIDDEN
            durations[: len(stops), column] = FORBIDDEN
            sites = self._folded[vehicle.id]
            if not sites or not stops:
                continue
            metres, seconds = ways_home(matrix, vehicle, sites, stops)
            distances[: len(stops), column] = metres
            durations[: len(stops), column] = seconds + service_s[: len(stops)]
        return np.minimum(distances, FORBIDDEN), np.minimum(durations, FORBIDDEN)

    def _add_costs(self) -> None:
        """Driving, service and disposal are on the arcs, where the search sees them; waiting is added to slack."""
        registered: dict[tuple[int, int], int] = {}
        for number, vehicle in enumerate(self._vehicles):
            prices = (self._scale.scaled(units_per_metre(vehicle)), self._scale.scaled(units_per_second(vehicle)))
            if prices not in registered:
                costs = self._distances * prices[0] + self._durations * prices[1]
                registered[prices] = self.routing.RegisterTransitMatrix(costs.tolist())
            self.routing.SetArcCostEvaluatorOfVehicle(registered[prices], number)
            self.routing.SetFixedCostOfVehicle(self._scale.scaled(vehicle.fixed_cost * UNITS_PER_CENT), number)

    def _add_time(self) -> None:
        transit = self.routing.RegisterTransitMatrix(self._durations.tolist())
        horizon_s = max(vehicle.ends_s for vehicle in self._vehicles)
        waits = any(stop.time_windows for stop in self._stops)
        self.routing.AddDimension(transit, horizon_s if waits else 0, horizon_s, False, "time")
        dimension = self.routing.GetDimensionOrDie("time")
        for number, vehicle in enumerate(self._vehicles):
            for node in (self.routing.Start(number), self.routing.End(number)):
                dimension.CumulVar(node).SetRange(vehicle.starts_s, vehicle.ends_s)
            if waits:
                dimension.SetSlackCostCoefficientForVehicle(self._scale.scaled(units_per_second(vehicle)), number)
                self.routing.AddVariableMinimizedByFinalizer(dimension.CumulVar(self.routing.End(number)))
                self.routing.AddVariableMaximizedByFinalizer(dimension.CumulVar(self.routing.Start(number)))
        for node, stop in enumerate(self._stops):
            if not stop.time_windows:
                continue
            cumul = dimension.CumulVar(self._manager.NodeToIndex(node))
            cumul.SetRange(min(stop.time_windows[0][0], horizon_s), min(stop.time_windows[-1][1], horizon_s))
            for (_, closes), (opens, _) in zip(stop.time_windows, stop.time_windows[1:], strict=False):
                if opens > closes + 1:
                    cumul.RemoveInterval(closes + 1, opens - 1)

    def _add_loads(self) -> None:
        everywhere = frozenset(site.id for site in self._copies_of)
        for name, capacities, amounts in (
            ("kg", [v.capacity_kg for v in self._vehicles], [s.kg for s in self._stops]),
            ("l", [v.capacity_l for v in self._vehicles], [s.l for s in self._stops]),
        ):
            if sum(amounts) > min(capacities):
                self._add_load(name, capacities, amounts, everywhere, everywhere)
        # A fraction aboard keeps the vehicle away from sites that do not accept it.
        for fraction in sorted({stop.fraction for stop in self._stops}):
            accepting = frozenset(site.id for site in self._copies_of if fraction in site.fractions)
            if any(
                fraction in vehicle.fractions and site.id not in accepting and site.fractions & vehicle.fractions
                for vehicle in self._vehicles
                for site in self._copies_of
            ):
                amounts = [int(stop.fraction == fraction) for stop in self._stops]
                most = [len(self._stops)] * len(self._vehicles)
                self._add_load(f"aboard {fraction}", most, amounts, accepting, accepting)

    def _add_load(
        self,
        name: str,
        capacities: Sequence[int],
        amounts: Sequence[int],
        resets: frozenset[int],
        accepted: frozenset[int],
    ) -> None:
        """A load that grows by ``amounts`` and that the sites in ``resets`` may set back to zero.

        Sites not ``accepted`` can only be entered with a load of zero.
        """
        largest = max(capacities)
        changes = list(amounts) + [-largest if site.id in resets else 0 for site in self._copies_of]
        changes += [0] * (2 * len(self._vehicles))
        transit = self.routing.RegisterUnaryTransitVector(changes)
        self.routing.AddDimensionWithVehicleCapacity(transit, largest, list(capacities), True, name)
        dimension = self.routing.GetDimensionOrDie(name)
        for node in range(len(self._stops)):
            dimension.SlackVar(self._manager.NodeToIndex(node)).SetValue(0)
        for number, vehicle in enumerate(self._vehicles):
            dimension.SlackVar(self.routing.Start(number)).SetValue(0)
            if not self._folded[vehicle.id]:
                dimension.CumulVar(self.routing.End(number)).SetValue(0)
        for copy, site in enumerate(self._copies_of):
            node = self._manager.NodeToIndex(self._first_copy + copy)
            if site.id not in accepted:
                dimension.CumulVar(node).SetValue(0)
                dimension.SlackVar(node).SetValue(0)

    def _add_choices(self) -> None:
        number_of = {vehicle.id: number for number, vehicle in enumerate(self._vehicles)}
        for node, stop in enumerate(self._stops):
            index = self._manager.NodeToIndex(node)
            allowed = sorted(number_of[vehicle_id] for vehicle_id in self._index.allowed[stop.id])
            self.routing.VehicleVar(index).SetValues([-1, *allowed])
            self.routing.AddDisjunction([index], self._scale.prize(stop))
        for copy, site in enumerate(self._copies_of):
            index = self._manager.NodeToIndex(self._first_copy + copy)
            users = [n for n, vehicle in enumerate(self._vehicles) if vehicle.fractions & site.fractions]
            self.routing.VehicleVar(index).SetValues([-1, *users])
            self.routing.AddDisjunction([index], 0)

    def nodes_of(self, visits: Visits) -> list[list[int]]:
        """Visits as nodes, each vehicle's folded last disposal left out."""
        spare: dict[int, list[int]] = {}
        for copy, site in enumerate(self._copies_of):
            spare.setdefault(site.id, []).append(self._first_copy + copy)
        node_of = {stop.id: node for node, stop in enumerate(self._stops)}
        routes: list[list[int]] = []
        for vehicle in self._vehicles:
            planned = list(visits.get(vehicle.id, ()))
            if planned and planned[-1].kind is StepKind.DISPOSAL and self._folded[vehicle.id]:
                planned.pop()
            routes.append(
                [spare[visit.id].pop() if visit.kind is StepKind.DISPOSAL else node_of[visit.id] for visit in planned]
            )
        return routes

    def visits(self) -> dict[int, list[Visit]]:
        """The visits of the solution that the search has just reached."""
        found: dict[int, list[Visit]] = {}
        for number, vehicle in enumerate(self._vehicles):
            visits: list[Visit] = []
            index = self.routing.NextVar(self.routing.Start(number)).Value()
            while not self.routing.IsEnd(index):
                node = self._manager.IndexToNode(index)
                if node < self._first_copy:
                    visits.append(Visit(StepKind.EMPTYING, self._stops[node].id))
                else:
                    visits.append(Visit(StepKind.DISPOSAL, self._copies_of[node - self._first_copy].id))
                index = self.routing.NextVar(index).Value()
            if visits and visits[-1].kind is StepKind.EMPTYING:
                last = self._index.stops[visits[-1].id].location
                sites = self._folded[vehicle.id]
                visits.append(
                    Visit(StepKind.DISPOSAL, cheapest_site(self._index.problem.matrix, vehicle, sites, last).id)
                )
            if visits:
                found[vehicle.id] = visits
        return found


def _sites_for_all(index: Index, vehicle: Vehicle) -> tuple[DisposalSite, ...]:
    """The sites that accept everything this vehicle could load here."""
    fractions = {stop.fraction for stop in index.problem.stops if vehicle.id in index.allowed[stop.id]}
    return tuple(site for site in index.problem.disposal_sites if fractions <= site.fractions)
