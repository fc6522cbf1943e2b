"""What ``halfvol solve`` and ``halfvol replan`` share: documents read, the answer written and drawn, options."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from deploy.files import read_bytes, write_text
from domain.errors import InvalidInput

if TYPE_CHECKING:
    from deploy.distances import Streets
    from routing.places import Places
    from routing.problem import Problem
    from routing.solution import Solution

LARGEST_FILE_MB = 400
"""As JSON text, matrices need some eight times their size in memory while they are read."""

T = TypeVar("T")


def add_output_options(parser: argparse.ArgumentParser, what: str) -> None:
    """Where the answer goes, and how it is drawn; ``what`` it is called."""
    parser.add_argument("-o", "--output", type=Path, help=f"where {what} goes; default: standard output")
    parser.add_argument("--map", type=Path, metavar="OUT.html", help=f"draw {what} (.html or .svg); needs coordinates")
    parser.add_argument("--lang", choices=("en", "nl"), default="en", help="language of the map (default en)")


def check_outputs(arguments: argparse.Namespace) -> None:
    """Make sure that the answer can be written: better before the search than after it.

    Raises
    ------
    InvalidInput
        When a folder does not exist, a file is a folder, or a map is called what no map is.
    """
    from deploy.solution_map import check_map_name  # noqa: PLC0415  (slow to import: not for --help)

    for path in filter(None, (arguments.output, arguments.map)):
        if path.is_dir():
            raise InvalidInput("is a folder, not a file", where=str(path))
        if not path.parent.is_dir():
            raise InvalidInput("there is no such folder", where=str(path.parent), remedy="make it first")
    if arguments.map:
        check_map_name(arguments.map)


def read(path: Path, read_as: Callable[[bytes], T]) -> T:
    """What ``read_as`` makes of a file's content; what it refuses is told with the file's name."""
    content = read_bytes(path)
    if len(content) > LARGEST_FILE_MB * 10**6:
        raise InvalidInput(
            f"holds {len(content) / 10**6:.0f} MB, and more than {LARGEST_FILE_MB} MB of JSON do not fit in memory",
            where=str(path),
            remedy="leave the matrices out, give coordinates, and use --roads or --straight-line",
        )
    try:
        return read_as(content)
    except InvalidInput as error:
        where = f"{path}, {error.where}" if error.where else str(path)
        raise InvalidInput(error.what, where=where, remedy=error.remedy) from error


def write_answer(arguments: argparse.Namespace, answer: Mapping[str, Any]) -> None:
    """Write the answer as JSON to where the options say."""
    text = json.dumps(answer, indent=2) + "\n"
    if arguments.output:
        write_text(arguments.output, text)
    else:
        sys.stdout.write(text)


def draw(  # noqa: PLR0917 - all that a map shows
    arguments: argparse.Namespace,
    problem: Problem,
    solution: Solution,
    places: Places,
    streets: Streets | None,
    numbers: Mapping[int, int] | None = None,
) -> None:
    """Draw the solution if the options ask for it; ``numbers``: of the trucks' colours."""
    from deploy.solution_map import write_map  # noqa: PLC0415  (slow to import: not for --help)

    if arguments.map:
        write_map(arguments.map, problem, solution, places, streets=streets, language=arguments.lang, numbers=numbers)


def seconds(text: str) -> float:
    """The type of an option that is a time limit."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= 10**6:
        raise argparse.ArgumentTypeError(f"{text!r} is no time limit; write seconds, more than 0")
    return value


def seed(text: str) -> int:
    """The type of an option that is a seed."""
    if not text.isdecimal() or int(text) >= 2**31:
        raise argparse.ArgumentTypeError(f"{text!r} is no seed; write a whole number from 0 to 2147483647")
    return int(text)
