"""Solve a routing problem given as JSON, and write the solution as JSON.

The format is described in docs/problem-json.md. The solution is checked before it is written; the last line on standard
error says how good it is and whether the checker found a violation."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from deploy.files import read_json, write_text
from deploy.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("problem", type=Path, help="the problem, a JSON file")
    parser.add_argument("-o", "--output", type=Path, help="where the solution goes; default: standard output")
    parser.add_argument("--time-limit-s", type=float, help="seconds to search; default: HALFVOL_PLAN_TIME_LIMIT_S")
    parser.add_argument("--seed", type=int, default=0, help="seed of the search (default 0)")
    parser.add_argument("--engine", choices=("best", "ortools", "pyvrp"), default="best", help="default: best of both")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Read, solve, check, write; exit code 1 when the checker found a violation."""
    from routing.check import check  # noqa: PLC0415  (the solvers take a second to import: not for --help)
    from routing.problem_json import problem_from_json, solution_to_json  # noqa: PLC0415
    from routing.solve import solve  # noqa: PLC0415

    problem = problem_from_json(read_json(arguments.problem))
    limit_s = arguments.time_limit_s or settings.plan_time_limit_s
    solution = solve(problem, time_limit_s=limit_s, seed=arguments.seed, engine=arguments.engine)
    violations = check(problem, solution)
    text = json.dumps(solution_to_json(problem, solution), indent=2) + "\n"
    if arguments.output:
        write_text(arguments.output, text)
    else:
        sys.stdout.write(text)
    for violation in violations:
        print(f"violation: {violation}", file=sys.stderr)
    stops = sum(len(route.stop_ids) for route in solution.routes)
    print(
        f"{len(solution.routes)} routes, {stops} stops, {len(solution.unassigned)} unassigned,"
        f" {len(violations)} violations",
        file=sys.stderr,
    )
    return 1 if violations else 0
