"""The places of a day's plan: put on streets, and the ways between them measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from api.planning.inputs import Inputs
from api.roads.source import Measured, RoadSource, Waypoint
from api.roads.trucks import profile_of, trucks_for
from domain.containers import Container
from domain.errors import InvalidInput
from domain.geography import Position
from routing.days import WorkingVehicle
from routing.decide.day_problem import Ways
from routing.decide.policy import Policy
from routing.roads.graph import RoadGraph
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.roads.snap import SNAP_LIMIT_M, snap


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


def ways(places: Places) -> Ways:
    """What was measured, as the problem of a day wants it."""
    return Ways(
        rows=places.rows,
        matrices={profile_of(truck): measured.matrix for truck, measured in places.measured.items()},
        profiles={vehicle: profile_of(truck) for vehicle, truck in places.trucks.items()},
    )


def street_classes(graph: RoadGraph, containers: Sequence[Container], policy: Policy) -> dict[int, str]:
    """OpenStreetMap's class of the street that each container stands on, by container id, for the rules that ask.

    A container without a street near has none; no rule, nothing looked up.
    """
    if not any(hours.road_classes for hours in policy.quiet_hours):
        return {}
    points = snap(graph, [container.position for container in containers])
    return {
        container.id: graph.class_name(point.segment)
        for container, point in zip(containers, points, strict=True)
        if point is not None
    }
