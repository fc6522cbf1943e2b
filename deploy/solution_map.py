"""Pictures of a solution as files: ``.svg`` or ``.html``, along streets where there are some."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from deploy.files import write_text
from domain.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deploy.distances import Streets
    from routing.pictures.words import Language
    from routing.places import Places
    from routing.problem import Problem
    from routing.solution import Solution


def check_map_name(path: Path) -> None:
    """Better before the search than after it.

    Raises
    ------
    InvalidInput
        When the name ends neither in .html nor in .svg.
    """
    if path.suffix.lower() not in {".html", ".htm", ".svg"}:
        raise InvalidInput("a map is a page or a picture", where=str(path), remedy="end its name in .html or .svg")


def write_map(
    path: Path,
    problem: Problem,
    solution: Solution,
    places: Places,
    *,
    streets: Streets | None = None,
    language: Language = "en",
    numbers: Mapping[int, int] | None = None,
) -> None:
    """Draw a solution into a file.

    Parameters
    ----------
    path
        Where to; its ending decides what it becomes.
    streets
        To draw along and behind the routes; None: straight lines.
    language
        Of the picture; a page can be switched.
    numbers
        By vehicle the number of its colour; None: by the order of the routes.

    Raises
    ------
    InvalidInput
        When a location has no position, or the file cannot be written.
    """
    from routing.pictures.html import draw_html  # noqa: PLC0415  (slow to import: not for --help)
    from routing.pictures.svg import draw_svg  # noqa: PLC0415

    check_map_name(path)
    draw = draw_svg if path.suffix.lower() == ".svg" else draw_html
    picture = draw(
        problem,
        solution,
        places,
        geometry=None if streets is None else streets.geometry(problem, solution, places),
        background=None if streets is None else streets.background(),
        language=language,
        numbers=numbers,
    )
    write_text(path, picture)
