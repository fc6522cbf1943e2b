"""Reasons for stops left out: one that the problem itself disproves is as wrong as a wrong route.

Whether a better plan would have had room for a stop is not asked here: a plan may be valid without being the best. Nor
is a reason disproved by a vehicle whose day is partly spoken for (by a load, a prefix, breaks), since it might be why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from domain.containers import Fraction
from domain.plans import StepKind
from routing.checks.day import Known
from routing.checks.rules import Rule, Violation
from routing.matrix import UNREACHABLE
from routing.problem import DisposalSite, Problem, Stop, TimeWindow
from routing.solution import Solution, Unassigned, UnassignedReason
from routing.vehicle import Vehicle


def check_reasons(known: Known, solution: Solution) -> Iterator[Violation]:
    """Every stop left out has a reason that can be so."""
    told = {
        visit.id: vehicle.id
        for vehicle in known.problem.vehicles
        for visit in vehicle.prefix
        if visit.kind is StepKind.EMPTYING
    }
    for unassigned in solution.unassigned:
        stop = known.stops.get(unassigned.stop_id)
        if stop is None or stop.done:
            continue
        place = f"unassigned stop {stop.id}"
        if stop.id in told:
            only = frozenset({told[stop.id]})  # it is nobody else's any more
            stop = replace(
                stop, allowed_vehicles=only & (only if stop.allowed_vehicles is None else stop.allowed_vehicles)
            )
        if _disproved(known.problem, stop, unassigned.reason):
            yield Violation(place, Rule.WRONG_REASON)
        elif _pays(stop, unassigned):
            yield Violation(place, Rule.WRONG_REASON, (stop.prize or 0) - (unassigned.detour_cost or 0))


def _pays(stop: Stop, unassigned: Unassigned) -> bool:
    """Whether it is called not worth its detour although the stated cost of that is less than its prize."""
    return (
        unassigned.reason is UnassignedReason.NOT_WORTH_DETOUR
        and unassigned.detour_cost is not None
        and stop.prize is not None
        and unassigned.detour_cost < stop.prize
    )


def _disproved(problem: Problem, stop: Stop, reason: UnassignedReason) -> bool:  # noqa: PLR0911 - one a reason
    takers = [vehicle for vehicle in problem.vehicles if all(_takes(vehicle, a.fraction) for a in stop.amounts)]
    comers = [vehicle for vehicle in takers if _may_come(vehicle, stop)]
    carriers = [vehicle for vehicle in comers if _fits(vehicle, stop)]
    trips = (trip for vehicle in carriers if (trip := _trip(problem, vehicle, stop)) is not None)
    match reason:
        case UnassignedReason.NO_VEHICLE:
            return bool(takers)
        case UnassignedReason.SKILL:
            return not takers or bool(comers)
        case UnassignedReason.CAPACITY:
            return not comers or any(_is_free(vehicle) for vehicle in carriers)
        case UnassignedReason.UNREACHABLE:
            return not carriers or any(_is_free(trip.vehicle) for trip in trips)
        case UnassignedReason.TIME_WINDOW:
            timed = stop.time_windows or any(site.time_windows for site in problem.disposal_sites)
            possible = list(trips)
            return not timed or not possible or any(_is_free(t.vehicle) and t.in_time() for t in possible)
        case UnassignedReason.SHIFT:
            return not any(trip.comes_before_closing() for trip in trips)
        case UnassignedReason.NOT_WORTH_DETOUR:
            return stop.prize is None or not any(trip.comes_before_closing() for trip in trips)


def _takes(vehicle: Vehicle, fraction: Fraction) -> bool:
    return any(fraction in compartment.fractions for compartment in vehicle.compartments)


def _may_come(vehicle: Vehicle, stop: Stop) -> bool:
    return stop.skills <= vehicle.skills and (stop.allowed_vehicles is None or vehicle.id in stop.allowed_vehicles)


def _fits(vehicle: Vehicle, stop: Stop) -> bool:
    """Whether the stop alone fits into the empty vehicle and its day."""
    for compartment in vehicle.compartments:
        here = [amount for amount in stop.amounts if amount.fraction in compartment.fractions]
        if sum(amount.kg for amount in here) > compartment.capacity_kg:
            return False
        if sum(amount.l for amount in here) > compartment.capacity_l:
            return False
    kg, litres = sum(amount.kg for amount in stop.amounts), sum(amount.l for amount in stop.amounts)
    return (vehicle.max_kg is None or kg <= vehicle.max_kg) and (vehicle.max_l is None or litres <= vehicle.max_l)


def _is_free(vehicle: Vehicle) -> bool:
    """Whether nothing but the stop itself would keep the vehicle from it."""
    return not (
        vehicle.initial_load
        or vehicle.prefix
        or vehicle.breaks
        or vehicle.driving_rule
        or vehicle.departed_s is not None
        or vehicle.max_trips == 0
        or vehicle.max_stops == 0
    )


@dataclass(frozen=True, slots=True)
class _Trip:
    """From the start to one stop, over disposal sites for what was picked up, and home. A way there and back exists."""

    problem: Problem
    vehicle: Vehicle
    stop: Stop
    reaches_s: int

    def comes_before_closing(self) -> bool:
        """Whether it may reach the stop before the last of its windows ends, on whichever trip that is."""
        reaches_s = self.reaches_s
        if self.stop.release_s > (self.vehicle.departed_s or 0):
            seconds = self.problem.matrices[self.vehicle.profile].durations_s
            begins = (self.vehicle.start, *(site.location for site in self.problem.disposal_sites))
            legs_s = [int(s) for place in begins if (s := seconds[place, self.stop.location]) != UNREACHABLE]
            reaches_s = max(reaches_s, self.stop.release_s + min(legs_s))
        return _next_opening(self.stop.time_windows, reaches_s) is not None

    def in_time(self) -> bool:
        """Whether everything begins in its windows within the shift, on one of the ways."""
        out_s = self.reaches_s - self.vehicle.starts_s
        begins_s = _next_opening(self.stop.time_windows, max(self.vehicle.starts_s, self.stop.release_s) + out_s)
        if begins_s is None:
            return False
        setup_s = self.stop.setup_s if self.vehicle.start != self.stop.location else 0
        leaves_s = begins_s + setup_s + self.stop.service_s
        ways = _ways(self.problem, self.vehicle, self.stop.location, _to_empty(self.vehicle, self.stop))
        return any(self._disposes(leaves_s, way) for way in ways)

    def _disposes(self, leaves_s: int, way: Iterable[DisposalSite]) -> bool:
        seconds = self.problem.matrices[self.vehicle.profile].durations_s
        place = self.stop.location
        for site in way:
            begins_s = _next_opening(site.time_windows, leaves_s + int(seconds[place, site.location]))
            if begins_s is None:
                return False
            place, leaves_s = site.location, begins_s + site.service_s
        return leaves_s <= self.vehicle.ends_s


def _trip(problem: Problem, vehicle: Vehicle, stop: Stop) -> _Trip | None:
    out_s = int(problem.matrices[vehicle.profile].durations_s[vehicle.start, stop.location])
    if out_s == UNREACHABLE:
        return None
    ways = _ways(problem, vehicle, stop.location, _to_empty(vehicle, stop))
    return None if next(ways, None) is None else _Trip(problem, vehicle, stop, vehicle.starts_s + out_s)


def _to_empty(vehicle: Vehicle, stop: Stop) -> tuple[frozenset[Fraction], ...]:
    """What lies in the compartments after the stop and must be emptied before the end."""
    if not vehicle.ends_empty:
        return ()
    fractions = {amount.fraction for amount in stop.amounts}
    return tuple(part for compartment in vehicle.compartments if (part := compartment.fractions & fractions))


def _ways(
    problem: Problem, vehicle: Vehicle, place: int, full: tuple[frozenset[Fraction], ...]
) -> Iterator[tuple[DisposalSite, ...]]:
    """All orders of sites that empty what is full and lead home, each site useful where it comes."""
    seconds = problem.matrices[vehicle.profile].durations_s
    if not full:
        if seconds[place, vehicle.end] != UNREACHABLE:
            yield ()
        return
    for site in problem.disposal_sites:
        left = tuple(part for part in full if not part <= site.fractions)
        if len(left) < len(full) and seconds[place, site.location] != UNREACHABLE:
            for rest in _ways(problem, vehicle, site.location, left):
                yield (site, *rest)


def _next_opening(windows: Sequence[TimeWindow], from_s: int) -> int | None:
    """The first moment from ``from_s`` on that lies in a window; None after the last one."""
    if not windows:
        return from_s
    return min((max(opens, from_s) for opens, closes in windows if closes >= from_s), default=None)
