"""The road graph: junctions and the street segments between them, as compact arrays that fit into one file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from domain.errors import InvalidInput
from domain.geography import EARTH_RADIUS_M, Bounds, Position
from routing.roads.profile import LIMITS, TruckProfile
from routing.roads.truck import BACKWARD_SHIFT, ROAD_CLASSES

FORMAT = 2
"""Version of the stored form; graphs of another version must be imported again."""

TURNING_CIRCLE = 1
"""A junction where a truck turns round easily."""


@dataclass(frozen=True, eq=False)
class Bans:
    """Sequences of arcs that may not be driven one after the other: turn restrictions and barriers.

    Arc 2i is segment i from ``segment_from`` to ``segment_to``, arc 2i + 1 the other way.

    Parameters
    ----------
    start, arcs
        int32 (bans + 1,) and (entries,): ban i is ``arcs[start[i]:start[i + 1]]``, two arcs or more.
    kinds
        uint8 (bans,): the kinds of vehicles concerned, bits of ``profile.HEAVY`` and ``profile.LIGHT``.
    limits
        float32 (bans, 5): only trucks that exceed one of these are concerned, in the order of ``profile.LIMITS``; -1
        concerns every truck.
    """

    start: NDArray[np.int32]
    arcs: NDArray[np.int32]
    kinds: NDArray[np.uint8]
    limits: NDArray[np.float32]

    @classmethod
    def of(cls, rows: Sequence[tuple[tuple[int, ...], int, tuple[float, ...]]]) -> Bans:
        """From rows of arcs, kinds and limits."""
        return cls(
            start=np.concatenate([[0], np.cumsum([len(arcs) for arcs, _, _ in rows], dtype=int)]).astype(np.int32),
            arcs=np.array([arc for arcs, _, _ in rows for arc in arcs], np.int32),
            kinds=np.array([kinds for _, kinds, _ in rows], np.uint8),
            limits=np.array([limits for _, _, limits in rows], np.float32).reshape(-1, len(LIMITS)),
        )

    def chains(self, truck: TruckProfile) -> list[tuple[int, ...]]:
        """The sequences that a truck may not drive."""
        exceeds = (self.limits < np.array(truck.dimensions, np.float32)).any(axis=1)
        concerned = np.flatnonzero(exceeds & (self.kinds & truck.kind > 0))
        return [tuple(self.arcs[self.start[i] : self.start[i + 1]].tolist()) for i in concerned]


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
        float64 (segments,): seconds from ``segment_from`` to ``segment_to`` and back; infinite where no truck may
        drive. What a certain truck may drive, :meth:`seconds` tells.
    shape_start
        int32 (segments + 1,): segment i owns the rows ``shape_start[i]:shape_start[i + 1]`` of ``shape``.
    shape
        float64 (points, 2): longitude and latitude in degrees, from ``segment_from`` to ``segment_to``.
    road_class
        uint8 (segments,): index into ``truck.ROAD_CLASSES``.
    name_index, names
        int32 (segments,) and the street names that it points into; names[0] is the empty name.
    connected
        bool (segments,): belongs to the largest part in which the standard truck can reach every place from every
        other. Of another truck, ``network.Network`` knows it.
    stoppable
        bool (segments,): a truck may stop here to empty a container (no motorway, no tunnel).

    access
        uint8 (segments,): bits of the kinds of vehicles admitted along it, and shifted by two those against it.
    destination
        bool (segments,): open only to who has business there.
    roundabout
        bool (segments,): part of a roundabout.
    limits
        float32 (segments, 5): greatest dimensions in the order of ``profile.LIMITS``, infinite where no sign stands.
    junction_kind
        uint8 (junctions,): bits, see :data:`TURNING_CIRCLE`.
    bans
        Turn restrictions and barriers.
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
    access: NDArray[np.uint8]
    destination: NDArray[np.bool_]
    roundabout: NDArray[np.bool_]
    limits: NDArray[np.float32]
    junction_kind: NDArray[np.uint8]
    bans: Bans

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

    def seconds(self, truck: TruckProfile) -> NDArray[np.float64]:
        """Seconds along each segment and back for a truck, (segments, 2); infinite where it may not drive or fit."""
        fits = (self.limits >= np.array(truck.dimensions, np.float32)).all(axis=1)
        along = fits & (self.access & truck.kind > 0)
        against = fits & (self.access >> BACKWARD_SHIFT & truck.kind > 0)
        seconds = np.column_stack([self.forward_s, self.backward_s])
        return np.where(np.column_stack([along, against]), seconds, np.inf)

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
            **{f"ban_{field}": getattr(self.bans, field) for field in _BAN_ARRAYS},
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
                    what = f"the stored road graph has form {version}, and this version of Halfvol needs form {FORMAT}"
                    raise InvalidInput(what, remedy=remedy)
                arrays = {field: stored[field] for field in _ARRAYS}
                names = tuple(str(name) for name in stored["names"])
                bans = Bans(**{field: stored[f"ban_{field}"] for field in _BAN_ARRAYS})
                return cls(name=str(stored["name"]), names=names, bans=bans, **arrays)
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
    "access",
    "destination",
    "roundabout",
    "limits",
    "junction_kind",
)
_BAN_ARRAYS = ("start", "arcs", "kinds", "limits")


def lengths_m(shape: NDArray[np.float64]) -> NDArray[np.float64]:
    """Great-circle metres between consecutive points (n, 2) in degrees: (n - 1,), by the haversine formula."""
    lon, lat = np.radians(shape).T
    h = np.sin(np.diff(lat) / 2) ** 2 + np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(h))
