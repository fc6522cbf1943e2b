"""Positions on the earth: WGS 84, always longitude before latitude (RFC 7946), in degrees."""

from __future__ import annotations

import math
from dataclasses import dataclass

from domain.errors import InvalidInput

EARTH_RADIUS_M = 6_371_008.8
"""Mean earth radius R1 in metres (IUGG)."""


@dataclass(frozen=True, slots=True)
class Position:
    """A point: ``lon`` in -180..180 and ``lat`` in -90..90 degrees.

    Raises
    ------
    InvalidInput
        When a value is not a finite number within its range.
    """

    lon: float
    lat: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.lon) and math.isfinite(self.lat)):
            raise InvalidInput(f"a position needs two finite numbers, not [{self.lon}, {self.lat}]")
        if abs(self.lat) > 90 or abs(self.lon) > 180:
            hint = "are longitude and latitude swapped? GeoJSON wants [longitude, latitude]"
            raise InvalidInput(f"[{self.lon}, {self.lat}] is not a place on earth", remedy=hint)


@dataclass(frozen=True, slots=True)
class Bounds:
    """A box of positions: west, south, east, north in degrees, as in a GeoJSON ``bbox``."""

    west: float
    south: float
    east: float
    north: float

    def contains(self, position: Position) -> bool:
        """Whether the position lies in the box or on its edge."""
        return self.west <= position.lon <= self.east and self.south <= position.lat <= self.north


def great_circle_m(a: Position, b: Position) -> float:
    """Distance over the sphere in metres (haversine)."""
    phi_a, phi_b = math.radians(a.lat), math.radians(b.lat)
    half_phi = (phi_b - phi_a) / 2
    half_lambda = math.radians(b.lon - a.lon) / 2
    h = math.sin(half_phi) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(h)))
