"""From forecasts to the problem: what every container is due, and all places in one matrix."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from routing.days import WorkingVehicle
from api.planning.inputs import Inputs
from api.roads.source import Measured, RoadSource, Waypoint
from api.roads.trucks import profile_of, trucks_for
from domain.containers import Container
from domain.errors import InvalidInput
from domain.fleet import Depot
from domain.geography import Position
from routing import problem
from routing.decide import Candidate, Due
from routing.forecast import Forecast
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.roads.snap import SNAP_LIMIT_M

COST_PER_KM_CENTS = 90
"""Fuel, tyres and wear of a collection truck: a round figure that a municipality replaces by its own."""

COST_PER_HOUR_CENTS = 9_000
"""A truck with driver and loader for an hour: a round figure that a municipality replaces by its own."""

COST_PER_VEHICLE_CENTS = 3_000
"""Getting a truck ready and cleaning it afterwards: a round figure that keeps trucks without need in the yard."""


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a plan: their rows in the matrices, how each is approached, and what measured the ways between.

    ``trucks`` are those of the working vehicles, by vehicle id; ``measured`` the ways that each of them may drive.
    """

    rows: Mapping[Position, int]
    waypoints: Sequence[Waypoint]
    trucks: Mapping[int, TruckProfile]
    measured: Mapping[TruckProfile, Measured]
    roads: RoadSource

    def path(self, vehicle_id: int, rows: Iterable[int]) -> tuple[Position, ...]:
        """The line along the streets that a vehicle drives through places in order, those off its streets left out."""
        truck = self.trucks[vehicle_id]
        on_street = self.measured[truck].on_street
        return self.roads.path([self.waypoints[row] for row in rows if on_street[row]], truck)


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


def measure(
    inputs: Inputs, containers: Iterable[Container], roads: RoadSource, *, working: Sequence[WorkingVehicle]
) -> Places:
    """Put depots, disposal sites and containers on the streets and measure the ways between them, for each truck size.

    Containers on busier streets are approached with the container on the truck's kerb side, depots and disposal sites
    from any side. A container without a street near stays in the matrix, unreachable.

    Raises
    ------
    InvalidInput
        When a depot has no street near for a vehicle that starts there, or a disposal site for any vehicle.
    """
    fixed = [each.position for each in (*inputs.depots, *inputs.disposal_sites)]
    positions = fixed + [container.position for container in containers]
    rows = {position: row for row, position in enumerate(dict.fromkeys(positions))}
    anywhere = set(fixed)
    waypoints = [Waypoint(position, "unrestricted" if position in anywhere else "curb") for position in rows]
    trucks = trucks_for(roads, (each.vehicle for each in working))
    sizes = list(dict.fromkeys(trucks.values())) or [STANDARD_TRUCK]
    measured = {truck: roads.measure(waypoints, truck) for truck in sizes}

    def on_street(position: Position, truck: TruckProfile) -> bool:
        return measured[truck].on_street[rows[position]]

    for depot in inputs.depots:
        its_trucks = [trucks[each.vehicle.id] for each in working if each.vehicle.depot_id == depot.id]
        if not all(on_street(depot.position, truck) for truck in its_trucks):
            raise _off_street(f"depot {depot.name}", depot.position, roads)
    for site in inputs.disposal_sites:
        if not any(on_street(site.position, truck) for truck in sizes):
            raise _off_street(f"disposal site {site.name}", site.position, roads)
    return Places(rows=rows, waypoints=waypoints, trucks=trucks, measured=measured, roads=roads)


def _off_street(name: str, position: Position, roads: RoadSource) -> InvalidInput:
    return InvalidInput(
        f"no street of {roads.name!r} that its trucks may drive lies within {SNAP_LIMIT_M:.0f} m",
        where=f"{name} at [{position.lon}, {position.lat}]",
        remedy="correct its position or the sizes of the vehicles, or import an extract that covers it with"
        " 'halfvol roads import'",
    )


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
        matrices={profile_of(truck): measured.matrix for truck, measured in places.measured.items()},
        stops=tuple(_stop(containers[c.container_id], c, places, required=all_required) for c in candidates),
        vehicles=tuple(_vehicle(w, places, depots[w.vehicle.depot_id], origin_s) for w in working),
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
        amounts=(problem.Amount(container.fraction, kg=candidate.kg, l=candidate.l),),
        service_s=container.service_s,
        prize=None if required else candidate.prize,
    )


def _vehicle(working: WorkingVehicle, places: Places, depot: Depot, origin_s: float) -> problem.Vehicle:
    vehicle = working.vehicle
    location = places.rows[depot.position]

    def seconds(moment: datetime.datetime) -> int:
        return round(moment.timestamp() - origin_s)

    window = working.break_window
    breaks = () if window is None else (problem.Break(1, working.break_s, ((seconds(window[0]), seconds(window[1])),)),)
    return problem.Vehicle(
        id=vehicle.id,
        start=location,
        end=location,
        compartments=problem.one_body(vehicle.fractions, vehicle.capacity_kg, vehicle.capacity_l),
        starts_s=seconds(working.starts_at),
        ends_s=seconds(working.ends_at),
        breaks=breaks,
        fixed_cost=COST_PER_VEHICLE_CENTS,
        cost_per_km=COST_PER_KM_CENTS,
        cost_per_hour=COST_PER_HOUR_CENTS,
        profile=profile_of(places.trucks[vehicle.id]),
    )
