"""Where the metres and seconds of a problem come from: its matrices, streets, or straight lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from deploy.settings import Settings
from domain.geography import Position
from routing.matrix import Matrix
from routing.pictures.background import Background
from routing.pictures.legs import Geometry
from routing.pictures.ways import street_background, street_ways
from routing.places import Places
from routing.problem import Problem
from routing.problem_json import Approach, Document
from routing.roads.graph import RoadGraph
from routing.roads.matrix import matrix_of
from routing.roads.osm import read_graph
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.roads.snap import SNAP_LIMIT_M, snap
from routing.solution import Solution
from routing.straight_line import DETOUR, SPEED_KMH, straight_line


class Distances(Protocol):
    """A way to measure what has coordinates; ``name`` is what the solution calls it."""

    @property
    def name(self) -> str:
        """In a few words."""
        ...

    def measure(
        self, positions: Sequence[Position], approaches: Sequence[Approach], trucks: Mapping[str, TruckProfile]
    ) -> Mapping[str, Matrix]:
        """The matrices by profile, each as its truck may drive."""
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

    def measure(
        self, positions: Sequence[Position], approaches: Sequence[Approach], trucks: Mapping[str, TruckProfile]
    ) -> Mapping[str, Matrix]:
        """The same for every side of approach and every truck."""
        del approaches
        return dict.fromkeys(trucks, straight_line(positions))


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
        self._off_street: dict[str, frozenset[Position]] = {}
        """By profile the positions measured last that have no street near."""
        self._trucks: Mapping[str, TruckProfile] = {}

    def measure(
        self, positions: Sequence[Position], approaches: Sequence[Approach], trucks: Mapping[str, TruckProfile]
    ) -> Mapping[str, Matrix]:
        """Along the fastest ways of each truck; a place without a street near is unreachable."""
        self._trucks = trucks
        found: dict[str, Matrix] = {}
        for profile, truck in trucks.items():
            points = snap(self._graph, positions, truck=truck, approach=approaches)
            off = (place for place, point in zip(positions, points, strict=True) if point is None)
            self._off_street[profile] = frozenset(off)
            found[profile] = matrix_of(self._graph, points, truck=truck)
        return found

    def warnings(self, document: Document) -> Iterator[str]:
        """A sentence for everything in a document that has no street near."""
        problem, lonely = document.problem, self._off_street
        off_all = frozenset[Position].intersection(*lonely.values()) if lonely else frozenset[Position]()
        located = [(f"job {stop.id}", stop.location, off_all) for stop in problem.stops]
        for vehicle in problem.vehicles:
            off = lonely.get(vehicle.profile, off_all)
            located.append((f"start of vehicle {vehicle.id}", vehicle.start, off))
            located.append((f"end of vehicle {vehicle.id}", vehicle.end, off))
        located += [(f"disposal site {site.id}", site.location, off_all) for site in problem.disposal_sites]
        for name, location, off in located:
            position = document.places.positions.get(location)
            if position in off:
                yield f"{name}: no street within {SNAP_LIMIT_M:.0f} m of [{position.lon}, {position.lat}]"

    def geometry(self, problem: Problem, solution: Solution, places: Places) -> Geometry:
        """The ways that the trucks of a solution drive, where both ends have a street near."""
        trucks = {each.id: self._trucks.get(each.profile, STANDARD_TRUCK) for each in problem.vehicles}
        return street_ways(self._graph, solution, places, trucks)

    def background(self) -> Background:
        """All streets, as lines behind the routes."""
        return street_background(self._graph)
