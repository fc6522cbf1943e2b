"""How many stops a new plan moves between trucks, and what that costs, by stability weight.

    python -m tests.benchmarks.replanning [--towns 5] [--time-limit-s 5]

Random towns of 220 containers and five trucks; at ten o'clock one truck breaks down. Every line is the mean over the
towns. "must" are the stops of the broken-down truck; what moves besides those was the solver's choice.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np
from rich.progress import track

from routing.check import check
from routing.problem import Break, Problem
from routing.replan import Situation, TruckState, replan
from routing.replanning.changes import ChangeReason
from routing.solution import Solution
from routing.solve import solve
from tests.routing.problems import HOUR, medium

WEIGHTS = (0, 50, 200, 500, 2000, 100_000)
STOPS, TRUCKS = 220, 5


def town(seed: int) -> tuple[Problem, Solution]:
    """A town with its plan of the day, trucks out from seven to half past three."""
    given = medium(seed, stops=STOPS, vehicles=TRUCKS)
    lunch = (Break(1, 1800, ((11 * HOUR, 13 * HOUR),)),)
    vehicles = tuple(
        replace(vehicle, starts_s=7 * HOUR, ends_s=15 * HOUR + HOUR // 2, breaks=lunch) for vehicle in given.vehicles
    )
    problem = Problem(given.matrices, given.stops, vehicles, given.disposal_sites)
    return problem, solve(problem, time_limit_s=10, seed=seed)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--towns", type=int, default=5)
    parser.add_argument("--time-limit-s", type=float, default=5.0)
    arguments = parser.parse_args()
    rows: dict[int, list[tuple[float, ...]]] = {weight: [] for weight in WEIGHTS}
    for seed in track(range(arguments.towns), "Replanning"):
        problem, solution = town(seed)
        broken = solution.routes[0].vehicle_id
        situation = Situation(10 * HOUR, (TruckState(broken, broken_down=True),))
        for weight in WEIGHTS:
            began_at = time.perf_counter()
            new = replan(problem, solution, situation, time_limit_s=arguments.time_limit_s, seed=seed, stability=weight)
            seconds = time.perf_counter() - began_at
            chosen = sum(change.reason is ChangeReason.BETTER for change in new.moved)
            rows[weight].append(
                (
                    sum(not stop.done for stop in new.problem.stops),
                    len(new.moved) - chosen,
                    chosen,
                    len(new.solution.unassigned),
                    (new.solution.cost.total - new.solution.cost.changes) / 100,
                    seconds,
                    len(check(new.problem, new.solution)),
                )
            )
    print("| stability, cents | open | must move | moved besides | left out | cost without changes | seconds | wrong |")
    print("|---|---|---|---|---|---|---|---|")
    for weight, values in rows.items():
        mean = np.mean(values, axis=0)
        print(
            f"| {weight} | {mean[0]:.0f} | {mean[1]:.1f} | {mean[2]:.1f} | {mean[3]:.1f} | {mean[4]:.2f}"
            f" | {mean[5]:.2f} | {mean[6]:.0f} |"
        )


if __name__ == "__main__":
    main()
