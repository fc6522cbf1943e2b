"""Where the locations of a problem lie, and what people call its stops, trucks and sites; solvers need neither.

In the JSON of a problem they are VROOM's optional fields: ``location`` of a job or disposal site, ``start`` and ``end``
of a vehicle, each ``[longitude, latitude]`` in degrees, and ``description``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from domain.errors import InvalidInput
from domain.geography import Position
from routing.problem import Problem


@dataclass(frozen=True, slots=True)
class Places:
    """Positions by location (row and column of the matrices), names by id; whatever is not known is absent."""

    positions: Mapping[int, Position]
    stops: Mapping[int, str] = field(default_factory=dict[int, str])
    vehicles: Mapping[int, str] = field(default_factory=dict[int, str])
    disposal_sites: Mapping[int, str] = field(default_factory=dict[int, str])

    def require(self, problem: Problem) -> None:
        """Make sure that every location that the problem uses has a position.

        Raises
        ------
        InvalidInput
            When one has none; the first stop, vehicle or site concerned is named.
        """
        for what, location in _used(problem):
            if location not in self.positions:
                raise InvalidInput(
                    f"nothing says where location {location} lies, and without that no map can be drawn",
                    where=what,
                    remedy="give 'location' to jobs and disposal sites, 'start' and 'end' to vehicles:"
                    " [longitude, latitude] in degrees",
                )


def _used(problem: Problem) -> Iterator[tuple[str, int]]:
    yield from ((f"stop {stop.id}", stop.location) for stop in problem.stops)
    for vehicle in problem.vehicles:
        yield f"vehicle {vehicle.id}", vehicle.start
        yield f"vehicle {vehicle.id}", vehicle.end
    yield from ((f"disposal site {site.id}", site.location) for site in problem.disposal_sites)
