"""What a picture of a solution shows, laid out: lines, marks and numbers with their places, but no markup yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from domain.errors import InvalidInput
from domain.geography import Position
from domain.plans import StepKind
from routing.compactness import Compactness, RouteShape, compactness
from routing.pictures.arrows import Arrow, arrows
from routing.pictures.levels import DEEPEST, by_tens, levels
from routing.pictures.palette import Colour, colour_of, shape_of
from routing.pictures.project import Frame
from routing.places import Places
from routing.problem import Problem, Stop, Vehicle
from routing.solution import Route, Solution, Step, Unassigned

Line = NDArray[np.float64]
"""Places of the picture, (n, 2)."""

Geometry = Callable[[int, int, int], Sequence[Position] | None]
"""The way along the streets that a vehicle (its id) drives from one location to another; None: not known."""

ARROW_EVERY = 80.0
DEEPEST_ARROWS = 8
"""Zoom level from which on there are no more arrowheads."""

SPOT_SIZE, NAME_HEIGHT, NAME_DIGIT = 26.0, 16.0, 7.5
"""Of the sign of a depot or disposal site, of its name below, and of a character of that, in the picture's units."""

SAME_PLACE_M = 12.0
"""Consecutive stops this close to one another share one mark: the containers of a site."""

LANE_M = 5.0
LANE_SHARE = 0.001
"""Lines along streets are drawn to the right of the middle, so that both ways show: by so many metres on the ground or
by so much of the picture's width, whichever is less."""

DIGIT, PADDING, BADGE_HEIGHT = 6.1, 8.0, 15.0
"""Sizes of a mark with its number in the picture's units: for a character, beside the text, and in height."""


@dataclass(frozen=True, slots=True)
class Background:
    """Streets behind the routes: lines of longitude and latitude (n, 2), and whether each is a main road."""

    lines: Sequence[NDArray[np.float64]]
    main: Sequence[bool]
    credit: str
    """Whom to name for them, for example "© OpenStreetMap contributors"."""


@dataclass(frozen=True, slots=True, eq=False)
class Leg:
    """The way between two steps; ``collecting`` where it leads from stop to stop, ``straight`` where no street does."""

    line: Line
    collecting: bool
    straight: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """One or several stops at one place: ``label`` is the number in the route, or the first and the last.

    ``level`` is the zoom level from which on the number has room, ``own_level`` that when no other truck is shown.
    """

    x: float
    y: float
    label: str
    steps: tuple[Step, ...]
    level: int
    own_level: int

    @property
    def width(self) -> float:
        """Of the badge with the label."""
        return badge_width(self.label)


@dataclass(frozen=True, slots=True, eq=False)
class RouteDrawing:
    """One truck's route; ``shape`` is None where it has no stops."""

    number: int
    vehicle: Vehicle
    name: str
    route: Route
    colour: Colour
    mark_shape: str
    legs: tuple[Leg, ...]
    spurs: tuple[Line, ...]
    arrows: tuple[Arrow, ...]
    marks: tuple[Mark, ...]
    hull: Line
    shape: RouteShape | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A stop that no truck serves."""

    x: float
    y: float
    unassigned: Unassigned


@dataclass(frozen=True, slots=True)
class Spot:
    """A "depot", a "disposal" site, or a "truck" that is out already and goes on from here."""

    x: float
    y: float
    kind: str
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Everything that is drawn."""

    frame: Frame
    places: Places
    problem: Problem
    solution: Solution
    stops: Mapping[int, Stop]
    routes: tuple[RouteDrawing, ...]
    skipped: tuple[Skipped, ...]
    done: tuple[tuple[float, float], ...]
    spots: tuple[Spot, ...]
    minor_streets: tuple[Line, ...]
    main_streets: tuple[Line, ...]
    credit: str
    compactness: Compactness

    @property
    def straight_legs(self) -> int:
        """Ways that are drawn as the crow flies."""
        return sum(leg.straight for route in self.routes for leg in route.legs)

    @property
    def legs(self) -> int:
        """All ways."""
        return sum(len(route.legs) for route in self.routes)


def badge_width(label: str) -> float:
    """Width of a mark with this number."""
    return max(BADGE_HEIGHT, DIGIT * len(label) + PADDING)


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
    shown = {location for _, location in _locations(problem)}
    if not shown:
        raise InvalidInput("the problem has no stops, vehicles or disposal sites, so there is nothing to draw")
    frame = Frame.around([places.positions[location] for location in sorted(shown)], width=width)
    measured = compactness(problem, solution, places.positions)
    builder = _Builder(problem, places, frame, geometry, deepest=deepest, numbers=numbers or {})
    drawn = builder.routes(solution, {shape.vehicle_id: shape for shape in measured.routes})
    minor, main = _streets(background, frame)
    return Scene(
        frame,
        places,
        problem,
        solution,
        {stop.id: stop for stop in problem.stops},
        drawn,
        builder.skipped(solution),
        tuple(builder.at(stop.location) for stop in problem.stops if stop.done),
        builder.spots(),
        minor,
        main,
        background.credit if background else "",
        measured,
    )


def _locations(problem: Problem) -> Iterable[tuple[str, int]]:
    yield from (("stop", stop.location) for stop in problem.stops)
    yield from (("disposal", site.location) for site in problem.disposal_sites)
    yield from (("depot", end) for vehicle in problem.vehicles for end in (vehicle.start, vehicle.end))


class _Builder:
    def __init__(
        self,
        problem: Problem,
        places: Places,
        frame: Frame,
        geometry: Geometry | None,
        *,
        deepest: int,
        numbers: Mapping[int, int],
    ) -> None:
        self._numbers = numbers
        self._deepest = min(deepest, DEEPEST_ARROWS)
        self._problem = problem
        self._places = places
        self._frame = frame
        self._geometry = geometry
        locations = sorted({location for _, location in _locations(problem)})
        points = frame.points([places.positions[location] for location in locations])
        self._points = {location: (x, y) for location, (x, y) in zip(locations, points.tolist(), strict=True)}

    def at(self, location: int) -> tuple[float, float]:
        return self._points[location]

    def routes(self, solution: Solution, shapes: Mapping[int, RouteShape]) -> tuple[RouteDrawing, ...]:
        numbers = {vehicle.id: number for number, vehicle in enumerate(self._problem.vehicles)}
        routes = sorted(solution.routes, key=lambda route: numbers[route.vehicle_id])
        groups = [self._sites_of(route) for route in routes]
        labels = [[label for label, _ in group] for group in groups]
        spots = self.spots()
        marked = [self.at(steps[0].location) for group in groups for _, steps in group]
        sizes = [(badge_width(label), BADGE_HEIGHT) for group in labels for label in group]
        found = _levels(spots, marked, sizes, [len(group) for group in groups])
        drawn: list[RouteDrawing] = []
        first = 0
        for number, (route, group) in enumerate(zip(routes, groups, strict=True)):
            its = slice(first, first + len(group))
            alone = _levels(spots, marked[its], sizes[its], [len(group)]) if self._deepest else found[its]
            marks = tuple(
                Mark(*self.at(steps[0].location), label, steps, level, own_level)
                for (label, steps), level, own_level in zip(group, found[its], alone, strict=True)
            )
            first += len(group)
            drawn.append(
                self._route(self._numbers.get(route.vehicle_id, number), route, marks, shapes.get(route.vehicle_id))
            )
        return tuple(drawn)

    def _route(self, number: int, route: Route, marks: tuple[Mark, ...], shape: RouteShape | None) -> RouteDrawing:
        vehicle = next(vehicle for vehicle in self._problem.vehicles if vehicle.id == route.vehicle_id)
        legs = tuple(self._legs(route))
        ends = {(float(leg.line[-1, 0]), float(leg.line[-1, 1])) for leg in legs if not leg.straight}
        return RouteDrawing(
            number,
            vehicle,
            self._places.vehicles.get(vehicle.id, str(vehicle.id)),
            route,
            colour_of(number),
            shape_of(number),
            legs,
            tuple(self._spurs(route, legs)) if ends else (),
            tuple(arrow for run in _runs(legs) for arrow in arrows(run, every=ARROW_EVERY, deepest=self._deepest)),
            marks,
            self._frame.points(shape.hull) if shape else np.zeros((0, 2)),
            shape,
        )

    def _sites_of(self, route: Route) -> list[tuple[str, tuple[Step, ...]]]:
        """The emptyings of a route, those at one place together, with their number or numbers."""
        groups: list[list[Step]] = []
        for step in (step for step in route.steps if step.kind is StepKind.EMPTYING):
            if groups and self._metres(groups[-1][0].location, step.location) <= SAME_PLACE_M:
                groups[-1].append(step)
            else:
                groups.append([step])
        found: list[tuple[str, tuple[Step, ...]]] = []
        number = 1
        for group in groups:
            last = number + len(group) - 1
            found.append((str(number) if last == number else f"{number}–{last}", tuple(group)))
            number = last + 1
        return found

    def _metres(self, one: int, other: int) -> float:
        (x, y), (u, v) = self.at(one), self.at(other)
        return float(np.hypot(x - u, y - v)) * self._frame.metres_per_unit

    def _legs(self, route: Route) -> Iterable[Leg]:
        steps = [step for step in route.steps if step.kind is not StepKind.BREAK]
        for one, other in pairwise(steps):
            if one.location == other.location:
                continue
            collecting = one.kind is StepKind.EMPTYING and other.kind is StepKind.EMPTYING
            way = self._geometry(route.vehicle_id, one.location, other.location) if self._geometry else None
            if way is not None and len(way) > 1:
                line = self._frame.points(way)
                lane = min(LANE_SHARE * self._frame.width, LANE_M / self._frame.metres_per_unit)
                yield Leg(_to_the_right(line, lane), collecting, straight=False)
            else:
                yield Leg(np.array([self.at(one.location), self.at(other.location)]), collecting, straight=True)

    def _spurs(self, route: Route, legs: Sequence[Leg]) -> Iterable[Line]:
        """From the street to the container, where a way along the streets ends beside it."""
        steps = [step for step in route.steps if step.kind is not StepKind.BREAK]
        arrived = [other for one, other in pairwise(steps) if one.location != other.location]
        for leg, step in zip(legs, arrived, strict=True):
            if not leg.straight and step.kind is StepKind.EMPTYING:
                yield np.array([leg.line[-1], self.at(step.location)])

    def skipped(self, solution: Solution) -> tuple[Skipped, ...]:
        locations = {stop.id: stop.location for stop in self._problem.stops}
        return tuple(Skipped(*self.at(locations[each.stop_id]), each) for each in solution.unassigned)

    def spots(self) -> tuple[Spot, ...]:
        out = [vehicle for vehicle in self._problem.vehicles if vehicle.under_way]
        starts = [vehicle.start for vehicle in self._problem.vehicles if not vehicle.under_way]
        depots = dict.fromkeys([*starts, *(vehicle.end for vehicle in self._problem.vehicles)])
        return (
            *(
                Spot(*self.at(site.location), "disposal", self._places.disposal_sites.get(site.id, ""))
                for site in self._problem.disposal_sites
            ),
            *(Spot(*self.at(location), "depot", "") for location in depots),
            *(
                Spot(*self.at(vehicle.start), "truck", self._places.vehicles.get(vehicle.id, str(vehicle.id)))
                for vehicle in out
                if vehicle.start not in depots
            ),
        )


def _levels(
    spots: Sequence[Spot],
    marked: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    lengths: Sequence[int],
) -> list[int]:
    """The zoom levels of the numbers of routes with so many marks, that leave the signs of the spots free."""
    return levels(
        np.array([*((spot.x, spot.y) for spot in spots), *marked]).reshape(-1, 2),
        np.array([*map(_spot_size, spots), *sizes]).reshape(-1, 2),
        by_tens(lengths, first=len(spots)),
        fixed=len(spots),
    )[len(spots) :]


def _spot_size(spot: Spot) -> tuple[float, float]:
    """Room for a sign with its name below it, and as much above."""
    if not spot.name:
        return SPOT_SIZE, SPOT_SIZE
    return max(SPOT_SIZE, NAME_DIGIT * len(spot.name)), SPOT_SIZE + 2 * NAME_HEIGHT


def _runs(legs: Sequence[Leg]) -> Iterable[Line]:
    """Stretches of legs of one kind, each as one line."""
    run: list[Leg] = []
    for leg in legs:
        if run and leg.collecting != run[-1].collecting:
            yield np.vstack([each.line for each in run])
            run = []
        run.append(leg)
    if run:
        yield np.vstack([each.line for each in run])


def _to_the_right(line: Line, distance: float) -> Line:
    """The line moved to the right of its direction (in the picture, where y runs down)."""
    steps = np.diff(line, axis=0)
    lengths = np.hypot(*steps.T)
    kept = np.concatenate([lengths > 1e-9, [True]])
    line = line[kept]
    if len(line) < 2:
        return line
    units = np.diff(line, axis=0)
    units /= np.hypot(*units.T)[:, None]
    normals = np.column_stack([-units[:, 1], units[:, 0]])
    at_points = np.vstack([normals[:1], normals[:-1] + normals[1:], normals[-1:]])
    sizes = np.hypot(*at_points.T)[:, None]
    # Where the truck turns round the two normals cancel: the line crosses the street there.
    return line + distance * np.divide(at_points, sizes, out=np.zeros_like(at_points), where=sizes > 0.2)


def _streets(background: Background | None, frame: Frame) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The background's lines as far as the picture reaches, minor and main ones."""
    minor: list[Line] = []
    main: list[Line] = []
    if background is not None:
        lines = [frame.points_of(line) for line in background.lines]
        shapes = shapely.simplify(np.array([shapely.LineString(line) for line in lines]), 0.3 / frame.metres_per_unit)
        box = shapely.box(0, 0, frame.width, frame.height)
        seen = shapely.intersects(shapes, box)
        for shape, is_main, visible in zip(shapes, background.main, seen, strict=True):
            if visible:
                (main if is_main else minor).append(shapely.get_coordinates(shape))
    return tuple(minor), tuple(main)
