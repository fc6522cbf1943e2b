"""Lays a solution out: gives each thing that a picture of it shows its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from domain.errors import InvalidInput
from routing.compactness import RouteShape, compactness
from routing.pictures.arrows import arrows
from routing.pictures.background import Background, streets_in
from routing.pictures.legs import Geometry, legs_of, runs, spurs_of
from routing.pictures.levels import DEEPEST
from routing.pictures.marks import Mark, marks_of
from routing.pictures.palette import colour_of, shape_of
from routing.pictures.project import Frame, Points
from routing.pictures.scene import RouteDrawing, Scene, Skipped
from routing.pictures.spots import spots_of
from routing.places import Places
from routing.problem import Problem
from routing.solution import Route, Solution

ARROW_EVERY = 80.0
DEEPEST_ARROWS = 8
"""Zoom level from which on there are no more arrowheads."""


def lay_out(
    problem: Problem,
    solution: Solution,
    places: Places,
    *,
    width: float,
    deepest: int = DEEPEST,
    geometry: Geometry | None = None,
    background: Background | None = None,
    numbers: Mapping[int, int] | None = None,
) -> Scene:
    """Lay out the picture of a solution.

    Parameters
    ----------
    problem, solution
        What was solved and how.
    places
        Where it all lies.
    width
        Of the picture, in its own units; a number is about 15 of them high.
    deepest
        The zoom level to which the picture can be enlarged; 0: not at all.
    geometry
        Ways along streets; None draws straight lines.
    background
        Streets to draw behind; None draws none.
    numbers
        By vehicle the number of its colour, counted from 0. None: by the order of the routes.

    Raises
    ------
    InvalidInput
        When there is nothing to draw, or a location has no position.
    """
    places.require(problem)
    locations = sorted(set(_locations(problem)))
    if not locations:
        raise InvalidInput("the problem has no stops, vehicles or disposal sites, so there is nothing to draw")
    positions = [places.positions[location] for location in locations]
    frame = Frame.around(positions, width=width)
    points = {location: (x, y) for location, (x, y) in zip(locations, frame.points(positions).tolist(), strict=True)}
    measured = compactness(problem, solution, places.positions)
    shapes = {shape.vehicle_id: shape for shape in measured.routes}
    spots = spots_of(problem, places, points)
    order = {vehicle.id: number for number, vehicle in enumerate(problem.vehicles)}
    routes = sorted(solution.routes, key=lambda route: order[route.vehicle_id])
    marks = marks_of(routes, spots, frame, points, zooms=deepest > 0)
    drawer = _RouteLayout(problem, places, frame, points, geometry, deepest=deepest)
    colours = numbers or {}
    minor, main = streets_in(frame, background)
    stops = {stop.id: stop for stop in problem.stops}
    return Scene(
        frame,
        places,
        problem,
        solution,
        stops,
        tuple(
            drawer.route(colours.get(route.vehicle_id, number), route, its, shapes.get(route.vehicle_id))
            for number, (route, its) in enumerate(zip(routes, marks, strict=True))
        ),
        tuple(Skipped(*points[stops[each.stop_id].location], each) for each in solution.unassigned),
        tuple(points[stop.location] for stop in problem.stops if stop.done),
        spots,
        minor,
        main,
        background.credit if background else "",
        measured,
    )


def _locations(problem: Problem) -> Iterator[int]:
    yield from (stop.location for stop in problem.stops)
    yield from (site.location for site in problem.disposal_sites)
    yield from (end for vehicle in problem.vehicles for end in (vehicle.start, vehicle.end))


class _RouteLayout:
    def __init__(
        self,
        problem: Problem,
        places: Places,
        frame: Frame,
        points: Points,
        geometry: Geometry | None,
        *,
        deepest: int,
    ) -> None:
        self._vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
        self._names = places.vehicles
        self._frame = frame
        self._points = points
        self._geometry = geometry
        self._deepest = min(deepest, DEEPEST_ARROWS)

    def route(self, number: int, route: Route, marks: tuple[Mark, ...], shape: RouteShape | None) -> RouteDrawing:
        vehicle = self._vehicles[route.vehicle_id]
        legs = tuple(legs_of(route, self._frame, self._points, self._geometry))
        return RouteDrawing(
            number,
            vehicle,
            self._names.get(vehicle.id, str(vehicle.id)),
            route,
            colour_of(number),
            shape_of(number),
            legs,
            tuple(spurs_of(route, legs, self._points)),
            tuple(arrow for run in runs(legs) for arrow in arrows(run, every=ARROW_EVERY, deepest=self._deepest)),
            marks,
            self._frame.points(shape.hull) if shape else np.zeros((0, 2)),
            shape,
        )
