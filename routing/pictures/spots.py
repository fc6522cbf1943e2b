"""Signs of depots, disposal sites, and trucks that are out already."""

from __future__ import annotations

from dataclasses import dataclass

from routing.pictures.project import Points
from routing.places import Places
from routing.problem import Problem

SPOT_SIZE, NAME_HEIGHT, NAME_DIGIT = 26.0, 16.0, 7.5
"""Of the sign of a depot or disposal site, of its name below, and of a character of that, in the picture's units."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A "depot", a "disposal" site, or a "truck" that is out already and goes on from here."""

    x: float
    y: float
    kind: str
    name: str

    @property
    def room(self) -> tuple[float, float]:
        """Width and height of the sign with its name below it, and as much above."""
        if not self.name:
            return SPOT_SIZE, SPOT_SIZE
        return max(SPOT_SIZE, NAME_DIGIT * len(self.name)), SPOT_SIZE + 2 * NAME_HEIGHT


def spots_of(problem: Problem, places: Places, points: Points) -> tuple[Spot, ...]:
    """The disposal sites, the depots once each, and the trucks that are out elsewhere."""
    out = [vehicle for vehicle in problem.vehicles if vehicle.under_way]
    starts = [vehicle.start for vehicle in problem.vehicles if not vehicle.under_way]
    depots = dict.fromkeys([*starts, *(vehicle.end for vehicle in problem.vehicles)])
    return (
        *(
            Spot(*points[site.location], "disposal", places.disposal_sites.get(site.id, ""))
            for site in problem.disposal_sites
        ),
        *(Spot(*points[location], "depot", "") for location in depots),
        *(
            Spot(*points[vehicle.start], "truck", places.vehicles.get(vehicle.id, str(vehicle.id)))
            for vehicle in out
            if vehicle.start not in depots
        ),
    )
