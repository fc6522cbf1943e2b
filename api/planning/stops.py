"""From forecasts to the problem: what every container is due, and all places in one matrix."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from api.planning.days import WorkingVehicle
from api.planning.inputs import Inputs
from domain.containers import Container
from domain.errors import InvalidInput
from domain.geography import Position
from routing import problem
from routing.decide import Candidate, Due
from routing.forecast import Forecast
from routing.roads.matrix import matrix_of
from routing.roads.snap import SNAP_LIMIT_M, RoadPoint, snap

COST_PER_KM_CENTS = 90
"""Fuel, tyres and wear of a collection truck: a round figure that a municipality replaces by its own."""

COST_PER_HOUR_CENTS = 9_000
"""A truck with driver and loader for an hour: a round figure that a municipality replaces by its own."""

COST_PER_VEHICLE_CENTS = 3_000
"""Getting a truck ready and cleaning it afterwards: a round figure that keeps trucks without need in the yard."""


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a plan: their rows in the matrix, and their points on the streets (None: no street near)."""

    rows: Mapping[Position, int]
    points: Sequence[RoadPoint | None]
    matrix: problem.Matrix


def dues(inputs: Inputs, day: datetime.date, *, forecasts: Mapping[int, Forecast]) -> list[Due]:
    """What each container is due on that day, from its forecast (by id)."""
    fractions = {container.id: container.fraction for container in inputs.containers}
    collected = inputs.days.fractions_with_round(day)
    # A container without a round today can still get an extra visit tomorrow, so only the risk until then counts.
    chances = {
        fraction: inputs.days.next_chance(fraction, day)
        if fraction in collected
        else inputs.days.next_working_day(fraction, day)
        for fraction in set(fractions.values())
    }
    served = {fraction for working in inputs.days.working(day) for fraction in working.vehicle.fractions}
    round_s = inputs.days.begins_at(day).timestamp()
    return [
        Due(
            container=container,
            forecast=forecasts[container.id],
            round_s=round_s,
            next_chance_s=None if (chance := chances[container.fraction]) is None else chance.timestamp(),
            has_round=container.fraction in collected,
            has_vehicle=container.fraction in served,
        )
        for container in inputs.containers
    ]


def measure(inputs: Inputs, containers: Iterable[Container]) -> Places:
    """Put depots, disposal sites and containers on the streets and measure the ways between them.

    A container without a street near stays in the matrix, unreachable.

    Raises
    ------
    InvalidInput
        When a depot or a disposal site has no street near: no vehicle could start, or unload.
    """
    fixed = [(f"depot {depot.name}", depot.position) for depot in inputs.depots]
    fixed += [(f"disposal site {site.name}", site.position) for site in inputs.disposal_sites]
    positions = [position for _, position in fixed] + [container.position for container in containers]
    rows = {position: row for row, position in enumerate(dict.fromkeys(positions))}
    points = snap(inputs.roads, list(rows))
    for name, position in fixed:
        if points[rows[position]] is None:
            raise InvalidInput(
                f"no street of {inputs.roads.name!r} that a truck may drive lies within {SNAP_LIMIT_M:.0f} m",
                where=f"{name} at [{position.lon}, {position.lat}]",
                remedy="correct its position, or import an extract that covers it with 'halfvol roads import'",
            )
    return Places(rows=rows, points=points, matrix=matrix_of(inputs.roads, points))


def build(
    inputs: Inputs,
    places: Places,
    candidates: Iterable[Candidate],
    *,
    working: Iterable[WorkingVehicle],
    origin_s: float,
    all_required: bool = False,
) -> problem.Problem:
    """The problem of visiting the candidates, its times in seconds after ``origin_s``; stop ids are container ids.

    ``all_required`` leaves no choice: every candidate must be visited, as on a fixed schedule.
    """
    containers = {container.id: container for container in inputs.containers}
    depots = {depot.id: depot for depot in inputs.depots}
    return problem.Problem(
        matrix=places.matrix,
        stops=tuple(_stop(containers[c.container_id], c, places, required=all_required) for c in candidates),
        vehicles=tuple(_vehicle(w, places.rows[depots[w.vehicle.depot_id].position], origin_s) for w in working),
        disposal_sites=tuple(
            problem.DisposalSite(
                id=site.id,
                location=places.rows[site.position],
                fractions=site.fractions,
                service_s=site.service_s,
            )
            for site in inputs.disposal_sites
        ),
    )


def _stop(container: Container, candidate: Candidate, places: Places, *, required: bool) -> problem.Stop:
    return problem.Stop(
        id=container.id,
        location=places.rows[container.position],
        fraction=container.fraction,
        kg=candidate.kg,
        l=candidate.l,
        service_s=container.service_s,
        prize=None if required else candidate.prize,
    )


def _vehicle(working: WorkingVehicle, location: int, origin_s: float) -> problem.Vehicle:
    vehicle = working.vehicle
    return problem.Vehicle(
        id=vehicle.id,
        start=location,
        end=location,
        fractions=vehicle.fractions,
        capacity_kg=vehicle.capacity_kg,
        capacity_l=vehicle.capacity_l,
        starts_s=round(working.starts_at.timestamp() - origin_s),
        ends_s=round(working.ends_at.timestamp() - origin_s),
        fixed_cost=COST_PER_VEHICLE_CENTS,
        cost_per_km=COST_PER_KM_CENTS,
        cost_per_hour=COST_PER_HOUR_CENTS,
    )
