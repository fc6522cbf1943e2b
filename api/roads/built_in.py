"""The streets that ``halfvol roads import`` stored, and straight lines where there are none."""

from __future__ import annotations

from collections.abc import Sequence

from api.roads.source import Measured, Waypoint
from domain.geography import Position
from domain.plans import ESTIMATE
from routing.roads.geometry import path_of
from routing.roads.graph import RoadGraph
from routing.roads.matrix import matrix_of
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.roads.road_point import RoadPoint
from routing.roads.snap import Approach, snap
from routing.straight_line import straight_line


class BuiltInRoads:
    """A road graph in this process."""

    minds_sizes = True

    def __init__(self, graph: RoadGraph) -> None:
        self._graph = graph

    @property
    def name(self) -> str:
        """See ``RoadSource``."""
        return self._graph.name

    def measure(self, waypoints: Sequence[Waypoint], truck: TruckProfile = STANDARD_TRUCK) -> Measured:
        """See ``RoadSource``."""
        points = self._points(waypoints, truck)
        measured = matrix_of(self._graph, points, truck=truck)
        return Measured(measured, on_street=tuple(point is not None for point in points))

    def path(self, waypoints: Sequence[Waypoint], truck: TruckProfile = STANDARD_TRUCK) -> tuple[Position, ...]:
        """See ``RoadSource``; waypoints without a street near are left out."""
        points = [point for point in self._points(waypoints, truck) if point is not None]
        return path_of(self._graph, points, truck=truck)

    def _points(self, waypoints: Sequence[Waypoint], truck: TruckProfile) -> tuple[RoadPoint | None, ...]:
        positions = [each.position for each in waypoints]
        approaches: list[Approach] = [each.approach for each in waypoints]
        return snap(self._graph, positions, truck=truck, approach=approaches)


class StraightLines:
    """No streets at all: great circles, lengthened by a measured factor. Only as a last resort."""

    minds_sizes = False

    @property
    def name(self) -> str:
        """See ``RoadSource``."""
        return ESTIMATE

    def measure(self, waypoints: Sequence[Waypoint], truck: TruckProfile = STANDARD_TRUCK) -> Measured:
        """See ``RoadSource``; the same for every truck."""
        del truck
        matrix = straight_line([each.position for each in waypoints])
        return Measured(matrix, on_street=(True,) * len(waypoints), estimated=True)

    def path(self, waypoints: Sequence[Waypoint], truck: TruckProfile = STANDARD_TRUCK) -> tuple[Position, ...]:
        """See ``RoadSource``; the same for every truck."""
        del truck
        return tuple(each.position for each in waypoints)
