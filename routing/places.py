"""Where the locations of a problem lie, and what people call its stops, trucks and sites; solvers need neither.

In the JSON of a problem they are VROOM's optional fields: ``location`` of a job or disposal site, ``start`` and ``end``
of a vehicle, each ``[longitude, latitude]`` in degrees, and ``description``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from domain.errors import InvalidInput
from domain.geography import Position
from routing.problem import Problem

_PLACED = (
    ("jobs", "location", "location_index"),
    ("vehicles", "start", "start_index"),
    ("vehicles", "end", "end_index"),
    ("disposal_sites", "location", "location_index"),
)


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


def places_from_json(document: object) -> Places:
    """What the JSON of a problem says about positions and names; the rest of it is not looked at.

    Raises
    ------
    InvalidInput
        When a position is no position, or a location has two; the JSON path is named.
    """
    positions: dict[int, Position] = {}
    told: dict[int, str] = {}
    for group, name, index in _PLACED:
        for path, entry in _entries(document, group):
            location = entry.get(index)
            if name not in entry or not isinstance(location, int):
                continue
            position = _position(entry[name], f"{path}.{name}")
            if positions.setdefault(location, position) != position:
                raise InvalidInput(
                    f"puts location {location} at [{position.lon}, {position.lat}], but {told[location]} elsewhere",
                    where=f"{path}.{name}",
                    remedy="a location index stands for one place",
                )
            told.setdefault(location, f"{path}.{name}")
    return Places(positions, *(dict(_names(document, group)) for group in ("jobs", "vehicles", "disposal_sites")))


def _entries(document: object, group: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    listed = document.get(group) if isinstance(document, Mapping) else None
    for number, entry in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(entry, Mapping):
            yield f"{group}[{number}]", entry


def _names(document: object, group: str) -> Iterable[tuple[int, str]]:
    for path, entry in _entries(document, group):
        identifier, name = entry.get("id"), entry.get("description")
        if name is not None and not isinstance(name, str):
            raise InvalidInput(f"must be text, not {name!r}", where=f"{path}.description")
        if name and isinstance(identifier, int):
            yield identifier, name


def _position(value: object, path: str) -> Position:
    numbers = value if isinstance(value, list) else []
    if len(numbers) != 2 or not all(isinstance(x, int | float) and not isinstance(x, bool) for x in numbers):
        raise InvalidInput("must be [longitude, latitude] in degrees", where=path)
    try:
        return Position(*numbers)
    except InvalidInput as error:
        raise InvalidInput(error.what, where=path, remedy=error.remedy) from error
