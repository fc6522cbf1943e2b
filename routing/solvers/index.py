"""Look-ups into a problem, and which vehicle can serve which stop at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from routing.problem import DisposalSite, Problem, Stop, Vehicle
from routing.solution import UnassignedReason


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """A problem with its parts by id; ``allowed``: ids of the vehicles that could serve a stop if it were alone.

    ``hopeless``: stops that no vehicle can serve, with the rule that says so. ``timed``: whether any stop has windows.
    """

    problem: Problem
    stops: Mapping[int, Stop]
    vehicles: Mapping[int, Vehicle]
    sites: Mapping[int, DisposalSite]
    allowed: Mapping[int, frozenset[int]]
    hopeless: Mapping[int, UnassignedReason]
    timed: bool


def index_of(problem: Problem) -> Index:
    """Index a problem."""
    allowed: dict[int, frozenset[int]] = {}
    hopeless: dict[int, UnassignedReason] = {}
    for stop in problem.stops:
        obstacles = {vehicle.id: _obstacle(problem, vehicle, stop) for vehicle in problem.vehicles}
        allowed[stop.id] = frozenset(vehicle_id for vehicle_id, obstacle in obstacles.items() if obstacle is None)
        if not allowed[stop.id]:
            # The rule that the most suitable vehicle got furthest against.
            furthest = max((_ORDER.index(obstacle) for obstacle in obstacles.values() if obstacle), default=0)
            hopeless[stop.id] = _ORDER[furthest]
    return Index(
        problem,
        {stop.id: stop for stop in problem.stops},
        {vehicle.id: vehicle for vehicle in problem.vehicles},
        {site.id: site for site in problem.disposal_sites},
        allowed,
        hopeless,
        timed=any(stop.time_windows for stop in problem.stops),
    )


_ORDER = (
    UnassignedReason.NO_VEHICLE,
    UnassignedReason.SKILL,
    UnassignedReason.CAPACITY,
    UnassignedReason.UNREACHABLE,
    UnassignedReason.TIME,
)


def _obstacle(problem: Problem, vehicle: Vehicle, stop: Stop) -> UnassignedReason | None:  # noqa: PLR0911 - one a rule
    if stop.fraction not in vehicle.fractions:
        return UnassignedReason.NO_VEHICLE
    if stop.allowed_vehicles is not None and vehicle.id not in stop.allowed_vehicles:
        return UnassignedReason.SKILL
    if stop.kg > vehicle.capacity_kg or stop.l > vehicle.capacity_l:
        return UnassignedReason.CAPACITY
    matrix = problem.matrix
    if not matrix.reaches(vehicle.start, stop.location):
        return UnassignedReason.UNREACHABLE
    ways_back_s = [
        int(matrix.durations_s[stop.location, site.location])
        + site.service_s
        + int(matrix.durations_s[site.location, vehicle.end])
        for site in problem.disposal_sites
        if stop.fraction in site.fractions
        and matrix.reaches(stop.location, site.location)
        and matrix.reaches(site.location, vehicle.end)
    ]
    if not ways_back_s:
        return UnassignedReason.UNREACHABLE
    begin_s = vehicle.starts_s + int(matrix.durations_s[vehicle.start, stop.location])
    if stop.time_windows:
        begins_s = [max(begin_s, start) for start, end in stop.time_windows if begin_s <= end]
        if not begins_s:
            return UnassignedReason.TIME
        begin_s = begins_s[0]
    return UnassignedReason.TIME if begin_s + stop.service_s + min(ways_back_s) > vehicle.ends_s else None
