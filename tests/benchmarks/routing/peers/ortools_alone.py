"""OR-Tools alone, as its users write it: one routing model, a first solution, guided local search.

On k cores k processes with different first solutions, the best counts. Disposal trips are optional copies of facilities
where the load may fall, as in its own example ``cvrp_reload``; lunch is a break interval; a cap of the day
is a dimension, and so is what a trip waits for.
"""

from __future__ import annotations

import multiprocessing
from dataclasses import replace

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from tests.benchmarks.routing.as_problem import Days
from tests.benchmarks.routing.instance import Family, Instance, Tour
from tests.benchmarks.routing.judge import judge
from tests.benchmarks.routing.periodic import search_side_by_side

FIRST_SOLUTIONS = ("PARALLEL_CHEAPEST_INSERTION", "PATH_CHEAPEST_ARC", "SAVINGS", "AUTOMATIC")

MISSED = 10**8
"""What leaving out a customer costs who must be visited."""


def run(instance: Instance, seconds: float, cores: int, seed: int) -> tuple[list[Tour], str]:
    """Tours, and a remark. It has no seed."""
    del seed

    def best() -> list[Tour]:
        strategies = [FIRST_SOLUTIONS[number % len(FIRST_SOLUTIONS)] for number in range(cores)]
        with multiprocessing.get_context("fork").Pool(cores) as pool:
            found = pool.starmap(_search, [(instance, seconds, strategy) for strategy in strategies])

        def worth(tours: list[Tour]) -> tuple[int, int]:
            verdict = judge(instance, tours)
            return len(verdict.faults), verdict.cost

        return min(found, key=worth)

    def one_day(days: Days, day: int, limit_s: float) -> list[Tour]:
        chosen = tuple(replace(each, patterns=()) for each in instance.customers if day in days[each.node])
        if not chosen:
            return []
        only = replace(instance, customers=chosen, days=1)
        return [Tour(tour.nodes, day) for tour in _search(only, limit_s, FIRST_SOLUTIONS[0])]

    if instance.family is Family.PERIODIC:
        return search_side_by_side(instance, seconds, cores, 1, one_day), "search over day patterns around it"
    return best(), ""


def _search(instance: Instance, seconds: float, first_solution: str) -> list[Tour]:
    return _Model(instance).search(seconds, first_solution)


class _Model:
    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._customers = instance.customers
        self._vehicles = instance.vehicles
        self._copies = self._copies_needed()
        self._places = [instance.depot, *(each.node for each in self._customers)]
        self._places += [instance.facilities[which].node for which in self._copies]
        # The way home from a customer leads over the cheapest facility, if that is not the depot.
        self._first_copy = 1 + len(self._customers)
        self._manager = pywrapcp.RoutingIndexManager(len(self._places), self._vehicles, 0)
        self._routing = pywrapcp.RoutingModel(self._manager)
        self._distances, self._durations = self._matrices()
        self._add_costs()
        self._add_time()
        self._add_releases()
        self._add_loads()
        self._add_choices()

    def _copies_needed(self) -> list[int]:
        instance = self._instance
        if instance.trips == 1:
            return []
        load = sum(each.demand for each in instance.customers)
        needed = -(-load // instance.capacity) + self._vehicles // 2
        return [which for which in range(len(instance.facilities)) for _ in range(needed)]

    def _matrices(self) -> tuple[np.ndarray, np.ndarray]:
        """Column 0 of customers leads over the cheapest facility, where the depot is none."""
        instance = self._instance
        grid = np.ix_(self._places, self._places)
        distances, durations = instance.distances[grid].copy(), instance.durations[grid].copy()
        self._homes: dict[int, int] = {}
        if all(each.node != instance.depot for each in instance.facilities):
            for row in range(1, self._first_copy):
                node = self._places[row]
                facility = min(
                    instance.facilities,
                    key=lambda f, node=node: (
                        instance.distances[node, f.node] + instance.distances[f.node, instance.depot]
                    ),
                )
                way = (instance.distances, instance.durations)
                metres, time = (int(m[node, facility.node] + m[facility.node, instance.depot]) for m in way)
                distances[row, 0], durations[row, 0] = metres, time + facility.service
                self._homes[node] = facility.node
        return distances, durations

    def _add_costs(self) -> None:
        transit = self._routing.RegisterTransitMatrix(self._distances.tolist())
        self._routing.SetArcCostEvaluatorOfAllVehicles(transit)

    def _add_time(self) -> None:
        instance = self._instance
        service = [0, *(each.service for each in self._customers)]
        service += [instance.facilities[which].service for which in self._copies]
        windowed = instance.family is not Family.CVRP
        if not windowed:
            return
        transit = self._routing.RegisterTransitMatrix((self._durations + np.array(service)[:, None]).tolist())
        self._routing.AddDimension(transit, instance.late, instance.late, False, "time")
        time = self._routing.GetDimensionOrDie("time")
        for row, each in enumerate(self._customers, start=1):
            time.CumulVar(self._manager.NodeToIndex(row)).SetRange(each.early, min(each.late, instance.late))
        for row, which in enumerate(self._copies, start=self._first_copy):
            facility = instance.facilities[which]
            late = min(facility.late, instance.late)
            time.CumulVar(self._manager.NodeToIndex(row)).SetRange(facility.early, late)
        solver = self._routing.solver()
        for vehicle in range(self._vehicles):
            for index in (self._routing.Start(vehicle), self._routing.End(vehicle)):
                time.CumulVar(index).SetRange(instance.early, instance.late)
            if instance.lunch is not None:
                lunch = instance.lunch
                interval = solver.FixedDurationIntervalVar(lunch.early, lunch.late, lunch.duration, False, "lunch")
                visits = [service[self._manager.IndexToNode(index)] for index in range(self._routing.Size())]
                time.SetBreakIntervalsOfVehicle([interval], vehicle, visits)

    def _add_releases(self) -> None:
        """A number that grows where trips begin; nobody arrives before it and the way there."""
        if not any(each.release for each in self._customers):
            return
        late, solver = self._instance.late, self._routing.solver()
        self._routing.AddConstantDimensionWithSlack(0, late, late, False, "release")
        release, time = (self._routing.GetDimensionOrDie(name) for name in ("release", "time"))
        for row, each in enumerate(self._customers, start=1):
            index = self._manager.NodeToIndex(row)
            release.SlackVar(index).SetValue(0)
            release.CumulVar(index).SetMin(each.release)
        nodes = [self._manager.IndexToNode(index) for index in range(self._routing.Size())]
        spare = [(time.CumulVar(n) - release.CumulVar(n)).Var() for n in range(len(nodes))]
        spare += [solver.IntConst(late)] * self._vehicles
        begins = [self._manager.NodeToIndex(self._first_copy + n) for n in range(len(self._copies))]
        for begin in begins + [self._routing.Start(vehicle) for vehicle in range(self._vehicles)]:
            ways = [int(way) for way in self._durations[self._manager.IndexToNode(begin), nodes]]
            ways[begin] = -late  # left out
            following = self._routing.NextVar(begin)
            solver.Add(solver.Element(spare, following) >= solver.Element(ways + [0] * self._vehicles, following))

    def _add_loads(self) -> None:
        instance = self._instance
        loads = [0, *(each.demand for each in self._customers), *(-instance.capacity for _ in self._copies)]
        transit = self._routing.RegisterUnaryTransitVector(loads)
        self._routing.AddDimensionWithVehicleCapacity(
            transit, instance.capacity if self._copies else 0, [instance.capacity] * self._vehicles, True, "load"
        )
        load = self._routing.GetDimensionOrDie("load")
        for row in range(1, self._first_copy):
            load.SlackVar(self._manager.NodeToIndex(row)).SetValue(0)
        for cap, name, each_is in (
            (instance.day_demand, "day", [0, *(each.demand for each in self._customers), *(0 for _ in self._copies)]),
            (instance.day_customers, "count", [0, *(1 for _ in self._customers), *(0 for _ in self._copies)]),
        ):
            if cap is not None:
                transit = self._routing.RegisterUnaryTransitVector(each_is)
                self._routing.AddDimension(transit, 0, cap, True, name)

    def _add_choices(self) -> None:
        for row, each in enumerate(self._customers, start=1):
            penalty = MISSED if each.prize is None else each.prize
            self._routing.AddDisjunction([self._manager.NodeToIndex(row)], penalty)
        for row in range(self._first_copy, len(self._places)):
            self._routing.AddDisjunction([self._manager.NodeToIndex(row)], 0)

    def search(self, seconds: float, first_solution: str) -> list[Tour]:
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        parameters.first_solution_strategy = getattr(routing_enums_pb2.FirstSolutionStrategy, first_solution)
        parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        parameters.time_limit.FromMilliseconds(int(1000 * seconds))
        assignment = self._routing.SolveWithParameters(parameters)
        if assignment is None:
            return []
        tours: list[Tour] = []
        for vehicle in range(self._vehicles):
            nodes: list[int] = []
            index = assignment.Value(self._routing.NextVar(self._routing.Start(vehicle)))
            while not self._routing.IsEnd(index):
                nodes.append(self._places[self._manager.IndexToNode(index)])
                index = assignment.Value(self._routing.NextVar(index))
            if nodes:
                nodes += [self._homes[nodes[-1]]] if nodes[-1] in self._homes else []
                tours.append(Tour(tuple(nodes)))
        return tours
