"""PyVRP without lunch but with the caps of the day, which it can only be told through Halfvol's sharing them out.

What separates its figure from Halfvol's is lunch alone; what separates it from PyVRP's own is that a vehicle may not
collect for days on end.
"""

from __future__ import annotations

from dataclasses import replace

from routing.problem import Problem
from routing.solve import solve
from tests.benchmarks.routing.as_problem import problem_of, tours_of
from tests.benchmarks.routing.instance import Family, Instance, Tour
from tests.benchmarks.routing.peers.vroom_alone import Cannot


def run(instance: Instance, seconds: float, cores: int, seed: int) -> tuple[list[Tour], str]:
    """Tours, and a remark."""
    if instance.family is not Family.WASTE:
        raise Cannot("only the waste set has caps of the day")
    given = problem_of(instance)
    vehicles = tuple(replace(vehicle, breaks=()) for vehicle in given.vehicles)
    problem = Problem(given.matrices, given.stops, vehicles, given.disposal_sites)
    solution = solve(problem, time_limit_s=seconds, seed=seed, engine="pyvrp", cores=cores)
    return tours_of(instance, solution), "without lunch"
