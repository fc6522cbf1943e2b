"""What a picture of a solution shows, laid out: lines, marks and numbers with their places, but no markup yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from routing.compactness import Compactness, RouteShape
from routing.pictures.arrows import Arrow
from routing.pictures.legs import Leg
from routing.pictures.marks import Mark
from routing.pictures.palette import Colour
from routing.pictures.project import Frame, Line
from routing.pictures.spots import Spot
from routing.places import Places
from routing.problem import Problem, Stop, Vehicle
from routing.solution import Route, Solution, Unassigned


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
