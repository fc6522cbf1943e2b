"""Solve a routing problem given as JSON, and write the solution as JSON.

The format is described in docs/problem-json.md. The solution is checked before it is written; the last line on standard
error says how good it is and whether the checker found a violation. Ctrl-C ends the search and writes the best solution
so far; a second Ctrl-C ends everything."""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path

from deploy.files import read_bytes, write_text
from deploy.settings import Settings
from domain.errors import InvalidInput

LARGEST_FILE_MB = 400
"""As JSON text, matrices need some eight times their size in memory while they are read."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("problem", type=Path, help="the problem, a JSON file")
    parser.add_argument("-o", "--output", type=Path, help="where the solution goes; default: standard output")
    parser.add_argument("--time-limit-s", type=_seconds, help="seconds to search; default: HALFVOL_PLAN_TIME_LIMIT_S")
    parser.add_argument("--seed", type=_whole, default=0, help="seed of the search (default 0)")
    parser.add_argument("--engine", choices=("best", "ortools", "pyvrp"), default="best", help="default: best of both")
    parser.add_argument("--cores", type=_cores, help="processes that search side by side; default: one for each core")
    parser.add_argument(
        "--map", type=Path, metavar="OUT.html", help="draw the solution (.html or .svg); needs coordinates"
    )
    parser.add_argument("--lang", choices=("en", "nl"), default="en", help="language of the map (default en)")
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
    from deploy.solution_map import check_map_name, write_map  # noqa: PLC0415
    from deploy.solving import search  # noqa: PLC0415
    from routing.check import check  # noqa: PLC0415
    from routing.problem_json import parse, read_document, solution_to_json  # noqa: PLC0415

    for path in filter(None, (arguments.output, arguments.map)):
        _check_folder(path)
    if arguments.map:
        check_map_name(arguments.map)
    streets = Streets(read_bytes(arguments.roads), arguments.roads.name) if arguments.roads else None
    if arguments.imported_roads:
        streets = imported_streets(settings)
    distances = StraightLines() if arguments.straight_line else streets
    try:
        document = read_document(
            parse(_read(arguments.problem)), measure=None if distances is None else distances.measure
        )
    except InvalidInput as error:
        where = f"{arguments.problem}, {error.where}" if error.where else str(arguments.problem)
        raise InvalidInput(error.what, where=where, remedy=error.remedy) from error
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
    text = json.dumps(answer, indent=2) + "\n"
    if arguments.output:
        write_text(arguments.output, text)
    else:
        sys.stdout.write(text)
    if arguments.map:
        write_map(
            arguments.map,
            document.problem,
            solution,
            document.places,
            streets=streets,
            language=arguments.lang,
        )
    for violation in violations:
        print(f"violation: {violation}", file=sys.stderr)
    stops = sum(len(route.stop_ids) for route in solution.routes)
    print(
        f"{len(solution.routes)} routes, {stops} stops, {len(solution.unassigned)} unassigned,"
        f" cost {solution.cost.total / 100:,.2f}, {len(violations)} violations",
        file=sys.stderr,
    )
    return 1 if violations else 0


def _read(path: Path) -> bytes:
    content = read_bytes(path)
    if len(content) > LARGEST_FILE_MB * 10**6:
        raise InvalidInput(
            f"holds {len(content) / 10**6:.0f} MB, and more than {LARGEST_FILE_MB} MB of JSON do not fit in memory",
            remedy="leave the matrices out, give coordinates, and use --roads or --straight-line",
        )
    return content


def _check_folder(path: Path) -> None:
    """Better before the search than after it."""
    if path.is_dir():
        raise InvalidInput("is a folder, not a file", where=str(path))
    if not path.parent.is_dir():
        raise InvalidInput("there is no such folder", where=str(path.parent), remedy="make it first")


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= 10**6:
        raise argparse.ArgumentTypeError(f"{text!r} is no time limit; write seconds, more than 0")
    return value


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**31:
        raise argparse.ArgumentTypeError(f"{text!r} is no seed; write a whole number from 0 to 2147483647")
    return int(text)


def _cores(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of cores; write a whole number from 1 to 256")
    return int(text)
