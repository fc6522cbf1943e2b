"""A flat map of a town: metres east and north of its middle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.geography import EARTH_RADIUS_M, Position

_METRES_PER_DEGREE = np.radians(1) * EARTH_RADIUS_M


@dataclass(frozen=True, slots=True)
class Plane:
    """A local equirectangular projection around a middle; within 50 km lengths are right to half a per cent."""

    lon: float
    lat: float

    @classmethod
    def around(cls, positions: Iterable[Position]) -> Plane:
        """The plane around the middle of the box of the positions; there must be one at least."""
        degrees = np.array([(position.lon, position.lat) for position in positions])
        lon, lat = (degrees.min(axis=0) + degrees.max(axis=0)) / 2
        return cls(float(lon), float(lat))

    def metres(self, positions: Sequence[Position]) -> NDArray[np.float64]:
        """Metres east and north of the middle, (n, 2)."""
        return self.from_degrees(np.array([(position.lon, position.lat) for position in positions]))

    def from_degrees(self, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        """Metres (n, 2) from longitudes and latitudes (n, 2)."""
        return (np.reshape(degrees, (-1, 2)) - (self.lon, self.lat)) * self._scale

    def positions(self, metres: NDArray[np.float64]) -> tuple[Position, ...]:
        """The inverse of :meth:`metres`."""
        degrees = metres / self._scale + (self.lon, self.lat)
        return tuple(Position(lon, lat) for lon, lat in degrees.tolist())

    @property
    def _scale(self) -> NDArray[np.float64]:
        return _METRES_PER_DEGREE * np.array([np.cos(np.radians(self.lat)), 1.0])
