"""Numbered marks of stops: which stops share one, and from which zoom level on the number has room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.plans import StepKind
from routing.pictures.levels import by_tens, levels
from routing.pictures.project import Frame, Points
from routing.pictures.spots import Spot
from routing.solution import Route, Step

SAME_PLACE_M = 12.0
"""Consecutive stops this close to one another share one mark: the containers of a site."""

DIGIT, PADDING, BADGE_HEIGHT = 6.1, 8.0, 15.0
"""Sizes of a mark with its number in the picture's units: for a character, beside the text, and in height."""


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
        return _badge_width(self.label)


@dataclass(frozen=True, slots=True)
class _Site:
    """A mark before its levels are known."""

    place: tuple[float, float]
    label: str
    steps: tuple[Step, ...]

    @property
    def room(self) -> tuple[float, float]:
        return _badge_width(self.label), BADGE_HEIGHT


def marks_of(
    routes: Sequence[Route], spots: Sequence[Spot], frame: Frame, points: Points, *, zooms: bool
) -> list[tuple[Mark, ...]]:
    """The marks of each route; their numbers cover neither one another nor the signs of spots.

    A picture that does not zoom shows all trucks: there the own level of a mark is its level.
    """
    grouped = [_sites_of(route, frame, points) for route in routes]
    together = _levels(spots, grouped)
    marks: list[tuple[Mark, ...]] = []
    for sites, found in zip(grouped, together, strict=True):
        alone = _levels(spots, [sites])[0] if zooms else found
        marks.append(
            tuple(
                Mark(*site.place, site.label, site.steps, level, own_level)
                for site, level, own_level in zip(sites, found, alone, strict=True)
            )
        )
    return marks


def _sites_of(route: Route, frame: Frame, points: Points) -> list[_Site]:
    """The emptyings of a route, those at one place together, with their number or numbers."""
    groups: list[list[Step]] = []
    for step in (step for step in route.steps if step.kind is StepKind.EMPTYING):
        if groups and _units(points, groups[-1][0], step) * frame.metres_per_unit <= SAME_PLACE_M:
            groups[-1].append(step)
        else:
            groups.append([step])
    sites: list[_Site] = []
    number = 1
    for group in groups:
        last = number + len(group) - 1
        label = str(number) if last == number else f"{number}–{last}"
        sites.append(_Site(points[group[0].location], label, tuple(group)))
        number = last + 1
    return sites


def _units(points: Points, one: Step, other: Step) -> float:
    """How far two steps are apart in the picture."""
    (x, y), (u, v) = points[one.location], points[other.location]
    return float(np.hypot(x - u, y - v))


def _levels(spots: Sequence[Spot], grouped: Sequence[Sequence[_Site]]) -> list[list[int]]:
    """By route the zoom levels of its numbers, that leave the signs of the spots free."""
    sites = [site for group in grouped for site in group]
    lengths = [len(group) for group in grouped]
    found = iter(
        levels(
            np.array([*((spot.x, spot.y) for spot in spots), *(site.place for site in sites)]).reshape(-1, 2),
            np.array([*(spot.room for spot in spots), *(site.room for site in sites)]).reshape(-1, 2),
            by_tens(lengths, first=len(spots)),
            fixed=len(spots),
        )[len(spots) :]
    )
    return [[next(found) for _ in group] for group in grouped]


def _badge_width(label: str) -> float:
    return max(BADGE_HEIGHT, DIGIT * len(label) + PADDING)
