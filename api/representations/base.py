"""What all representations share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from domain.geography import Bounds, Position

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
"""Longitude before latitude, WGS 84: the coordinate reference system of GeoJSON."""

GEOJSON = "application/geo+json"

Moment = Annotated[datetime, Field(description="Date and time in UTC (RFC 3339)")]
GivenMoment = Annotated[AwareDatetime, Field(description="Date and time with an offset (RFC 3339)")]
Share = Annotated[float, Field(description="Share of the capacity: 0 empty, 1 full, above 1 overflowing")]


class Representation(BaseModel):
    """Read-only, camelCase outside."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid")


class Point(Representation):
    """GeoJSON geometry: longitude, latitude in degrees."""

    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float]

    @classmethod
    def of(cls, position: Position) -> Point:
        """From a position."""
        return cls(coordinates=(position.lon, position.lat))


class LineString(Representation):
    """GeoJSON geometry: positions from the beginning to the end."""

    type: Literal["LineString"] = "LineString"
    coordinates: list[tuple[float, float]]

    @classmethod
    def of(cls, positions: tuple[Position, ...]) -> LineString:
        """From positions."""
        return cls(coordinates=[(position.lon, position.lat) for position in positions])


def bbox(bounds: Bounds) -> tuple[float, float, float, float]:
    """As in GeoJSON: west, south, east, north."""
    return bounds.west, bounds.south, bounds.east, bounds.north


def camel(name: str) -> str:
    """``fill_level`` -> ``fillLevel``."""
    return to_camel(name)
