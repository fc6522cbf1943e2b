"""Solve a routing problem given as JSON, and write the solution as JSON.

The format is described in docs/problem-json.md. The solution is checked before it is written; the last line on standard
error says how good it is and whether the checker found a violation. Ctrl-C ends the search and writes the best solution
so far; a second Ctrl-C ends everything."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from deploy.files import read_bytes
from deploy.problem_files import add_output_options, check_outputs, draw, read, seconds, seed, write_answer
from deploy.settings import Settings
from domain.errors import InvalidInput


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("problem", type=Path, help="the problem, a JSON file")
    add_output_options(parser, "the solution")
    parser.add_argument("--time-limit-s", type=seconds, help="seconds to search; default: HALFVOL_PLAN_TIME_LIMIT_S")
    parser.add_argument("--seed", type=seed, default=0, help="seed of the search (default 0)")
    parser.add_argument("--engine", choices=("best", "ortools", "pyvrp"), default="best", help="default: best of both")
    parser.add_argument("--cores", type=_cores, help="processes that search side by side; default: one for each core")
    sources = parser.add_mutually_exclusive_group()
    sources.add_argument(
        "--roads",
        type=Path,
        metavar="FILE.osm.pbf",
        help="an OpenStreetMap extract: measure along its streets where the problem has no matrices, and draw them",
    )
    sources.add_argument(
        "--imported-roads", action="store_true", help="the same with the streets that 'halfvol roads import' stored"
    )
    sources.add_argument(
        "--straight-line",
        action="store_true",
        help="estimate from straight lines where the problem has no matrices",
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Read, solve, check, write; exit code 1 when the checker found a violation."""
    from deploy.distances import StraightLines, Streets, imported_streets  # noqa: PLC0415  (slow to import: not for --help)
    from deploy.solving import search  # noqa: PLC0415
    from routing.check import check  # noqa: PLC0415
    from routing.problem_json import parse, read_document, solution_to_json  # noqa: PLC0415

    check_outputs(arguments)
    streets = Streets(read_bytes(arguments.roads), arguments.roads.name) if arguments.roads else None
    if arguments.imported_roads:
        streets = imported_streets(settings)
    distances = StraightLines() if arguments.straight_line else streets
    measure = None if distances is None else distances.measure
    document = read(arguments.problem, lambda data: read_document(parse(data), measure=measure))
    if distances is not None and not document.measured and not (streets and arguments.map):
        raise InvalidInput(
            "the problem has matrices already, so there is nothing to measure",
            where=str(arguments.problem),
            remedy="leave out either 'matrices' or the option",
        )
    for warning in streets.warnings(document) if streets else ():
        print(f"warning: {warning}", file=sys.stderr)
    if arguments.map:
        document.places.require(document.problem)
    solution = search(
        document.problem,
        time_limit_s=arguments.time_limit_s or settings.plan_time_limit_s,
        seed=arguments.seed,
        engine=arguments.engine,
        cores=arguments.cores,
    )
    violations = check(document.problem, solution)
    answer = solution_to_json(
        document.problem,
        solution,
        violations=violations,
        places=document.places,
        distances=distances.name if distances is not None and document.measured else "given",
    )
    write_answer(arguments, answer)
    draw(arguments, document.problem, solution, document.places, streets)
    for violation in violations:
        print(f"violation: {violation}", file=sys.stderr)
    stops = sum(len(route.stop_ids) for route in solution.routes)
    print(
        f"{len(solution.routes)} routes, {stops} stops, {len(solution.unassigned)} unassigned,"
        f" cost {solution.cost.total / 100:,.2f}, {len(violations)} violations",
        file=sys.stderr,
    )
    return 1 if violations else 0


def _cores(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of cores; write a whole number from 1 to 256")
    return int(text)
