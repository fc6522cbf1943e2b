"""A plan driven with what is really in the containers: trucks that fill up earlier go and empty themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from domain.containers import Container
from domain.plans import StepKind
from routing.problem import DisposalSite, Problem, Vehicle
from routing.solution import Route, Solution, Step
from simulators.evaluation.contents import Emptyings

Found = Callable[[int, float], float]
"""The content, a share of the capacity, of a container (by its id) at a moment in epoch seconds."""


@dataclass(frozen=True, slots=True)
class Driven:
    """What the trucks did on a day: ``emptyings`` by position in ``Town.containers`` (ids less one), when the service
    began; ``extra_trips``: to the disposal site, because a truck was full earlier than planned."""

    emptyings: Emptyings
    distance_m: int
    duration_s: int
    vehicles: int
    extra_trips: int


NOTHING = Driven(Emptyings.none(), 0, 0, 0, 0)


def drive(
    problem: Problem, solution: Solution, *, containers: Mapping[int, Container], found: Found, origin_s: float
) -> Driven:
    """Drive every route in its order.

    A truck that has no room for what it finds goes to the disposal site that costs the least time, and comes back; it
    takes what it cannot take even when empty all the same. Waiting and breaks are as planned, or later.

    Parameters
    ----------
    containers
        By id; stop ids are container ids.
    origin_s
        Epoch seconds of the problem's zero.
    """
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    rows: list[int] = []
    times_s: list[float] = []
    distance_m = duration_s = extra_trips = 0
    for route in solution.routes:
        tour = _Tour(problem, vehicles[route.vehicle_id], route, containers, found, origin_s)
        tour.drive()
        rows += [identifier - 1 for identifier, _ in tour.emptied]
        times_s += [moment for _, moment in tour.emptied]
        distance_m += tour.distance_m
        duration_s += tour.now_s - route.starts_s
        extra_trips += tour.extra_trips
    emptyings = Emptyings(np.array(rows, dtype=np.int64), np.array(times_s, dtype=np.float64))
    return Driven(emptyings, distance_m, duration_s, len(solution.routes), extra_trips)


class _Tour:
    """One truck under way."""

    def __init__(  # noqa: PLR0917 - only drive() makes one
        self,
        problem: Problem,
        vehicle: Vehicle,
        route: Route,
        containers: Mapping[int, Container],
        found: Found,
        origin_s: float,
    ) -> None:
        self._problem = problem
        self._vehicle = vehicle
        self._matrix = problem.matrix_of(vehicle)
        self._route = route
        self._containers = containers
        self._found = found
        self._origin_s = origin_s
        self._loads = [[0.0, 0.0] for _ in vehicle.compartments]
        self._at = route.steps[0].location
        self.now_s = route.starts_s
        self.distance_m = 0
        self.extra_trips = 0
        self.emptied: list[tuple[int, float]] = []

    def drive(self) -> None:
        """From the yard to the yard."""
        for step in self._route.steps[1:]:
            self._go(step.location)
            if step.kind is StepKind.EMPTYING:
                self._empty(step)
            elif step.kind is StepKind.DISPOSAL:
                self._unload(step.disposal_site_id)
                self._wait(step)
                self.now_s += step.service_s
            elif step.kind is StepKind.BREAK:
                self._wait(step)
                self.now_s += step.service_s

    def _go(self, location: int) -> None:
        self.now_s += int(self._matrix.durations_s[self._at, location])
        self.distance_m += int(self._matrix.distances_m[self._at, location])
        self._at = location

    def _wait(self, step: Step) -> None:
        if step.waiting_s:
            self.now_s = max(self.now_s, step.begins_s)

    def _empty(self, step: Step) -> None:
        assert step.stop_id is not None
        container = self._containers[step.stop_id]
        number = self._vehicle.compartment_of(container.fraction)
        assert number is not None
        self._wait(step)
        kg, litres = self._amount(container)
        compartment, load = self._vehicle.compartments[number], self._loads[number]
        over = load[0] + kg > compartment.capacity_kg or load[1] + litres > compartment.capacity_l
        site = self._nearest_site(container) if over and any(load) else None
        if site is not None:
            self._go(site.location)
            self._unload(site.id)
            self.now_s += site.service_s
            self._go(step.location)
            self.extra_trips += 1
            kg, litres = self._amount(container)
        load[0] += kg
        load[1] += litres
        self.emptied.append((step.stop_id, self._origin_s + self.now_s))
        self.now_s += step.setup_s + step.service_s

    def _amount(self, container: Container) -> tuple[float, float]:
        level = self._found(container.id, self._origin_s + self.now_s)
        return container.full_mass_kg * level, container.capacity_l * level

    def _nearest_site(self, container: Container) -> DisposalSite | None:
        durations = self._matrix.durations_s
        there = [
            site
            for site in self._problem.disposal_sites
            if container.fraction in site.fractions
            and self._matrix.reaches(self._at, site.location)
            and self._matrix.reaches(site.location, self._at)
        ]
        return min(
            there,
            key=lambda site: int(durations[self._at, site.location]) + int(durations[site.location, self._at]),
            default=None,
        )

    def _unload(self, site_id: int | None) -> None:
        accepted = next(site.fractions for site in self._problem.disposal_sites if site.id == site_id)
        for load, compartment in zip(self._loads, self._vehicle.compartments, strict=True):
            if compartment.fractions <= accepted:
                load[:] = 0.0, 0.0
