"""Where things are: rows of the given matrices, or coordinates from which matrices are measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, cast

from domain.errors import InvalidInput
from domain.geography import Position
from routing.matrix import Matrix
from routing.roads.profile import TruckProfile
from routing.wire.values import Object, an_array, kind, missing, whole

Approach = Literal["unrestricted", "curb"]
"""OSRM's words. ``curb``: the truck arrives with the place on the side of the road that it drives on."""

APPROACHES: tuple[Approach, ...] = ("unrestricted", "curb")

Measure = Callable[[Sequence[Position], Sequence[Approach], Mapping[str, TruckProfile]], Mapping[str, Matrix]]
"""Makes the matrix of each profile, for its truck, between positions with the side from which each is approached."""


class Locations:
    """Collects where things are while a document is read.

    ``size``: number of rows of the given matrices; None where there are none, so that coordinates count.
    """

    def __init__(self, size: int | None) -> None:
        self._size = size
        self._rows: dict[tuple[Position, Approach], int] = {}
        self._told: dict[int, str] = {}
        self.positions: dict[int, Position] = {}

    @property
    def asked(self) -> tuple[list[Position], list[Approach]]:
        """The positions to be measured, in the order of their rows, and the side of approach of each."""
        return [position for position, _ in self._rows], [approach for _, approach in self._rows]

    def row(self, entry: Object, path: str, name: str = "location") -> int:
        """The row of the matrices that an entry's ``name`` and ``name_index`` stand for."""
        position = _position(entry[name], f"{path}.{name}") if name in entry else None
        approach = _approach(entry["approach"], f"{path}.approach") if "approach" in entry else "unrestricted"
        index = "location_index" if name == "location" else f"{name}_index"
        if self._size is None:
            if index in entry:
                raise InvalidInput(
                    "there are no matrices whose row this could be",
                    where=f"{path}.{index}",
                    remedy=f"give 'matrices', or {name!r} instead",
                )
            if position is None:
                raise missing(path, name, "without 'matrices' everything has coordinates")
            row = self._rows.setdefault((position, approach), len(self._rows))
        else:
            if index not in entry:
                raise missing(path, index)
            row = whole(entry[index], f"{path}.{index}")
            if row >= self._size:
                known = f"they know 0 to {self._size - 1}" if self._size else "they are empty"
                raise InvalidInput(f"{row} is outside the matrices", where=f"{path}.{index}", remedy=known)
        if position is not None:
            self._put(row, position, f"{path}.{name}")
        return row

    def _put(self, row: int, position: Position, path: str) -> None:
        known = self.positions.setdefault(row, position)
        if known != position:
            raise InvalidInput(
                f"puts location {row} at [{position.lon}, {position.lat}], but {self._told[row]} elsewhere",
                where=path,
                remedy="a location index stands for one place",
            )
        self._told.setdefault(row, path)


def _position(value: object, path: str) -> Position:
    numbers = an_array(value, path)
    if len(numbers) != 2:
        raise InvalidInput(f"must hold [longitude, latitude], not {len(numbers)} values", where=path)
    for number, inner in enumerate(numbers):
        if isinstance(inner, bool) or not isinstance(inner, int | float):
            raise InvalidInput(f"must be a number of degrees, not {kind(inner)}", where=f"{path}[{number}]")
        if abs(inner) > 180:  # a whole number may be too large to become a decimal one
            raise InvalidInput("is no number of degrees", where=f"{path}[{number}]", remedy="[longitude, latitude]")
    try:
        return Position(*(float(cast(float, number)) for number in numbers))
    except InvalidInput as error:
        raise InvalidInput(error.what, where=path, remedy=error.remedy) from error


def _approach(value: object, path: str) -> Approach:
    if value not in APPROACHES:
        raise InvalidInput("is no way to approach a place", where=path, remedy=f"choose from {', '.join(APPROACHES)}")
    return cast(Approach, value)
