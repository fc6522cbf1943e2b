"""The road graph: junctions and the street segments between them, as compact arrays that fit into one file."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from domain.errors import InvalidInput
from domain.geography import EARTH_RADIUS_M, Bounds, Position
from routing.roads.truck import ROAD_CLASSES

FORMAT = 1
"""Version of the stored form; graphs of another version must be imported again."""


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """Streets as segments between junctions, each stored once with its time in both directions.

    Parameters
    ----------
    name
        Where the streets come from, as plans tell it.
    segment_from, segment_to
        int32 (segments,): the junctions at a segment's ends, numbered from 0. The same junction twice is a loop.
    length_m
        float64 (segments,): metres along the street.
    forward_s, backward_s
        float64 (segments,): seconds from ``segment_from`` to ``segment_to`` and back; infinite where forbidden.
    shape_start
        int32 (segments + 1,): segment i owns the rows ``shape_start[i]:shape_start[i + 1]`` of ``shape``.
    shape
        float64 (points, 2): longitude and latitude in degrees, from ``segment_from`` to ``segment_to``.
    road_class
        uint8 (segments,): index into ``truck.ROAD_CLASSES``.
    name_index, names
        int32 (segments,) and the street names that it points into; names[0] is the empty name.
    connected
        bool (segments,): belongs to the largest part in which every place can be reached from every other.
    stoppable
        bool (segments,): a truck may stop here to empty a container (no motorway, no tunnel).

    Notes
    -----
    Turn restrictions have their place here: as pairs of segments that may not follow one another.
    """

    name: str
    segment_from: NDArray[np.int32]
    segment_to: NDArray[np.int32]
    length_m: NDArray[np.float64]
    forward_s: NDArray[np.float64]
    backward_s: NDArray[np.float64]
    shape_start: NDArray[np.int32]
    shape: NDArray[np.float64]
    road_class: NDArray[np.uint8]
    name_index: NDArray[np.int32]
    names: tuple[str, ...]
    connected: NDArray[np.bool_]
    stoppable: NDArray[np.bool_]

    @property
    def segments(self) -> int:
        """How many street segments there are."""
        return len(self.length_m)

    @cached_property
    def junctions(self) -> int:
        """How many junctions and street ends there are."""
        return int(max(self.segment_from.max(), self.segment_to.max())) + 1

    @cached_property
    def bounds(self) -> Bounds:
        """The box around all streets."""
        west, south = self.shape.min(axis=0)
        east, north = self.shape.max(axis=0)
        return Bounds(float(west), float(south), float(east), float(north))

    def describe(self) -> str:
        """The graph in a few words, for people."""
        length_km = self.length_m.sum() / 1000
        share = self.length_m[self.connected].sum() / self.length_m.sum()
        return f"{length_km:,.0f} km in {self.segments:,} segments, {share:.0%} of it connected"

    def shape_of(self, segment: int) -> NDArray[np.float64]:
        """The points of a segment, (points, 2) longitude and latitude in degrees."""
        return self.shape[self.shape_start[segment] : self.shape_start[segment + 1]]

    def street_name(self, segment: int) -> str:
        """The street's name, or an empty string."""
        return self.names[self.name_index[segment]]

    def class_name(self, segment: int) -> str:
        """OpenStreetMap's class of the street: "residential", "service", .."""
        return ROAD_CLASSES[self.road_class[segment]]

    def project(self, lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Metres east and north of the middle of the graph, (n, 2), on a local equirectangular plane.

        Good for finding what is near; lengths are measured on the sphere instead.
        """
        scale = np.radians(1) * EARTH_RADIUS_M
        return (lon_lat - self._middle) * np.array([scale * np.cos(np.radians(self._middle[1])), scale])

    def unproject(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        """The inverse of :meth:`project`: degrees (n, 2) from metres."""
        scale = np.radians(1) * EARTH_RADIUS_M
        return metres / np.array([scale * np.cos(np.radians(self._middle[1])), scale]) + self._middle

    @cached_property
    def _middle(self) -> NDArray[np.float64]:
        box = self.bounds
        return np.array([(box.west + box.east) / 2, (box.south + box.north) / 2])

    @cached_property
    def lines(self) -> NDArray[np.object_]:
        """Every segment as a shapely line on the plane of :meth:`project`, (segments,)."""
        owners = np.repeat(np.arange(self.segments), np.diff(self.shape_start))
        return np.asarray(shapely.linestrings(self.project(self.shape), indices=owners), dtype=object)

    def piece(self, segment: int, start: float, end: float) -> NDArray[np.float64]:
        """The shape between two shares (0..1) of a segment, in driving direction, (points, 2) degrees."""
        if start > end:
            return self.piece(segment, end, start)[::-1]
        shape = self.shape_of(segment)
        if start == 0 and end == 1:
            return shape
        line = self.lines[segment]
        along = shapely.line_locate_point(line, shapely.points(self.project(shape[1:-1]))) if len(shape) > 2 else []
        cuts = shapely.get_coordinates(shapely.line_interpolate_point(line, [start, end], normalized=True))
        inner = [point for point, at in zip(shape[1:-1], along, strict=True) if start < at / line.length < end]
        return np.vstack([self.unproject(cuts[:1]), *inner, self.unproject(cuts[1:])])

    def position_at(self, segment: int, share: float) -> Position:
        """The place at a share (0..1) of a segment's length."""
        lon, lat = self.piece(segment, share, share)[0]
        return Position(float(lon), float(lat))

    def to_bytes(self) -> bytes:
        """The graph as bytes for storage; :meth:`from_bytes` reads them back."""
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            allow_pickle=False,
            format=np.array(FORMAT),
            name=np.array(self.name),
            names=np.array(self.names),
            **{field: getattr(self, field) for field in _ARRAYS},
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> RoadGraph:
        """Read what :meth:`to_bytes` wrote.

        Raises
        ------
        InvalidInput
            When the bytes are no road graph, or one of another version.
        """
        remedy = "import the roads again with 'halfvol roads import'"
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                version = int(stored["format"])
                if version != FORMAT:
                    raise InvalidInput(f"the stored road graph has form {version}, not {FORMAT}", remedy=remedy)
                arrays = {field: stored[field] for field in _ARRAYS}
                names = tuple(str(name) for name in stored["names"])
                return cls(name=str(stored["name"]), names=names, **arrays)
        except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise InvalidInput("the stored road graph cannot be read", remedy=remedy) from error


_ARRAYS = (
    "segment_from",
    "segment_to",
    "length_m",
    "forward_s",
    "backward_s",
    "shape_start",
    "shape",
    "road_class",
    "name_index",
    "connected",
    "stoppable",
)


def lengths_m(shape: NDArray[np.float64]) -> NDArray[np.float64]:
    """Great-circle metres between consecutive points (n, 2) in degrees: (n - 1,), by the haversine formula."""
    lon, lat = np.radians(shape).T
    h = np.sin(np.diff(lat) / 2) ** 2 + np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(h))
