"""PyVRP: iterated local search with prizes and disposal trips.

What it cannot express is tightened, so that its routes are always allowed but need not be the best: a vehicle whose
fractions have no common disposal site only loads those that the most useful site accepts.

"Empty at the yard" is a virtual end depot: the way to it from a stop leads over the cheapest disposal site, the way to
it from a disposal site is the plain one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyvrp
from numpy.typing import NDArray
from pyvrp.IteratedLocalSearch import IteratedLocalSearch, IteratedLocalSearchCallbacks, IteratedLocalSearchParams
from pyvrp.PenaltyManager import PenaltyManager, PenaltyParams
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)

from domain.plans import StepKind
from routing.problem import LATEST_S, DisposalSite, Problem, Stop, TimeWindow, Vehicle
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
    """Search with PyVRP; see :class:`routing.solvers.visits.Engine`."""
    ends_at = time.monotonic() + time_limit_s
    model = _Model(index_of(problem))
    if not model.clients:
        return start
    callbacks = _Callbacks(lambda best: on_improved(model.visits(best)) if on_improved else None)
    random = pyvrp.RandomNumberGenerator(seed=seed)
    neighbours = compute_neighbours(model.data, NeighbourhoodParams())
    local_search = LocalSearch(model.data, random, neighbours, PerturbationManager(PerturbationParams()))
    for operator in OPERATORS:
        if operator.supports(model.data):
            local_search.add_operator(operator(model.data))
    # PyVRP's own first penalties (50,000 a unit) take tens of thousands of iterations to come down to these.
    penalties = PenaltyManager(model.penalties(), PenaltyParams())
    initial = model.solution(start) if start else None
    if initial is None:
        made_up = pyvrp.Solution.make_random(model.data, random)
        initial = local_search(made_up, penalties.max_cost_evaluator(), exhaustive=True)
    parameters = IteratedLocalSearchParams(callbacks=callbacks)
    algorithm = IteratedLocalSearch(model.data, penalties, local_search, initial, parameters)
    result = algorithm.run(_Stop(ends_at, iterations), collect_stats=False)
    return model.visits(result.best) if result.best.is_feasible() else start


class _Stop:
    """Stops at a time, or after a number of iterations without improvement."""

    def __init__(self, ends_at: float, iterations: int) -> None:
        self._ends_at = ends_at
        self._iterations = iterations
        self._best = float("inf")
        self._since_best = 0

    def __call__(self, best_cost: float) -> bool:
        if best_cost < self._best:
            self._best, self._since_best = best_cost, 0
        else:
            self._since_best += 1
        return self._since_best > self._iterations or time.monotonic() >= self._ends_at


class _Callbacks(IteratedLocalSearchCallbacks):
    def __init__(self, on_best: Callable[[pyvrp.Solution], None]) -> None:
        self._on_best = on_best

    def on_best(self, best: pyvrp.Solution) -> None:
        if best.is_feasible():
            self._on_best(best)


@dataclass(frozen=True, slots=True)
class _Role:
    """What PyVRP lets a vehicle do: the fractions it loads and the sites that accept all of them."""

    fractions: frozenset[str]
    sites: tuple[DisposalSite, ...]


class _Model:
    """The problem in PyVRP's words, and the way back."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._scale = scale(index.problem)
        problem = index.problem
        self._roles = {vehicle.id: _role(index, vehicle) for vehicle in problem.vehicles}
        self.vehicles = [vehicle for vehicle in problem.vehicles if self._roles[vehicle.id].sites]
        # One client a stop, or one a time window in a group of which at most one is visited.
        self.clients: list[tuple[Stop, TimeWindow]] = [
            (stop, window)
            for stop in problem.stops
            if any(self._serves(vehicle, stop) for vehicle in self.vehicles)
            for window in stop.time_windows or ((0, LATEST_S),)
        ]
        self._depots: list[tuple[int, DisposalSite | None]] = []
        if self.clients:
            self.data = self._build()

    def _serves(self, vehicle: Vehicle, stop: Stop) -> bool:
        return vehicle.id in self._index.allowed[stop.id] and stop.fraction in self._roles[vehicle.id].fractions

    def _build(self) -> pyvrp.ProblemData:
        problem, clients = self._index.problem, self.clients
        groups: list[pyvrp.ClientGroup] = []
        group_of: dict[int, int] = {}
        for number, (stop, _) in enumerate(clients):
            if len(stop.time_windows) > 1:
                if stop.id not in group_of:
                    group_of[stop.id] = len(groups)
                    groups.append(pyvrp.ClientGroup(required=False))
                groups[group_of[stop.id]].add_client(number)
        pyvrp_clients = [
            pyvrp.Client(
                location=number,
                pickup=[stop.kg, stop.l],
                service_duration=stop.service_s,
                tw_early=window[0],
                tw_late=window[1],
                prize=self._scale.prize(stop),
                required=False,
                group=group_of.get(stop.id),
            )
            for number, (stop, window) in enumerate(clients)
        ]
        starts = sorted({vehicle.start for vehicle in self.vehicles})
        sites = list(problem.disposal_sites)
        # Vehicles with the same end, sites and prices share one virtual end.
        ends = {self._end_key(vehicle): vehicle for vehicle in self.vehicles}
        locations = [stop.location for stop, _ in clients] + starts + [site.location for site in sites]
        depots = [pyvrp.Depot(len(clients) + number) for number in range(len(starts))]
        depots += [
            pyvrp.Depot(len(clients) + len(starts) + number, service_duration=site.service_s)
            for number, site in enumerate(sites)
        ]
        depots += [pyvrp.Depot(len(locations) + number) for number in range(len(ends))]
        first_site = len(starts)
        self._site_depots = {first_site + number: site for number, site in enumerate(sites)}
        distances, durations = self._matrices(locations, len(clients), list(ends.values()))

        profiles: dict[frozenset[int], int] = {}
        profile_distances: list[np.ndarray[Any, Any]] = []
        profile_durations: list[np.ndarray[Any, Any]] = []
        vehicle_types: list[pyvrp.VehicleType] = []
        for vehicle in self.vehicles:
            barred = frozenset(n for n, (stop, _) in enumerate(clients) if not self._serves(vehicle, stop))
            if barred not in profiles:
                profiles[barred] = len(profiles)
                columns = sorted(barred)
                profile_distances.append(_barring(distances, columns))
                profile_durations.append(_barring(durations, columns))
            role = self._roles[vehicle.id]
            vehicle_types.append(
                pyvrp.VehicleType(
                    num_available=1,
                    capacity=[vehicle.capacity_kg, vehicle.capacity_l],
                    start_depot=starts.index(vehicle.start),
                    end_depot=first_site + len(sites) + list(ends).index(self._end_key(vehicle)),
                    fixed_cost=self._scale.scaled(vehicle.fixed_cost * UNITS_PER_CENT),
                    tw_early=vehicle.starts_s,
                    tw_late=vehicle.ends_s,
                    unit_distance_cost=self._scale.scaled(units_per_metre(vehicle)),
                    unit_duration_cost=self._scale.scaled(units_per_second(vehicle)),
                    profile=profiles[barred],
                    reload_depots=[first_site + sites.index(site) for site in role.sites],
                )
            )
        return pyvrp.ProblemData(
            [pyvrp.Location(0, 0) for _ in range(len(locations) + len(ends))],
            pyvrp_clients,
            depots,
            vehicle_types,
            profile_distances,
            profile_durations,
            groups,
        )

    def _end_key(self, vehicle: Vehicle) -> tuple[int, tuple[DisposalSite, ...], int, int]:
        return (vehicle.end, self._roles[vehicle.id].sites, vehicle.cost_per_km, vehicle.cost_per_hour)

    def _matrices(
        self, locations: Sequence[int], clients: int, ends: Sequence[Vehicle]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Distances and durations between clients, starts, sites and virtual ends."""
        matrix = self._index.problem.matrix
        size = len(locations) + len(ends)
        distances = np.full((size, size), FORBIDDEN, dtype=np.int64)
        durations = np.full((size, size), FORBIDDEN, dtype=np.int64)
        known = len(locations)
        grid = np.ix_(locations, locations)
        distances[:known, :known] = forbidding(matrix.distances_m[grid])
        durations[:known, :known] = forbidding(matrix.durations_s[grid])
        for number, vehicle in enumerate(ends):
            column = known + number
            distances[clients:known, column] = forbidding(matrix.distances_m[locations[clients:], vehicle.end])
            durations[clients:known, column] = forbidding(matrix.durations_s[locations[clients:], vehicle.end])
            metres, seconds = ways_home(matrix, vehicle, self._roles[vehicle.id].sites, locations[:clients])
            distances[:clients, column] = metres
            durations[:clients, column] = seconds
        np.fill_diagonal(distances, 0)
        np.fill_diagonal(durations, 0)
        return distances, durations

    def penalties(self) -> tuple[list[float], float, float]:
        """First penalties for a unit of load, time and distance too much, about what they could save.

        A kilogram or litre saves its share of a disposal trip, a second a few times its price.
        """
        metre = sum(self._scale.scaled(units_per_metre(vehicle)) for vehicle in self.vehicles) / len(self.vehicles)
        second = sum(self._scale.scaled(units_per_second(vehicle)) for vehicle in self.vehicles) / len(self.vehicles)
        sites = self._index.problem.disposal_sites
        grid = np.ix_([stop.location for stop, _ in self.clients], [site.location for site in sites])
        metres = np.median(self._index.problem.matrix.distances_m[grid])
        seconds = np.median(self._index.problem.matrix.durations_s[grid]) + sites[0].service_s
        trip = 2 * float(metre * metres + second * seconds)
        capacities_kg = np.mean([vehicle.capacity_kg for vehicle in self.vehicles])
        capacities_l = np.mean([vehicle.capacity_l for vehicle in self.vehicles])
        loads = [min(max(4 * trip / max(float(c), 1.0), 1.0), 1e5) for c in (capacities_kg, capacities_l)]
        return loads, min(max(4 * second, 200 * metre / 10, 1.0), 1e5), max(metre, 1.0)

    def visits(self, solution: pyvrp.Solution) -> dict[int, list[Visit]]:
        """PyVRP's routes as visits, each ending at the disposal site of its virtual end."""
        found: dict[int, list[Visit]] = {}
        for route in solution.routes():
            vehicle = self.vehicles[route.vehicle_type()]
            visits: list[Visit] = []
            for activity in route.schedule():
                if activity.is_client():
                    visits.append(Visit(StepKind.EMPTYING, self.clients[activity.idx][0].id))
                elif activity.idx in self._site_depots:
                    visits.append(Visit(StepKind.DISPOSAL, self._site_depots[activity.idx].id))
            if visits and visits[-1].kind is StepKind.EMPTYING:
                location = self._index.stops[visits[-1].id].location
                site = cheapest_site(self._index.problem.matrix, vehicle, self._roles[vehicle.id].sites, location)
                visits.append(Visit(StepKind.DISPOSAL, site.id))
            found[vehicle.id] = visits
        return found

    def solution(self, visits: Visits) -> pyvrp.Solution | None:
        """Visits as a PyVRP solution; None where it cannot express them."""
        number_of = {stop.id: number for number, (stop, _) in enumerate(self.clients) if len(stop.time_windows) < 2}
        depot_of = {site.id: depot for depot, site in self._site_depots.items()}
        routes: list[pyvrp.Route] = []
        for vehicle_type, vehicle in enumerate(self.vehicles):
            activities: list[pyvrp.Activity] = []
            role = self._roles[vehicle.id]
            for visit in visits.get(vehicle.id, ()):
                if visit.kind is StepKind.DISPOSAL:
                    if self._index.sites[visit.id] not in role.sites:
                        return None
                    activities.append(pyvrp.Activity(pyvrp.ActivityType.DEPOT, depot_of[visit.id]))
                elif visit.id in number_of and self._serves(vehicle, self._index.stops[visit.id]):
                    activities.append(pyvrp.Activity(pyvrp.ActivityType.CLIENT, number_of[visit.id]))
                else:
                    return None
            if activities:
                routes.append(pyvrp.Route(self.data, activities[:-1], vehicle_type))
        return pyvrp.Solution(self.data, routes)


def _role(index: Index, vehicle: Vehicle) -> _Role:
    """The vehicle's fractions if some site accepts them all; else the site's whose stops matter most."""
    sites = index.problem.disposal_sites
    wanted = frozenset(stop.fraction for stop in index.problem.stops if vehicle.id in index.allowed[stop.id])

    def worth(fractions: frozenset[str]) -> tuple[int, int]:
        stops = [s for s in index.problem.stops if s.fraction in fractions and vehicle.id in index.allowed[s.id]]
        return sum(stop.required for stop in stops), sum(stop.prize or 0 for stop in stops) + len(stops)

    fractions = max((wanted & site.fractions for site in sites), key=worth, default=frozenset[str]())
    if not fractions:
        return _Role(frozenset(), ())
    return _Role(fractions, tuple(site for site in sites if fractions <= site.fractions))


def _barring(values: NDArray[np.int64], columns: Sequence[int]) -> NDArray[np.int64]:
    """A copy in which nothing leads to these columns."""
    barred = values.copy()
    barred[:, list(columns)] = FORBIDDEN
    np.fill_diagonal(barred, 0)
    return barred
