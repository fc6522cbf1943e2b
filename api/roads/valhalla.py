"""Valhalla's matrix, locate and route services over HTTP (https://valhalla.github.io/valhalla/api/)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
import numpy as np

from api.roads.blocks import Block, in_blocks, numbers
from api.roads.client import EngineClient, Refused
from api.roads.source import Measured, Waypoint
from domain.errors import InvalidInput
from domain.geography import Position
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.roads.snap import SNAP_LIMIT_M

BLOCK = 50
"""Sources and targets of one request: 50 x 50 are the 2,500 pairs that a server allows by default
(``max_matrix_location_pairs``)."""

ROUTE_LOCATIONS = 20
"""Locations of one route request that a server allows a truck by default (``max_locations``)."""

LOCATE_LOCATIONS = 20
NO_PATH = frozenset({"170", "442"})
"""Error codes: locations in unconnected regions, no path between locations."""

Costing = dict[str, Any]
"""The part of a request that tells what drives."""


class Valhalla:
    """A Valhalla server with costing ``truck`` and each truck's dimensions.

    For matrices the server wants ``thor.source_to_target_algorithm = timedistancematrix`` in its configuration: with
    the default ``costmatrix`` a large matrix was measured not to finish.
    """

    minds_sizes = True

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self._client = EngineClient("Valhalla", url, transport)

    @property
    def name(self) -> str:
        """See ``RoadSource``."""
        return f"Valhalla at {self._client.url}"

    def measure(self, waypoints: Sequence[Waypoint], truck: TruckProfile = STANDARD_TRUCK) -> Measured:
        """See ``RoadSource``."""
        costing = _costing(truck)
        with self._client:
            known = self._near_streets(waypoints, costing)
            near = [_location(each) for each, is_near in zip(waypoints, known, strict=True) if is_near]

            def ask(rows: range, columns: range) -> Block:
                return self._block(near[rows.start : rows.stop], near[columns.start : columns.stop], costing)

            return Measured(in_blocks(len(waypoints), BLOCK, ask, known=known), on_street=tuple(known))

    def path(self, waypoints: Sequence[Waypoint], truck: TruckProfile = STANDARD_TRUCK) -> tuple[Position, ...]:
        """See ``RoadSource``."""
        line: list[Position] = []
        for first in range(0, max(1, len(waypoints) - 1), ROUTE_LOCATIONS - 1):
            part = [_location(each) for each in waypoints[first : first + ROUTE_LOCATIONS]]
            if len(part) < 2:
                break
            request = {"locations": part, "directions_type": "none", **_costing(truck)}
            with self._client:
                answer = self._client.post("/route", request)
            try:
                shapes = [leg["shape"] for leg in answer["trip"]["legs"]]
            except (KeyError, TypeError):
                raise self._client.unexpected("trip.legs[].shape") from None
            line += [position for shape in shapes for position in decode(shape)]
        return tuple(here for i, here in enumerate(line) if i == 0 or here != line[i - 1])

    def _near_streets(self, waypoints: Sequence[Waypoint], costing: Costing) -> list[bool]:
        """Which waypoints have a street near: one without makes the server refuse the whole matrix."""
        known: list[bool] = []
        for first in range(0, len(waypoints), LOCATE_LOCATIONS):
            locations = [_location(each) for each in waypoints[first : first + LOCATE_LOCATIONS]]
            found = self._client.post("/locate", {"locations": locations, "verbose": False, **costing})
            if not isinstance(found, list) or len(found) != len(locations):
                raise self._client.unexpected("one entry for each location")
            known += [bool(entry.get("edges")) for entry in found]
        return known

    def _block(self, sources: list[dict[str, Any]], targets: list[dict[str, Any]], costing: Costing) -> Block:
        request = {"sources": sources, "targets": targets, "verbose": False, **costing}
        shape = (len(sources), len(targets))
        try:
            answer = self._client.post("/sources_to_targets", request)
        except Refused as error:
            if error.code not in NO_PATH or shape == (0, 0):
                raise
            return self._halves(sources, targets, costing)
        try:
            table = answer["sources_to_targets"]
            seconds, kilometres = numbers(table["durations"], shape), numbers(table["distances"], shape)
        except (KeyError, TypeError):
            seconds = kilometres = None
        if seconds is None or kilometres is None:
            raise self._client.unexpected(f"durations and distances of {shape[0]} x {shape[1]}")
        return seconds, kilometres * 1000

    def _halves(self, sources: list[dict[str, Any]], targets: list[dict[str, Any]], costing: Costing) -> Block:
        """Find out which of the pairs it is that have no way between them."""
        if len(sources) == len(targets) == 1:
            return np.full((1, 1), np.nan), np.full((1, 1), np.nan)
        if len(sources) >= len(targets):
            middle = len(sources) // 2
            parts = [self._block(sources[:middle], targets, costing), self._block(sources[middle:], targets, costing)]
            return np.vstack([part[0] for part in parts]), np.vstack([part[1] for part in parts])
        middle = len(targets) // 2
        parts = [self._block(sources, targets[:middle], costing), self._block(sources, targets[middle:], costing)]
        return np.hstack([part[0] for part in parts]), np.hstack([part[1] for part in parts])


def _costing(truck: TruckProfile) -> Costing:
    return {
        "costing": "truck",
        "costing_options": {
            "truck": {
                "height": truck.height_m,
                "width": truck.width_m,
                "length": truck.length_m,
                "weight": truck.mass_t,
                "axle_load": truck.axle_load_t,
            }
        },
        "units": "kilometers",
    }


def _location(waypoint: Waypoint) -> dict[str, Any]:
    location: dict[str, Any] = {
        "lat": waypoint.position.lat,
        "lon": waypoint.position.lon,
        "search_cutoff": SNAP_LIMIT_M,
    }
    if waypoint.approach == "curb":
        # The side that the country drives on, on roads of this class and above: as the built-in streets have it.
        location |= {"preferred_side": "same", "street_side_cutoff": "unclassified"}
    return location


def decode(shape: str) -> list[Position]:
    """The positions of an encoded polyline with six decimals.

    Raises
    ------
    InvalidInput
        When the text ends within a number.
    """
    values: list[int] = []
    value = shift = 0
    for character in shape:
        bits = ord(character) - 63
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits < 0x20:
            values.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift or len(values) % 2:
        raise InvalidInput("the encoded line ends within a number")
    lats, lons = np.cumsum(values[::2]) / 1e6, np.cumsum(values[1::2]) / 1e6
    return [Position(float(lon), float(lat)) for lon, lat in zip(lons, lats, strict=True)]
