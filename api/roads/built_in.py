"""The streets that ``halfvol roads import`` stored, and straight lines where there are none."""

from __future__ import annotations

from collections.abc import Sequence

from api.roads.source import Measured, Waypoint
from domain.geography import Position
from routing.roads.geometry import path_of
from routing.roads.graph import RoadGraph
from routing.roads.matrix import matrix
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.roads.snap import Approach, snap
from routing.roads.straight import straight_matrix


class BuiltInRoads:
    """A road graph in this process."""

    def __init__(self, graph: RoadGraph, truck: TruckProfile = STANDARD_TRUCK) -> None:
        self._graph = graph
        self._truck = truck

    @property
    def name(self) -> str:
        """See ``RoadSource``."""
        return self._graph.name

    def measure(self, waypoints: Sequence[Waypoint]) -> Measured:
        """See ``RoadSource``."""
        positions = [each.position for each in waypoints]
        approaches: list[Approach] = [each.approach for each in waypoints]
        return Measured(matrix(self._graph, positions, truck=self._truck, approach=approaches))

    def path(self, waypoints: Sequence[Waypoint]) -> tuple[Position, ...]:
        """See ``RoadSource``; waypoints without a street near are left out."""
        positions = [each.position for each in waypoints]
        approaches: list[Approach] = [each.approach for each in waypoints]
        points = snap(self._graph, positions, truck=self._truck, approach=approaches)
        return path_of(self._graph, [point for point in points if point is not None], truck=self._truck)


class StraightLines:
    """No streets at all: great circles, lengthened by a measured factor. Only as a last resort."""

    @property
    def name(self) -> str:
        """See ``RoadSource``."""
        return "straight lines (estimated)"

    def measure(self, waypoints: Sequence[Waypoint]) -> Measured:
        """See ``RoadSource``."""
        return Measured(straight_matrix([each.position for each in waypoints]), estimated=True)

    def path(self, waypoints: Sequence[Waypoint]) -> tuple[Position, ...]:
        """See ``RoadSource``."""
        return tuple(each.position for each in waypoints)
