"""One vehicle's day as the checker looks at it: the route beside what the problem says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.plans import StepKind
from routing.matrix import UNREACHABLE, Matrix
from routing.problem import DisposalSite, Problem, Stop
from routing.solution import Route, Step
from routing.vehicle import Vehicle


@dataclass(frozen=True, slots=True)
class Known:
    """What the problem knows, by id."""

    problem: Problem
    stops: Mapping[int, Stop]
    sites: Mapping[int, DisposalSite]
    vehicles: Mapping[int, Vehicle]

    @classmethod
    def of(cls, problem: Problem) -> Known:
        """Sort a problem by ids."""
        return cls(
            problem,
            {stop.id: stop for stop in problem.stops},
            {site.id: site for site in problem.disposal_sites},
            {vehicle.id: vehicle for vehicle in problem.vehicles},
        )


@dataclass(frozen=True, slots=True)
class Day:
    """A route of a known vehicle that has a beginning and an end."""

    known: Known
    vehicle: Vehicle
    matrix: Matrix
    steps: tuple[Step, ...]

    @classmethod
    def of(cls, known: Known, vehicle: Vehicle, route: Route) -> Day:
        """Put the route beside its vehicle and matrix."""
        return cls(known, vehicle, known.problem.matrices[vehicle.profile], route.steps)

    @property
    def place(self) -> str:
        """The route in words."""
        return f"route of vehicle {self.vehicle.id}"

    def at(self, number: int) -> str:
        """A step in words."""
        return f"{self.place}, step {number} ({self.steps[number].kind.value})"

    def stop_of(self, step: Step) -> Stop | None:
        """The stop that an emptying serves."""
        if step.kind is not StepKind.EMPTYING or step.stop_id is None:
            return None
        return self.known.stops.get(step.stop_id)

    def site_of(self, step: Step) -> DisposalSite | None:
        """The site that a disposal visits."""
        if step.kind is not StepKind.DISPOSAL or step.disposal_site_id is None:
            return None
        return self.known.sites.get(step.disposal_site_id)

    def place_of(self, step: Step) -> int | None:
        """Where the problem puts a step; None for breaks, and for what it does not know."""
        if step.kind is StepKind.START:
            return self.vehicle.start
        if step.kind is StepKind.END:
            return self.vehicle.end
        there = self.stop_of(step) or self.site_of(step)
        return None if there is None else there.location

    def legs(self) -> Iterator[Leg | None]:
        """The drive to each step after the first; None where there is no way."""
        for previous, step in zip(self.steps, self.steps[1:], strict=False):
            yield _leg(self.matrix, previous.location, step.location)


@dataclass(frozen=True, slots=True)
class Leg:
    """A drive between two steps."""

    metres: int
    seconds: int


def _leg(matrix: Matrix, origin: int, destination: int) -> Leg | None:
    size = len(matrix.durations_s)
    if not (0 <= origin < size and 0 <= destination < size):
        return None
    metres, seconds = int(matrix.distances_m[origin, destination]), int(matrix.durations_s[origin, destination])
    return None if UNREACHABLE in (metres, seconds) else Leg(metres, seconds)
