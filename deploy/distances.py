"""Where the metres and seconds of a problem come from: its matrices, streets, or straight lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from deploy.settings import Settings
from domain.geography import Position
from routing.matrix import Matrix
from routing.pictures.scene import Background, Geometry
from routing.pictures.ways import street_background, street_ways
from routing.places import Places
from routing.problem_json import Approach, Document
from routing.roads.graph import RoadGraph
from routing.roads.matrix import matrix_of
from routing.roads.osm import read_graph
from routing.roads.snap import SNAP_LIMIT_M, snap
from routing.solution import Solution
from routing.straight_line import DETOUR, SPEED_KMH, straight_line
from routing.vehicle import DEFAULT_PROFILE


class Distances(Protocol):
    """A way to measure what has coordinates; ``name`` is what the solution calls it."""

    @property
    def name(self) -> str:
        """In a few words."""
        ...

    def measure(self, positions: Sequence[Position], approaches: Sequence[Approach]) -> Mapping[str, Matrix]:
        """The matrices by profile."""
        ...


def imported_streets(settings: Settings) -> Streets:
    """The streets that ``halfvol roads import`` put into the database.

    Raises
    ------
    NotFound
        When there are none yet.
    """
    from deploy.services import municipality, open_database  # noqa: PLC0415  (not needed without a database)
    from storage import roads  # noqa: PLC0415

    with open_database(settings) as database:
        owner = municipality(database, settings)
        with database.transaction() as connection:
            name, graph = roads.load(connection, owner.id)
    return Streets(RoadGraph.from_bytes(graph), name)


class StraightLines:
    """Estimates, as a last resort."""

    name = f"estimated: straight lines x {DETOUR} at {SPEED_KMH} km/h"

    def measure(self, positions: Sequence[Position], approaches: Sequence[Approach]) -> Mapping[str, Matrix]:
        """The same for every side of approach."""
        del approaches
        return {DEFAULT_PROFILE: straight_line(positions)}


class Streets:
    """The streets of an OpenStreetMap extract, given as its bytes or as the graph that was made of it.

    Raises
    ------
    InvalidInput
        When it is no extract.
    """

    def __init__(self, source: bytes | RoadGraph, name: str) -> None:
        self.name = f"streets of {name}"
        self._graph = read_graph(source, name) if isinstance(source, bytes) else source
        self.off_street: tuple[Position, ...] = ()
        """The positions measured last that have no street near."""

    def measure(self, positions: Sequence[Position], approaches: Sequence[Approach]) -> Mapping[str, Matrix]:
        """Along the fastest ways of the standard truck; a place without a street near is unreachable."""
        points = snap(self._graph, positions, approach=approaches)
        self.off_street = tuple(place for place, point in zip(positions, points, strict=True) if point is None)
        return {DEFAULT_PROFILE: matrix_of(self._graph, points)}

    def warnings(self, document: Document) -> Iterator[str]:
        """A sentence for everything in a document that has no street near."""
        problem, lonely = document.problem, set(self.off_street)
        located = [(f"job {stop.id}", stop.location) for stop in problem.stops]
        located += [(f"start of vehicle {vehicle.id}", vehicle.start) for vehicle in problem.vehicles]
        located += [(f"end of vehicle {vehicle.id}", vehicle.end) for vehicle in problem.vehicles]
        located += [(f"disposal site {site.id}", site.location) for site in problem.disposal_sites]
        for name, location in located:
            position = document.places.positions.get(location)
            if position in lonely:
                yield f"{name}: no street within {SNAP_LIMIT_M:.0f} m of [{position.lon}, {position.lat}]"

    def geometry(self, solution: Solution, places: Places) -> Geometry:
        """The ways that a solution drives, where both ends have a street near."""
        return street_ways(self._graph, solution, places)

    def background(self) -> Background:
        """All streets, as lines behind the routes."""
        return street_background(self._graph)
