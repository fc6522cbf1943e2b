"""Pictures of a solution as files: ``.svg`` or ``.html``, along streets where an extract is given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from deploy.files import read_bytes, write_text
from domain.errors import InvalidInput

if TYPE_CHECKING:
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
    extract: Path | None = None,
    language: Language = "en",
    title: str | None = None,
) -> None:
    """Draw a solution into a file.

    Parameters
    ----------
    path
        Where to; its ending decides what it becomes.
    extract
        OpenStreetMap streets to draw along; None: straight lines.

    Raises
    ------
    InvalidInput
        When a location has no position, the extract cannot be read, or the file not be written.
    """
    from routing.pictures.html import draw_html  # noqa: PLC0415  (slow to import: not for --help)
    from routing.pictures.svg import draw_svg  # noqa: PLC0415
    from routing.pictures.ways import street_background, street_ways  # noqa: PLC0415
    from routing.roads.osm import read_graph  # noqa: PLC0415

    check_map_name(path)
    geometry = background = None
    if extract is not None:
        graph = read_graph(read_bytes(extract), extract.name)
        geometry, background = street_ways(graph, solution, places), street_background(graph)
    draw = draw_svg if path.suffix.lower() == ".svg" else draw_html
    picture = draw(problem, solution, places, geometry=geometry, background=background, language=language, title=title)
    write_text(path, picture)
