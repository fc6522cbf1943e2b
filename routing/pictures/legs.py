"""The lines from step to step of a route: along the streets where the way is known, else straight."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from domain.geography import Position
from domain.plans import StepKind
from routing.pictures.project import Frame, Line, Points
from routing.solution import Route, Step

Geometry = Callable[[int, int, int], Sequence[Position] | None]
"""The way along the streets that a vehicle (its id) drives from one location to another; None: not known."""

LANE_M = 5.0
LANE_SHARE = 0.001
"""Lines along streets are drawn to the right of the middle, so that both ways show: by so many metres on the ground or
by so much of the picture's width, whichever is less."""


@dataclass(frozen=True, slots=True, eq=False)
class Leg:
    """The way between two steps; ``collecting`` where it leads from stop to stop, ``straight`` where no street does."""

    line: Line
    collecting: bool
    straight: bool


def legs_of(route: Route, frame: Frame, points: Points, geometry: Geometry | None) -> Iterator[Leg]:
    """The legs of a route in order; none where it stays in one place."""
    lane = min(LANE_SHARE * frame.width, LANE_M / frame.metres_per_unit)
    for one, other in _moves(route):
        collecting = one.kind is StepKind.EMPTYING and other.kind is StepKind.EMPTYING
        way = geometry(route.vehicle_id, one.location, other.location) if geometry else None
        if way is not None and len(way) > 1:
            yield Leg(_to_the_right(frame.points(way), lane), collecting, straight=False)
        else:
            yield Leg(np.array([points[one.location], points[other.location]]), collecting, straight=True)


def spurs_of(route: Route, legs: Sequence[Leg], points: Points) -> Iterator[Line]:
    """From the street to the container, where a leg along the streets ends beside it."""
    for leg, (_, step) in zip(legs, _moves(route), strict=True):
        if not leg.straight and step.kind is StepKind.EMPTYING:
            yield np.array([leg.line[-1], points[step.location]])


def runs(legs: Sequence[Leg]) -> Iterator[Line]:
    """Stretches of legs of one kind, each as one line."""
    run: list[Leg] = []
    for leg in legs:
        if run and leg.collecting != run[-1].collecting:
            yield np.vstack([each.line for each in run])
            run = []
        run.append(leg)
    if run:
        yield np.vstack([each.line for each in run])


def _moves(route: Route) -> Iterator[tuple[Step, Step]]:
    """Consecutive steps at different locations, breaks aside."""
    steps = [step for step in route.steps if step.kind is not StepKind.BREAK]
    return ((one, other) for one, other in pairwise(steps) if one.location != other.location)


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
