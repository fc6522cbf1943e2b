"""How compact routes are and how far they overlap: what drivers and planners see, and judge a plan by.

Rossit, Vigo, Tohme and Frutos, "Visual attractiveness in routing problems: a review", Computers & Operations Research
103 (2019), collect the measures in use and find three families: compactness, no overlap, and simple shapes. There is
no single agreed measure, so that one of each kind that a driver understands is given here:

- *spread*: the mean distance of a route's stops from their middle (as in Poot, Kant and Wagelmans, "A savings based
  method for real-life vehicle routing problems", Journal of the Operational Research Society 53, 2002);
- *kept neighbours*: the share of stops whose nearest stop is in the same route;
- *overlap*: the share of the convex hull of a route's stops that hulls of other routes cover;
- *intruders*: the share of a route's stops that lie within the hull of another route (Poot et al. count them).

All are on the plane and as the crow flies; depots and disposal sites do not count, since every route goes there. Two
routes are compared only where their trucks take a common fraction: a paper truck and a glass truck in one street are
no flaw of a plan. Containers of one place are one point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from domain.geography import Position
from routing.plane import Plane
from routing.problem import Problem, Vehicle
from routing.solution import Solution

TOUCH_M = 1.0
"""Stops closer to a hull than this do not lie in it: routes may meet in a street."""


@dataclass(frozen=True, slots=True)
class RouteShape:
    """The shape of one route.

    Parameters
    ----------
    vehicle_id
        Whose route.
    stops
        How many it serves.
    spread_m
        Mean distance of its stops from their mean position, metres.
    hull_m2
        Area of the convex hull of its stops, square metres.
    kept_neighbours
        Share 0..1 of its stops whose nearest stop elsewhere that its truck could serve too is its own. 1 where no
        other route serves any.
    overlap
        Share 0..1 of its hull that hulls of comparable routes cover; 0 where the hull has no area.
    intruders
        Share 0..1 of its stops inside the hull of a comparable route.
    hull
        The corners of its convex hull, not repeated; one or two where all stops lie on a point or a line.
    """

    vehicle_id: int
    stops: int
    spread_m: float
    hull_m2: float
    kept_neighbours: float
    overlap: float
    intruders: float
    hull: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class Compactness:
    """The shapes of all routes with stops; the totals are means over all stops, so that long routes weigh more."""

    routes: tuple[RouteShape, ...]

    @property
    def spread_m(self) -> float:
        """Mean distance of a stop from the middle of its route, metres."""
        return self._mean([route.spread_m for route in self.routes])

    @property
    def kept_neighbours(self) -> float:
        """Share 0..1 of all stops whose nearest stop is in the same route."""
        return self._mean([route.kept_neighbours for route in self.routes])

    @property
    def overlap(self) -> float:
        """Share 0..1 of the hulls that others cover."""
        return self._mean([route.overlap for route in self.routes])

    @property
    def intruders(self) -> float:
        """Share 0..1 of all stops within the hull of another route."""
        return self._mean([route.intruders for route in self.routes])

    def _mean(self, values: Sequence[float]) -> float:
        weights = [route.stops for route in self.routes]
        return float(np.average(values, weights=weights)) if weights else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """One route's stops on the plane, (n, 2) metres, with its hull."""

    vehicle: Vehicle
    points: NDArray[np.float64]
    hull: shapely.Geometry
    inner: shapely.Geometry
    """The hull without its rim, on which a stop of another route is no intruder."""

    def comparable(self, other: _Group) -> bool:
        return other is not self and bool(self.vehicle.fractions & other.vehicle.fractions)


def compactness(problem: Problem, solution: Solution, positions: Mapping[int, Position]) -> Compactness:
    """Measure the routes of a solution.

    Parameters
    ----------
    problem, solution
        What was solved and how.
    positions
        Of the stops, by location; routes with a stop that has none are left out.
    """
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    locations = {stop.id: stop.location for stop in problem.stops}
    placed = {
        route.vehicle_id: [positions[locations[stop]] for stop in route.stop_ids]
        for route in solution.routes
        if route.stop_ids and all(locations[stop] in positions for stop in route.stop_ids)
    }
    if not placed:
        return Compactness(())
    plane = Plane.around([position for group in placed.values() for position in group])
    groups: list[_Group] = []
    for vehicle_id, group in placed.items():
        points = plane.metres(group)
        hull = shapely.MultiPoint(points).convex_hull
        groups.append(_Group(vehicles[vehicle_id], points, hull, shapely.buffer(hull, -TOUCH_M)))
    return Compactness(tuple(_shape(group, groups, plane) for group in groups))


def _shape(group: _Group, groups: Sequence[_Group], plane: Plane) -> RouteShape:
    others = [other for other in groups if group.comparable(other)]
    hulls = shapely.union_all([other.hull for other in others])
    area = float(shapely.area(group.hull))
    inner = shapely.union_all([other.inner for other in others])
    inside = shapely.contains_xy(inner, group.points[:, 0], group.points[:, 1])
    middle = group.points.mean(axis=0)
    corners = shapely.get_coordinates(group.hull)
    return RouteShape(
        vehicle_id=group.vehicle.id,
        stops=len(group.points),
        spread_m=float(np.hypot(*(group.points - middle).T).mean()),
        hull_m2=area,
        kept_neighbours=_kept(group, others),
        overlap=float(shapely.area(shapely.intersection(group.hull, hulls))) / area if area > 0 else 0.0,
        intruders=float(inside.mean()),
        hull=plane.positions(corners[:-1] if len(corners) > 2 else corners),
    )


def _kept(group: _Group, others: Sequence[_Group]) -> float:
    """Share of the stops whose nearest stop at another place is in the same route; equally near counts as kept."""
    if not others:
        return 1.0
    own = _nearest_elsewhere(group.points, group.points)
    foreign = _nearest_elsewhere(group.points, np.vstack([other.points for other in others]))
    return float((own <= foreign).mean())


def _nearest_elsewhere(points: NDArray[np.float64], among: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres to the nearest of other points that is not at the same place; infinite where there is none."""
    tree = shapely.STRtree(np.asarray(shapely.points(np.unique(among, axis=0)), dtype=object))
    nearest = np.full(len(points), np.inf)
    found, distances = tree.query_nearest(
        np.asarray(shapely.points(points), dtype=object), exclusive=True, return_distance=True, all_matches=False
    )
    nearest[found[0]] = distances
    return nearest
