"""Plan the rest of the day anew while the trucks are out, from what has happened so far.

Takes the problem, the solution that is being driven, and the situation: what is done, where the trucks are, which broke
down, which ways are closed, which stops are new or dropped. The formats are described in docs/replanning.md. The new
plan is checked before it is written; the last lines on standard error say what it changes. Ctrl-C ends the search and
writes the best plan so far."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.files import read_bytes
from deploy.problem_files import add_output_options, check_outputs, draw, read, seconds, seed, write_answer
from deploy.settings import Settings

if TYPE_CHECKING:
    from routing.problem import Problem
    from routing.replan import Replanned
    from routing.solution import Solution

DEFAULT_TIME_LIMIT_S = 5.0
"""A dispatcher waits for it with a driver on the telephone."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("problem", type=Path, help="the problem of the day, as for 'halfvol solve'")
    parser.add_argument("solution", type=Path, help="the plan that is being driven, as 'halfvol solve' wrote it")
    parser.add_argument("situation", type=Path, help="what happened so far, a JSON file")
    add_output_options(parser, "the new plan")
    parser.add_argument(
        "--time-limit-s", type=seconds, default=DEFAULT_TIME_LIMIT_S, help="seconds to search (default 5)"
    )
    parser.add_argument("--seed", type=seed, default=0, help="seed of the search (default 0)")
    parser.add_argument(
        "--stability",
        type=int,
        help="cents that moving a stop to another truck costs; 0: only cost counts (default 500)",
    )
    parser.add_argument("--with-problem", action="store_true", help="write the problem of the rest of the day as well")
    sources = parser.add_mutually_exclusive_group()
    sources.add_argument(
        "--roads",
        type=Path,
        metavar="FILE.osm.pbf",
        help="measure along these streets, where the problem has coordinates and no matrices; also for the map",
    )
    sources.add_argument("--straight-line", action="store_true", help="estimate from straight lines instead")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Read, plan anew, check, write."""
    del settings
    from deploy.distances import StraightLines, Streets  # noqa: PLC0415  (slow to import: not for --help)
    from deploy.solving import watched  # noqa: PLC0415
    from routing.problem_json import parse, read_document  # noqa: PLC0415
    from routing.replan import DEFAULT_STABILITY, replan  # noqa: PLC0415
    from routing.wire.replanned import replanned_json  # noqa: PLC0415
    from routing.wire.situation import read_situation  # noqa: PLC0415
    from routing.wire.solution_reader import read_solution  # noqa: PLC0415

    check_outputs(arguments)
    streets = Streets(read_bytes(arguments.roads), arguments.roads.name) if arguments.roads else None
    distances = StraightLines() if arguments.straight_line else streets
    measure = None if distances is None else distances.measure
    document = read(arguments.problem, lambda data: read_document(parse(data), measure=measure))
    problem, places = document.problem, document.places
    solution = read(arguments.solution, lambda data: read_solution(parse(data), problem))
    situation, places = read(
        arguments.situation,
        lambda data: read_situation(parse(data), problem, places=places, measure=measure, profiles=document.trucks),
    )
    with watched("Replanning") as tell:
        replanned = replan(
            problem,
            solution,
            situation,
            time_limit_s=arguments.time_limit_s,
            seed=arguments.seed,
            stability=DEFAULT_STABILITY if arguments.stability is None else arguments.stability,
            on_progress=tell,
        )
    name = distances.name if distances is not None and document.measured else "given"
    answer = replanned_json(replanned, places, distances=name, with_problem=arguments.with_problem)
    write_answer(arguments, answer)
    draw(arguments, replanned.problem, replanned.solution, places, streets, _colours(problem, solution))
    for line in _summary(replanned):
        print(line, file=sys.stderr)
    return 0


def _colours(problem: Problem, solution: Solution) -> dict[int, int]:
    """Of the trucks as on the map of the plan so far, others behind them."""
    driving = {route.vehicle_id for route in solution.routes}
    ids = sorted((vehicle.id for vehicle in problem.vehicles), key=lambda each: each not in driving)
    return {vehicle: number for number, vehicle in enumerate(ids)}


def _summary(replanned: Replanned) -> list[str]:
    counts = Counter(change.kind.value.replace("_", " ") for change in replanned.changes)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "nothing"
    stops = sum(len(route.stop_ids) for route in replanned.solution.routes)
    left_out = len(replanned.solution.unassigned)
    lines = [
        f"vehicle {vehicle} has broken down with {sum(amount.kg for amount in aboard)} kg aboard, which stay in it"
        for vehicle, aboard in replanned.stranded.items()
    ]
    lines += [
        f"vehicle {vehicle} is home {-(-seconds // 60)} minutes after its shift whatever it does"
        for vehicle, seconds in replanned.late.items()
    ]
    lines.append(f"{stops} stops to go, {left_out} unassigned; changed: {told}; 0 violations")
    return lines
