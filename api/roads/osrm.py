"""OSRM's table and route services over HTTP (https://project-osrm.org/docs/v5.24.0/api/)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
import numpy as np

from api.roads.blocks import Block, in_blocks, numbers, without
from api.roads.client import EngineClient
from api.roads.source import Measured, Waypoint
from domain.geography import Position
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.roads.snap import SNAP_LIMIT_M

BLOCK = 50
"""Sources and targets of one table request: together the 100 coordinates that a server allows by default
(``max-table-size``)."""

ROUTE_COORDINATES = 100


class Osrm:
    """An OSRM server. The truck's size and speed are those of the profile that the server's graph was built with."""

    minds_sizes = False

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self._client = EngineClient("OSRM", url, transport)

    @property
    def name(self) -> str:
        """See ``RoadSource``."""
        return f"OSRM at {self._client.url}"

    def measure(self, waypoints: Sequence[Waypoint], truck: TruckProfile = STANDARD_TRUCK) -> Measured:
        """See ``RoadSource``. OSRM snaps at any distance; what it had to move too far counts as unreachable."""
        del truck
        far = np.zeros(len(waypoints), bool)

        def ask(rows: range, columns: range) -> Block:
            chosen = [*waypoints[rows.start : rows.stop], *waypoints[columns.start : columns.stop]]
            answer = self._client.get(
                f"/table/v1/driving/{_coordinates(chosen)}",
                {
                    "annotations": "duration,distance",
                    "approaches": _approaches(chosen),
                    "sources": ";".join(str(i) for i in range(len(rows))),
                    "destinations": ";".join(str(len(rows) + i) for i in range(len(columns))),
                    "generate_hints": "false",
                },
            )
            shape = (len(rows), len(columns))
            seconds, metres = (numbers(answer.get(key), shape) for key in ("durations", "distances"))
            if seconds is None or metres is None:
                raise self._client.unexpected(f"durations and distances of {shape[0]} x {shape[1]}")
            far[rows.start : rows.stop] |= self._moved_too_far(answer, "sources", len(rows))
            return seconds, metres

        with self._client:
            matrix = in_blocks(len(waypoints), BLOCK, ask, known=[True] * len(waypoints))
        return Measured(without(matrix, far), on_street=tuple((~far).tolist()))

    def path(self, waypoints: Sequence[Waypoint], truck: TruckProfile = STANDARD_TRUCK) -> tuple[Position, ...]:
        """See ``RoadSource``."""
        del truck
        line: list[Position] = []
        for first in range(0, max(1, len(waypoints) - 1), ROUTE_COORDINATES - 1):
            part = waypoints[first : first + ROUTE_COORDINATES]
            if len(part) < 2:
                break
            with self._client:
                answer = self._client.get(
                    f"/route/v1/driving/{_coordinates(part)}",
                    {
                        "overview": "full",
                        "geometries": "geojson",
                        "approaches": _approaches(part),
                        "radiuses": _radiuses(part),
                    },
                )
            try:
                coordinates = answer["routes"][0]["geometry"]["coordinates"]
                line += [Position(float(lon), float(lat)) for lon, lat in coordinates]
            except (KeyError, IndexError, TypeError, ValueError):
                raise self._client.unexpected("routes[0].geometry.coordinates") from None
        return tuple(here for i, here in enumerate(line) if i == 0 or here != line[i - 1])

    def _moved_too_far(
        self, answer: dict[str, Any], key: str, count: int
    ) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        try:
            moved = np.array([float(place["distance"]) for place in answer[key]])
        except (KeyError, TypeError, ValueError):
            moved = np.empty(0)
        if len(moved) != count:
            raise self._client.unexpected(f"{key}[].distance")
        return moved > SNAP_LIMIT_M


def _coordinates(waypoints: Sequence[Waypoint]) -> str:
    return ";".join(f"{each.position.lon:.6f},{each.position.lat:.6f}" for each in waypoints)


def _approaches(waypoints: Sequence[Waypoint]) -> str:
    return ";".join(each.approach for each in waypoints)


def _radiuses(waypoints: Sequence[Waypoint]) -> str:
    return ";".join(f"{SNAP_LIMIT_M:g}" for _ in waypoints)
