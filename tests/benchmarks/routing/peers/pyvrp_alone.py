"""PyVRP alone, as its users run it: ``pyvrp.read`` or its model, ``pyvrp.solve``, one seed a core, the best counts.

It knows neither breaks nor caps of the day: on the waste set it is given neither. "Empty at the depot" is a depot of
its own whose ways from customers lead over the cheapest landfill, as its reloading has no such rule.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence

import numpy as np
import pyvrp
from pyvrp.stop import MaxRuntime, MultipleCriteria, NoImprovement, StoppingCriterion

from tests.benchmarks.routing.as_problem import Days
from tests.benchmarks.routing.instance import Family, Instance, Tour
from tests.benchmarks.routing.judge import judge
from tests.benchmarks.routing.periodic import search_side_by_side

FORBIDDEN = 10**8

DAY_PATIENCE = 100
"""As Halfvol has for a single day of a periodic instance."""


def run(instance: Instance, seconds: float, cores: int, seed: int) -> tuple[list[Tour], str]:
    """Tours, and a remark."""
    if instance.family is Family.PERIODIC:

        def one_day(days: Days, day: int, limit_s: float) -> list[Tour]:
            chosen = [n for n, customer in enumerate(instance.customers) if day in days[customer.node]]
            stop = MultipleCriteria([MaxRuntime(limit_s), NoImprovement(DAY_PATIENCE)])
            return _with_facilities(instance, chosen, stop, seed, day) if chosen else []

        return search_side_by_side(instance, seconds, cores, seed, one_day), "search over day patterns around it"
    with multiprocessing.get_context("fork").Pool(cores) as pool:
        tasks = [(instance, seconds, seed * 100 + number) for number in range(cores)]
        found = pool.starmap(_run_one, tasks)
    known = instance.family is not Family.WASTE
    verdicts = [judge(instance, tours, with_lunch=known, with_day_caps=known) for tours in found]
    best = min(range(cores), key=lambda number: (len(verdicts[number].faults), verdicts[number].cost))
    remark = "" if known else "without lunch and caps of the day"
    return found[best], remark


def _run_one(instance: Instance, seconds: float, seed: int) -> list[Tour]:
    if instance.family is Family.WASTE:
        return _with_facilities(instance, list(range(len(instance.customers))), MaxRuntime(seconds), seed, 0)
    # As the file says it, not as our reader does.
    data = pyvrp.read(instance.path, "round" if instance.family is Family.CVRP else "dimacs")
    result = pyvrp.solve(data, stop=MaxRuntime(seconds), seed=seed, display=False)
    tours: list[Tour] = []
    for route in result.best.routes():
        nodes = [0 if not each.is_client() else data.client(each.idx).location for each in route.schedule()]
        tours.append(Tour(tuple(nodes[1:-1])))
    return tours


def _with_facilities(
    instance: Instance, chosen: Sequence[int], stop: StoppingCriterion, seed: int, day: int
) -> list[Tour]:
    """Customers by their numbers, with disposal trips."""
    customers = [instance.customers[number] for number in chosen]
    depot, ways = instance.depot, [each.node for each in instance.facilities]
    nodes = [depot, *ways, *(each.node for each in customers)]
    known, first = len(nodes), 1 + len(ways)
    distances = np.full((known + 1, known + 1), FORBIDDEN, dtype=np.int64)
    durations = distances.copy()
    distances[:known, :known] = instance.distances[np.ix_(nodes, nodes)]
    durations[:known, :known] = instance.durations[np.ix_(nodes, nodes)]
    service = np.array([each.service for each in instance.facilities])
    over = instance.distances[np.ix_(nodes[first:], ways)] + instance.distances[ways, depot]
    cheapest = over.argmin(axis=1)
    rows = np.arange(len(customers))
    over_time = instance.durations[np.ix_(nodes[first:], ways)] + instance.durations[ways, depot] + service
    distances[first:known, known] = over[rows, cheapest]
    durations[first:known, known] = over_time[rows, cheapest]
    distances[1:first, known], durations[1:first, known] = (
        instance.distances[ways, depot],
        instance.durations[ways, depot],
    )
    np.fill_diagonal(distances, 0)
    np.fill_diagonal(durations, 0)
    data = pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in range(known + 1)],
        [
            pyvrp.Client(
                first + n, [each.demand], service_duration=each.service, tw_early=each.early, tw_late=each.late
            )
            for n, each in enumerate(customers)
        ],
        [
            pyvrp.Depot(0),
            *(
                pyvrp.Depot(1 + n, tw_early=each.early, tw_late=each.late, service_duration=each.service)
                for n, each in enumerate(instance.facilities)
            ),
            pyvrp.Depot(known),
        ],
        [
            pyvrp.VehicleType(
                instance.vehicles,
                [instance.capacity],
                start_depot=0,
                end_depot=first,
                tw_early=instance.early,
                tw_late=instance.late,
                reload_depots=list(range(1, first)),
            )
        ],
        [distances],
        [durations],
    )
    result = pyvrp.solve(data, stop=stop, seed=seed, display=False)
    tours: list[Tour] = []
    for route in result.best.routes():
        visited = [
            customers[each.idx].node if each.is_client() else ways[each.idx - 1]
            for each in list(route.schedule())[1:-1]
        ]
        if visited[-1] not in ways:
            visited.append(ways[cheapest[nodes.index(visited[-1]) - first]])
        tours.append(Tour(tuple(visited), day))
    return tours
