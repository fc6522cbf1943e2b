"""Problems and solutions as JSON, in VROOM's words where it has them; described in ``docs/problem-json.md``.

Reading is strict: a field that is missing, misspelt or of the wrong kind is an error that names its JSON path.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from domain.errors import InvalidInput
from routing.check import Violation
from routing.places import Places
from routing.problem import Problem
from routing.solution import Solution
from routing.wire.document import Document, document_json, read_document
from routing.wire.places import Approach, Measure
from routing.wire.solutions import solution_json


def parse(data: bytes | str) -> object:
    """Parse JSON text; no object may have a field twice.

    Raises
    ------
    InvalidInput
        When it is no JSON; line and column are named.
    """
    try:
        return json.loads(data, object_pairs_hook=_once)
    except UnicodeDecodeError as error:
        raise InvalidInput(f"the file is not UTF-8 text: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"this is not JSON: {error.msg}", where=f"line {error.lineno}, column {error.colno}"
        ) from error
    except ValueError as error:
        raise InvalidInput("this JSON holds a number that is too long to be right") from error
    except RecursionError as error:
        raise InvalidInput("this JSON is nested too deeply to be a problem") from error


def read_problem(data: bytes | str) -> Problem:
    """Read a problem from JSON text.

    Raises
    ------
    InvalidInput
        When the text is no JSON (line and column are named) or no problem (the JSON path is named).
    """
    return problem_from_json(parse(data))


def problem_from_json(document: object) -> Problem:
    """Build a problem from parsed JSON; see :func:`read_problem` for errors."""
    return read_document(document).problem


def problem_to_json(problem: Problem, places: Places | None = None) -> dict[str, Any]:
    """A problem as JSON data, which :func:`problem_from_json` reads back as the same problem."""
    return document_json(problem, places)


def solution_to_json(
    problem: Problem,
    solution: Solution,
    *,
    violations: Sequence[Violation] = (),
    places: Places | None = None,
    distances: str = "given",
) -> dict[str, Any]:
    """A solution as JSON data. Costs in cents, times in seconds, distances in metres, loads as [kg, l]."""
    return solution_json(problem, solution, violations=violations, places=places, distances=distances)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidInput(f"an object has the field {twice[:60]!r} twice", remedy="leave one of them out")
    return found


__all__ = (
    "Approach",
    "Document",
    "Measure",
    "Places",
    "parse",
    "problem_from_json",
    "problem_to_json",
    "read_document",
    "read_problem",
    "solution_to_json",
)
