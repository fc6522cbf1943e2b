"""The problem that is left for the rest of the day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from domain.containers import Fraction
from domain.errors import InvalidInput
from domain.plans import StepKind
from routing.amounts import Amount
from routing.matrix import UNREACHABLE, Matrix
from routing.problem import Break, Compartment, DisposalSite, Problem, Stop, Vehicle, Visit
from routing.replanning.progress import Progress
from routing.replanning.situation import Situation
from routing.solution import Solution

MOST_SITES = 3
"""So many disposal sites at most are tried one after the other for the way home."""


@dataclass(frozen=True, slots=True, eq=False)
class Residual:
    """The rest of the day as a problem, and the plan so far as a start for it.

    Parameters
    ----------
    problem
        Trucks from where they are, stops that are still open; done ones are marked.
    start
        What every truck would visit next if nothing were changed.
    progress
        How far each truck has come.
    late
        Ids of vehicles that cannot be home in time whatever they do, with the seconds that they are late: their shift
        is longer in ``problem``.
    """

    problem: Problem
    start: Mapping[int, tuple[Visit, ...]]
    progress: tuple[Progress, ...]
    late: Mapping[int, int]


def residual(
    problem: Problem, solution: Solution, situation: Situation, progress: Sequence[Progress], *, change_cost: int
) -> Residual:
    """Build the problem for the rest of the day.

    Raises
    ------
    InvalidInput
        When the situation does not fit the problem.
    """
    matrices = _matrices(problem, situation)
    served = {stop for each in progress for stop in each.stops}
    _check_stops(problem, situation, served)
    working = [each for each in progress if not each.broken_down]
    ids = frozenset(each.vehicle.id for each in working)
    planned = {stop: route.vehicle_id for route in solution.routes for stop in route.stop_ids}
    stops = [
        _open(stop, ids, planned.get(stop.id)) if stop.id not in served and not stop.done else replace(stop, done=True)
        for stop in problem.stops
        if stop.id not in situation.dropped_stops
    ]
    stops += [replace(stop, planned_vehicle=None) for stop in situation.extra_stops]
    stops = [_known_vehicles(stop, ids) for stop in stops]
    open_stops = {stop.id: stop for stop in stops if not stop.done}
    vehicles: list[Vehicle] = []
    start: dict[int, tuple[Visit, ...]] = {}
    late: dict[int, int] = {}
    for each in working:
        following = _following(each, open_stops, problem)
        vehicle = replace(_vehicle(each, following), departed_s=_departed_s(each, following, open_stops))
        earliest_s = _earliest_home_s(vehicle, matrices[vehicle.profile], problem)
        if earliest_s is not None and earliest_s > vehicle.ends_s:
            late[vehicle.id] = earliest_s - _due_s(each)
            vehicle = replace(vehicle, ends_s=earliest_s)
        vehicles.append(vehicle)
        start[vehicle.id] = following
    rest = Problem(matrices, tuple(stops), tuple(vehicles), problem.disposal_sites, change_cost)
    return Residual(rest, start, tuple(progress), late)


def _matrices(problem: Problem, situation: Situation) -> dict[str, Matrix]:
    matrices = dict(problem.matrices)
    if situation.matrices is not None:
        missing = sorted(matrices.keys() - situation.matrices.keys())
        if missing:
            raise InvalidInput(f"there is no new matrix for the profile {missing[0]!r}", where="matrices")
        matrices = {profile: situation.matrices[profile] for profile in matrices}
        small = [matrix.size for matrix in matrices.values() if matrix.size < problem.size]
        if small:
            raise InvalidInput(
                f"a new matrix covers {small[0]} locations, but the problem has {problem.size}",
                where="matrices",
                remedy="keep the locations of the problem and put new ones behind them",
            )
    if not situation.changed_ways:
        return matrices
    return {profile: _changed(profile, matrix, situation) for profile, matrix in matrices.items()}


def _changed(profile: str, matrix: Matrix, situation: Situation) -> Matrix:
    distances_m, durations_s = matrix.distances_m.copy(), matrix.durations_s.copy()
    for way in situation.changed_ways:
        if max(way.origin, way.destination) >= matrix.size:
            raise InvalidInput(
                f"is outside the matrix of {matrix.size} locations",
                where=f"way from {way.origin} to {way.destination}",
            )
        if way.profile in (None, profile):
            place = way.origin, way.destination
            distances_m[place] = UNREACHABLE if way.distance_m is None else way.distance_m
            durations_s[place] = UNREACHABLE if way.duration_s is None else way.duration_s
    return Matrix(distances_m, durations_s, matrix.estimated)


def _check_stops(problem: Problem, situation: Situation, served: set[int]) -> None:
    known = {stop.id for stop in problem.stops}
    for stop in situation.extra_stops:
        if stop.id in known:
            raise InvalidInput("is an extra stop, but the problem has a stop with that id", where=f"stop {stop.id}")
    for identifier in sorted(situation.dropped_stops):
        if identifier not in known:
            raise InvalidInput("is dropped, but there is no such stop", where=f"stop {identifier}")
        if identifier in served:
            raise InvalidInput(
                "is dropped, but it has been served, or a truck is on its way to it and finishes it",
                where=f"stop {identifier}",
                remedy="say in the situation what that truck has done",
            )


def _open(stop: Stop, vehicles: frozenset[int], planned: int | None) -> Stop:
    """A stop of the problem, given to the truck that the plan gave it to if that still drives."""
    return replace(stop, planned_vehicle=planned if planned in vehicles else None)


def _known_vehicles(stop: Stop, vehicles: frozenset[int]) -> Stop:
    planned = stop.planned_vehicle if stop.planned_vehicle in vehicles else None
    allowed = None if stop.allowed_vehicles is None else stop.allowed_vehicles & vehicles
    return replace(stop, planned_vehicle=planned, allowed_vehicles=allowed)


def _following(progress: Progress, open_stops: Mapping[int, Stop], problem: Problem) -> tuple[Visit, ...]:
    """The next visits of the plan as far as they are left, disposals only where they empty something."""
    sites = {site.id: site for site in problem.disposal_sites}
    aboard = {amount.fraction for amount in progress.aboard}
    found: list[Visit] = []
    for visit in progress.next_visits:
        if visit.kind is StepKind.EMPTYING:
            if visit.id in open_stops:
                aboard |= open_stops[visit.id].fractions
                found.append(visit)
        else:
            emptied = _emptied(progress.vehicle, aboard, sites[visit.id].fractions)
            aboard -= emptied
            if emptied:
                found.append(visit)
    return tuple(found)


def _emptied(vehicle: Vehicle, aboard: set[Fraction], accepted: frozenset[Fraction]) -> set[Fraction]:
    emptied: set[Fraction] = set()
    for compartment in vehicle.compartments:
        held = aboard & compartment.fractions
        if held <= accepted:
            emptied |= held
    return emptied


def _locked(progress: Progress, following: Sequence[Visit]) -> tuple[Visit, ...]:
    """The first of the planned visits that stay: so many as are locked, of those that are left."""
    told = list(progress.next_visits[: progress.locked])
    kept: list[Visit] = []
    for visit in following:
        if visit not in told:
            break
        told.remove(visit)
        kept.append(visit)
    return tuple(kept)


def _vehicle(progress: Progress, following: Sequence[Visit]) -> Vehicle:
    """The truck as it goes on from where it is."""
    vehicle = progress.vehicle
    prefix = _locked(progress, following)
    if not progress.out:
        return replace(
            vehicle,
            starts_s=progress.free_s,
            ends_s=max(vehicle.ends_s, progress.free_s + 1),
            prefix=prefix,
            initial_load=_within(progress.aboard, vehicle.compartments),
        )
    gone_s = max(0, progress.free_s - progress.driven[0].departs_s)
    longest_s = vehicle.max_duration_s
    overtime_s = vehicle.max_overtime_s
    if longest_s is not None:
        overtime_s = max(0, overtime_s - max(0, gone_s - longest_s))
        longest_s = max(0, longest_s - gone_s)
    rule = vehicle.driving_rule
    return replace(
        vehicle,
        start=progress.location,
        starts_s=progress.free_s,
        ends_s=max(_due_s(progress), progress.free_s + 1),
        max_duration_s=longest_s,
        max_overtime_s=overtime_s,
        breaks=tuple(_still(each, progress.free_s) for each in vehicle.breaks if each.id not in progress.breaks),
        driving_rule=replace(rule, driven_s=min(progress.driven_s, rule.driving_s)) if rule else None,
        max_trips=_less(vehicle.max_trips, progress.trips),
        max_stops=_less(vehicle.max_stops, len(progress.stops)),
        max_kg=_less(vehicle.max_kg, _taken(progress, 0)),
        max_l=_less(vehicle.max_l, _taken(progress, 1)),
        initial_load=_within(progress.aboard, vehicle.compartments),
        prefix=prefix,
        under_way=True,
    )


def _departed_s(progress: Progress, following: Sequence[Visit], open_stops: Mapping[int, Stop]) -> int | None:
    """When the trip that the truck is on left, at the earliest when all that the plan had for it was released.

    None where it stands at the start of a trip, or nothing that is open is released later.
    """
    if not progress.out:
        return progress.vehicle.departed_s
    kinds = [step.kind for step in progress.driven]
    first = max(number for number, kind in enumerate(kinds) if kind in (StepKind.START, StepKind.DISPOSAL))
    begin = progress.driven[first]
    on_trip = StepKind.EMPTYING in kinds[first:] or progress.location != begin.location
    departed_s: int | None = begin.departs_s
    if first == 0 and progress.vehicle.departed_s is not None:
        departed_s = progress.vehicle.departed_s
    elif not on_trip:
        departed_s = None
    if departed_s is None:
        return None
    for visit in following:
        if visit.kind is StepKind.DISPOSAL:
            break
        departed_s = max(departed_s, open_stops[visit.id].release_s)
    return departed_s if any(stop.release_s > departed_s for stop in open_stops.values()) else None


def _due_s(progress: Progress) -> int:
    """When the truck must be home: its clock runs on wherever it waits, so its longest day is a time of the day."""
    vehicle = progress.vehicle
    if vehicle.max_duration_s is None or not progress.out:
        return vehicle.ends_s
    return min(vehicle.ends_s, progress.driven[0].departs_s + vehicle.max_duration_s + vehicle.max_overtime_s)


def _still(each: Break, now_s: int) -> Break:
    """A break whose last window has passed is due at once, at any time."""
    return replace(each, time_windows=()) if each.time_windows and each.time_windows[-1][1] < now_s else each


def _less(most: int | None, used: int) -> int | None:
    return None if most is None else max(0, most - used)


def _taken(progress: Progress, which: int) -> int:
    """Kilograms (0) or litres (1) taken aboard so far: what each step has more of than the one before."""
    loads = [sum(load[which] for load in step.loads) for step in progress.driven]
    return sum(
        max(0, after - before)
        for before, after, step in zip(loads, loads[1:], progress.driven[1:], strict=False)
        if step.kind is StepKind.EMPTYING
    )


def _within(aboard: Sequence[Amount], compartments: Sequence[Compartment]) -> tuple[Amount, ...]:
    """The load, cut to what the compartments hold on paper: an overfull one is full."""
    found: list[Amount] = []
    for compartment in compartments:
        kg, litres = compartment.capacity_kg, compartment.capacity_l
        for amount in aboard:
            if amount.fraction in compartment.fractions:
                kept = Amount(amount.fraction, min(kg, amount.kg), min(litres, amount.l))
                kg, litres = kg - kept.kg, litres - kept.l
                found.append(kept)
    return tuple(found)


def _earliest_home_s(vehicle: Vehicle, matrix: Matrix, problem: Problem) -> int | None:
    """The earliest return of a truck that is out, its locked visits made; None where it can stay in the yard.

    With every break and rest that may be due, and at sites without opening hours: where these bind, the shift may turn
    out too short nevertheless, and the checker says so.
    """
    if not vehicle.under_way and not vehicle.prefix:
        return None
    stops = {stop.id: stop for stop in problem.stops}
    sites = {site.id: site for site in problem.disposal_sites}
    aboard = {amount.fraction for amount in vehicle.initial_load}
    here, driving_s, standing_s, now_s = vehicle.start, 0, 0, vehicle.starts_s
    for visit in vehicle.prefix:
        stop = stops.get(visit.id) if visit.kind is StepKind.EMPTYING else None
        there = stop.location if stop else sites[visit.id].location if visit.id in sites else here
        leg_s = int(matrix.durations_s[here, there])
        driving_s += max(0, leg_s)
        standing_s += (stop.service_s + stop.setup_s) if stop else sites[visit.id].service_s if visit.id in sites else 0
        if stop and stop.time_windows:
            opens_s = next((a for a, b in stop.time_windows if b >= now_s + driving_s), 0)
            standing_s = max(standing_s, opens_s - now_s - driving_s + stop.service_s)
        aboard = aboard | stop.fractions if stop else aboard - _emptied(vehicle, aboard, sites[visit.id].fractions)
        here = there
    ways = [
        way
        for count in range(min(MOST_SITES, len(sites)) + 1)
        for order in permutations(sites.values(), count)
        if (way := _way_home(vehicle, matrix, here, aboard, order)) is not None
    ]
    if not ways:
        return None
    driving_s += min(ways)[1]
    standing_s += min(ways)[0] - min(ways)[1]
    pauses_s = sum(each.duration_s for each in vehicle.breaks)
    rule = vehicle.driving_rule
    if rule:
        pauses_s += rule.rest_s * ((rule.driven_s + driving_s) // max(1, rule.driving_s))
    waiting_s = max((each.time_windows[0][0] for each in vehicle.breaks if each.time_windows), default=0)
    return max(now_s + driving_s + standing_s, waiting_s) + pauses_s


def _way_home(
    vehicle: Vehicle, matrix: Matrix, here: int, aboard: set[Fraction], order: Iterable[DisposalSite]
) -> tuple[int, int] | None:
    """Seconds in all and of driving over these sites; None where there is no way, or not everything is emptied."""
    left = set(aboard)
    total_s = driving_s = 0
    for site in order:
        leg_s = int(matrix.durations_s[here, site.location])
        emptied = _emptied(vehicle, left, site.fractions)
        if leg_s == UNREACHABLE or not emptied:
            return None
        left -= emptied
        total_s += leg_s + site.service_s
        driving_s += leg_s
        here = site.location
    leg_s = int(matrix.durations_s[here, vehicle.end])
    if leg_s == UNREACHABLE or (left and vehicle.ends_empty):
        return None
    return total_s + leg_s, driving_s + leg_s
